"""What was put to a listener and what the listener answered."""

import secrets

from django.db import models

from listening_tests.models.listeners import Session
from listening_tests.models.studies import Block, Stimulus, StimulusSet
from listening_tests.roles import TrialRole


def new_presentation_key() -> str:
    """Return an address part that cannot be guessed and says nothing (192 bits)."""
    return secrets.token_urlsafe(24)


class Trial(models.Model):
    """One page of a session. Its row is also the reservation of a set of stimuli."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="trials")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="trials")
    stimulus_set = models.ForeignKey(StimulusSet, on_delete=models.PROTECT, related_name="trials")
    role = models.CharField(max_length=20, choices=TrialRole.choices, default=TrialRole.SAMPLE)
    repeat_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="repeats")
    position = models.PositiveIntegerField(help_text="Order in the session, from 0.")
    probe = models.CharField(max_length=60, blank=True, help_text="The word that is asked about, where one is.")
    first_shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True, help_text="When it was passed over without an answer.")
    skip_reason = models.CharField(max_length=200, blank=True)
    evidence = models.JSONField(default=dict, help_text="What the browser reported of the page: times, hidden tab.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "position"], name="one_trial_per_position")]

    def __str__(self) -> str:
        return f"trial {self.position} of {self.session_id}"


class Presentation(models.Model):
    """A stimulus put to a listener in a trial, under an address of its own."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="presentations")
    stimulus = models.ForeignKey(Stimulus, on_delete=models.PROTECT, related_name="presentations")
    position = models.PositiveIntegerField(default=0, help_text="Order within the trial, from 0.")
    name = models.CharField(max_length=40, blank=True, help_text="What the listener calls it: A, B, X, Reference.")
    key = models.CharField(max_length=40, unique=True, default=new_presentation_key, editable=False)
    evidence = models.JSONField(default=dict, help_text="What the browser reported of the sound: plays, decoding.")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="When the server first sent the sound.")
    delivered_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the bytes that were sent.")
    file_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file of which they are a copy.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "position"], name="one_presentation_per_position")]

    def __str__(self) -> str:
        return f"presentation {self.position} of {self.trial_id}"


class Rating(models.Model):
    """One answer to one stimulus."""

    presentation = models.OneToOneField(Presentation, on_delete=models.CASCADE, related_name="rating")
    response = models.CharField(max_length=200, help_text="As chosen or typed: a scale value, a word.")
    score = models.FloatField(null=True, blank=True, help_text="On the method's scale; empty where there is no scale.")
    play_count = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.response} for {self.presentation_id}"
