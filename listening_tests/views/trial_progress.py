"""Where in a session a trial stands, as pages tell it."""

from typing import Any

from listening_tests.models import Session, Trial


def trial_progress(session: Session, trial: Trial) -> dict[str, Any]:
    """Return where in the session a trial stands, counted from 1, by one query."""
    blocks = list(session.trials.order_by("position").values_list("block_id", flat=True))
    parts = list(dict.fromkeys(blocks))
    return {
        "session": session,
        "trial": trial,
        "part_title": trial.block.title,
        "instructions": trial.block.instructions or trial.block.test_method.instructions,
        "number": trial.position + 1,
        "n_trials": len(blocks),
        "part": parts.index(trial.block_id) + 1,
        "n_parts": len(parts),
        "n_in_part": blocks.count(trial.block_id),
    }
