"""What a test method is: a player, a question, roles and statistics, as data."""

from dataclasses import dataclass
from enum import Enum

from listening_tests.questions import Question
from listening_tests.roles import Role


class Player(Enum):
    """How the clips of a trial are played."""

    SINGLE = "single"


@dataclass(frozen=True)
class Method:
    """How a trial is put to a listener. It has no view, template or address of its own.

    `roles_per_trial` gives the least and the most stimuli of each role in one trial; `statistics` names the
    analyses that fit, as in `analysis.engine.statistics`.
    """

    slug: str
    title: str
    citation: str
    instructions: str
    player: Player
    question: Question
    roles_per_trial: dict[Role, tuple[int, int]]
    statistics: tuple[str, ...]
