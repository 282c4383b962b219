"""What was put to a listener and what the listener answered."""

import secrets

from django.db import models

from listening_tests.models.listeners import Session
from listening_tests.models.studies import Block, Stimulus


def new_presentation_key() -> str:
    """Return an address part that cannot be guessed and says nothing (192 bits)."""
    return secrets.token_urlsafe(24)


class Trial(models.Model):
    """One page of a session. Its row is also the reservation of its stimuli."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="trials")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="trials")
    position = models.PositiveIntegerField(help_text="Order in the session, from 0.")
    first_shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "position"], name="one_trial_per_position")]

    def __str__(self) -> str:
        return f"trial {self.position} of {self.session_id}"


class Presentation(models.Model):
    """A stimulus put to a listener in a trial, under an address of its own."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="presentations")
    stimulus = models.ForeignKey(Stimulus, on_delete=models.PROTECT, related_name="presentations")
    position = models.PositiveIntegerField(default=0, help_text="Order within the trial, from 0.")
    key = models.CharField(max_length=40, unique=True, default=new_presentation_key, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "position"], name="one_presentation_per_position")]

    def __str__(self) -> str:
        return f"presentation {self.position} of {self.trial_id}"


class Rating(models.Model):
    """One answer to one stimulus, with the evidence that it was heard."""

    presentation = models.OneToOneField(Presentation, on_delete=models.CASCADE, related_name="rating")
    response = models.CharField(max_length=60, help_text="As chosen: a scale value or a word.")
    score = models.FloatField(null=True, blank=True, help_text="On the method's scale; empty where there is no scale.")
    play_count = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=dict, help_text="What the browser reported: plays, times, hidden tab.")
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.response} for {self.presentation_id}"
