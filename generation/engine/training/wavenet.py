"""Training a WaveNet to speak a corpus: many short segments, the true past given but a little disturbed."""

from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torchaudio.functional import preemphasis

from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.features import FeatureConfig
from generation.engine.linear_prediction import Prediction, framed, prediction, remainders
from generation.engine.networks.wavenet import WaveNet, WaveNetConfig
from generation.engine.progress import Progress, unwatched
from generation.engine.training.card import card_of
from generation.engine.training.loop import FITTED, seeded
from generation.engine.training.resumption import Resumption
from generation.engine.training.segments import Speech, is_heard, speech_of
from generation.engine.training.steps import fit_by_steps, means

MEASURED = 32
AT_ONCE = 100

# The paper's is that of its vocoder's published configuration, without linear prediction.
SIZES: dict[str, dict[str, Any]] = {
    "small": {},
    "mu_law": {"output": "mu_law"},
    "plain": {"prediction_order": 0, "pre_emphasis": 0.85, "output": "mu_law", "temperature": 0.85, "refinements": 0},
    "paper": {
        "prediction_order": 0, "output": "logistic_mixture", "mixtures": 10, "layers": 24, "stacks": 4,
        "residual_channels": 512, "gated_channels": 256, "skip_channels": 256, "condition_channels": 80,
        "kernel_size": 3, "first_kernel_size": 1, "refinements": 0,
    },
}  # fmt: skip


class SizeIsUnknown(ValueError):
    """There is no WaveNet of this name."""


@dataclass(frozen=True)
class WaveNetTraining:
    """How a WaveNet is trained.

    batch: segments a step. segment_frames: their length in frames. rate: the highest learning rate of the one cycle.
    disturbance: the standard deviation, in the prediction's gains, of the noise on the past that the network is given,
    so that it learns to go on from a past it has sampled itself, which is never quite the true one.
    recordings: how many recordings of the training split are used at most (they are kept in memory).
    """

    batch: int = 4
    segment_frames: int = 10
    rate: float = 3e-3
    disturbance: float = 0.1
    recordings: int = 4000


@dataclass(frozen=True)
class _Predicted:
    """Speech as the network sees it: recordings, their waveforms [R, T * hop] in frames, and their prediction."""

    speech: Speech
    waveforms: Tensor
    ahead: Prediction


def wavenet_config(features: FeatureConfig, size: str = "small") -> WaveNetConfig:
    """Give the WaveNet of a size (a name in SIZES) for features of this configuration. Raises SizeIsUnknown."""
    if size not in SIZES:
        raise SizeIsUnknown(f"There is no WaveNet of size {size!r}: choose one of {', '.join(SIZES)}.")
    # Speech has about one resonance in each thousand Hz, and the glottis and the lips their own slope.
    fitting = WaveNetConfig(
        n_mels=features.n_mels, hop_size=features.hop_size, prediction_order=12 + round(features.sample_rate / 2000)
    )
    return replace(fitting, **SIZES[size])


def train_wavenet(
    feature_set: FeatureSet,
    *,
    steps: int,
    seed: int,
    device: torch.device,
    progress: Progress = unwatched,
    size: str = "small",
    config: WaveNetConfig | None = None,
    training: WaveNetTraining | None = None,
    threads: int | None = None,
    resumption: Resumption | None = None,
) -> TrainedNetwork:
    """Train a WaveNet on the training split and measure it on the validation split.

    The card's `nll` is the validation split's mean negative log-likelihood in nats a sample, over everything and over
    the stretches with sound: of mu-law classes, or of the mixture's density of samples counted in gains.
    The same arguments give the same weights on the same kind of machine. With a resumption, a training that was
    interrupted goes on where it was.
    Raises SizeIsUnknown, CorpusHasNoSpeech, TrainingDiverged, and what `progress` raises to stop the training.
    """
    training = training or WaveNetTraining()
    features = feature_set.config
    config = config or wavenet_config(features, size)
    started = perf_counter()
    with seeded(seed, device, threads) as generator:
        progress(0.0, "reading the recordings")
        heard = speech_of(feature_set, Split.TRAINING, training.recordings, training.segment_frames, generator)
        predicted = _predicted(heard, features, config)
        network = WaveNet(config).to(device)
        losses = fit_by_steps(
            network,
            lambda: _loss(network, *_draw(network, predicted, training, generator, device)),
            generator,
            steps=steps, rate=training.rate, progress=progress, unit="nats a sample", resumption=resumption,
        )  # fmt: skip
        progress(FITTED, "measuring the likelihood of the validation recordings")
        others = speech_of(feature_set, Split.VALIDATION, MEASURED, training.segment_frames, generator)
        likelihood = _likelihood(network.eval(), _predicted(others, features, config), device)
        card = card_of("wavenet", network, feature_set, seed=seed, device=device, seconds=perf_counter() - started)
    card |= {
        "recipe": {**asdict(training), "steps": steps},
        "steps": steps,
        "samples_seen": steps * training.batch * training.segment_frames * features.hop_size,
        "losses": means(losses),
        "nll": likelihood,
    }
    progress(1.0, f"{likelihood['validation']:.2f} nats a sample on the validation recordings")
    return TrainedNetwork(network, card)


