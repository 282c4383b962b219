"""The table of test methods, one line each."""

from listening_tests.method import Method
from listening_tests.methods.ab import AB
from listening_tests.methods.abx import ABX
from listening_tests.methods.acr import ACR
from listening_tests.methods.acr_clarity import ACR_CLARITY
from listening_tests.methods.best_worst import BEST_WORST
from listening_tests.methods.ccr import CCR
from listening_tests.methods.class_identification import CLASS_IDENTIFICATION
from listening_tests.methods.dcr import DCR
from listening_tests.methods.mushra import MUSHRA
from listening_tests.methods.open_identification import OPEN_IDENTIFICATION
from listening_tests.methods.word_verification import WORD_VERIFICATION

METHODS: dict[str, Method] = {
    method.slug: method
    for method in (
        ACR,
        ACR_CLARITY,
        CLASS_IDENTIFICATION,
        OPEN_IDENTIFICATION,
        WORD_VERIFICATION,
        DCR,
        CCR,
        AB,
        ABX,
        MUSHRA,
        BEST_WORST,
    )
}


def method_choices() -> list[tuple[str, str]]:
    return [(method.slug, method.title) for method in METHODS.values()]
