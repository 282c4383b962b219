"""A study: its protocol, its blocks and their stimuli."""

from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from generation.models import Clip
from listening_tests.method import Method
from listening_tests.methods import METHODS, method_choices
from listening_tests.roles import Role, TrialRole
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
    settings = models.JSONField(default=dict, help_text="What else the study file says of the block.")
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


class Stimulus(models.Model):
    """A clip in a role in a block of a study, or a sound that the platform made for a screening."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="stimuli")
    clip = models.ForeignKey(Clip, null=True, blank=True, on_delete=models.PROTECT, related_name="stimuli")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SAMPLE)
    system = models.SlugField(max_length=80, help_text="What made the clip, in the study's own words.")
    word = models.CharField(max_length=60, blank=True, help_text="The intended word, if there is one.")
    expected = models.CharField(max_length=60, blank=True, help_text="The right answer to a gold stimulus or a trap.")
    tolerance = models.FloatField(default=0, help_text="How far from it an answer may lie, in points of the scale.")
    audio = models.CharField(max_length=300, blank=True, help_text="What is played: a file relative to HEARSAY_CLIPS.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of what is played.")
    gain_db = models.FloatField(null=True, blank=True, help_text="What loudness normalisation added, in dB.")
    seconds = models.FloatField(null=True, blank=True, help_text="Length of what is played.")

    class Meta:
        verbose_name_plural = "stimuli"
        constraints = [
            models.UniqueConstraint(
                fields=["block", "clip", "role", "system"], name="a_clip_has_a_role_once_in_a_system_of_a_block"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.word}"

    @property
    def audio_path(self) -> Path:
        """The file that is played: the prepared sound, or the clip as it was made."""
        return Path(settings.CLIPS_DIR, self.audio or (self.clip.audio if self.clip else ""))


# Which trials of a set count: those of sessions that were not excluded, and no repeats.
VALID = Q(trials__session__excluded_at=None) & Q(trials__role=TrialRole.SAMPLE)
ANSWERED = Q(trials__answered_at__isnull=False)
OPEN = Q(trials__answered_at=None) & Q(trials__skipped_at=None)


class StimulusSetQuerySet(models.QuerySet["StimulusSet"]):
    def with_progress(self, *, is_simulated: bool, now: datetime) -> Self:
        """Add `n_answered` and `n_reserved`, among simulated listeners or among real ones.

        Reserved are the unanswered trials of sessions that can still go on; those of expired ones are free again,
        and so are all trials of sessions that were excluded.
        """
        counted = Q(trials__session__listener__is_simulated=is_simulated) & VALID
        return self.annotate(
            n_answered=Count("trials", filter=counted & ANSWERED),
            n_reserved=Count("trials", filter=counted & OPEN & Q(trials__session__expires_at__gt=now)),
        )

    def progress_by_system(self, now: datetime) -> models.QuerySet[Any, Any]:
        """Return for each block and system how many sets it has and how many valid answers of whom."""
        simulated = Q(trials__session__listener__is_simulated=True)
        running = Q(trials__session__expires_at__gt=now)
        return self.values("block_id", "system").annotate(
            n_stimuli=Count("pk", distinct=True),
            n_real=Count("trials", filter=VALID & ANSWERED & ~simulated),
            n_simulated=Count("trials", filter=VALID & ANSWERED & simulated),
            n_reserved=Count("trials", filter=VALID & OPEN & running & ~simulated),
        )


class StimulusSet(models.Model):
    """What one trial of a block puts together: one sample, two to be compared, or all versions of a word.

    It is what quotas count. `system` names the compared systems, joined by "+".
    """

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="sets")
    role = models.CharField(max_length=20, choices=TrialRole.choices, default=TrialRole.SAMPLE)
    system = models.CharField(max_length=600)
    word = models.CharField(max_length=60, blank=True, help_text="The intended word, if there is one.")
    members = models.ManyToManyField(Stimulus, through="SetMember", related_name="sets")

    objects = StimulusSetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.system}: {self.word}"


class SetMember(models.Model):
    """A stimulus's place in a set."""

    stimulus_set = models.ForeignKey(StimulusSet, on_delete=models.CASCADE, related_name="places")
    stimulus = models.ForeignKey(Stimulus, on_delete=models.PROTECT, related_name="places")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stimulus_set", "position"], name="one_member_per_position")]

    def __str__(self) -> str:
        return f"{self.position} of {self.stimulus_set_id}"
