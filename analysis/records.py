"""From a study in the database to the record that the engine analyses, and to its results.

The engine is imported where it is needed: its libraries cost seconds, which only a process that shows results pays.
"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache as remembered
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q

from generation.catalogue import NETWORKS
from generation.models import Corpus
from listening_tests.models import Rating, Study
from listening_tests.ratings_frame import RATINGS_AT_ONCE, judgements_frame, ratings_frame, ratings_in_chunks

if TYPE_CHECKING:
    from analysis.engine.figure import Figure
    from analysis.engine.planning.pilot import Pilot
    from analysis.engine.record import RecordInChunks, StudyFacts, StudyRecord
    from analysis.engine.results import Results

Kept = TypeVar("Kept")
REMEMBER_SECONDS = 24 * 3600


class Listeners(StrEnum):
    """Whose answers are analysed. The two never mix."""

    REAL = "real"
    SIMULATED = "simulated"


@dataclass(frozen=True)
class Answered:
    """How many listeners gave how many ratings in a study, real and simulated apart."""

    real_listeners: int = 0
    real_ratings: int = 0
    simulated_listeners: int = 0
    simulated_ratings: int = 0

    @property
    def shown_first(self) -> Listeners:
        """Real listeners, unless there are none but simulated ones."""
        return Listeners.SIMULATED if self.simulated_ratings and not self.real_ratings else Listeners.REAL


def answered_in(studies: Iterable[Study]) -> dict[int, Answered]:
    """Return the counts of each study by its primary key, in one query."""
    study, listener = "presentation__trial__session__study", "presentation__trial__session__listener"
    simulated = Q(**{f"{listener}__is_simulated": True})
    rows = (
        Rating.objects.filter(**{f"{study}__in": list(studies)})
        .values_list(study)
        .annotate(
            real_listeners=Count(listener, distinct=True, filter=~simulated),
            real_ratings=Count("pk", filter=~simulated),
            simulated_listeners=Count(listener, distinct=True, filter=simulated),
            simulated_ratings=Count("pk", filter=simulated),
        )
        .order_by(study)
    )
    return {key: Answered(*counts) for key, *counts in rows}


def record_of(study: Study, listeners: Listeners) -> "StudyRecord":
    """Return what a study's results are computed from: the answers of real listeners, or of simulated ones.

    Raises RatingsFrameIsWrong.
    """
    from analysis.engine.record import study_record

    ratings = ratings_frame(study, simulated=listeners is Listeners.SIMULATED)
    return study_record(_facts_of(study, listeners), study.protocol, ratings, judgements_frame(study))


def record_in_chunks(study: Study, listeners: Listeners, *, at_once: int = RATINGS_AT_ONCE) -> "RecordInChunks":
    """Return what `record_of` returns with its ratings still in the database: at most `at_once` are read together.

    Raises RatingsFrameIsWrong, for ratings once they are reached.
    """
    from analysis.engine.record import in_chunks

    ratings = ratings_in_chunks(study, simulated=listeners is Listeners.SIMULATED, at_once=at_once)
    return in_chunks(_facts_of(study, listeners), study.protocol, ratings, judgements_frame(study))


def _facts_of(study: Study, listeners: Listeners) -> "StudyFacts":
    from analysis.engine.record import StudyFacts, library_versions

    corpora = Corpus.objects.filter(clips__stimuli__block__study=study).distinct().order_by("title", "pk")
    return StudyFacts(
        study=study.slug,
        title=study.title,
        version=study.version,
        protocol_sha256=study.protocol_sha256,
        seed=study.seed,
        listeners=listeners.value,
        corpus=", ".join(corpus.title for corpus in corpora),
        is_synthetic_speech=any(corpus.is_synthetic for corpus in corpora),
        licence=", ".join(sorted({corpus.licence for corpus in corpora} - {""})),
        versions={"hearsay": our_version(), **library_versions()},
    )


@remembered
def our_version() -> str:
    """Return the version of Hearsay that runs."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def results_of(record: "StudyRecord", *, at_once: bool = False) -> "Results":
    """Return the results of a record, remembered until a number in it changes; see `analyse` for `at_once`.

    Raises NoRatings, RatingsFrameIsWrong, StatisticIsUnknown or ExclusionIsUnknown.
    """
    from analysis.engine.results import analyse

    return _remember(f"results:{record.digest}", lambda: analyse(record, at_once=at_once))


def figures_of(record: "StudyRecord") -> "dict[str, Figure]":
    """Return the figures of a record's results by name, remembered until a number changes. Raises as `results_of`."""
    from analysis.engine.gallery import draw_figures

    def draw() -> "dict[str, Figure]":
        return draw_figures(record, results_of(record), classifier_titles(record))

    return _remember(f"figures:{record.digest}", draw)


def pilot_of_record(record: "StudyRecord", is_identification: bool) -> "Pilot":
    """Return the variances that a record's ratings show, without what its exclusions leave out; remembered.

    Raises NoRatings, RatingsFrameIsWrong, ExclusionIsUnknown or PilotTellsTooLittle.
    """
    from analysis.engine.excluding import exclusions_of
    from analysis.engine.planning.pilot import pilot_of_identification, pilot_of_scores

    def compute() -> "Pilot":
        kept = exclusions_of(record.ratings, record.protocol).kept
        return pilot_of_identification(kept) if is_identification else pilot_of_scores(kept)

    return _remember(f"pilot:{is_identification}:{record.digest}", compute)


def _remember(key: str, compute: Callable[[], Kept]) -> Kept:
    found: Kept | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, REMEMBER_SECONDS)
    return found


def classifier_titles(record: "StudyRecord") -> dict[str, str]:
    """Return a name for each classifier: its network's title, with the checkpoint where two share a network."""
    networks = dict(zip(record.judgements["classifier"], record.judgements["network"], strict=True))
    titles = {
        slug: NETWORKS[network].title if network in NETWORKS else network for slug, network in sorted(networks.items())
    }
    shared = [title for title in titles.values() if list(titles.values()).count(title) > 1]
    return {slug: f"{title} ({slug})" if title in shared else title for slug, title in titles.items()}
