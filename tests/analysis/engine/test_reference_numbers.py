"""Every other number that the data sets under shared/data/ratings come with, to the printed digits.

Each line of a table names the number; the fixture's docstring names the source. Further numbers of these sets are
tested beside what computes them: test_published_numbers, test_crossed, test_crossed_logistic, test_reliability,
test_listener_bias, test_standard_deviation_of_scores, test_pairwise_differences, test_exclusions.
"""

import json
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.engine.comparisons import adjusted, pair_variances, wilcoxon_p
from analysis.engine.crossed import fit_crossed
from analysis.engine.intervals import wilson_interval
from analysis.engine.statistics.mushra_score import MUSHRA_SCORE
from tests.analysis.frames import published, rating


def as_ratings(columns: dict[str, Any], **constants: Any) -> pd.DataFrame:
    """Return a ratings frame with these columns, one rating a row."""
    row = {name: value for name, value in rating(**constants).items() if name not in columns}
    frame = pd.DataFrame(columns).reset_index(drop=True)
    frame = frame.assign(session=frame["listener"], stimulus=frame["clip_key"], trial_order=frame.index)
    return frame.assign(**{name: value for name, value in row.items() if name not in frame})


def valid_answers(file: str) -> pd.DataFrame:
    answers = pd.read_csv(published("vcc2020", f"{file}.csv.gz"))
    return answers[answers["state"] == "Valid"].reset_index(drop=True)


@pytest.mark.parametrize(
    ("language", "n", "n_listeners", "n_files", "n_systems", "of_each"),
    [("english", 26_660, 119, 6_090, 62, 430), ("japanese", 29_450, 475, None, 62, 475)],
)
def test_the_voice_conversion_challenge_has_the_size_that_was_counted(
    language, n, n_listeners, n_files, n_systems, of_each
):
    """vcc2020/README.md, "Shape"."""
    answers = valid_answers(f"{language}_naturalness")

    sizes = answers["system"].value_counts()
    assert (len(answers), len(sizes), set(sizes)) == (n, n_systems, {of_each})
    assert answers["listener"].nunique() == n_listeners
    assert n_files is None or answers["sample"].nunique() == n_files
    assert set(answers["score"]) == {1, 2, 3, 4, 5}


def test_similarity_in_the_voice_conversion_challenge_has_four_answers_and_files_have_few_ratings():
    """vcc2020/README.md: similarity 1 to 4; 4.38 ratings of each file by the English listeners."""
    similarity = [set(valid_answers(f"{language}_similarity")["score"]) for language in ("english", "japanese")]
    files = valid_answers("english_naturalness")["sample"]

    assert similarity == [{1, 2, 3, 4}, {1, 2, 3, 4}]
    assert round(files.value_counts().mean(), 2) == 4.38


def test_the_best_systems_across_languages_score_above_four_and_none_within_reaches_natural_speech():
    """vcc2020/README.md (team34 are the source speakers); Zhao et al. 2020 (arXiv 2008.12527), abstract."""
    answers = valid_answers("english_naturalness")
    means = answers.groupby("system")["score"].mean().sort_values(ascending=False)

    cross, within = (means[means.index.str.fullmatch(f"team(?!34).*{ending}")] for ending in ("_cross", "_intra"))
    assert list(cross[cross > 4].index[:2]) == ["team10_cross", "team13_cross"]
    assert within.index[0] == "team10_intra"
    assert means["team10_intra"] < means["ref"] < means["team34_intra"]


@pytest.fixture(scope="module")
def pairs() -> dict[str, np.ndarray]:
    """p of all 1,891 pairs of vcc2020 English (shared/field-notes/statistics.md, section 2).

    The notes take listeners' means as they are, whose equal differences differ by rounding, so that they break ties by
    chance; and for degrees of freedom the files of both systems together, where we take those of either.
    """
    answers = valid_answers("english_naturalness")
    systems, listeners, files = (pd.factorize(answers[name], sort=True)[0] for name in ("system", "listener", "sample"))
    of_listeners = answers.pivot_table(index="listener", columns="system", values="score").to_numpy()
    scores = answers["score"].to_numpy(dtype=float)
    variances = pair_variances(scores, systems, listeners, files)
    means = np.bincount(systems, scores) / np.bincount(systems)
    first, second = (np.array(side) for side in zip(*combinations(range(62), 2), strict=True))
    t = np.abs(means[first] - means[second]) / np.sqrt(variances.two_way[first, second])
    freedom = np.minimum(variances.n_listeners, variances.n_stimuli)[first, second] - 1
    differences = (of_listeners[:, first] - of_listeners[:, second]).T
    return {
        "Wilcoxon": np.array([wilcoxon_p(row, np.zeros(len(row))) for row in differences]),
        "Wilcoxon of the notes": stats.wilcoxon(differences, axis=1).pvalue,
        "two-way cluster": 2 * stats.t.sf(t, freedom),
    }


@pytest.mark.parametrize(
    ("test", "adjustment", "significant"),
    [
        ("Wilcoxon", None, 1_734),
        ("Wilcoxon of the notes", "holm", 1_564),
        ("Wilcoxon of the notes", "fdr_bh", 1_731),
        ("two-way cluster", "holm", 1_605),
    ],
)
def test_pairs_of_systems_that_differ_are_as_many_as_were_counted(pairs, test, adjustment, significant):
    p_values = pairs[test] if adjustment is None else adjusted(pairs[test], adjustment)

    assert len(p_values) == 1_891
    assert (p_values < 0.05).sum() == significant


