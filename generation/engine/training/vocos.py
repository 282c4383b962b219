"""Training a Vocos to speak a corpus: its waveforms shall have the recordings' spectra at several resolutions."""

from dataclasses import asdict, dataclass
from time import perf_counter

import torch
from torch import Tensor

from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.features import FeatureConfig, linear_magnitude
from generation.engine.networks.vocos import Vocos, VocosConfig
from generation.engine.progress import Progress, unwatched
from generation.engine.training.card import card_of
from generation.engine.training.loop import FITTED, seeded
from generation.engine.training.resumption import Resumption
from generation.engine.training.segments import Speech, speech_of
from generation.engine.training.steps import fit_by_steps, means

# Lengths in samples of the windows whose spectra are compared; each hops by a quarter of its length.
RESOLUTIONS = (64, 128, 256, 512, 1024)
# What is softer than this, 60 dB under full scale a sample, matters little to the logarithm.
FLOOR = 1e-3
SMALLEST = 1e-5
MEASURED = 64
AT_ONCE = 100


@dataclass(frozen=True)
class VocosTraining:
    """How a Vocos is trained.

    batch: segments a step. segment_frames: their length in frames. rate: the highest learning rate of the one cycle.
    recordings: how many recordings of the training split are used at most (they are kept in memory).
    """

    batch: int = 8
    segment_frames: int = 32
    rate: float = 2e-3
    recordings: int = 4000


def train_vocos(
    feature_set: FeatureSet,
    *,
    steps: int,
    seed: int,
    device: torch.device,
    progress: Progress = unwatched,
    config: VocosConfig | None = None,
    training: VocosTraining | None = None,
    threads: int | None = None,
    resumption: Resumption | None = None,
) -> TrainedNetwork:
    """Train a Vocos on the training split and measure it on the validation split.

    The card's `spectral_distance` is `spectral_distance` between the validation recordings and what the network makes
    of their features. It is trained on spectra alone, without a discriminator.
    The same arguments give the same weights on the same kind of machine. With a resumption, a training that was
    interrupted goes on where it was.
    Raises CorpusHasNoSpeech, TrainingDiverged, and what `progress` raises to stop the training.
    """
    training = training or VocosTraining()
    features = feature_set.config
    started = perf_counter()
    with seeded(seed, device, threads) as generator:
        progress(0.0, "reading the recordings")
        speech = speech_of(feature_set, Split.TRAINING, training.recordings, training.segment_frames, generator)
        magnitudes = _magnitudes(speech, features)
        network = Vocos(config or vocos_config(features)).to(device)
        losses = fit_by_steps(
            network,
            lambda: _loss(network, speech, magnitudes, training, generator, device),
            generator,
            steps=steps, rate=training.rate, progress=progress, unit="between spectra", resumption=resumption,
        )  # fmt: skip
        progress(FITTED, "measuring the distance to the validation recordings")
        others = speech_of(feature_set, Split.VALIDATION, MEASURED, training.segment_frames, generator)
        distance = _measured(network.eval(), others, features, device)
        card = card_of("vocos", network, feature_set, seed=seed, device=device, seconds=perf_counter() - started)
    card |= {
        "recipe": {**asdict(training), "steps": steps},
        "steps": steps,
        "losses": means(losses),
        "spectral_distance": {"validation": distance},
    }
    progress(1.0, f"{distance:.2f} between the spectra of validation recordings and their copies")
    return TrainedNetwork(network, card)


def vocos_config(features: FeatureConfig) -> VocosConfig:
    """Give the network that makes spectra of the size that the features were made from."""
    return VocosConfig(features.n_mels, features.fft_size, features.hop_size, features.window_size)


def spectral_distance(waveform: Tensor, reference: Tensor) -> Tensor:
    """Give how far the spectra of waveform [B, N] are from the reference's [B, N], averaged over five resolutions.

    Of each resolution, the spectral convergence plus the mean absolute difference of log magnitudes (Yamamoto et al.
    2020).
    """
    distances = []
    for length in RESOLUTIONS:
        given, wanted = _magnitude(waveform, length), _magnitude(reference, length)
        convergence = (given - wanted).norm(dim=(1, 2)) / wanted.norm(dim=(1, 2)).clamp(min=SMALLEST)
        logarithmic = ((given + FLOOR).log() - (wanted + FLOOR).log()).abs().mean(dim=(1, 2))
        distances.append((convergence + logarithmic).mean())
    return torch.stack(distances).mean()


def _magnitude(waveform: Tensor, length: int) -> Tensor:
    window = torch.hann_window(length, dtype=waveform.dtype, device=waveform.device)
    spectrum = torch.stft(waveform, length, length // 4, length, window, return_complex=True)
    # The gradient of a magnitude of nothing would be none.
    return (spectrum.real.square() + spectrum.imag.square()).clamp(min=SMALLEST**2).sqrt()


def _magnitudes(speech: Speech, features: FeatureConfig) -> Tensor:
    """Compute the magnitudes [R, F, T] that the recordings' features suggest."""
    return torch.cat([linear_magnitude(part, features) for part in torch.split(speech.features, AT_ONCE)])


def _loss(
    network: Vocos, speech: Speech, magnitudes: Tensor, training: VocosTraining, generator: torch.Generator,
    device: torch.device,
) -> Tensor:  # fmt: skip
    """Draw segments and compare what the network makes of them with the recordings.

    At a segment's ends its frames overlap with none, so half a window is left out there.
    """
    frames, hop = training.segment_frames, network.config.hop_size
    places = speech.draw(training.batch, generator)
    features = torch.stack([speech.features[row, :, first : first + frames] for row, first in places])
    magnitude = torch.stack([magnitudes[row, :, first : first + frames] for row, first in places])
    spoken = torch.stack([speech.waveforms[row, first * hop : (first + frames - 1) * hop] for row, first in places])
    inner = slice(network.config.window_size // 2, spoken.shape[1] - network.config.window_size // 2)
    waveform = network(features.to(device), magnitude.to(device))
    return spectral_distance(waveform[:, inner], spoken[:, inner].to(device))


@torch.inference_mode()
def _measured(network: Vocos, speech: Speech, features: FeatureConfig, device: torch.device) -> float:
    waveform = network(speech.features.to(device), _magnitudes(speech, features).to(device))
    return float(spectral_distance(waveform, speech.waveforms.to(device)))
