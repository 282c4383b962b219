"""Which stimuli are put together in one trial, and in which order. Pure: no database, no global randomness."""

import itertools
import random
import string
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from listening_tests.method import Arrangement, Method
from listening_tests.roles import Role

SEPARATOR = "+"


@dataclass(frozen=True)
class Member:
    """A stimulus as it is put together with others; `take` tells apart the clips of one system and word."""

    id: int
    role: Role
    system: str
    word: str
    take: int = 0


@dataclass(frozen=True)
class PlannedSet:
    """The stimuli of one trial, an open reference first."""

    members: tuple[Member, ...]

    @property
    def system(self) -> str:
        """The samples' systems, joined; those of the other roles go without saying."""
        return SEPARATOR.join(sorted(member.system for member in self.members if member.role == Role.SAMPLE))

    @property
    def word(self) -> str:
        return self.members[0].word


class SetsCannotBeMade(ValueError):
    """The stimuli do not suffice for one trial of the method."""


def compose_sets(method: Method, members: Iterable[Member], *, seed: int) -> list[PlannedSet]:
    """Return every trial that a block can put: of each word and take, what belongs together.

    One sample: a set for each. Samples with a reference: a set for each sample, unless all are rated side by side.
    Two samples: every pair of systems. Three or more of many (best–worst): as many sets as systems, each system
    equally often, neighbours drawn by lot. Raises SetsCannotBeMade.
    """
    groups: dict[tuple[str, int], list[Member]] = defaultdict(list)
    for member in members:
        groups[member.word, member.take].append(member)
    sets = [made for key in sorted(groups) for made in _sets_of(method, groups[key], random.Random(f"{seed}/{key}"))]
    if not sets:
        raise SetsCannotBeMade(f"{method.title} finds no word for which all its sounds are there: add systems.")
    return sets


def _sets_of(method: Method, group: Sequence[Member], dice: random.Random) -> list[PlannedSet]:
    by_role: dict[Role, list[Member]] = defaultdict(list)
    for member in sorted(group, key=lambda member: (member.system, member.id)):
        by_role[member.role].append(member)
    beside: list[Member] = []
    for role, (least, most) in method.roles_per_trial.items():
        if role == Role.SAMPLE:
            continue
        if len(by_role[role]) < least:
            return []
        beside += by_role[role][:most]
    least, most = method.roles_per_trial[Role.SAMPLE]
    return [PlannedSet((*beside, *chosen)) for chosen in _samples(by_role[Role.SAMPLE], least, most, dice)]


def _samples(samples: Sequence[Member], least: int, most: int, dice: random.Random) -> list[tuple[Member, ...]]:
    """Return which samples are put together: every combination of two, or a cyclic design of more."""
    if len(samples) < least:
        return []
    if len(samples) <= most:
        return [tuple(samples)]
    if most <= 2:
        return list(itertools.combinations(samples, most))
    round_table = list(samples)
    dice.shuffle(round_table)
    n = len(round_table)
    return [tuple(round_table[(start + step) % n] for step in range(most)) for start in range(n)]


def arrange(method: Method, members: Sequence[Member], *, seed: int) -> list[tuple[Member, str]]:
    """Return the sounds of one trial in order, each with what the listener calls it; the same for the same seed."""
    dice = random.Random(seed)
    open_references = [member for member in members if member.role == Role.REFERENCE]
    others = [member for member in members if member.role != Role.REFERENCE]
    if method.arrangement != Arrangement.AS_THEY_ARE:
        dice.shuffle(others)
    if method.arrangement == Arrangement.SHUFFLED_THEN_X:
        others.append(dice.choice(others))
    return list(zip([*open_references, *others], _names(method, len(open_references), len(others)), strict=True))


def _names(method: Method, n_references: int, n_others: int) -> list[str]:
    """Return what the sounds are called in the language that is spoken: nothing where there is but one."""
    if n_references + n_others == 1:
        return [""]
    if method.names:
        return [str(name) for name in method.names]
    return [_("Reference")] * n_references + list(string.ascii_uppercase[:n_others])
