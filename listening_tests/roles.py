"""What a clip is there for in a study."""

from django.db import models


class Role(models.TextChoices):
    SAMPLE = "sample"
    REFERENCE = "reference"
    HIDDEN_REFERENCE = "hidden_reference"
    ANCHOR = "anchor"
    GOLD = "gold"
    TRAP = "trap"
    TRAINING = "training"
