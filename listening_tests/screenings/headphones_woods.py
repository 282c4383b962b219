import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.headphones_woods import N_TONES, SAMPLE_RATE, three_tones


class HeadphonesWoods(ListeningCheck):
    """Which of three tones is softest? One in antiphase seems so over loudspeakers, but not over headphones.

    In the published laboratory test all 20 listeners with headphones passed, and 19 of 20 with loudspeakers failed at
    5 of 6. A single earphone may pass.
    """

    title: ClassVar = _("Headphone check with tones")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "Woods, Siegel, Traer and McDermott 2017"
    steps: ClassVar = (
        _("Put on your headphones, both sides."),
        _("Play the sound: you will hear three tones. Choose the softest of them."),
    )
    try_again: ClassVar = _(
        "That did not suffice. Check that your headphones are on and connected, then try once more."
    )

    check: Literal["headphones_woods"] = "headphones_woods"
    trials: int = Field(6, ge=1, le=20, description="How many sounds one attempt plays.")
    pass_at: int = Field(5, ge=1, le=20, description="How many right answers pass; PsyNet takes 4.")

    def items(self, dice: random.Random) -> list[Facts]:
        return [self._item(dice) for _trial in range(self.trials)]

    def _item(self, dice: random.Random) -> Facts:
        softest, antiphase = dice.sample(range(N_TONES), 2)
        return {"antiphase": antiphase, "right": str(softest + 1)}

    def ask(self, facts: Facts) -> AskedItem:
        names = (_("The first"), _("The second"), _("The third"))
        choices = tuple(Choice(str(number), str(name), key=str(number)) for number, name in enumerate(names, start=1))
        return AskedItem(AnswerField("answer", str(_("Which tone was the softest?")), choices=choices), ("",))

    def sound(self, facts: Facts, number: int) -> CheckSound:
        tones = three_tones(softest=int(facts["right"]) - 1, antiphase=facts["antiphase"])
        return CheckSound(tones, SAMPLE_RATE)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, self.pass_at)
