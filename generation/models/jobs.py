"""The lease table: the truth about background work."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Avg, Case, Count, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from generation.catalogue import job_kind_choices
from generation.states import ItemState, JobState

OPEN_STATES = [JobState.PENDING, JobState.RUNNING]
# An item that has taken this many workers down with it is not given to another.
MAX_TRIES = 3


def seconds_from_now(seconds: float) -> Combinable:
    """Return a moment by the clock of the database, which all workers share."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def with_progress(self) -> Self:
        """Add the number of items, of done and of failed items, and the fraction done from 0 to 1."""
        done = Q(items__state=ItemState.DONE)
        return self.annotate(
            n_items=Count("items"),
            n_done=Count("items", filter=done),
            n_failed=Count("items", filter=Q(items__state=ItemState.FAILED)),
            fraction=Avg(Case(When(done, then=Value(1.0)), default=F("items__progress")), default=0.0),
        )

    def asked_with(self, request_digest: str) -> "Job | None":
        """Return the newest job that was asked for with this digest."""
        return self.filter(request_digest=request_digest).order_by("-pk").first()


class Job(models.Model):
    """Something asked for that takes a while, cut into items."""

    kind = models.CharField(max_length=40, choices=job_kind_choices)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict, help_text="What all items share.")
    request_digest = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="SHA-256 of what was asked for; empty if it may run twice."
    )
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.PENDING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    error = models.TextField(blank=True)
    woken_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told of this job.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request_digest"],
                condition=Q(state__in=OPEN_STATES) & ~Q(request_digest=""),
                name="one_open_job_for_a_request",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def can_be_retried(self) -> bool:
        return self.state in {JobState.FAILED, JobState.CANCELLED}


class JobItemQuerySet(models.QuerySet["JobItem"]):
    def expired(self) -> Self:
        """Return the items whose worker has been silent for too long."""
        return self.filter(state=ItemState.LEASED, lease_until__lt=Now())

    def free(self) -> Self:
        """Return the items that a worker may claim."""
        is_free = Q(state=ItemState.PENDING) | Q(state=ItemState.LEASED, lease_until__lt=Now())
        return self.filter(is_free, tries__lt=MAX_TRIES)

    def held(self, pk: int, attempt: int) -> Self:
        """Return the item if this attempt is the one that holds its lease."""
        return self.filter(pk=pk, attempt=attempt, state=ItemState.LEASED)


class JobItem(models.Model):
    """The unit of work that one worker does at a time, and that is done again if it dies."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.PENDING)
    attempt = models.PositiveIntegerField(default=0, help_text="Counts claims; the fencing token of the present one.")
    tries = models.PositiveIntegerField(default=0, help_text="Claims since the item was asked for, or retried.")
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True, help_text="Host and process.")
    message = models.CharField(max_length=64, blank=True, help_text="The queue's message that the worker follows.")
    progress = models.FloatField(default=0.0, help_text="0 to 1")
    note = models.CharField(max_length=200, blank=True, help_text="What is being done, for people.")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="one_item_per_position")]
        indexes = [models.Index(fields=["state", "lease_until"], name="items_free_to_claim")]

    def __str__(self) -> str:
        return f"item {self.position} of {self.job_id}"
