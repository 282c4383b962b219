"""Training a WaveNet to speak a corpus: many short segments, the true past given but a little disturbed."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.recordings import read_waveform
from generation.engine.corpora.splits import Split
from generation.engine.features import FeatureConfig, standardise
from generation.engine.networks.wavenet import CLASSES, WaveNet, WaveNetConfig, waveform_to_classes
from generation.engine.progress import Progress, unwatched
from generation.engine.training.card import card_of
from generation.engine.training.loop import FITTED, TrainingDiverged, seeded

HEARD = 0.05
MEASURED = 32


class CorpusHasNoSpeech(ValueError):
    """No recording of the split holds a segment with sound."""


@dataclass(frozen=True)
class WaveNetTraining:
    """How a WaveNet is trained.

    batch: segments a step. segment_frames: their length in frames. rate: the highest learning rate of the one cycle.
    disturbance: the standard deviation, in classes, of the noise on the past that the network is given, so that it
    learns to go on from a past it has sampled itself, which is never quite the true one.
    recordings: how many recordings of the training split are used at most (they are kept in memory).
    """

    batch: int = 2
    segment_frames: int = 10
    rate: float = 3e-3
    disturbance: float = 1.0
    recordings: int = 4000


@dataclass(frozen=True)
class _Speech:
    """Recordings as the network sees them: features [R, M, T], classes [R, N], and the segments [S, 2] with sound in
    them, each a recording's row and its first frame."""

    features: Tensor
    classes: Tensor
    segments: Tensor


def train_wavenet(
    feature_set: FeatureSet,
    *,
    steps: int,
    seed: int,
    device: torch.device,
    progress: Progress = unwatched,
    config: WaveNetConfig | None = None,
    training: WaveNetTraining | None = None,
    threads: int | None = None,
) -> TrainedNetwork:
    """Train a WaveNet on the training split and measure it on the validation split.

    The card's `nll` is the validation split's mean negative log-likelihood in nats a sample, over everything and over
    the stretches with sound. The same arguments give the same weights on the same kind of machine.
    Raises CorpusHasNoSpeech, TrainingDiverged, and what `progress` raises to stop the training.
    """
    training = training or WaveNetTraining()
    features = feature_set.config
    config = config or WaveNetConfig(n_mels=features.n_mels, hop_size=features.hop_size)
    started = perf_counter()
    with seeded(seed, device, threads) as generator:
        progress(0.0, "reading the recordings")
        speech = _speech(feature_set, Split.TRAINING, training.recordings, config, training.segment_frames, generator)
        network = WaveNet(config).to(device)
        losses = list(_steps(network, speech, steps, training, generator, device, progress))
        progress(FITTED, "measuring the likelihood of the validation recordings")
        heard = _speech(feature_set, Split.VALIDATION, MEASURED, config, training.segment_frames, generator)
        likelihood = _likelihood(network.eval(), heard, features, device)
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
    classes = [_classes(feature_set, row, config) for row in rows.tolist()]
    features = feature_set.features[rows]
    is_heard = (features.mean(dim=1) > HEARD).float().unfold(1, frames, 1).mean(dim=2) > 0.5
    if not is_heard.any():
        raise CorpusHasNoSpeech(
            f"No recording of the {split} split holds {frames} frames of sound: look at the corpus."
        )
    return _Speech(features, torch.cat(classes), is_heard.nonzero())


def _classes(feature_set: FeatureSet, row: int, config: WaveNetConfig) -> Tensor:
    """Read a recording as classes [1, N] (uint8), padded with silence to the whole of its last frame."""
    features = feature_set.config
    waveform = standardise(read_waveform(feature_set.recordings[row].path, features.sample_rate)[None], features)
    spare = features.n_frames * features.hop_size - waveform.shape[1]
    return waveform_to_classes(functional.pad(waveform, (0, spare)), config.pre_emphasis).to(torch.uint8)


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
    """Draw segments: classes [B, S], the same disturbed, and the conditioning [B, L, 2R, F] cut from whole features.

    Segments are drawn among those with sound: silence is soon learnt, and is half of a corpus of single words.
    """
    frames, hop = training.segment_frames, network.config.hop_size
    drawn = torch.randint(len(speech.segments), (training.batch,), generator=generator)
    rows, firsts = speech.segments[drawn].unbind(1)
    places = [(int(row), int(first)) for row, first in zip(rows, firsts, strict=True)]
    classes = torch.stack([speech.classes[row, first * hop : (first + frames) * hop] for row, first in places]).long()
    noise = torch.randn(classes.shape, generator=generator) * training.disturbance
    disturbed = (classes + noise.round().long()).clamp(0, CLASSES - 1)
    condition = network.condition(speech.features[rows].to(device))
    cut = [each[..., first : first + frames] for each, (_, first) in zip(condition, places, strict=True)]
    return classes.to(device), disturbed.to(device), torch.stack(cut)


def _loss(network: WaveNet, classes: Tensor, past: Tensor, condition: Tensor) -> Tensor:
    return functional.cross_entropy(network.predict(past, condition), classes)


def _means(losses: list[float], parts: int = 50) -> list[float]:
    """Shorten a training's losses to at most so many means of equal stretches."""
    stretch = max(1, math.ceil(len(losses) / parts))
    return [
        sum(part) / len(part) for first in range(0, len(losses), stretch) if (part := losses[first : first + stretch])
    ]


@torch.inference_mode()
def _likelihood(network: WaveNet, speech: _Speech, config: FeatureConfig, device: torch.device) -> dict[str, Any]:
    """Measure the mean negative log-likelihood in nats a sample, over everything and where the features have sound."""
    nats = []
    for features, classes in zip(torch.split(speech.features, 4), torch.split(speech.classes.long(), 4), strict=True):
        scores = network(classes.to(device), features.to(device))
        nats.append(functional.cross_entropy(scores, classes.to(device), reduction="none").cpu())
    is_heard = (speech.features.mean(dim=1) > HEARD).repeat_interleave(config.hop_size, dim=1)
    every = torch.cat(nats)
    return {"validation": float(every.mean()), "validation_where_heard": float(every[is_heard].mean())}
