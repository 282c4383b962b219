import random
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from listening_tests.checks.items import AnsweredItem, AskedItem, CheckSound, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck
from listening_tests.sounds.bandwidth_pairs import SAMPLE_RATE, bursts

Band = Literal["wideband", "super-wideband", "fullband"]
BANDS: tuple[Band, ...] = ("wideband", "super-wideband", "fullband")
NAMES = ("A", "B")
SAME, DIFFERENT = "same", "different"
# What anybody hears who listens at all: a plain difference, and twice none.
PLAIN = (("narrowband", "fullband"), ("fullband", "fullband"), ("super-wideband", "super-wideband"))
# What only those hear whose equipment and ears pass more than wideband, and more than super-wideband.
TELLING = (("wideband", "super-wideband"), ("super-wideband", "fullband"))
# So few that listeners share the files of the noises.
N_SEEDS = 8


class Bandwidth(ListeningCheck):
    """Five pairs of noises, the same or with less treble, which show how much treble equipment and ears pass.

    Three pairs must be right in any case. Of the two telling ones, both right make fullband, one makes super-wideband.
    """

    title: ClassVar = _("Treble")
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "the P.808 toolkit's bandwidth check (Naderi and Cutler 2020)"
    steps: ClassVar = (_("Play both sounds to their ends."), _("Say whether they are the same or not."))
    try_again: ClassVar = _("That did not suffice. Check your headphones and the volume, then try once more.")

    check: Literal["bandwidth"] = "bandwidth"
    least: Band = Field("super-wideband", description="The least band that a listener must hear.")

    def items(self, dice: random.Random) -> list[Facts]:
        pairs = [*PLAIN, *TELLING]
        dice.shuffle(pairs)
        return [self._item(pair, dice) for pair in pairs]

    def _item(self, pair: tuple[str, str], dice: random.Random) -> dict[str, Any]:
        return {
            "pair": dice.sample(pair, 2),
            "seed": dice.randrange(N_SEEDS),
            "is_plain": pair in PLAIN,
            "right": SAME if pair[0] == pair[1] else DIFFERENT,
        }

    def ask(self, facts: Facts) -> AskedItem:
        choices = (Choice(SAME, str(_("The same")), key="1"), Choice(DIFFERENT, str(_("Different")), key="2"))
        return AskedItem(AnswerField("answer", str(_("Are the two sounds the same?")), choices=choices), NAMES)

    def sound(self, facts: Facts, number: int) -> CheckSound:
        return CheckSound(bursts(facts["pair"][number], facts["seed"]), SAMPLE_RATE)

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        n_plain_wrong = sum(not item.is_right for item in items if item.facts["is_plain"])
        heard = BANDS[sum(item.is_right for item in items if not item.facts["is_plain"])]
        detail = {"heard": heard, "least": self.least, "n_plain_wrong": n_plain_wrong}
        return Finding(n_plain_wrong == 0 and BANDS.index(heard) >= BANDS.index(self.least), detail)
