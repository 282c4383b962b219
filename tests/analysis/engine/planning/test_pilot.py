import numpy as np
import pandas as pd
import pytest

from analysis.engine.planning.designs import Design, Variances
from analysis.engine.planning.half_widths import LISTENER_SHARE, STIMULUS_SHARE
from analysis.engine.planning.pilot import PilotTellsTooLittle, pilot_of, pilot_of_identification, pilot_of_scores
from analysis.engine.planning.simulation import simulated_scores
from analysis.engine.ratings import NoRatings
from tests.analysis.frames import published, simulated_ratings


def rated(design, variances, seed, systems=4):
    """Return scores, systems, listeners and stimuli of one simulated study."""
    scores = simulated_scores(design, variances, np.random.default_rng(seed), 1, systems)[0].ravel()
    place = np.tile(np.arange(design.ratings), systems)
    of_system = np.repeat(np.arange(systems), design.ratings)
    stimuli = place % design.stimuli_rated + design.stimuli_rated * of_system
    return scores, *(pd.Series(codes).astype(str) for codes in (of_system, place // design.each, stimuli))


@pytest.mark.parametrize("design", [Design(40, 15), Design(150, 20, heard=3)], ids=["complete", "large and sparse"])
def test_a_pilot_gives_back_the_variances_it_was_made_with(design):
    told = Variances(listener=0.16, stimulus=0.13, residual=0.46, listener_by_system=0.08)

    found = [pilot_of(*rated(design, told, seed)).variances for seed in range(6)]

    means = {name: np.mean([getattr(each, name) for each in found]) for name in vars(told)}
    assert means == pytest.approx(vars(told), abs=0.035)


def test_tastes_of_two_systems_are_found_whole():
    told = Variances(listener=0.16, stimulus=0.13, residual=0.46, listener_by_system=0.08)

    found = [pilot_of(*rated(Design(40, 15), told, seed, systems=2)).variances for seed in range(8)]

    assert np.mean([each.listener_by_system for each in found]) == pytest.approx(0.08, abs=0.025)


def test_a_pilot_whose_listeners_like_the_systems_alike_shows_that():
    found = pilot_of(*rated(Design(40, 15), Variances(), 1))

    assert found.variances.listener_by_system < 0.02


def test_the_voice_conversion_challenge_gives_the_default_variances():
    """lme4's variances (shared/data/ratings): .12803 of stimuli; listeners' part differs by what they like alone."""
    scores = pd.read_csv(published("vcc2020", "english_naturalness.csv.gz"))
    scores = scores[scores["state"] == "Valid"]

    found = pilot_of(scores["score"].to_numpy(float), scores["system"], scores["listener"], scores["sample"])

    beside = found.variances.listener_by_system
    assert found.variances.stimulus == pytest.approx(Variances().stimulus, abs=1e-4)
    assert found.variances.listener + beside / 62 == pytest.approx(Variances().listener, abs=1e-4)
    assert found.variances.residual + beside * 61 / 62 == pytest.approx(Variances().residual, abs=1e-4)
    assert "how far listeners differ in the systems: from 4 of these" in found.notes


def test_the_default_shares_of_identification_are_those_of_the_139_voices():
    answers = pd.read_csv(published("speaker_category_id", "exp_data_all.csv"))
    answers = answers[answers["R"] == "a"]
    is_right = (answers["C"] == answers["C_v"]).to_numpy(dtype=float)

    found = pilot_of(is_right, pd.Series("all", index=answers.index), answers["L"], answers["S"]).variances

    total = found.listener + found.stimulus + found.residual
    assert found.listener / total == pytest.approx(LISTENER_SHARE, abs=5e-5)
    assert found.stimulus / total == pytest.approx(STIMULUS_SHARE, abs=5e-5)


def test_a_studys_ratings_are_a_pilot_for_scores_and_for_words():
    ratings = simulated_ratings()

    scored, identified = pilot_of_scores(ratings), pilot_of_identification(ratings)

    assert (scored.method, scored.systems, scored.n_listeners, scored.n_stimuli) == ("acr", 3, 6, 24)
    assert 0 < identified.mean < 1


def test_a_pilot_of_other_methods_has_no_scores_to_plan_with():
    ratings = simulated_ratings()

    with pytest.raises(NoRatings, match="plan with the usual variances"):
        pilot_of_scores(ratings[ratings["method"] == "class_identification"])


@pytest.mark.parametrize(
    ("design", "says"),
    [(Design(8, 8, heard=1), "one rating per"), (Design(1, 8), "one listener"), (Design(8, 1), "one stimulus")],
)
def test_a_pilot_that_tells_too_little_is_refused_with_what_it_needs(design, says):
    with pytest.raises(PilotTellsTooLittle, match=says) as refused:
        pilot_of(*rated(design, Variances(), 1, systems=1 if design.stimuli == 1 else 2))

    assert "A pilot needs several ratings of each stimulus" in str(refused.value)
