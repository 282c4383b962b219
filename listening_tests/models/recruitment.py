"""Where listeners came from. Kept apart from their answers, and deletable without them."""

from datetime import datetime, timedelta

from django.db import models

from listening_tests.models.listeners import Listener
from listening_tests.models.studies import Study
from listening_tests.states import HeldBy

# A worker that is there takes up a look within seconds, unless it has a long piece of work in hand.
LATE = timedelta(minutes=5)


class Identity(models.Model):
    """How a recruitment service knows a listener: enough to pay them, and to let nobody take part twice."""

    listener = models.OneToOneField(Listener, on_delete=models.CASCADE, related_name="identity")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="identities")
    service = models.SlugField(max_length=40)
    digest = models.CharField(max_length=64, help_text="Of the id there, made with a secret of this server.")
    sitting = models.PositiveIntegerField(default=1, help_text="Counts on where a study may be taken again.")
    person = models.CharField(max_length=200, blank=True, help_text="The id there, for as long as paying needs it.")
    submission = models.CharField(max_length=200, blank=True, help_text="What the service calls this taking part.")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["study", "service", "digest", "sitting"], name="a_person_takes_part_once_per_sitting"
            ),
            models.UniqueConstraint(
                fields=["study", "submission"], condition=~models.Q(submission=""), name="a_submission_has_one_session"
            ),
        ]
        indexes = [models.Index(fields=["study", "submission"], name="identity_by_submission")]

    def __str__(self) -> str:
        return f"{self.service} {self.digest[:8]}"


class Recruitment(models.Model):
    """A study as a recruitment service keeps it."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="recruitment")
    service = models.SlugField(max_length=40)
    study_there = models.CharField(max_length=100, blank=True, help_text="What the service calls the study.")
    state_there = models.CharField(max_length=40, blank=True, help_text="In the service's own words.")
    places = models.PositiveIntegerField(default=0, help_text="How many listeners the service was asked for in all.")
    held_by = models.CharField(max_length=12, choices=HeldBy.choices, blank=True, help_text="Who has paused it there.")
    codes = models.JSONField(default=dict, help_text="A completion code for each outcome.")
    bonuses_paid = models.PositiveIntegerField(default=0, help_text="In pence or cents.")
    created_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True, help_text="When a worker is to look at it next.")
    trouble = models.TextField(blank=True, help_text="Why the last look failed; empty when it did not.")
    n_failures = models.PositiveIntegerField(default=0, help_text="How many looks have failed in a row.")

    def __str__(self) -> str:
        return f"{self.study} at {self.service}"

    def look_is_late(self, now: datetime) -> bool:
        """Return whether a worker should have looked at it some time ago."""
        return self.look_at is not None and self.look_at < now - LATE


class Submission(models.Model):
    """One taking part as a recruitment service keeps it, also of those who never came to us."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="submissions")
    submission = models.CharField(max_length=200, help_text="What the service calls it.")
    state = models.CharField(max_length=40, help_text="In the service's own words.")
    state_at = models.DateTimeField(help_text="Since when we know; older news is ignored.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "submission"], name="a_submission_is_kept_once_per_study")
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}: {self.state}"


class WebhookEvent(models.Model):
    """A message of a recruitment service that was dealt with; it may send the same one again."""

    service = models.SlugField(max_length=40)
    event = models.CharField(max_length=100, help_text="The service's id of the event.")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "event"], name="an_event_is_dealt_with_once")]

    def __str__(self) -> str:
        return f"event {self.event} of {self.service}"
