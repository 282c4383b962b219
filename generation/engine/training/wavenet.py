"""Training a WaveNet to speak a corpus: many short segments, the true past given but a little disturbed."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.functional import preemphasis

from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.recordings import read_waveform
from generation.engine.corpora.splits import Split
from generation.engine.features import FeatureConfig, standardise
from generation.engine.linear_prediction import Prediction, framed, prediction, remainders
from generation.engine.networks.wavenet import WaveNet, WaveNetConfig
from generation.engine.progress import Progress, unwatched
from generation.engine.training.card import card_of
from generation.engine.training.loop import FITTED, TrainingDiverged, seeded

HEARD = 0.05
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


class CorpusHasNoSpeech(ValueError):
    """No recording of the split holds a segment with sound."""


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
class _Speech:
    """Recordings as the network sees them: features [R, M, T], waveforms [R, T * hop] in frames, their prediction, and
    the segments [S, 2] with sound in them, each a recording's row and its first frame."""

    features: Tensor
    waveforms: Tensor
    ahead: Prediction
    segments: Tensor


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
) -> TrainedNetwork:
    """Train a WaveNet on the training split and measure it on the validation split.

    The card's `nll` is the validation split's mean negative log-likelihood in nats a sample, over everything and over
    the stretches with sound: of mu-law classes, or of the mixture's density of samples counted in gains.
    The same arguments give the same weights on the same kind of machine.
    Raises SizeIsUnknown, CorpusHasNoSpeech, TrainingDiverged, and what `progress` raises to stop the training.
    """
    training = training or WaveNetTraining()
    features = feature_set.config
    config = config or wavenet_config(features, size)
    started = perf_counter()
    with seeded(seed, device, threads) as generator:
        progress(0.0, "reading the recordings")
        speech = _speech(feature_set, Split.TRAINING, training.recordings, config, training.segment_frames, generator)
        network = WaveNet(config).to(device)
        losses = list(_steps(network, speech, steps, training, generator, device, progress))
        progress(FITTED, "measuring the likelihood of the validation recordings")
        heard = _speech(feature_set, Split.VALIDATION, MEASURED, config, training.segment_frames, generator)
        likelihood = _likelihood(network.eval(), heard, device)
        card = card_of("wavenet", network, feature_set, seed=seed, device=device, seconds=perf_counter() - started)
    card |= {
        "recipe": {**asdict(training), "steps": steps},
        "steps": steps,
        "samples_seen": steps * training.batch * training.segment_frames * features.hop_size,
        "losses": _means(losses),
        "nll": likelihood,
    }
    progress(1.0, f"{likelihood['validation']:.2f} nats a sample on the validation recordings")
    return TrainedNetwork(network, card)


def _speech(
    feature_set: FeatureSet, split: Split, most: int, config: WaveNetConfig, frames: int, generator: torch.Generator
) -> _Speech:
    """Read up to `most` recordings of the split, drawn by the generator, and find their segments of so many frames."""
    rows = feature_set.rows(split)
    rows = rows[torch.randperm(len(rows), generator=generator)[:most]]
    if not len(rows):
        raise CorpusHasNoSpeech(f"The corpus has no recordings in its {split} split: name some in its list file.")
    waveforms = [_waveform(feature_set, row, config.pre_emphasis) for row in rows.tolist()]
    features = feature_set.features[rows]
    is_heard = (features.mean(dim=1) > HEARD).float().unfold(1, frames, 1).mean(dim=2) > 0.5
    if not is_heard.any():
        raise CorpusHasNoSpeech(
            f"No recording of the {split} split holds {frames} frames of sound: look at the corpus."
        )
    ahead = [prediction(part, feature_set.config, config.prediction_order) for part in torch.split(features, AT_ONCE)]
    joined = Prediction(torch.cat([each.coefficients for each in ahead]), torch.cat([each.gain for each in ahead]))
    return _Speech(features, torch.cat(waveforms), joined, is_heard.nonzero())


