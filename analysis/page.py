"""What the results pages show of a record, made ready for the templates."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from analysis import tables
from analysis.records import classifier_titles, figures_of
from analysis.result_tables import exclusion_tables, figures_by_statistic, inline, level_of, plain_tables

if TYPE_CHECKING:
    import pandas as pd

    from analysis.engine.record import StudyRecord
    from analysis.engine.results import Results


def shown_results(record: "StudyRecord", computed: "Results") -> dict[str, Any]:
    """Return what the results page shows of a record, section by section."""
    ratings = record.ratings
    return {
        "n_listeners": ratings["listener"].nunique(),
        "n_ratings": len(ratings),
        "n_sessions": ratings["session"].nunique(),
        "n_complete": ratings[ratings["is_complete_session"]]["session"].nunique(),
        "level": level_of(computed),
        "without": computed.without,
        "figures": {name.replace("-", "_"): inline(figure) for name, figure in figures_of(record).items()},
        "tables": shown_tables(record, computed),
        "further": further_statistics(record, computed),
        "exclusions": exclusion_tables(record, computed),
        "n_excluded": int(computed.exclusions["n_ratings"].iloc[-1]),
        "disagreements": disagreements(record, computed),
        "digest": record.digest,
        "versions": sorted(record.facts.versions.items()),
    }


def shown_tables(record: "StudyRecord", computed: "Results") -> dict[str, tables.ShownTable]:
    """Return the tables of the results page by name, those that there are."""
    level = level_of(computed)
    system, word = tables.named("System", "system", record.system_titles), tables.named("Word", "item")
    judges = classifier_titles(record)
    writers: dict[str, tuple[str, str, Callable[[pd.DataFrame], tables.ShownTable]]] = {
        "mos_by_system": ("mean_opinion_score", "by_system",
                          lambda table: tables.score_table(table, system, level, "Mean opinion score by system")),
        "mos_by_word": ("mean_opinion_score", "by_item",
                        lambda table: tables.score_table(table, word, level, "Mean opinion score by word")),
        "heard_by_system": ("word_identification", "by_system", lambda table: tables.identification_table(
                            table, system, level, "Words heard as intended, by system")),
        "heard_by_word": ("word_identification", "by_item", lambda table: tables.identification_table(
                          table, word, level, "Words heard as intended, by word")),
        "confusion": ("word_identification", "confusion", tables.confusion_table),
        "agreement": ("classifier_human_agreement", "overall",
                      lambda table: tables.agreement_table(table, judges, level)),
        "accuracies": ("classifier_human_agreement", "by_system",
                       lambda table: tables.accuracy_table(table, record.system_titles, judges)),
    }  # fmt: skip
    made = {name: (computed.table(statistic, table), write) for name, (statistic, table, write) in writers.items()}
    return {name: write(table) for name, (table, write) in made.items() if table is not None}


# Statistics that the page lays out by hand.
LAID_OUT = ("mean_opinion_score", "word_identification", "classifier_human_agreement")


def further_statistics(record: "StudyRecord", computed: "Results") -> list[dict[str, Any]]:
    """Return every other statistic with its figures and its tables, as the engine made them."""
    from analysis.engine.statistics import STATISTICS

    drawn = figures_by_statistic(record)
    return [
        {
            "slug": slug,
            "statistic": STATISTICS[slug],
            "figures": drawn.get(slug, []),
            "tables": plain_tables(found, record, computed),
        }
        for slug, found in computed.tables.items()
        if slug not in LAID_OUT
    ]


def disagreements(record: "StudyRecord", computed: "Results") -> list[dict[str, Any]]:
    """Return the clips on which classifiers and listeners differ most, on the audio, a list for each classifier."""
    worst = computed.table("classifier_human_agreement", "greatest_disagreements")
    if worst is None:
        return []
    heard = worst[worst["stage"] == "audio"].to_dict("records")
    return [
        {"classifier": title, "clips": [_disagreement(row, record) for row in heard if row["classifier"] == classifier]}
        for classifier, title in classifier_titles(record).items()
    ]


def _disagreement(row: dict[Any, Any], record: "StudyRecord") -> dict[str, Any]:
    return {
        **{str(name): value for name, value in row.items()},
        **_sound(row["clip_key"]),
        "system": record.system_titles.get(row["system"], row["system"]),
        "probability": tables.percent(row["probability_of_item"]),
        "share": tables.percent(row["estimate"]),
    }


def _sound(clip_key: str) -> dict[str, str]:
    return {"audio": reverse("clip_audio", args=[clip_key]), "picture": reverse("clip_spectrogram", args=[clip_key])}


def shown_clips(record: "StudyRecord", clips: Sequence[dict[Any, Any]]) -> dict[str, Any]:
    """Return rows of `clip_table` as the clips page shows them, with a column for each classifier and stage."""
    judged = record.judgements
    judges = sorted(set(zip(judged["classifier"], judged["stage"], strict=True)), key=tables.way_of_the_data)
    titles = classifier_titles(record)
    return {
        "judges": [tables.judge_title(*judge, classifiers=titles) for judge in judges],
        "rows": [_clip(row, [f"{classifier}/{stage}" for classifier, stage in judges], record) for row in clips],
    }


def _clip(row: dict[Any, Any], judges: Sequence[str], record: "StudyRecord") -> dict[str, Any]:
    return {
        **_sound(row["clip_key"]),
        "system": record.system_titles.get(row["system"], row["system"]),
        "item": row["item"],
        "score": tables.score(row["mean_score"]),
        "n_scores": row["n_scores"],
        "share": tables.percent(row["share_heard"]),
        "n_answers": row["n_answers"],
        "probabilities": [tables.percent(row[judge]) for judge in judges],
    }
