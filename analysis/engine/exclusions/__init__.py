"""The table of exclusions, one line each."""

from analysis.engine.exclusion import Exclusion
from analysis.engine.exclusions.attention_failures import ATTENTION_FAILURES
from analysis.engine.exclusions.failed_screening import FAILED_SCREENING
from analysis.engine.exclusions.gold_failures import GOLD_FAILURES
from analysis.engine.exclusions.hidden_reference import HIDDEN_REFERENCE
from analysis.engine.exclusions.hidden_tab import HIDDEN_TAB
from analysis.engine.exclusions.low_agreement import LOW_AGREEMENT
from analysis.engine.exclusions.p808 import P808
from analysis.engine.exclusions.paper_noise_start import PAPER_NOISE_START
from analysis.engine.exclusions.repeats_apart import REPEATS_APART
from analysis.engine.exclusions.straight_lining import STRAIGHT_LINING
from analysis.engine.exclusions.too_fast import TOO_FAST

EXCLUSIONS: dict[str, Exclusion] = {
    exclusion.slug: exclusion
    for exclusion in (
        FAILED_SCREENING,
        GOLD_FAILURES,
        ATTENTION_FAILURES,
        TOO_FAST,
        STRAIGHT_LINING,
        HIDDEN_TAB,
        REPEATS_APART,
        LOW_AGREEMENT,
        HIDDEN_REFERENCE,
        P808,
        PAPER_NOISE_START,
    )
}
