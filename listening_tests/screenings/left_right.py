import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.checks.spoken_digits import spoken_digits
from listening_tests.questions import AnswerField, Widget
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.left_right import Ear, digits_on_ears


class LeftRight(ListeningCheck):
    """A digit on either ear, to be added up: whoever hears one side only cannot."""

    title: ClassVar = _("Both ears")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "the P.808 toolkit's two-ear arithmetic (Naderi and Cutler 2020)"
    steps: ClassVar = (
        _("Put on your headphones, both sides."),
        _("Play the sound: you will hear one digit on the left and one on the right. Type their sum."),
    )
    try_again: ClassVar = _("That was not right. Check that both sides of your headphones play, then try once more.")

    check: Literal["left_right"] = "left_right"
    language: str = Field("en", min_length=2, max_length=10, description="In which language the digits are spoken.")
    trials: int = Field(3, ge=1, le=20, description="How many sums one attempt asks.")
    pass_at: int = Field(1, ge=1, le=20, description="How many right sums pass.")
    attempts: int = Field(2, ge=1, le=20, description="How often it may be tried, each time with new items.")

    def items(self, dice: random.Random) -> list[Facts]:
        return [self._item(dice) for _trial in range(self.trials)]

    def _item(self, dice: random.Random) -> Facts:
        digits = [dice.randint(1, 9), dice.randint(1, 9)]
        return {"digits": digits, "left_first": dice.random() < 0.5, "right": str(sum(digits))}

    def ask(self, facts: Facts) -> AskedItem:
        field = AnswerField("answer", str(_("What is the sum of the two digits?")), Widget.TEXT, high=3)
        return AskedItem(field, ("",))

    def sound(self, facts: Facts, number: int) -> CheckSound:
        spoken = spoken_digits(self.language)
        ears = (Ear.LEFT, Ear.RIGHT) if facts["left_first"] else (Ear.RIGHT, Ear.LEFT)
        digits = [spoken.waveforms[digit] for digit in facts["digits"]]
        return CheckSound(digits_on_ears(digits, ears, spoken.sample_rate, spoken.slot_seconds), spoken.sample_rate)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, self.pass_at)
