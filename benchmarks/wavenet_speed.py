"""How fast a WaveNet is sampled: with cached state, against computing the receptive field anew for every sample.

    python -m benchmarks.wavenet_speed [--checkpoint FILE.safetensors] [--features narrowband] [--device cpu]

Everything is measured in one run on the same network: the naive loop on one clip, the cached loop at several batch
sizes on one thread, and the cached loop in as many processes as there are processors. It first checks that the naive
and the cached loop say the same of the next sample. Without a checkpoint the network's weights are drawn at random,
which costs the same.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from generation.engine.checkpoints import load_checkpoint
from generation.engine.features import FeatureConfig, feature_config
from generation.engine.linear_prediction import Prediction, prediction, remainders
from generation.engine.networks.wavenet import WaveNet
from generation.engine.training.wavenet import SIZES, wavenet_config
from generation.engine.vocoders.wavenet import SamplingState, sample, uniform_draws

NAIVE_SAMPLES = 60
BATCHES = (1, 16, 64, 256)


@dataclass(frozen=True)
class Case:
    """What is measured: a checkpoint's file or else a size of network, the features it speaks, and where it runs."""

    checkpoint: Path | None
    size: str
    features: str
    device: str

    @property
    def config(self) -> FeatureConfig:
        """Give the definition of the features."""
        return feature_config(self.features)

    def network(self) -> WaveNet:
        """Give the network in double precision, as the vocoder samples it."""
        if self.checkpoint is not None:
            loaded = load_checkpoint(self.checkpoint, device=torch.device(self.device)).network
            if not isinstance(loaded, WaveNet):
                raise SystemExit(f"{self.checkpoint} holds no WaveNet.")
            return loaded.double().eval()
        torch.manual_seed(1)
        return WaveNet(wavenet_config(self.config, self.size)).double().eval().to(self.device)


def main() -> None:
    """Measure and print, as the command line says."""
    options = _options()
    torch.set_num_threads(1)
    case = Case(options.checkpoint, options.size, options.features, options.device)
    naive = _naive(case)
    print(f"naive, batch 1: {naive * 1e3:.2f} ms a sample, {_real_time(case, naive):.4f} x real time")
    for batch in BATCHES:
        cached = _cached(case, batch, options.samples)
        print(
            f"cached, batch {batch}: {cached * 1e6:.1f} us a sample, {_real_time(case, cached):.2f} x real time, "
            f"{naive / cached:.0f} x the naive loop"
        )
    together = _together(case, options.batch, options.samples, options.processes)
    print(
        f"cached, {options.processes} processes of one thread, batch {options.batch}: {1 / together:,.0f} samples/s, "
        f"{_real_time(case, together):.2f} x real time, {naive / together:.0f} x the naive loop"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="a trained WaveNet; its features must be --features")
    parser.add_argument("--size", choices=list(SIZES), default="small", help="the network without a checkpoint")
    parser.add_argument("--features", choices=["paper", "wideband", "narrowband"], default="narrowband")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--samples", type=int, default=1600, help="samples of each clip")
    parser.add_argument("--batch", type=int, default=128, help="clips of each process when all work together")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _real_time(case: Case, seconds_a_sample: float) -> float:
    return 1 / (seconds_a_sample * case.config.sample_rate)


@torch.inference_mode()
def _naive(case: Case) -> float:
    """Time the seconds a sample that computing the receptive field anew takes, after checking what it says."""
    network, (features, ahead) = case.network(), _speech(case, 1)
    position = network.config.receptive_field + case.config.hop_size
    drawn = sample(network, features, ahead, _draws(1, position))
    condition = network.condition(features).repeat_interleave(case.config.hop_size, dim=3)
    _check(network, features, ahead, drawn, _anew(network, condition, ahead, drawn, position))
    started = time.perf_counter()
    for _ in range(NAIVE_SAMPLES):
        _anew(network, condition, ahead, drawn, position)
    return (time.perf_counter() - started) / NAIVE_SAMPLES


def _anew(network: WaveNet, condition: Tensor, ahead: Prediction, drawn: Tensor, position: int) -> Tensor:
    """Compute the parameters [1, C] at `position` from the receptive field before it, with nothing remembered."""
    hop, field = network.config.hop_size, network.config.receptive_field
    n_frames = -(-(position + 1) // hop)
    frames = Prediction(ahead.coefficients[:, :n_frames], ahead.gain[:, :n_frames])
    waveform = functional.pad(drawn, (0, n_frames * hop - drawn.shape[1]))
    inputs, _ = remainders(functional.pad(waveform, (network.config.prediction_order, 0)), waveform, frames)
    window = slice(position + 1 - field, position + 1)
    return network(inputs[..., window], condition[..., window])[..., -1]


def _check(network: WaveNet, features: Tensor, ahead: Prediction, drawn: Tensor, anew: Tensor) -> None:
    """Stop unless the cached loop, led along the same samples, says the same."""
    state = SamplingState(network, features, ahead, torch.zeros_like(drawn))
    hop = network.config.hop_size
    waveform = functional.pad(drawn, (0, -drawn.shape[1] % hop))
    frames = Prediction(ahead.coefficients[:, : waveform.shape[1] // hop], ahead.gain[:, : waveform.shape[1] // hop])
    _, left = remainders(functional.pad(waveform, (network.config.prediction_order, 0)), waveform, frames)
    for position in range(drawn.shape[1]):
        state.parameters()
        state.append(left[:, position])
    difference = float((state.parameters() - anew).abs().max())
    print(f"naive and cached differ by {difference:.1e} at most")
    if difference > 1e-6:
        raise SystemExit("The two loops do not agree: their times cannot be compared.")


@torch.inference_mode()
def _cached(case: Case, batch: int, n_samples: int) -> float:
    """Time the seconds a sample of one clip, of so many sampled at once."""
    torch.set_num_threads(1)
    network, (features, ahead) = case.network(), _speech(case, batch)
    sample(network, features, ahead, _draws(batch, 20))
    started = time.perf_counter()
    sample(network, features, ahead, _draws(batch, n_samples))
    return (time.perf_counter() - started) / (batch * n_samples)


def _together(case: Case, batch: int, n_samples: int, processes: int) -> float:
    """Time the seconds a sample when each process samples so many clips: the slowest process counts."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        list(pool.map(_cached, [case] * processes, [1] * processes, [20] * processes))
        seconds = list(pool.map(_cached, [case] * processes, [batch] * processes, [n_samples] * processes))
    return max(seconds) / processes


def _speech(case: Case, batch: int) -> tuple[Tensor, Prediction]:
    """Draw features [B, M, T] at random, and their prediction."""
    config, network = case.config, case.network()
    generator = torch.Generator().manual_seed(1)
    features = torch.rand(batch, config.n_mels, config.n_frames, dtype=torch.float64, generator=generator)
    features = features.to(case.device)
    return features, prediction(features, config, network.config.prediction_order)


def _draws(batch: int, n_samples: int) -> Tensor:
    return torch.stack([uniform_draws(seed, n_samples) for seed in range(batch)])


if __name__ == "__main__":
    main()
