import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.engine.intervals import wilson_interval
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.vocoder_and_network import steps, steps_by_item
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings

MADE = {
    "voice": ("natural", ""), "copy-wave": ("copy_synthesis", "wave"), "copy-lim": ("copy_synthesis", "lim"),
    "deep-wave": ("maximised", "wave"), "prior-lim": ("reconstruction", "lim"), "alone": ("maximised", "other"),
}  # fmt: skip
HEARD = {"voice": 1.0, "copy-wave": 0.75, "copy-lim": 0.5, "deep-wave": 0.25, "prior-lim": 0.5, "alone": 0.0}


def study(n_listeners: int = 8, n_clips: int = 4) -> pd.DataFrame:
    """Return answers to systems of which a known share is heard rightly; each clip by an equal share of listeners."""
    rows = []
    for order, (system, (source, vocoder)) in enumerate(MADE.items()):
        for listener, clip in np.ndindex(n_listeners, n_clips):
            item = "left" if clip % 2 else "stop"
            is_right = (listener + clip) % 4 < 4 * HEARD[system]
            rows.append(
                rating(
                    method="class_identification", listener=f"l{listener}", system=system, source=source,
                    vocoder=vocoder, clip_key=f"{system}-{clip}", trial_order=order * n_clips + clip,
                    item=item, response=item if is_right else "no",
                )
            )  # fmt: skip
    return pd.DataFrame(rows)


def no_judgements() -> pd.DataFrame:
    return simulated_judgements().head(0)


def test_steps_follow_how_systems_were_made_and_stay_with_one_vocoder():
    table = steps(study(), no_judgements())

    ways = table.set_index(["system", "other_system"])
    assert dict(zip(ways.index, ways["step"], strict=True)) == {
        ("voice", "copy-lim"): "vocoder",
        ("voice", "copy-wave"): "vocoder",
        ("copy-lim", "prior-lim"): "prior",
        ("copy-wave", "deep-wave"): "network",
    }
    assert ways["estimate"].to_dict() == {
        ("voice", "copy-lim"): 0.5,
        ("voice", "copy-wave"): 0.25,
        ("copy-lim", "prior-lim"): 0.0,
        ("copy-wave", "deep-wave"): 0.5,
    }
    assert ways.loc[("copy-wave", "deep-wave"), ["before", "after"]].tolist() == [0.75, 0.25]
    assert set(table["observer"]) == {"listeners"}


def test_names_of_systems_say_nothing_of_how_they_were_made():
    misnamed = study().replace({"system": {"voice": "maximised", "deep-wave": "natural"}})

    table = steps(misnamed, no_judgements()).set_index(["step", "system", "other_system"])

    assert len(table) == 4
    assert table.loc[("vocoder", "maximised", "copy-wave"), "estimate"] == 0.25
    assert table.loc[("network", "copy-wave", "natural"), "estimate"] == 0.5


def test_a_classifier_is_asked_before_and_after_the_vocoder_about_the_clips_that_were_heard():
    ratings, judgements = simulated_ratings(n_listeners=12), simulated_judgements(takes=3)

    table = steps(ratings, judgements).set_index(["step", "observer", "stage"])

    row = table.loc[("network", "judge", "features")]
    heard = judgements[judgements["clip_key"].isin(ratings["clip_key"]) & (judgements["stage"] == "features")]
    right = (heard["heard"] == heard["item"]).groupby(heard["system"]).sum()
    copied, maximised = (wilson_interval(int(right[name]), 8, 0.95) for name in ("copy", "noise"))
    # Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10, by hand.
    low = np.hypot(copied.estimate - copied.low, maximised.high - maximised.estimate)
    assert row["n"] == row["n_stimuli"] == 16
    assert row["estimate"] == pytest.approx(copied.estimate - maximised.estimate)
    assert row["low"] == pytest.approx(row["estimate"] - low)
    assert (row["after_low"], row["after_high"]) == (maximised.low, maximised.high)
    assert {("vocoder", "judge", "audio"), ("vocoder", "listeners", "audio")} <= set(table.index)


def test_a_classifier_that_the_maximised_clips_climb_is_marked():
    judgements = simulated_judgements()
    judgements.loc[judgements["system"] == "noise", "part"] = "own"

    table = steps(simulated_ratings(), judgements)

    of_classifier = table[table["observer"] == "judge"]
    assert dict(zip(of_classifier["step"], of_classifier["part"], strict=True)) == {
        "vocoder": "judge",
        "network": "own",
    }


def test_each_word_has_its_own_steps_and_a_word_that_a_system_does_not_say_has_none():
    ratings = study()
    ratings = ratings[(ratings["system"] != "deep-wave") | (ratings["item"] == "left")]

    table = steps_by_item(ratings, no_judgements())

    words = table.groupby("other_system")["item"].agg(list)
    assert words["copy-wave"] == ["left", "stop"]
    assert words["deep-wave"] == ["left"]


def test_the_interval_of_what_listeners_lose_has_the_stated_freedom():
    row = steps(simulated_ratings(n_listeners=12), no_judgements()).iloc[0]

    ratio = steps(simulated_ratings(n_listeners=12), no_judgements(), 0.8).iloc[0]
    expected = stats.t.ppf(0.975, 7) / stats.t.ppf(0.9, 7)
    assert (row["high"] - row["estimate"]) / (ratio["high"] - ratio["estimate"]) == pytest.approx(expected)


def test_shares_without_variance_say_why_they_have_no_interval():
    row = steps(study(), no_judgements()).iloc[0]

    assert row["before"] == 1
    assert np.isnan(row["before_low"])
    assert "before: all answers are equal" in row["note"]


@pytest.mark.parametrize("left", [["voice", "deep-wave"], ["alone"], ["copy-lim", "deep-wave"]])
def test_without_copy_synthesis_by_the_same_vocoder_nothing_can_be_told_apart(left):
    ratings = study()

    with pytest.raises(NoRatings, match="copy synthesis with the vocoder of the maximised"):
        steps(ratings[ratings["system"].isin(left)], no_judgements())


def test_ratings_that_do_not_say_how_systems_were_made_are_refused():
    with pytest.raises(NoRatings, match="columns source and vocoder"):
        steps(study().drop(columns=["source", "vocoder"]), no_judgements())
