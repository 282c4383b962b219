"""How much a listener of a study hears."""

import math
from collections import Counter
from collections.abc import Sequence

from django.db.models import Count

from listening_tests.checks.of_blocks import checks_by_block, n_repeats
from listening_tests.checks.placement import n_repeatable
from listening_tests.method import Arrangement
from listening_tests.models import Block, StimulusSet, Study
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck


def n_sounds_per_session(study: Study) -> int:
    """Return how many sounds the trials of one session put, practice and checks included, in two queries.

    Where a block's sets differ in size, it is the number that a session has on average, rounded up.
    """
    blocks = list(study.blocks.order_by("position", "pk"))
    per_set = _sounds_per_set(study, blocks)
    checks = checks_by_block(study, [block.method for block in blocks])
    return math.ceil(
        sum(
            n_trials * per_set.get((block.pk, role), 0)
            for block, of_block in zip(blocks, checks, strict=True)
            for role, n_trials in _trials_by_role(block, of_block).items()
        )
    )


def _trials_by_role(block: Block, checks: Sequence[TrialCheck]) -> Counter[TrialRole]:
    """Return how many trials a session has in a block of each role of their sets; a repeat's set is a sample."""
    planned: Counter[TrialRole] = Counter(
        {check.role: check.trials for check in checks if check.role != TrialRole.REPEAT}
    )
    planned[TrialRole.TRAINING] = (block.settings.get("training") or {}).get("trials", 0)
    repeated = min(n_repeats(checks), n_repeatable(block.trials_per_session))
    planned[TrialRole.SAMPLE] = block.trials_per_session + repeated
    return planned


def _sounds_per_set(study: Study, blocks: Sequence[Block]) -> dict[tuple[int, TrialRole], float]:
    """Return how many sounds a trial puts on average, by the block and the role of its set."""
    again = {block.pk: block.test_method.arrangement == Arrangement.SHUFFLED_THEN_X for block in blocks}
    sets = StimulusSet.objects.filter(block__study=study).values("block_id", "role")
    rows = sets.annotate(n_sets=Count("pk", distinct=True), n_members=Count("places")).order_by()
    return {
        (row["block_id"], TrialRole(row["role"])): row["n_members"] / row["n_sets"] + again[row["block_id"]]
        for row in rows
    }
