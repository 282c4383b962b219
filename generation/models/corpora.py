"""A corpus that was opened: what is in the folder, and where it comes from."""

from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count

from generation.catalogue import corpus_origin_choices


class CorpusQuerySet(models.QuerySet["Corpus"]):
    def with_counts(self) -> Self:
        """Add how many networks were trained on a corpus, and how many clips rest on it."""
        return self.annotate(n_checkpoints=Count("checkpoints", distinct=True), n_clips=Count("clips", distinct=True))


class Corpus(models.Model):
    """A folder of recordings in the Speech Commands layout, as it was when it was added."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    folder = models.CharField(max_length=500, help_text="Absolute, or relative to HEARSAY_CORPORA.")
    origin = models.CharField(max_length=40, choices=corpus_origin_choices)
    is_synthetic = models.BooleanField(default=False, help_text="Spoken by a synthesiser, not by people.")
    licence = models.CharField(max_length=200, blank=True)
    words = models.JSONField(help_text="The words, in the order of class indices.")
    counts = models.JSONField(help_text="Recordings in each split: training, validation, testing.")
    counts_by_word = models.JSONField(default=dict, help_text="Recordings of each word in each split.")
    broken_files = models.JSONField(default=list, help_text="Files left out by choice: path and reason.")
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 over names and contents of the recordings."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CorpusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "corpora"

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Where the recordings are."""
        return Path(settings.CORPORA_DIR, self.folder)
