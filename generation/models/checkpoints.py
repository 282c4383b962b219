"""A trained network's weights with their card."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from generation.catalogue import feature_choices, network_choices, role_choices
from generation.models.corpora import Corpus


class Checkpoint(models.Model):
    """What training left: a safetensors file and the card that says how it came about."""

    slug = models.SlugField(max_length=140, unique=True)
    network = models.CharField(max_length=60, choices=network_choices)
    role = models.CharField(max_length=20, choices=role_choices)
    corpus = models.ForeignKey(
        Corpus,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="checkpoints",
        help_text="What it was trained on, if that is here; the card tells of it in any case.",
    )
    features = models.CharField(max_length=40, choices=feature_choices, blank=True)
    file = models.CharField(max_length=300, help_text="The safetensors file, relative to HEARSAY_CHECKPOINTS.")
    card = models.JSONField(help_text="Corpus, features, words, recipe, seed, accuracy, versions.")
    sha256 = models.CharField(max_length=64)
    request_digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of what was asked for: corpus, network, features, recipe, seed."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug

    @property
    def is_control(self) -> bool:
        """Tell whether a classifier learnt no words: untrained, or trained on labels dealt out at random."""
        recipe = self.card.get("recipe", {})
        return recipe.get("epochs") == 0 or bool(recipe.get("shuffled_labels"))

    @property
    def trained_on(self) -> dict[str, Any]:
        """What the card says of the corpus: title, licence, is_synthetic, digest."""
        found: dict[str, Any] = self.card.get("corpus", {})
        return found

    @property
    def path(self) -> Path:
        """Where the weights are."""
        return Path(settings.CHECKPOINTS_DIR, self.file)
