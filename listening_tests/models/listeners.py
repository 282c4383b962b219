"""Who takes part, and their sittings."""

import secrets
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Q

from listening_tests.models.consents import Consent
from listening_tests.models.studies import Study
from listening_tests.states import SessionState

if TYPE_CHECKING:
    from listening_tests.models.ratings import Trial


def new_session_key() -> str:
    """Return an address part that cannot be guessed (192 bits)."""
    return secrets.token_urlsafe(24)


class Listener(models.Model):
    """A person who takes part, known by a pseudonym only."""

    pseudonym = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    is_simulated = models.BooleanField(default=False, help_text="Marked for ever; never counts among real listeners.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{'simulated ' if self.is_simulated else ''}listener {str(self.pseudonym)[:8]}"


class SessionQuerySet(models.QuerySet["Session"]):
    def of(self, *, is_simulated: bool) -> Self:
        """Return the sessions of simulated listeners, or of real ones."""
        return self.filter(listener__is_simulated=is_simulated)

    def completed_or_running(self, now: datetime) -> Self:
        """Return the sessions that came to their end or may still do so, and were not excluded."""
        begun = (SessionState.CONSENTED, SessionState.LISTENING)
        taking_part = Q(state=SessionState.COMPLETED) | Q(state__in=begun, expires_at__gt=now)
        return self.filter(taking_part, excluded_at=None)

    def running(self, now: datetime) -> Self:
        """Return the sessions that can still be finished."""
        return self.filter(state__in=(SessionState.CONSENTED, SessionState.LISTENING), expires_at__gt=now)

    def tally(self, now: datetime) -> dict[str, int]:
        """Return how many have begun, and how many of them go on, are completed, screened out, withdrawn or expired."""
        begun = Q(state__in=(SessionState.CONSENTED, SessionState.LISTENING))
        return self.aggregate(
            begun=Count("pk"),
            going_on=Count("pk", filter=begun & Q(expires_at__gt=now)),
            completed=Count("pk", filter=Q(state=SessionState.COMPLETED)),
            screened_out=Count("pk", filter=Q(state=SessionState.SCREENED_OUT)),
            withdrawn=Count("pk", filter=Q(state=SessionState.WITHDRAWN)),
            expired=Count("pk", filter=begun & Q(expires_at__lte=now)),
        )


class Session(models.Model):
    """One sitting of one listener in one study."""

    key = models.CharField(max_length=40, unique=True, default=new_session_key, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="sessions")
    listener = models.ForeignKey(Listener, on_delete=models.CASCADE, related_name="sessions")
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    state = models.CharField(max_length=12, choices=SessionState.choices, default=SessionState.CONSENTED)
    seed = models.PositiveBigIntegerField(help_text="Decides which stimuli, in which order.")
    completion_code = models.CharField(max_length=20, blank=True)
    consented_at = models.DateTimeField()
    sound_checked_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    screened_out_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When what leads to the listener was deleted.")
    excluded_at = models.DateTimeField(null=True, blank=True, help_text="Since when its ratings fill no quota.")
    exclusion = models.CharField(max_length=60, blank=True, help_text="Which check or rule excluded it.")
    turn = models.PositiveIntegerField(default=0, help_text="How many of its kind began before it.")
    language = models.CharField(max_length=10, default="en", help_text="What its pages were shown in.")
    expires_at = models.DateTimeField()
    consent_token = models.CharField(
        max_length=40, null=True, blank=True, unique=True, editable=False, help_text="Of the page that began it."
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "listener"], name="a_listener_takes_part_once")]

    def __str__(self) -> str:
        return f"{self.listener} in {self.study}"

    def has_expired(self, now: datetime) -> bool:
        """Return whether it was left unfinished for too long."""
        begun = self.state in (SessionState.CONSENTED, SessionState.LISTENING)
        return begun and self.expires_at <= now

    def next_trial(self) -> "Trial | None":
        """Return the first trial neither answered nor skipped, with its block and presentations, if there is one."""
        unanswered = self.trials.filter(answered_at=None, skipped_at=None).select_related("block")
        return unanswered.prefetch_related("presentations").order_by("position").first()
