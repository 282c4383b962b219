import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.checks.spoken_digits import spoken_digits
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.environment_pairs import BETTER_SNR_DB, WORSE_SNR_DB, with_noise

NAMES = ("A", "B")
# So few that listeners share the files of the noises.
N_SEEDS = 8


class Environment(ListeningCheck):
    """Pairs of one voice with more and with less noise: which is better? In a loud place nobody can tell."""

    title: ClassVar = _("Your surroundings")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "ITU-T P.808's environment test as in Naderi and Cutler 2020"
    steps: ClassVar = (
        _("Play both sounds to their ends."),
        _("Choose the one with less noise. If you hear no difference, say so."),
    )
    try_again: ClassVar = _("That did not suffice. Find a quieter place if you can, then try once more.")

    check: Literal["environment"] = "environment"
    language: str = Field("en", min_length=2, max_length=10, description="In which language the voice speaks.")
    pairs: int = Field(4, ge=1, le=20, description="How many pairs one attempt plays.")
    pass_at: int = Field(2, ge=1, le=20, description="How many right answers pass.")
    attempts: int = Field(2, ge=1, le=20, description="How often it may be tried, each time with new items.")

    def items(self, dice: random.Random) -> list[Facts]:
        return [
            {"digit": dice.randint(1, 9), "seed": dice.randrange(N_SEEDS), "right": dice.choice(NAMES)}
            for _pair in range(self.pairs)
        ]

    def ask(self, facts: Facts) -> AskedItem:
        same = Choice("same", str(_("I hear no difference")), key="0")
        choices = (*(Choice(name, name, key=name.lower()) for name in NAMES), same)
        return AskedItem(AnswerField("answer", str(_("Which sound has less noise?")), choices=choices), NAMES)

    def sound(self, facts: Facts, number: int) -> CheckSound:
        spoken = spoken_digits(self.language)
        is_better = NAMES[number] == facts["right"]
        noisy = with_noise(
            spoken.waveforms[facts["digit"]],
            BETTER_SNR_DB if is_better else WORSE_SNR_DB,
            # Two noises, so that the two sounds differ in more than a factor.
            seed=2 * facts["seed"] + number,
        )
        return CheckSound(noisy, spoken.sample_rate)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, self.pass_at)
