import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.checks.spoken_digits import DIGITS, spoken_digits
from listening_tests.questions import AnswerField, Widget
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.sounds.digits_in_noise import triplet_in_noise

CLEAR_SNR_DB = 12.0
# So few that listeners share the files of the triplets, so many that nobody learns them.
N_TRIPLETS = 60


class DigitsInNoise(ListeningCheck):
    """Triplets of digits in noise, to be written down: the first is clear, the others are at a fixed ratio.

    A hearing test that needs no calibrated level. The voice is a synthesiser's, so the ratio is the study's to choose.
    """

    title: ClassVar = _("Digits in noise")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "Smits, Kapteyn and Houtgast 2004; ITU-T P.808 as in Naderi and Cutler 2020"
    steps: ClassVar = (
        _("Play the sound: you will hear three digits in noise."),
        _("Type the three digits. If you are not sure, guess."),
    )
    try_again: ClassVar = _("That did not suffice. Find a quieter place if you can, then try once more.")

    check: Literal["digits_in_noise"] = "digits_in_noise"
    language: str = Field("en", min_length=2, max_length=10, description="In which language the digits are spoken.")
    triplets: int = Field(5, ge=1, le=20, description="How many triplets one attempt plays.")
    pass_at: int = Field(3, ge=1, le=20, description="How many triplets must be right as a whole.")
    snr_db: float = Field(-3, ge=-20, le=30, description="Ratio of speech to noise from the second triplet on, in dB.")

    def items(self, dice: random.Random) -> list[Facts]:
        numbers = dice.sample(range(N_TRIPLETS), self.triplets)
        return [_item(number, is_clear=position == 0) for position, number in enumerate(numbers)]

    def ask(self, facts: Facts) -> AskedItem:
        field = AnswerField("answer", str(_("Which three digits did you hear?")), Widget.TEXT, high=9)
        return AskedItem(field, ("",))

    def sound(self, facts: Facts, number: int) -> CheckSound:
        spoken = spoken_digits(self.language)
        triplet = triplet_in_noise(
            [spoken.waveforms[int(digit)] for digit in facts["right"]],
            spoken.voice,
            spoken.sample_rate,
            slot_seconds=spoken.slot_seconds,
            snr_db=CLEAR_SNR_DB if facts["is_clear"] else self.snr_db,
            seed=facts["seed"],
        )
        return CheckSound(triplet, spoken.sample_rate)

    def is_right(self, facts: Facts, answer: str) -> bool:
        return "".join(sign for sign in answer if sign in DIGITS) == str(facts["right"])

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, self.pass_at)


def _item(number: int, *, is_clear: bool) -> Facts:
    """Return one of the triplets that there are, all of whose digits differ."""
    digits = random.Random(number).sample(DIGITS, 3)
    return {"seed": number, "is_clear": is_clear, "right": "".join(digits)}