def _waveform(feature_set: FeatureSet, row: int, pre_emphasis: float) -> Tensor:
    """Read a recording [1, T * hop], standardised as for its features, emphasised, and laid out in frames."""
    features = feature_set.config
    waveform = standardise(read_waveform(feature_set.recordings[row].path, features.sample_rate)[None], features)
    return framed(preemphasis(waveform, pre_emphasis) if pre_emphasis else waveform, features)


def _steps(
    network: WaveNet,
    speech: _Speech,
    steps: int,
    training: WaveNetTraining,
    generator: torch.Generator,
    device: torch.device,
    progress: Progress,
) -> Iterator[float]:
    """Train, one cycle of the learning rate (Smith & Topin 2019), giving each step's loss in nats a sample."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=training.rate, betas=(0.9, 0.99), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=training.rate, total_steps=steps + 1, pct_start=0.15, cycle_momentum=False
    )
    for step in range(steps):
        loss = _loss(network, *_draw(network, speech, training, generator, device))
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingDiverged(f"The loss is {value} at step {step}: choose a smaller rate than {training.rate}.")
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            progress(FITTED * step / steps, f"step {step} of {steps}, {value:.2f} nats a sample")
        yield value


def _draw(
    network: WaveNet, speech: _Speech, training: WaveNetTraining, generator: torch.Generator, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw segments: inputs [B, 3, S], remainders [B, S], and the conditioning [B, L, 2G, F] cut from whole features.

    Segments are drawn among those with sound: silence is soon learnt, and is half of a corpus of single words.
    """
    frames, hop, order = training.segment_frames, network.config.hop_size, network.config.prediction_order
    drawn = torch.randint(len(speech.segments), (training.batch,), generator=generator)
    rows, firsts = speech.segments[drawn].unbind(1)
    places = [(int(row), int(first)) for row, first in zip(rows, firsts, strict=True)]
    past = torch.stack(
        [
            functional.pad(speech.waveforms[row], (order, 0))[first * hop : (first + frames) * hop + order]
            for row, first in places
        ]
    )
    ahead = Prediction(
        torch.stack([speech.ahead.coefficients[row, first : first + frames] for row, first in places]),
        torch.stack([speech.ahead.gain[row, first : first + frames] for row, first in places]),
    )
    gain = ahead.gain.repeat_interleave(hop, dim=1)
    noise = torch.randn(past.shape, generator=generator) * training.disturbance
    disturbed = past + noise * functional.pad(gain[:, None], (order, 0), mode="replicate")[:, 0]
    inputs, left = remainders(disturbed, past[:, order:], ahead)
    condition = network.condition(speech.features[rows].to(device))
    cut = [each[..., first : first + frames] for each, (_, first) in zip(condition, places, strict=True)]
    return inputs.to(device), left.to(device), torch.stack(cut)


def _loss(network: WaveNet, inputs: Tensor, left: Tensor, condition: Tensor) -> Tensor:
    return network.config.distribution.negative_log_likelihood(network(inputs, condition), left).mean()


def _means(losses: list[float], parts: int = 50) -> list[float]:
    """Shorten a training's losses to at most so many means of equal stretches."""
    stretch = max(1, math.ceil(len(losses) / parts))
    return [
        sum(part) / len(part) for first in range(0, len(losses), stretch) if (part := losses[first : first + stretch])
    ]


@torch.inference_mode()
def _likelihood(network: WaveNet, speech: _Speech, device: torch.device) -> dict[str, Any]:
    """Measure the mean negative log-likelihood in nats a sample, over everything and where the features have sound."""
    nats = []
    order = network.config.prediction_order
    for first in range(0, len(speech.features), 4):
        some = slice(first, first + 4)
        waveform = speech.waveforms[some]
        inputs, left = remainders(functional.pad(waveform, (order, 0)), waveform, speech.ahead[some])
        parameters = network(inputs.to(device), network.condition(speech.features[some].to(device)))
        nats.append(network.config.distribution.negative_log_likelihood(parameters, left.to(device)).cpu())
    is_heard = (speech.features.mean(dim=1) > HEARD).repeat_interleave(network.config.hop_size, dim=1)
    every = torch.cat(nats)
    return {"validation": float(every.mean()), "validation_where_heard": float(every[is_heard].mean())}
