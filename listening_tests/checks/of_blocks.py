"""Which checks a study puts among a block's samples, and which of their sounds a session gets."""

import random
from collections.abc import Sequence

from listening_tests.checks.placement import Placed
from listening_tests.models import Block, Study
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.study_file.screenings import block_numbers, screenings_of


def checks_by_block(study: Study, methods: Sequence[str]) -> list[list[TrialCheck]]:
    """Return the checks that put trials into each block; `methods` are the blocks' methods, in order."""
    checks = [check for check in screenings_of(study.protocol) if isinstance(check, TrialCheck)]
    return [
        [check for check in checks if number in block_numbers(check, list(methods))]
        for number in range(1, len(methods) + 1)
    ]


def drawn_checks(checks: Sequence[TrialCheck], block: Block, *, taken: set[tuple[str, str]], seed: int) -> list[Placed]:
    """Return which of its checks' sets a session gets in a block, drawn by lot.

    Clips that the session rates anyway, by the pairs of system and word in `taken`, come last. If a check has fewer
    sets than trials, some come again.
    """
    dice = random.Random(seed)
    drawn: list[Placed] = []
    for check in checks:
        rows = list(block.sets.filter(role=check.role).order_by("pk").values_list("pk", "system", "word"))
        dice.shuffle(rows)
        rows.sort(key=lambda row: row[1:] in taken)
        chosen = [rows[number % len(rows)] for number in range(check.trials)] if rows else []
        drawn += [Placed(set_id, word, check.role) for set_id, _system, word in chosen]
    return drawn


def n_repeats(checks: Sequence[TrialCheck]) -> int:
    """Return how many samples a block repeats."""
    return sum(check.trials for check in checks if check.role == TrialRole.REPEAT)
