"""What a screening is: a check on listeners. Its settings are fields; its class says when it acts and how it decides.

Three sorts, by when they act: checks before listening (`ListeningCheck`), trials inside blocks (`TrialCheck`), and
rules over what was recorded (`Rule`). A sibling in `screenings/` is one class of one of these sorts.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, ClassVar

from pydantic import Field, WithJsonSchema

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.checks.session_record import SessionRecord, TrialRecord, in_role
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.questions import Text
from listening_tests.roles import TrialRole
from listening_tests.study_file.networks import Section

# Files write a consequence as a word.
ConsequenceWord = Annotated[Consequence, Field(strict=False), WithJsonSchema({"enum": Consequence.values})]
WHAT_FOLLOWS = "What follows when it is failed."


class Moment(Enum):
    """When a screening acts."""

    BEFORE = "before listening"
    WITHIN = "inside blocks"
    AFTER = "when the session ends"


@dataclass(frozen=True)
class Finding:
    """What a screening says of a session, and the numbers that it rests on."""

    has_passed: bool
    detail: dict[str, Any] = field(default_factory=dict)


class Screening(Section):
    """What all screenings share. Every sibling adds the field `check`, whose one value is its slug."""

    title: ClassVar[Text]
    kind: ClassVar[Kind]
    citation: ClassVar[str]
    moment: ClassVar[Moment]

    consequence: ConsequenceWord = Field(Consequence.EXCLUDE, description=WHAT_FOLLOWS)

    @classmethod
    def slug(cls) -> str:
        """Return the name that study files and tables know it by."""
        return str(cls.model_fields["check"].default)


class ListeningCheck(Screening):
    """A check before listening: pages of items, made anew for each attempt."""

    moment: ClassVar = Moment.BEFORE
    # What the page tells to do, one step after another, and what it says when an attempt failed and another begins.
    steps: ClassVar[tuple[Text, ...]]
    try_again: ClassVar[Text]
    is_one_page: ClassVar[bool] = False

    consequence: ConsequenceWord = Field(Consequence.SCREEN_OUT, description=WHAT_FOLLOWS)
    attempts: int = Field(1, ge=1, le=20, description="How often it may be tried, each time with new items.")

    def items(self, dice: random.Random) -> list[Facts]:
        """Return what one attempt asks, the same for the same dice."""
        raise NotImplementedError

    def ask(self, facts: Facts) -> AskedItem:
        """Return what the listener is told of an item."""
        raise NotImplementedError

    def sound(self, facts: Facts, number: int) -> CheckSound:
        """Return one of an item's sounds. For a given number all alternatives last equally long."""
        raise NotImplementedError

    def is_right(self, facts: Facts, answer: str) -> bool:
        """Return whether an answer is the right one."""
        return bool(answer == facts["right"])

    def right_answer(self, facts: Facts) -> str:
        """Return a right answer, as simulated listeners give it."""
        return str(facts["right"])

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        """Return what the answers of one attempt come to."""
        raise NotImplementedError


def enough_right(items: Sequence[AnsweredItem], needed: int) -> Finding:
    """Return whether so many answers are right."""
    n_right = sum(item.is_right for item in items)
    return Finding(n_right >= needed, {"n_items": len(items), "n_right": n_right, "pass_at": needed})


class RecordedScreening(Screening):
    """A screening that decides when the session ends, by what was recorded; the same whenever it is asked again."""

    # Simulated listeners take no time over anything, so such a screening says nothing of them.
    is_about_time: ClassVar[bool] = False

    def evaluate(self, record: SessionRecord) -> Finding:
        """Return what a session's record comes to."""
        raise NotImplementedError


class Rule(RecordedScreening):
    """A rule over what was recorded of the session's trials."""

    moment: ClassVar = Moment.AFTER


class TrialCheck(RecordedScreening):
    """Trials put among a block's samples: each fails alone, and the check fails when enough of them do."""

    moment: ClassVar = Moment.WITHIN
    role: ClassVar[TrialRole]

    trials: int = Field(1, ge=1, le=20, description="How many of them each of its blocks puts into a session.")
    blocks: list[int] | None = Field(
        None, min_length=1, description="Which blocks, counted from 1; all that it fits, if left out."
    )
    fails_at: int = Field(1, ge=1, le=20, description="How many failed trials of a session fail the check.")

    def stimuli(self, block: BlockFacts, dice: random.Random) -> list[PlannedStimulus]:
        """Return the sounds that its trials in one block play, the same for the same dice; a session gets some."""
        raise NotImplementedError

    def has_failed(self, trial: TrialRecord, record: SessionRecord) -> bool:
        """Return whether one of its trials was failed."""
        return not trial.is_as_expected

    def evaluate(self, record: SessionRecord) -> Finding:
        """Return how many of its trials were failed. Trials that were skipped are none."""
        own = in_role(record, self.role)
        failed = [trial.position for trial in own if self.has_failed(trial, record)]
        detail = {"n_trials": len(own), "n_failed": len(failed), "failed_trials": failed, "fails_at": self.fails_at}
        return Finding(len(failed) < self.fails_at, detail)
