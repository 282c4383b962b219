import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.engine.comparisons import pair_variances
from analysis.engine.crossed import fit_crossed
from analysis.engine.crossed_clusters import FLOORED, clustered_errors

PAIR = np.array([[1.0, -1.0]])


def rated(scores: np.ndarray, share: float = 1.0, seed: int = 2) -> pd.DataFrame:
    """Return the scores [L, K, S] of clips, of which each listener hears a share."""
    listeners, systems, numbers = (place.ravel() for place in np.indices(scores.shape))
    study = pd.DataFrame({"score": scores.ravel(), "system": systems, "listener": listeners, "item": numbers})
    study["clip"] = study["system"] * scores.shape[2] + study["item"]
    return study[np.random.default_rng(seed).random(len(study)) < share].reset_index(drop=True)


def simulated(seed: int, shape: tuple[int, int, int] = (8, 2, 6), liking: float = 0.4) -> np.ndarray:
    """Return scores [L, K, S] of listeners who differ in which system they like."""
    generator = np.random.default_rng(seed)
    tastes = generator.normal(0, liking, (*shape[:2], 1)) + generator.normal(0, 0.4, (shape[0], 1, 1))
    return tastes + generator.normal(0, 0.4, (1, *shape[1:])) + generator.normal(0, 0.7, shape)


def fitted(study: pd.DataFrame, alike: pd.Series | None = None):
    columns = (study[name] for name in ("system", "listener", "clip"))
    return fit_crossed(study["score"].to_numpy(), *columns, alike)


def test_influences_are_the_derivatives_of_the_means_and_clusters_are_summed_as_written():
    study = rated(simulated(1), share=0.6)
    weighted = fitted(study)
    variances = dict(zip(("listener", "clip", "rating"), weighted.variances, strict=True))
    covariance = variances["rating"] * np.eye(len(study))
    for name in ("listener", "clip"):
        levels = pd.get_dummies(study[name].astype(str)).to_numpy(float)
        covariance += variances[name] * levels @ levels.T
    systems = pd.get_dummies(study["system"]).to_numpy(float)
    inverse = np.linalg.inv(covariance)
    weights = np.linalg.solve(systems.T @ inverse @ systems, systems.T @ inverse)
    deviations = study["score"].to_numpy() - systems @ weights @ study["score"].to_numpy()
    influences = (weights[0] - weights[1]) * deviations

    error, freedom, _ = weighted.clustered.of(PAIR)

    expected = 0.0
    for names, sign in ((["listener"], 1), (["clip"], 1), (["listener", "clip"], -1)):
        sums = study.assign(influence=influences).groupby(names)["influence"].sum()
        expected += sign * (sums**2).sum() * len(sums) / (len(sums) - 1)
    expected *= (len(study) - 1) / (len(study) - 2)
    assert error[0] == pytest.approx(np.sqrt(expected), rel=1e-8)
    assert freedom[0] == 5


def test_summed_a_few_ratings_at_a_time_clusters_come_to_the_same(monkeypatch):
    study = rated(simulated(1), share=0.6).sample(frac=1, random_state=3).reset_index(drop=True)
    at_once = fitted(study, study["item"]).clustered
    monkeypatch.setattr("analysis.engine.crossed_clusters.ROWS_AT_ONCE", 9)

    in_parts = fitted(study, study["item"]).clustered

    for way in ("listeners", "stimuli", "both"):
        assert getattr(in_parts, way).covariance == pytest.approx(getattr(at_once, way).covariance, rel=1e-12)


@pytest.mark.parametrize("stimuli", ["clip", "item"])
def test_in_a_complete_study_errors_are_those_of_the_pairwise_test(stimuli):
    study = rated(simulated(4))
    codes = (study[name].to_numpy() for name in ("system", "listener", stimuli))
    variance = pair_variances(study["score"].to_numpy(), *codes).two_way[0, 1]

    error, freedom, notes = fitted(study, study[stimuli]).clustered.of(PAIR)

    assert error[0] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert (freedom[0], notes) == (5, [""])


def test_one_clip_of_each_system_leaves_the_error_that_listeners_make():
    study = rated(simulated(5, (9, 2, 1)))
    differences = study.pivot_table(index="listener", columns="system", values="score").diff(axis=1)[1]

    error, freedom, _ = fitted(study).clustered.of(PAIR)

    correction = 9 / 8 * 17 / 16
    assert error[0] == pytest.approx(np.sqrt(differences.var(ddof=0) / 9 * correction))
    assert freedom[0] == 8


def test_a_system_with_one_clip_among_others_with_more_has_no_error():
    study = rated(simulated(6, (9, 3, 4)))
    study = study[(study["system"] > 0) | (study["item"] == 0)].reset_index(drop=True)

    errors, freedoms, _ = fitted(study).clustered.of(np.array([[1.0, -1, 0], [0, 1, -1]]))

    assert np.isnan(errors).tolist() == [True, False]
    assert freedoms.tolist() == [0, 3]


def test_a_variance_that_is_not_positive_is_replaced_by_the_larger_and_said():
    influences = np.array([[1.5], [-1.0], [-1.0], [1.2]])
    codes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])

    error, freedom, notes = clustered_errors(influences.__getitem__, np.zeros(4, dtype=int), *codes).of(np.ones((1, 1)))

    assert error[0] == pytest.approx(np.sqrt(2 * (0.5**2 + 0.2**2)))
    assert (freedom[0], notes) == (1, [FLOORED])


def test_listeners_who_differ_in_taste_call_equal_systems_different_no_more_often_than_said():
    """60 studies of two equal systems: at .05, more than 9 finds have a chance of 0.1 %; the model's own are more."""
    finds, own = 0, 0
    for seed in range(60):
        weighted = fitted(rated(simulated(seed + 100, (10, 2, 10), liking=0.8)))
        difference, error, freedom = (of[0] for of in weighted.contrasts(PAIR))
        errors, freedoms, _ = weighted.clustered.of(PAIR)
        finds += 2 * stats.t.sf(abs(difference) / errors[0], freedoms[0]) <= 0.05
        own += 2 * stats.t.sf(abs(difference) / error, freedom) <= 0.05

    assert finds <= 9
    assert own > 9
