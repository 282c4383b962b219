"""What a panel says of networks by many maximised codes."""

from pathlib import Path

from django.conf import settings
from django.db import models

from generation.catalogue import PRESETS, feature_choices
from generation.models.checkpoints import Checkpoint
from generation.models.corpora import Corpus
from generation.models.jobs import Job


class Examination(models.Model):
    """Many codes maximised of each word and judged by a panel, measured, mapped and shown.

    Its row is there once it was asked for; `sha256` is empty until its result is written.
    """

    slug = models.SlugField(max_length=64, unique=True)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="examinations")
    features = models.CharField(max_length=40, choices=feature_choices)
    climbed = models.ManyToManyField(Checkpoint, related_name="examinations")
    judges = models.ManyToManyField(Checkpoint, related_name="judged_examinations")
    prior = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="prior_examinations"
    )
    preset = models.CharField(max_length=40)
    space = models.CharField(max_length=20)
    codes_per_word = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="examinations")
    request_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of what was asked for.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the result file; empty until it is there.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"examination {self.slug}"

    @property
    def is_done(self) -> bool:
        return bool(self.sha256)

    @property
    def preset_title(self) -> str:
        return PRESETS[self.preset].title if self.preset in PRESETS else self.preset

    @property
    def folder(self) -> Path:
        """Where its files are, below HEARSAY_VAR."""
        return Path(settings.EXAMINATIONS_DIR, self.slug)
