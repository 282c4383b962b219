"""A study: its protocol, its blocks and their stimuli."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from generation.models import Clip
from listening_tests.method import Method
from listening_tests.methods import METHODS, method_choices
from listening_tests.roles import Role
from listening_tests.states import SessionState, StudyState


class StudyQuerySet(models.QuerySet["Study"]):
    def with_facts(self) -> Self:
        """Add how many real and simulated listeners completed it, and whether it rests on synthetic speech."""
        completed = Q(sessions__state=SessionState.COMPLETED)
        simulated = Q(sessions__listener__is_simulated=True)
        synthetic = Stimulus.objects.filter(block__study=OuterRef("pk"), clip__corpus__is_synthetic=True)
        return self.annotate(
            n_completed=Count("sessions", filter=completed & ~simulated),
            n_completed_simulated=Count("sessions", filter=completed & simulated),
            has_synthetic_speech=Exists(synthetic),
        )

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


class Study(models.Model):
    """A perceptual experiment with a versioned protocol."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=StudyState.choices, default=StudyState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    protocol = models.JSONField(help_text="The validated study file.")
    protocol_sha256 = models.CharField(max_length=64)
    seed = models.PositiveIntegerField(default=1, help_text="Decides every order in the study.")
    session_hours = models.PositiveIntegerField(default=24, help_text="A session can be resumed for this long.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == StudyState.OPEN

    def rests_on_synthetic_speech(self) -> bool:
        """Return whether any of its clips comes from a corpus that a synthesiser spoke."""
        return Stimulus.objects.filter(block__study=self, clip__corpus__is_synthetic=True).exists()


class Block(models.Model):
    """A run of trials of one method."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveIntegerField()
    method = models.CharField(max_length=40, choices=method_choices)
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    labels = models.JSONField(default=list, help_text="The words to choose from, where the method asks for them.")
    ratings_per_stimulus = models.PositiveIntegerField(help_text="The quota.")
    trials_per_session = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "position"], name="one_block_per_position")]

    def __str__(self) -> str:
        return self.title

    @property
    def test_method(self) -> Method:
        """Return the block's entry in the table of methods."""
        return METHODS[self.method]


class StimulusQuerySet(models.QuerySet["Stimulus"]):
    def with_progress(self, *, is_simulated: bool, now: datetime) -> Self:
        """Add `n_answered` and `n_reserved`, among simulated listeners or among real ones.

        Reserved are the unanswered trials of sessions that can still go on; those of expired ones are free again.
        """
        listener = Q(presentations__trial__session__listener__is_simulated=is_simulated)
        answered = Q(presentations__trial__answered_at__isnull=False)
        running = Q(presentations__trial__session__expires_at__gt=now)
        return self.annotate(
            n_answered=Count("presentations", filter=listener & answered),
            n_reserved=Count("presentations", filter=listener & ~answered & running),
        )

    def progress_by_system(self, now: datetime) -> models.QuerySet[Any, Any]:
        """Return for each block and system how many stimuli it has and how many ratings of whom."""
        simulated = Q(presentations__trial__session__listener__is_simulated=True)
        answered = Q(presentations__trial__answered_at__isnull=False)
        running = Q(presentations__trial__session__expires_at__gt=now)
        return self.values("block_id", "system").annotate(
            n_stimuli=Count("pk", distinct=True),
            n_real=Count("presentations", filter=answered & ~simulated),
            n_simulated=Count("presentations", filter=answered & simulated),
            n_reserved=Count("presentations", filter=~answered & running & ~simulated),
        )


class Stimulus(models.Model):
    """A clip in a role in a block of a study."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="stimuli")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="stimuli")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SAMPLE)
    system = models.SlugField(max_length=80, help_text="What made the clip, in the study's own words.")
    word = models.CharField(max_length=60, help_text="The intended word.")

    objects = StimulusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stimuli"
        constraints = [
            models.UniqueConstraint(fields=["block", "clip", "role"], name="a_clip_has_a_role_once_in_a_block")
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.word}"
