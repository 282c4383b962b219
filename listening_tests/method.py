"""What a test method is: a player, a question, roles and statistics, as data."""

from dataclasses import dataclass, field
from enum import Enum

from listening_tests.questions import Question, Text
from listening_tests.roles import Role


class Player(Enum):
    """How a trial is played: one sound alone, one after the other, or switching between them as they play."""

    SINGLE = "single"
    SEQUENCE = "sequence"
    SWITCHING = "switching"


class Arrangement(Enum):
    """In which order a trial's sounds stand. An open reference always comes first."""

    AS_THEY_ARE = "as they are"
    SHUFFLED = "shuffled"
    SHUFFLED_THEN_X = "shuffled, then one of them again"


@dataclass(frozen=True)
class Method:
    """How a trial is put to a listener. It has no view, template or address of its own.

    `roles_per_trial` gives the least and the most stimuli of each role in one trial; all stimuli of a trial say the
    same word. `names` is what listeners call the sounds, in the order in which they stand (letters, if left out).
    `probes_words`: each trial asks about a word, in half of them the intended one. `statistics` names the analyses
    that fit, as in `analysis.engine.statistics`; those `on_request` fit too, but take long: files must name them.
    """

    slug: str
    title: str
    citation: str
    instructions: Text
    player: Player
    question: Question
    roles_per_trial: dict[Role, tuple[int, int]]
    statistics: tuple[str, ...]
    on_request: tuple[str, ...] = ()
    arrangement: Arrangement = Arrangement.AS_THEY_ARE
    names: tuple[Text, ...] = field(default=())
    probes_words: bool = False

    @property
    def needs_reference(self) -> bool:
        """Whether the study file must say which system is the reference."""
        return Role.REFERENCE in self.roles_per_trial or Role.HIDDEN_REFERENCE in self.roles_per_trial
