"""The table of screenings, one line each: checks before listening, trials inside blocks, rules over the record."""

from listening_tests.screening import Screening
from listening_tests.screenings.bandwidth import Bandwidth
from listening_tests.screenings.comprehension import Comprehension
from listening_tests.screenings.digits_in_noise import DigitsInNoise
from listening_tests.screenings.environment import Environment
from listening_tests.screenings.gold import Gold
from listening_tests.screenings.headphones_huggins import HeadphonesHuggins
from listening_tests.screenings.headphones_woods import HeadphonesWoods
from listening_tests.screenings.hidden_tab import HiddenTab
from listening_tests.screenings.instructed_response import InstructedResponse
from listening_tests.screenings.left_right import LeftRight
from listening_tests.screenings.noise_catch import NoiseCatch
from listening_tests.screenings.repeats import Repeats
from listening_tests.screenings.self_report import SelfReport
from listening_tests.screenings.sound_check import SoundCheck
from listening_tests.screenings.straight_lining import StraightLining
from listening_tests.screenings.too_fast import TooFast
from listening_tests.screenings.volume import Volume

SCREENINGS: dict[str, type[Screening]] = {
    screening.slug(): screening
    for screening in (
        SelfReport,
        Comprehension,
        SoundCheck,
        Volume,
        HeadphonesWoods,
        HeadphonesHuggins,
        LeftRight,
        DigitsInNoise,
        Bandwidth,
        Environment,
        InstructedResponse,
        Gold,
        NoiseCatch,
        Repeats,
        TooFast,
        StraightLining,
        HiddenTab,
    )
}

# What a study checks whose file names no screening.
BY_DEFAULT = (SoundCheck,)
