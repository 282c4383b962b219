"""The lease table: the truth about background work."""

from django.conf import settings
from django.db import models

from generation.catalogue import job_kind_choices
from generation.states import ItemState, JobState


class Job(models.Model):
    """Something asked for that takes a while, cut into items."""

    kind = models.CharField(max_length=40, choices=job_kind_choices)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.PENDING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    error = models.TextField(blank=True)
    woken_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told of this job.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class JobItem(models.Model):
    """The unit of work that one worker does at a time, and that is done again if it dies."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.PENDING)
    attempt = models.PositiveIntegerField(default=0, help_text="Counts claims; the fencing token of the present one.")
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    progress = models.FloatField(default=0.0, help_text="0 to 1")
    note = models.CharField(max_length=200, blank=True, help_text="What is being done, for people.")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="one_item_per_position")]
        indexes = [models.Index(fields=["state", "lease_until"], name="items_free_to_claim")]

    def __str__(self) -> str:
        return f"item {self.position} of {self.job_id}"
