"""The table of statistics, one line each."""

from analysis.engine.statistic import Statistic
from analysis.engine.statistics.best_worst_score import BEST_WORST_SCORE
from analysis.engine.statistics.classifier_human_agreement import CLASSIFIER_HUMAN_AGREEMENT
from analysis.engine.statistics.comparison_score import COMPARISON_SCORE
from analysis.engine.statistics.degradation_score import DEGRADATION_SCORE
from analysis.engine.statistics.discrimination import DISCRIMINATION
from analysis.engine.statistics.error_consistency import ERROR_CONSISTENCY
from analysis.engine.statistics.identification_information import IDENTIFICATION_INFORMATION
from analysis.engine.statistics.identification_model import IDENTIFICATION_MODEL
from analysis.engine.statistics.listener_bias import LISTENER_BIAS
from analysis.engine.statistics.mean_opinion_score import MEAN_OPINION_SCORE
from analysis.engine.statistics.mixed_model import MIXED_MODEL
from analysis.engine.statistics.mushra_score import MUSHRA_SCORE
from analysis.engine.statistics.ordinal_model import ORDINAL_MODEL
from analysis.engine.statistics.pairwise_differences import PAIRWISE_DIFFERENCES
from analysis.engine.statistics.preference import PREFERENCE
from analysis.engine.statistics.reliability import RELIABILITY
from analysis.engine.statistics.standard_deviation_of_scores import STANDARD_DEVIATION_OF_SCORES
from analysis.engine.statistics.typed_identification import TYPED_IDENTIFICATION
from analysis.engine.statistics.vocoder_and_network import VOCODER_AND_NETWORK
from analysis.engine.statistics.word_identification import WORD_IDENTIFICATION
from analysis.engine.statistics.word_verification import WORD_VERIFICATION

STATISTICS: dict[str, Statistic] = {
    statistic.slug: statistic
    for statistic in (
        MEAN_OPINION_SCORE,
        MIXED_MODEL,
        PAIRWISE_DIFFERENCES,
        ORDINAL_MODEL,
        RELIABILITY,
        STANDARD_DEVIATION_OF_SCORES,
        LISTENER_BIAS,
        WORD_IDENTIFICATION,
        IDENTIFICATION_INFORMATION,
        IDENTIFICATION_MODEL,
        TYPED_IDENTIFICATION,
        WORD_VERIFICATION,
        CLASSIFIER_HUMAN_AGREEMENT,
        ERROR_CONSISTENCY,
        VOCODER_AND_NETWORK,
        DEGRADATION_SCORE,
        COMPARISON_SCORE,
        PREFERENCE,
        DISCRIMINATION,
        MUSHRA_SCORE,
        BEST_WORST_SCORE,
    )
}
