"""What a panel of classifiers says of a clip, put together: each one's words, and whether all hear the intended one."""

from collections.abc import Iterable
from dataclasses import dataclass

from generation.models import Checkpoint, Clip, Judgement
from generation.models.clips import Part, Stage


@dataclass(frozen=True)
class Heard:
    """What a classifier heard at one stage, and how probable it found the intended word and all others."""

    word: str
    is_right: bool
    probability: float
    ranked: list[tuple[str, float]]


@dataclass(frozen=True)
class Verdict:
    """What one classifier of the panel heard before and after the vocoder.

    title: the network's; with the checkpoint's name where others of the panel are the same network.
    """

    title: str
    checkpoint: Checkpoint
    part: Part
    features: Heard | None
    audio: Heard | None


@dataclass(frozen=True)
class Agreement:
    """How many of the classifiers that count at a stage hear the intended word: those climbed, and all judges.

    has_judge: one of them at least is a judge of another architecture than those climbed.
    """

    n_right: int
    n_heard: int
    has_judge: bool

    @property
    def is_success(self) -> bool | None:
        """Whether own classifiers and judges all hear the word; None where there is no judge to tell."""
        return self.n_right == self.n_heard if self.has_judge else None


def verdicts(clip: Clip) -> list[Verdict]:
    """Return each classifier's verdict: first those the clip climbs, then judges, then controls.

    Reads the clip's judgements with their checkpoints: prefetch them for many clips.
    """
    by_checkpoint: dict[Checkpoint, dict[str, Judgement]] = {}
    for judgement in clip.judgements.all():
        by_checkpoint.setdefault(judgement.checkpoint, {})[judgement.stage] = judgement
    networks = [checkpoint.network for checkpoint in by_checkpoint]
    found = [
        Verdict(
            _title(checkpoint, is_alone=networks.count(checkpoint.network) == 1),
            checkpoint,
            next(iter(stages.values())).part(),
            _heard(stages.get(Stage.FEATURES), clip.word),
            _heard(stages.get(Stage.AUDIO), clip.word),
        )
        for checkpoint, stages in by_checkpoint.items()
    ]
    return sorted(found, key=lambda verdict: list(Part).index(verdict.part))


def _title(checkpoint: Checkpoint, *, is_alone: bool) -> str:
    title = checkpoint.get_network_display()
    return title if is_alone else f"{title}, {checkpoint.slug}"


def _heard(judgement: Judgement | None, word: str) -> Heard | None:
    if judgement is None:
        return None
    return Heard(
        judgement.heard, judgement.heard == word, judgement.probabilities.get(word, 0.0), ranked=judgement.ranked()
    )


def agreements(found: Iterable[Verdict]) -> dict[str, Agreement]:
    """Return how far a panel agrees on the intended word at each stage; controls, which learnt none, do not count."""
    counting = [verdict for verdict in found if verdict.part != Part.CONTROL]
    climbed = {verdict.checkpoint.network for verdict in counting if verdict.part == Part.OWN}
    agreed = {}
    for stage in Stage.values:
        heard = [(verdict.checkpoint.network, getattr(verdict, stage)) for verdict in counting]
        heard = [(network, each) for network, each in heard if each is not None]
        agreed[stage] = Agreement(
            n_right=sum(each.is_right for _, each in heard),
            n_heard=len(heard),
            has_judge=any(network not in climbed for network, _ in heard),
        )
    return agreed
