"""What kinds of checks on listeners there are, and what may follow from one."""

from django.db import models


class Kind(models.TextChoices):
    """What a check asks: recruiters' policies go by it."""

    COMPREHENSION = "comprehension", "comprehension"
    INSTRUCTED_RESPONSE = "instructed_response", "instructed response"
    NONSENSICAL = "nonsensical", "nonsensical item"
    PERCEPTUAL = "perceptual", "perceptual"
    STATISTICAL = "statistical", "statistical"
    SELF_REPORT = "self_report", "self-report"


class Consequence(models.TextChoices):
    """What follows when a check is failed."""

    NOTE = "note", "noted only"
    EXCLUDE = "exclude", "answers not counted, paid in full"
    SCREEN_OUT = "screen_out", "leaves the study, paid for the time"
    SUPPORT_REJECTION = "support_rejection", "supports a rejection"
