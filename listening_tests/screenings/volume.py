import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.speech import speak

COMFORTABLE = "comfortable"


class Volume(ListeningCheck):
    """Setting the volume by a voice, and leaving it there."""

    title: ClassVar = _("Volume")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "ITU-T P.808, setup"
    steps: ClassVar = (
        _("Turn the volume low, then play the sound."),
        _("Turn the volume up until the voice is clear and comfortable. Leave it there for the whole study."),
    )
    try_again: ClassVar = _("Please try other headphones or another device if you can, and set the volume once more.")

    check: Literal["volume"] = "volume"
    language: str = Field("en", min_length=2, max_length=10, description="In which language the voice speaks.")
    attempts: int = Field(3, ge=1, le=20, description="How often it may be tried.")

    def items(self, dice: random.Random) -> list[Facts]:
        return [{"right": COMFORTABLE}]

    def ask(self, facts: Facts) -> AskedItem:
        choices = (
            Choice(COMFORTABLE, str(_("Clear and comfortable"))),
            Choice("too_soft", str(_("Too soft, though the volume is at its highest"))),
            Choice("nothing", str(_("I hear nothing"))),
        )
        return AskedItem(AnswerField("answer", str(_("How is the voice now?")), choices=choices), ("",))

    def sound(self, facts: Facts, number: int) -> CheckSound:
        with override(self.language):
            text = gettext("Please set the volume so that this voice is clear and comfortable.")
        spoken = speak([text], language=self.language)
        return CheckSound(spoken.waveforms[0], spoken.sample_rate)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, 1)
