"""The settings of worker processes that tests start: with kinds of jobs made to be interrupted."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.generation.crashing.apps.CrashingConfig"]
