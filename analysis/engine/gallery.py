"""Which figures a study's results have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.engine import plots
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


def _scale(record: StudyRecord) -> tuple[float, float]:
    """Return the ends of the scale on which opinion scores stand, whatever other methods the study has."""
    scored = record.ratings[record.ratings["method"].isin(list(OPINIONS))].iloc[0]
    return float(scored["scale_min"]), float(scored["scale_max"])


DRAWINGS: dict[str, Drawing] = {
    "mos-by-system": Drawing(
        "mean_opinion_score", "by_system",
        lambda table, record, _: plots.plot_mean_opinion_scores(table, _scale(record), record.system_titles),
    ),
    "mos-by-word": Drawing(
        "mean_opinion_score", "by_item",
        lambda table, record, _: plots.plot_mean_opinion_scores_by_word(table, _scale(record)),
    ),
    "distribution": Drawing(
        "mean_opinion_score", "distribution",
        lambda table, record, _: plots.plot_answer_distribution(table, record.system_titles),
    ),
    "standard-deviations": Drawing(
        "standard_deviation_of_scores", "by_stimulus",
        lambda table, *_: plots.plot_standard_deviations(table),
    ),
    "identification-by-system": Drawing(
        "word_identification", "by_system",
        lambda table, record, _: plots.plot_identification(table, record.system_titles),
    ),
    "confusion": Drawing("word_identification", "confusion", lambda table, *_: plots.plot_confusion(table)),
    "confusion-difference": Drawing(
        "classifier_human_agreement", "confusion_difference", lambda table, *_: plots.plot_confusion_difference(table)
    ),
    "agreement": Drawing(
        "classifier_human_agreement", "by_clip",
        lambda table, _, classifiers: plots.plot_agreement(table, classifiers),
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
