"""Clips and what classifiers say of them."""

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from generation.catalogue import PRESETS, SOURCES, SPACES, STARTS, VOCODERS
from generation.models.checkpoints import Checkpoint
from generation.models.corpora import Corpus

# What a recipe names of how a clip was made, and the table each name stands in.
MAKING = {"source": SOURCES, "start": STARTS, "space": SPACES, "preset": PRESETS, "vocoder": VOCODERS}


class Stage(models.TextChoices):
    FEATURES = "features", "on the features, before the vocoder"
    AUDIO = "audio", "on the re-analysed audio, after the vocoder"


class Part(models.TextChoices):
    """What a classifier is to a clip that it judges."""

    OWN = "own", "climbed"
    JUDGE = "judge", "judge"
    CONTROL = "control", "control"


class Clip(models.Model):
    """A sound file with its recipe or its origin, and its SHA-256."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="clips")
    word = models.CharField(max_length=60, help_text="What the clip is meant to say.")
    talker = models.CharField(max_length=120, blank=True, help_text="Who speaks in a recording, if anyone.")
    recipe = models.JSONField(help_text="Everything that decides the clip.")
    request_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of what was asked for.")
    audio = models.CharField(max_length=300, help_text="FLAC file, relative to HEARSAY_CLIPS.")
    spectrogram = models.CharField(max_length=300, help_text="PNG picture of the features, relative to HEARSAY_CLIPS.")
    features = models.CharField(max_length=300, help_text="float32 .npy [mels, frames], relative to HEARSAY_CLIPS.")
    sha256 = models.CharField(max_length=64, help_text="Of the audio file.")
    sample_rate = models.PositiveIntegerField(help_text="Hz")
    duration = models.FloatField(help_text="Seconds")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.word} ({self.key})"

    @property
    def request(self) -> dict[str, Any]:
        """What was asked for: source, start, space, preset, vocoder, word, take, seed."""
        found: dict[str, Any] = self.recipe.get("request", {})
        return found

    @property
    def climbed(self) -> list[str]:
        """The slugs of the classifiers that the clip was made to please; none for a recording."""
        return list(self.request.get("climbs") or [])

    @property
    def making(self) -> list[str]:
        """How the clip was made, in the catalogue's titles."""
        asked = ((table, self.request.get(name)) for name, table in MAKING.items())
        return [table[slug].title for table, slug in asked if slug in table]

    @property
    def audio_path(self) -> Path:
        return Path(settings.CLIPS_DIR, self.audio)

    @property
    def spectrogram_path(self) -> Path:
        return Path(settings.CLIPS_DIR, self.spectrogram)

    @property
    def features_path(self) -> Path:
        return Path(settings.CLIPS_DIR, self.features)


class Judgement(models.Model):
    """What one classifier says of a clip at one stage: a probability for each word."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="judgements")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="judgements")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    probabilities = models.JSONField(help_text="Word to probability.")
    heard = models.CharField(max_length=60, help_text="The most probable word.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clip", "checkpoint", "stage"], name="one_judgement_per_clip_and_stage")
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} hears {self.heard} ({self.stage})"

    def part(self) -> Part:
        """Return what the classifier is to the clip: climbed for it, a control that learnt no words, or a judge."""
        if self.checkpoint.slug in self.clip.climbed:
            return Part.OWN
        return Part.CONTROL if self.checkpoint.is_control else Part.JUDGE

    def ranked(self) -> list[tuple[str, float]]:
        """Return the words with their probabilities, the most probable first."""
        return sorted(self.probabilities.items(), key=lambda each: -each[1])
