"""A taste for simulated listeners where nobody has listened yet: they hear what judges hear."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from generation.models import Clip, Judgement
from generation.models.clips import Part, Stage
from listening_tests.models import Stimulus, Study
from listening_tests.roles import Role
from listening_tests.simulation.taste import Taste

# Mean opinions, in points, that are assumed and not measured: recordings are good, a vocoder costs a point.
NATURAL_QUALITY = 4.4
COPY_SYNTHESIS_QUALITY = 3.4
# A clip whose word its judges cannot recognise is bad; one that they surely recognise comes near copy synthesis.
UNRECOGNISED_QUALITY = 1.2
RECOGNISED_QUALITY = 3.0


class ClipIsUnjudged(Exception):
    """No judge has said anything of a clip's sound."""


def taste_from_judgements(study: Study) -> Taste:
    """Return a taste in which words are heard as judges hear them in the sound, and systems sound accordingly.

    A clip's judges are those of the panel that it does not climb and that learnt words; their mean counts. The mean
    opinion of a system is fixed for recordings and copy synthesis; for others it rises in a straight line with the
    mean probability of the intended word. Raises ClipIsUnjudged.
    """
    hearing = _hearing(study)
    recognised: dict[str, list[float]] = defaultdict(list)
    roles = (Role.SAMPLE, Role.REFERENCE, Role.HIDDEN_REFERENCE)
    stimuli = Stimulus.objects.filter(block__study=study, role__in=roles).select_related("clip").order_by("pk")
    for stimulus in stimuli:
        assert stimulus.clip is not None
        if str(stimulus.clip.key) not in hearing:
            raise ClipIsUnjudged(
                f"{stimulus.clip} of the system {stimulus.system!r} was not judged on its sound by any classifier that "
                "it does not climb: render it again with a judge in the panel, or give a taste."
            )
        recognised[stimulus.system].append(hearing[str(stimulus.clip.key)].get(stimulus.word, 0.0))
    sources = {system["slug"]: system["source"] for system in study.protocol["systems"]}
    return Taste({system: _quality(sources[system], shares) for system, shares in recognised.items()}, hearing)


def _hearing(study: Study) -> dict[str, Mapping[str, float]]:
    """Return for each clip the mean of the probabilities that its judges give on its sound."""
    judgements = Judgement.objects.filter(clip__in=Clip.objects.filter(stimuli__block__study=study), stage=Stage.AUDIO)
    judged: dict[str, list[Mapping[str, float]]] = defaultdict(list)
    for judgement in judgements.select_related("clip", "checkpoint").order_by("pk"):
        if judgement.part() == Part.JUDGE:
            judged[str(judgement.clip.key)].append(judgement.probabilities)
    return {key: _mean(each) for key, each in judged.items()}


def _mean(judgements: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {word: sum(each[word] for each in judgements) / len(judgements) for word in judgements[0]}


def _quality(source: str, probabilities: list[float]) -> float:
    if source == "natural":
        return NATURAL_QUALITY
    if source == "copy_synthesis":
        return COPY_SYNTHESIS_QUALITY
    share = sum(probabilities) / len(probabilities)
    return UNRECOGNISED_QUALITY + share * (RECOGNISED_QUALITY - UNRECOGNISED_QUALITY)
