"""The table of screenings, one line each: what is before listening in the order in which it makes most sense."""

from listening_tests.screening import Screening
from listening_tests.screenings.comprehension import Comprehension
from listening_tests.screenings.gold import Gold
from listening_tests.screenings.hidden_tab import HiddenTab
from listening_tests.screenings.instructed_response import InstructedResponse
from listening_tests.screenings.repeats import Repeats
from listening_tests.screenings.self_report import SelfReport
from listening_tests.screenings.sound_check import SoundCheck
from listening_tests.screenings.straight_lining import StraightLining
from listening_tests.screenings.too_fast import TooFast

SCREENINGS: dict[str, type[Screening]] = {
    screening.slug(): screening
    for screening in (
        SelfReport,
        Comprehension,
        SoundCheck,
        InstructedResponse,
        Gold,
        Repeats,
        TooFast,
        StraightLining,
        HiddenTab,
    )
}

# What a study checks whose file names no screening.
BY_DEFAULT = (SoundCheck,)
