"""Who may plan and run studies. Listeners have no account."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Researcher(AbstractUser):
    """A person who plans, generates, recruits, watches, analyses and publishes."""

    must_change_password = models.BooleanField(
        default=False, help_text="The password was given by someone else: ask for a new one after the next login."
    )

    class Meta:
        verbose_name = "researcher"