def _predicted(speech: Speech, features: FeatureConfig, config: WaveNetConfig) -> _Predicted:
    """Lay the waveforms out in frames, emphasised, and derive their prediction from the features."""
    waveforms = preemphasis(speech.waveforms, config.pre_emphasis) if config.pre_emphasis else speech.waveforms
    ahead = [prediction(part, features, config.prediction_order) for part in torch.split(speech.features, AT_ONCE)]
    joined = Prediction(torch.cat([each.coefficients for each in ahead]), torch.cat([each.gain for each in ahead]))
    return _Predicted(speech, framed(waveforms, features), joined)


def _draw(
    network: WaveNet, predicted: _Predicted, training: WaveNetTraining, generator: torch.Generator, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw segments: inputs [B, 3, S], remainders [B, S], and the conditioning [B, L, 2G, F] of their frames."""
    frames, hop, order = training.segment_frames, network.config.hop_size, network.config.prediction_order
    places = predicted.speech.draw(training.batch, generator)
    past = torch.stack([_stretch(predicted.waveforms[row], order, first * hop, frames * hop) for row, first in places])
    ahead = Prediction(
        torch.stack([predicted.ahead.coefficients[row, first : first + frames] for row, first in places]),
        torch.stack([predicted.ahead.gain[row, first : first + frames] for row, first in places]),
    )
    gain = functional.pad(ahead.gain.repeat_interleave(hop, dim=1)[:, None], (order, 0), mode="replicate")[:, 0]
    disturbed = past + torch.randn(past.shape, generator=generator) * training.disturbance * gain
    inputs, left = remainders(disturbed, past[:, order:], ahead)
    condition = network.condition(predicted.speech.features[[row for row, _ in places]].to(device))
    cut = [each[..., first : first + frames] for each, (_, first) in zip(condition, places, strict=True)]
    return inputs.to(device), left.to(device), torch.stack(cut)


def _stretch(waveform: Tensor, before: int, first: int, count: int) -> Tensor:
    """Cut `count` samples from `first` on out of waveform [N], with those before them; silence before the start."""
    return functional.pad(waveform, (before, 0))[first : first + before + count]


def _loss(network: WaveNet, inputs: Tensor, left: Tensor, condition: Tensor) -> Tensor:
    return network.config.distribution.negative_log_likelihood(network(inputs, condition), left).mean()


@torch.inference_mode()
def _likelihood(network: WaveNet, predicted: _Predicted, device: torch.device) -> dict[str, Any]:
    """Measure the mean negative log-likelihood in nats a sample, over everything and where the features have sound."""
    nats = []
    features, order = predicted.speech.features, network.config.prediction_order
    for first in range(0, len(features), 4):
        some = slice(first, first + 4)
        waveform = predicted.waveforms[some]
        inputs, left = remainders(functional.pad(waveform, (order, 0)), waveform, predicted.ahead[some])
        parameters = network(inputs.to(device), network.condition(features[some].to(device)))
        nats.append(network.config.distribution.negative_log_likelihood(parameters, left.to(device)).cpu())
    heard = is_heard(features).repeat_interleave(network.config.hop_size, dim=1)
    every = torch.cat(nats)
    return {"validation": float(every.mean()), "validation_where_heard": float(every[heard].mean())}
