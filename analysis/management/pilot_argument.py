"""The pilot that a plan is made with: a study's ratings, or those of a CSV file."""

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import CommandError

from analysis.plan_form import WORDS
from analysis.records import Answered, answered_in, pilot_of_record, record_of
from listening_tests.management.study_argument import study_named

if TYPE_CHECKING:
    from analysis.engine.planning.pilot import Pilot


def chosen_pilot(given: str | None, task: str) -> "tuple[str, Pilot | None]":
    """Return a pilot and what it is called; none is none. Raises CommandError."""
    from analysis.engine.columns import RatingsFrameIsWrong
    from analysis.engine.excluding import ExclusionIsUnknown
    from analysis.engine.planning.pilot import PilotTellsTooLittle
    from analysis.engine.planning.pilot_file import PilotFileIsWrong, pilot_of_file
    from analysis.engine.ratings import NoRatings

    if given is None:
        return "", None
    is_words = task == WORDS
    try:
        if given.endswith(".csv"):
            return given, pilot_of_file(Path(given).read_bytes(), given, is_words)
        study = study_named(given)
        record = record_of(study, answered_in([study]).get(study.pk, Answered()).shown_first)
        return f"{study.title} ({record.facts.listeners} listeners)", pilot_of_record(record, is_words)
    except OSError as error:
        raise CommandError(f"--pilot {given}: {error.strerror or error}.") from error
    except PilotFileIsWrong as error:
        raise CommandError(f"--pilot: {error}") from error
    except (ExclusionIsUnknown, NoRatings, PilotTellsTooLittle, RatingsFrameIsWrong) as error:
        raise CommandError(f"--pilot {given}: {error}") from error
