"""What listeners and classifiers made of each clip, clip by clip."""

import pandas as pd

from analysis.engine.ratings import COUNTED_ROLES
from analysis.engine.record import StudyRecord


def clip_table(record: StudyRecord) -> pd.DataFrame:
    """Return one row for each clip that was rated or judged.

    Columns: clip_key, system, item, mean_score and n_scores (scale methods), share_heard and n_answers (which word?),
    and one column "CLASSIFIER/STAGE" for each classifier and stage with its probability of the intended word.
    """
    counted = record.ratings[record.ratings["role"].isin(list(COUNTED_ROLES))]
    scores = counted.dropna(subset=["score"]).groupby("clip_key")["score"].agg(mean_score="mean", n_scores="size")
    answers = counted[counted["method"] == "class_identification"]
    is_heard = (answers["response"] == answers["item"]).groupby(answers["clip_key"])
    heard = is_heard.agg(share_heard="mean", n_answers="size")
    names = ["clip_key", "system", "item"]
    clips = pd.concat([record.ratings[names], record.judgements[names]]).drop_duplicates("clip_key")
    table = clips.set_index("clip_key").join([scores, heard, _probabilities(record)])
    table = table.fillna({"n_scores": 0, "n_answers": 0}).astype({"n_scores": int, "n_answers": int})
    return table.reset_index().sort_values(["system", "item", "clip_key"], ignore_index=True)


def _probabilities(record: StudyRecord) -> pd.DataFrame:
    judged = record.judgements
    judge = judged["classifier"] + "/" + judged["stage"]
    return judged.assign(judge=judge).pivot(index="clip_key", columns="judge", values="probability_of_item")
