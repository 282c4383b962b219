"""A taste for simulated listeners where nobody has listened yet: they hear what the study's judge hears."""

from collections import defaultdict
from collections.abc import Mapping

from generation.models import Judgement
from generation.models.clips import Stage
from listening_tests.models import Stimulus, Study
from listening_tests.taste import Taste

# Mean opinions, in points, that are assumed and not measured: recordings are good, a vocoder costs a point.
NATURAL_QUALITY = 4.4
COPY_SYNTHESIS_QUALITY = 3.4
# A maximised clip that the judge cannot recognise is bad; one that it surely recognises comes near copy synthesis.
UNRECOGNISED_QUALITY = 1.2
RECOGNISED_QUALITY = 3.0


class ClipIsUnjudged(Exception):
    """The study's judge has said nothing of a clip's sound."""


def taste_from_judgements(study: Study) -> Taste:
    """Return a taste in which words are heard as the judge hears them in the sound, and systems sound accordingly.

    The mean opinion of a system is fixed for recordings and copy synthesis; for maximised systems it rises in a
    straight line with the mean probability of the intended word. Raises ClipIsUnjudged.
    """
    hearing = _hearing(study)
    recognised: dict[str, list[float]] = defaultdict(list)
    stimuli = Stimulus.objects.filter(block__study=study).select_related("clip").order_by("pk")
    for stimulus in stimuli:
        if str(stimulus.clip.key) not in hearing:
            raise ClipIsUnjudged(
                f"{stimulus.clip} of the system {stimulus.system!r} was not judged by {_judge(study)!r} on its sound: "
                "render it again with that judge, or give a taste."
            )
        recognised[stimulus.system].append(hearing[str(stimulus.clip.key)].get(stimulus.word, 0.0))
    sources = {system["slug"]: system["source"] for system in study.protocol["systems"]}
    return Taste({system: _quality(sources[system], shares) for system, shares in recognised.items()}, hearing)


def _judge(study: Study) -> str:
    return str(study.protocol["networks"]["judge"]["network"])


def _hearing(study: Study) -> dict[str, Mapping[str, float]]:
    """Return for each clip the probabilities that the judge gives on its sound."""
    judgements = Judgement.objects.filter(
        clip__stimuli__block__study=study, stage=Stage.AUDIO, checkpoint__network=_judge(study)
    )
    rows = judgements.order_by("pk").values_list("clip__key", "probabilities")
    return {str(key): probabilities for key, probabilities in rows}


def _quality(source: str, probabilities: list[float]) -> float:
    if source == "natural":
        return NATURAL_QUALITY
    if source == "copy_synthesis":
        return COPY_SYNTHESIS_QUALITY
    share = sum(probabilities) / len(probabilities)
    return UNRECOGNISED_QUALITY + share * (RECOGNISED_QUALITY - UNRECOGNISED_QUALITY)
