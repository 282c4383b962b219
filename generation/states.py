"""Which state may follow which."""

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


JOB_TRANSITIONS = {
    JobState.PENDING: {JobState.RUNNING, JobState.CANCELLED},
    JobState.RUNNING: {JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    JobState.FAILED: {JobState.PENDING},
    JobState.CANCELLED: {JobState.PENDING},
    JobState.DONE: set(),
}

ITEM_TRANSITIONS = {
    ItemState.PENDING: {ItemState.LEASED, ItemState.CANCELLED},
    ItemState.LEASED: {ItemState.DONE, ItemState.FAILED, ItemState.PENDING, ItemState.CANCELLED},
    ItemState.FAILED: {ItemState.PENDING},
    ItemState.CANCELLED: {ItemState.PENDING},
    ItemState.DONE: set(),
}
