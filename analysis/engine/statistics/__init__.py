"""The table of statistics, one line each."""

from analysis.engine.statistic import Statistic
from analysis.engine.statistics.classifier_human_agreement import CLASSIFIER_HUMAN_AGREEMENT
from analysis.engine.statistics.mean_opinion_score import MEAN_OPINION_SCORE
from analysis.engine.statistics.word_identification import WORD_IDENTIFICATION

STATISTICS: dict[str, Statistic] = {
    statistic.slug: statistic
    for statistic in (
        MEAN_OPINION_SCORE,
        WORD_IDENTIFICATION,
        CLASSIFIER_HUMAN_AGREEMENT,
    )
}
