"""What checks asked of listeners, and what they found."""

import secrets

from django.db import models

from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.models.listeners import Session


def new_item_key() -> str:
    """Return an address part that cannot be guessed and says nothing (192 bits)."""
    return secrets.token_urlsafe(24)


class CheckItem(models.Model):
    """One page of a check before listening. `item` holds the right answer and never leaves the server."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="check_items")
    check_slug = models.SlugField(max_length=60)
    attempt = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=40, unique=True, default=new_item_key, editable=False)
    item = models.JSONField(default=dict)
    answer = models.CharField(max_length=500, blank=True)
    is_right = models.BooleanField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "check_slug", "attempt", "position"], name="one_item_per_position_of_an_attempt"
            )
        ]

    def __str__(self) -> str:
        return f"item {self.position} of {self.check_slug} in {self.session_id}"


class Verdict(models.Model):
    """What one check says of a session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="verdicts")
    check_slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    has_passed = models.BooleanField()
    consequence = models.CharField(max_length=24, choices=Consequence.choices)
    detail = models.JSONField(default=dict, help_text="The numbers that it rests on.")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "check_slug"], name="one_verdict_per_check")]

    def __str__(self) -> str:
        return f"{self.check_slug}: {'passed' if self.has_passed else 'failed'}"
