"""What a clip is there for in a study, and a set of clips in a session."""

from django.db import models


class Role(models.TextChoices):
    SAMPLE = "sample"
    REFERENCE = "reference"
    HIDDEN_REFERENCE = "hidden_reference"
    ANCHOR = "anchor"
    GOLD = "gold"
    TRAP = "trap"
    TRAINING = "training"
    CATCH = "catch"


class TrialRole(models.TextChoices):
    """What a trial is there for: only samples fill a quota."""

    SAMPLE = "sample"
    TRAINING = "training"
    GOLD = "gold"
    TRAP = "trap"
    CATCH = "catch"
    REPEAT = "repeat"
