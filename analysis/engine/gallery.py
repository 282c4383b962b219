"""Which figures a study's results have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.engine import bar_plots, matrix_plots, plots, scatter_plots
from analysis.engine.figure import Figure
from analysis.engine.record import StudyRecord
from analysis.engine.results import Results
from analysis.engine.statistics.mean_opinion_score import METHODS as OPINIONS


@dataclass(frozen=True)
class Drawing:
    """A figure made from one table: the table's statistic and name, and what draws it."""

    statistic: str
    table: str
    draw: Callable[[pd.DataFrame, StudyRecord, Mapping[str, str]], Figure]


def _scale(record: StudyRecord, methods: tuple[str, ...] = OPINIONS) -> tuple[float, float]:
    """Return the ends of the scale on which scores of these methods stand, whatever other methods the study has."""
    scored = record.ratings[record.ratings["method"].isin(list(methods))].iloc[0]
    return float(scored["scale_min"]), float(scored["scale_max"])


def _means(statistic: str, method: str, name: str, axis: str) -> Drawing:
    """Return the drawing of a method's means by system."""

    def draw(table: pd.DataFrame, record: StudyRecord, _: Mapping[str, str]) -> Figure:
        return plots.plot_means(table, _scale(record, (method,)), record.system_titles, name=name, axis=axis)

    return Drawing(statistic, "by_system", draw)


DRAWINGS: dict[str, Drawing] = {
    "mos-by-system": Drawing(
        "mean_opinion_score", "by_system",
        lambda table, record, _: plots.plot_mean_opinion_scores(table, _scale(record), record.system_titles),
    ),
    "mos-by-word": Drawing(
        "mean_opinion_score", "by_item",
        lambda table, record, _: plots.plot_mean_opinion_scores_by_word(table, _scale(record)),
    ),
    "mos-by-system-and-word": Drawing(
        "mean_opinion_score", "by_system_and_item",
        lambda table, record, _: bar_plots.plot_scores_by_system_and_word(table, _scale(record), record.system_titles),
    ),
    "distribution": Drawing(
        "mean_opinion_score", "distribution",
        lambda table, record, _: plots.plot_answer_distribution(table, record.system_titles),
    ),
    "pairwise": Drawing(
        "pairwise_differences", "pairs",
        lambda table, record, _: matrix_plots.plot_pairwise(table, record.system_titles),
    ),
    "standard-deviations": Drawing(
        "standard_deviation_of_scores", "by_stimulus",
        lambda table, *_: scatter_plots.plot_standard_deviations(table),
    ),
    "identification-by-system": Drawing(
        "word_identification", "by_system",
        lambda table, record, _: plots.plot_identification(table, record.system_titles),
    ),
    "confusion": Drawing("word_identification", "confusion", lambda table, *_: matrix_plots.plot_confusion(table)),
    "confusion-classifier": Drawing(
        "classifier_human_agreement", "confusion_difference",
        lambda table, *_: matrix_plots.plot_classifier_confusion(table),
    ),
    "confusion-difference": Drawing(
        "classifier_human_agreement", "confusion_difference",
        lambda table, *_: matrix_plots.plot_confusion_difference(table),
    ),
    "agreement": Drawing(
        "classifier_human_agreement", "by_clip",
        lambda table, _, classifiers: scatter_plots.plot_agreement(table, classifiers),
    ),
    "degradation-by-system": _means("degradation_score", "dcr", "degradation-by-system", "Mean degradation score"),
    "comparison-by-system": _means("comparison_score", "ccr", "comparison-by-system", "Mean comparison score"),
    "mushra-by-system": _means("mushra_score", "mushra", "mushra-by-system", "Mean MUSHRA score"),
    "best-worst-by-system": _means(
        "best_worst_score", "best_worst", "best-worst-by-system", "Mean of best (1) and worst (-1)"
    ),
    "preference-by-pair": Drawing(
        "preference", "by_pair", lambda table, record, _: plots.plot_preference(table, record.system_titles)
    ),
    "preference-strength": Drawing(
        "preference", "bradley_terry", lambda table, record, _: plots.plot_strengths(table, record.system_titles)
    ),
}  # fmt: skip


def draw_figures(record: StudyRecord, results: Results, classifier_titles: Mapping[str, str]) -> dict[str, Figure]:
    """Draw every figure whose table there is, by its name."""
    figures = {}
    for name, drawing in DRAWINGS.items():
        table = results.table(drawing.statistic, drawing.table)
        if table is not None and not table.empty:
            figures[name] = drawing.draw(table, record, classifier_titles)
    return figures