def codec(file: str) -> pd.DataFrame:
    """Return the scores of the codec study, one a row (Stahl, Windtner & Sontacchi 2024)."""
    table = pd.read_csv(published("mushra_codec", f"{file}.csv"))
    lists = table.assign(score=table["ratings"].map(json.loads), listener=table["participant_ids"].map(json.loads))
    return lists.explode(["score", "listener"], ignore_index=True)[["signal", "condition", "listener", "score"]]


@pytest.fixture(scope="module")
def codec_tables() -> dict[str, pd.DataFrame]:
    """mushra_codec/README.md: all 21 listeners, before and after the published screening."""
    scores = codec("ratings_formated")
    roles = {"Reference": "hidden_reference", "Anchor": "anchor"}
    ratings = as_ratings(
        {
            "listener": scores["listener"].astype(str),
            "system": scores["condition"],
            "item": scores["signal"],
            "clip_key": scores["condition"] + "-" + scores["signal"],
            "role": scores["condition"].map(roles).fillna("sample"),
            "score": scores["score"].astype(float),
        },
        method="mushra",
    )
    return MUSHRA_SCORE.tables(ratings, pd.DataFrame(), 0.95)


@pytest.mark.parametrize(
    ("condition", "mean"),
    [
        ("Reference", 99.07), ("AudioDec", 66.71), ("Proposed 5.51", 60.44), ("Proposed 1.38", 54.28),
        ("Proposed 5.51 16kHz", 48.64), ("Proposed 1.38 16kHz", 47.30), ("Lyra 6", 45.55), ("Lyra 3", 29.64),
        ("Anchor", 19.42),
    ],
)  # fmt: skip
def test_means_of_the_codec_study_after_post_screening_are_those_computed(codec_tables, condition, mean):
    table = codec_tables["by_system_after_post_screening"].set_index("system")

    assert round(table.loc[condition, "estimate"], 2) == mean


def test_the_codec_study_is_screened_as_its_authors_did(codec_tables):
    """mushra_codec/README.md: 1,512 scores of 21 participants, 8 trials each; 1,368 of 19 are kept; below 90: p3 1,
    p6 5, p16 1, p17 2, p21 1."""
    screened = codec_tables["hidden_reference"].set_index("listener")

    assert codec_tables["by_system"]["n"].sum() == 1_512
    assert codec_tables["by_system_after_post_screening"]["n"].sum() == 1_368
    assert (len(screened), set(screened["n"])) == (21, {8})
    assert screened.loc[screened["count"] > 0, "count"].to_dict() == {"3": 1, "6": 5, "16": 1, "17": 2, "21": 1}
    assert sorted(screened.index[screened["is_left_out"]]) == ["17", "6"]


def test_the_codec_study_without_those_left_out_is_the_published_file():
    order = ["signal", "condition", "listener"]
    scores, filtered = codec("ratings_formated"), codec("ratings_formated_filtered")

    kept = scores[~scores["listener"].isin([6, 17])].sort_values(order, ignore_index=True)

    pd.testing.assert_frame_equal(kept, filtered.sort_values(order, ignore_index=True))


def test_friedmans_test_of_the_nine_conditions_is_that_computed():
    """mushra_codec/README.md: chi2 115.830, p 2.4e-21 (scipy's; what others report)."""
    cells = codec("ratings_formated_filtered").astype({"score": float})
    means = cells.pivot_table(index="listener", columns="condition", values="score")

    found = stats.friedmanchisquare(*(means[name] for name in means))

    assert round(float(found.statistic), 3) == 115.830
    assert found.pvalue == pytest.approx(2.4e-21, rel=0.03)


@pytest.fixture(scope="module")
def heights() -> pd.DataFrame:
    """speaker_category_id/README.md: ICC of height (pingouin 0.7.0, R psych 2.2.9)."""
    answers = pd.read_csv(published("speaker_category_id", "exp_data_all.csv"))
    return answers[answers["R"] == "a"].reset_index(drop=True)


@pytest.mark.parametrize(
    ("listeners_are", "single", "mean"),
    [("others for each voice", 0.6074, 0.9587), ("a sample", 0.6085, 0.9589), ("all there are", 0.6372, 0.9634)],
)
def test_intraclass_correlations_follow_from_the_variances_of_the_mixed_model(heights, listeners_are, single, mean):
    """ICC1, ICC2 and ICC3: a listener is the residual's part, a part beside it, or none."""
    listeners = pd.Series(heights.index) if listeners_are == "others for each voice" else heights["L"]

    fitted = fit_crossed(heights["height"].to_numpy(float), heights["R"], listeners, heights["S"])

    listener, voice, residual = np.nan_to_num(fitted.variances)
    others = residual + (listener if listeners_are == "a sample" else 0)
    assert round(voice / (voice + others), 4) == single
    assert round(voice / (voice + others / 15), 4) == mean


def test_wilsons_interval_of_right_speaker_categories_is_that_computed():
    """speaker_category_id/README.md: 1555 of 2085; Wilson .72667-.76403."""
    interval = wilson_interval(1555, 2085, 0.95)

    assert (round(interval.low, 5), round(interval.high, 5)) == (0.72667, 0.76403)
