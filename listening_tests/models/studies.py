"""A study: its protocol, its blocks and their stimuli."""

from django.conf import settings
from django.db import models

from generation.models import Clip
from listening_tests.methods import method_choices
from listening_tests.roles import Role
from listening_tests.states import StudyState


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

    class Meta:
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.title


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


class Stimulus(models.Model):
    """A clip in a role in a block of a study."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="stimuli")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="stimuli")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SAMPLE)
    system = models.SlugField(max_length=80, help_text="What made the clip, in the study's own words.")
    word = models.CharField(max_length=60, help_text="The intended word.")

    class Meta:
        verbose_name_plural = "stimuli"
        constraints = [models.UniqueConstraint(fields=["block", "clip", "role"], name="a_clip_has_a_role_once_in_a_block")]

    def __str__(self) -> str:
        return f"{self.system}: {self.word}"
