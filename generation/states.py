"""Which state may follow which."""

from collections.abc import Mapping

from django.db import models


class JobState(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ItemState(models.TextChoices):
    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


JOB_TRANSITIONS: dict[str, set[str]] = {
    JobState.PENDING: {JobState.RUNNING, JobState.CANCELLED},
    JobState.RUNNING: {JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    JobState.FAILED: {JobState.PENDING},
    JobState.CANCELLED: {JobState.PENDING},
    JobState.DONE: set(),
}

ITEM_TRANSITIONS: dict[str, set[str]] = {
    ItemState.PENDING: {ItemState.LEASED, ItemState.CANCELLED},
    # From leased to leased: a lease has expired and someone else has claimed the item.
    ItemState.LEASED: {ItemState.LEASED, ItemState.DONE, ItemState.FAILED, ItemState.PENDING, ItemState.CANCELLED},
    ItemState.FAILED: {ItemState.PENDING},
    ItemState.CANCELLED: {ItemState.PENDING},
    ItemState.DONE: set(),
}


def states_before(state: str, transitions: Mapping[str, set[str]]) -> list[str]:
    """Return the states that the state may follow."""
    return [before for before, following in transitions.items() if state in following]
