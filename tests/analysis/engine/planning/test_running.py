import numpy as np
import pandas as pd
import pytest

from analysis.engine.excluding import exclusions_of
from analysis.engine.intervals import two_way_interval
from analysis.engine.planning.running import running_widths
from analysis.engine.record import StudyFacts, study_record
from tests.analysis.frames import STARTED_AT, simulated_judgements, simulated_ratings


def record_of(ratings, **half_width):
    facts = StudyFacts("demo", "Demo", 1, "0" * 64, 1, "real", "words", is_synthetic_speech=False)
    analysis = {"half_width": half_width} if half_width else {}
    return study_record(facts, {"analysis": analysis}, ratings, simulated_judgements())


def widths_of(record):
    return running_widths(record, exclusions_of(record.ratings, record.protocol).kept)


def arriving(n_listeners):
    """Return ratings whose listeners came one after the other."""
    ratings = simulated_ratings(n_listeners)
    number = ratings["listener"].str.removeprefix("listener-").astype(int)
    return ratings.assign(answered_at=STARTED_AT + pd.to_timedelta(number, unit="h"))


def test_without_a_declared_half_width_nothing_is_said():
    assert widths_of(record_of(simulated_ratings())).empty


def test_every_system_has_its_half_width_beside_what_was_declared():
    ratings = simulated_ratings()

    widths = widths_of(record_of(ratings, score=0.5, share=0.2)).set_index(["statistic", "system"])

    assert len(widths) == 6
    copy = ratings[(ratings["method"] == "acr") & (ratings["system"] == "copy")]
    interval = two_way_interval(copy["score"].to_numpy(), copy["listener"], copy["clip_key"], 0.95)
    row = widths.loc[("mean_opinion_score", "copy")]
    assert row["half_width"] == pytest.approx((interval.high - interval.low) / 2)
    assert row["is_below"] == (row["half_width"] <= 0.5)
    assert widths.loc[("word_identification", "copy"), "target"] == 0.2


def test_a_system_is_below_since_as_many_listeners_as_it_has_stayed_so():
    ratings = arriving(12)
    scored = ratings[(ratings["method"] == "acr") & (ratings["system"] == "natural")]
    halves = {}
    for look in np.unique(np.linspace(2, 12, 10).round().astype(int)):
        part = scored[scored["listener"].isin([f"listener-{number + 1}" for number in range(look)])]
        interval = two_way_interval(part["score"].to_numpy(), part["listener"], part["clip_key"], 0.95)
        halves[int(look)] = (interval.high - interval.low) / 2
    target = sorted(halves.values())[4]
    late = [look for look, half in halves.items() if not half <= target]

    widths = widths_of(record_of(ratings, score=target)).set_index("system")

    assert widths.loc["natural", "is_below"] == (12 not in late)
    assert widths.loc["natural", "below_since"] == min(look for look in halves if look > max(late))


def test_a_width_that_is_not_reached_yet_says_how_many_listeners_it_needs():
    widths = widths_of(record_of(simulated_ratings(), score=0.3))

    wide = widths[~widths["is_below"].astype(bool)]
    assert wide["below_since"].isna().all()
    reachable = wide[wide["note"] == ""]
    assert (reachable["listeners_needed"] > 6).all()


def test_a_width_that_no_number_of_listeners_reaches_says_so():
    widths = widths_of(record_of(simulated_ratings(), score=0.001))

    assert widths["note"].str.contains("take more stimuli").all()


def test_one_listener_is_too_few_to_say_anything():
    widths = widths_of(record_of(simulated_ratings(1), score=0.3))

    assert widths["half_width"].isna().all()
    assert not widths["is_below"].any()
    assert widths["note"].str.contains("too few ratings yet").all()


def test_a_width_that_is_reached_needs_no_more_listeners():
    widths = widths_of(record_of(simulated_ratings(), score=4.0))

    assert widths["is_below"].all()
    assert widths["listeners_needed"].isna().all()
    assert (widths["note"] == "").all()
