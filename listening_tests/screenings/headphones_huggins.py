import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.headphones_huggins import N_NOISES, SAMPLE_RATE, three_noises

# So few that listeners share the files of the noises, so many that nobody learns them.
N_SEEDS = 8


class HeadphonesHuggins(ListeningCheck):
    """Which of three noises hides a tone? Only both ears together, each with a sound of its own, can tell.

    At 6 of 6 about 80 % of listeners with headphones pass, and about 20 % without.
    """

    title: ClassVar = _("Headphone check with noises")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "Milne, Bianco, Poole, Zhao, Oxenham, Billig and Chait 2020"
    steps: ClassVar = (
        _("Put on your headphones, both sides."),
        _("Play the sound: you will hear three noises. One of them hides a faint tone. Choose that one."),
    )
    try_again: ClassVar = _(
        "That did not suffice. Check that your headphones are on and connected, then try once more."
    )

    check: Literal["headphones_huggins"] = "headphones_huggins"
    trials: int = Field(6, ge=1, le=20, description="How many sounds one attempt plays.")
    pass_at: int = Field(6, ge=1, le=20, description="How many right answers pass.")
    attempts: int = Field(2, ge=1, le=20, description="How often it may be tried, each time with new items.")

    def items(self, dice: random.Random) -> list[Facts]:
        return [
            {"seed": dice.randrange(N_SEEDS), "right": str(dice.randrange(N_NOISES) + 1)}
            for _trial in range(self.trials)
        ]

    def ask(self, facts: Facts) -> AskedItem:
        names = (_("The first"), _("The second"), _("The third"))
        choices = tuple(Choice(str(number), str(name), key=str(number)) for number, name in enumerate(names, start=1))
        return AskedItem(AnswerField("answer", str(_("Which noise hides a tone?")), choices=choices), ("",))

    def sound(self, facts: Facts, number: int) -> CheckSound:
        return CheckSound(three_noises(with_pitch=int(facts["right"]) - 1, seed=facts["seed"]), SAMPLE_RATE)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, self.pass_at)
