import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.beeps import BEEP_COUNTS, SAMPLE_RATE, beeps


class SoundCheck(ListeningCheck):
    """Beeps that the listener counts: whoever gets their number right hears sound."""

    title: ClassVar = _("Sound check")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "counting tones, as in CAQE (Cartwright et al. 2016)"
    steps: ClassVar = (
        _("Put on headphones if you have any, and find a quiet place."),
        _(
            "Turn the volume low, then play the sound and turn it up until it is clear and comfortable. Leave it there "
            "for the whole study."
        ),
        _("Count the beeps. You may play them as often as you like."),
    )
    try_again: ClassVar = _("That was not the number of beeps. Turn the volume up a little and try this new sound.")

    check: Literal["sound_check"] = "sound_check"
    attempts: int = Field(10, ge=1, le=20, description="How often it may be tried, each time with new beeps.")

    def items(self, dice: random.Random) -> list[Facts]:
        return [{"right": str(dice.choice(BEEP_COUNTS))}]

    def ask(self, facts: Facts) -> AskedItem:
        choices = tuple(Choice(str(count), str(count), key=str(count)) for count in BEEP_COUNTS)
        return AskedItem(AnswerField("answer", str(_("How many beeps did you hear?")), choices=choices), ("",))

    def sound(self, facts: Facts, number: int) -> CheckSound:
        return CheckSound(beeps(int(facts["right"])), SAMPLE_RATE)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, 1)
