import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from analysis.engine.crossed import CrossedFit, MixedModelDidNotConverge, NothingToFit, fit_crossed
from analysis.engine.crossed_likelihood import RestrictedLikelihood
from analysis.engine.crossed_sums import crossed_sums
from tests.analysis.frames import published

LME4 = Path(__file__).with_name("lme4_vcc2020_english.csv")


def sparse_study(seed: int = 1, n_listeners: int = 12, per_system: int = 5, share: float = 0.6) -> pd.DataFrame:
    """Return scores of three systems' clips, of which each listener hears some."""
    generator = np.random.default_rng(seed)
    levels = {"listener": range(n_listeners), "system": list("abc"), "n": range(per_system)}
    study = pd.MultiIndex.from_product(levels.values(), names=levels).to_frame(index=False)
    study["stimulus"] = study["system"] + study["n"].astype(str)
    effects = {name: dict(zip(study[name].unique(), generator.normal(0, 0.6, 99), strict=False)) for name in study}
    study["score"] = 3 + study["listener"].map(effects["listener"]) + study["stimulus"].map(effects["stimulus"])
    study["score"] += generator.normal(0, 0.7, len(study))
    return study[generator.random(len(study)) < share].reset_index(drop=True)


def fit(study: pd.DataFrame) -> CrossedFit:
    return fit_crossed(study["score"].to_numpy(), study["system"], study["listener"], study["stimulus"])


def dense_deviance(study: pd.DataFrame, variances: np.ndarray) -> float:
    """-2 log restricted likelihood, written with the whole covariance matrix of the ratings."""
    scores, systems = study["score"].to_numpy(), pd.get_dummies(study["system"]).to_numpy(float)
    levels = [pd.get_dummies(study[name].astype(str)).to_numpy(float) for name in ("listener", "stimulus")]
    covariance = variances[2] * np.eye(len(study))
    covariance += sum(variance * (level @ level.T) for variance, level in zip(variances, levels, strict=False))
    inverse = np.linalg.inv(covariance)
    information = systems.T @ inverse @ systems
    residuals = scores - systems @ np.linalg.solve(information, systems.T @ inverse @ scores)
    constant = (len(scores) - systems.shape[1]) * math.log(2 * math.pi)
    determinants = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
    return float(constant + determinants + residuals @ inverse @ residuals)


def likelihood_of(study: pd.DataFrame, ratios: tuple[float, float]) -> RestrictedLikelihood:
    codes = [pd.factorize(study[name])[0] for name in ("system", "listener", "stimulus")]
    return RestrictedLikelihood(crossed_sums(study["score"].to_numpy(), *codes), ratios)


@pytest.mark.parametrize("ratios", [(0.7, 0.4), (0.0, 0.4), (0.7, 0.0), (0.0, 0.0)])
def test_the_deviance_is_that_of_the_whole_covariance_matrix(ratios):
    study = sparse_study()

    likelihood = likelihood_of(study, ratios)

    expected = dense_deviance(study, likelihood.residual_variance * np.array([*ratios, 1.0]))
    assert likelihood.deviance == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("ratios", [(0.7, 0.4), (0.0, 0.4), (0.7, 0.0)])
def test_gradient_and_hessian_are_the_numerical_derivatives_of_the_whole_matrix(ratios):
    study = sparse_study()
    likelihood = likelihood_of(study, ratios)
    variances = likelihood.residual_variance * np.array([*ratios, 1.0])

    gradient, hessian = likelihood.variance_gradient(), likelihood.variance_hessian()

    def slope(at: np.ndarray) -> np.ndarray:
        steps = 1e-5 * np.eye(3)
        return np.array([dense_deviance(study, at + step) - dense_deviance(study, at - step) for step in steps]) / 2e-5

    assert gradient == pytest.approx(slope(variances), rel=1e-5, abs=1e-5)
    curved = [(slope(variances + step) - slope(variances - step)) / 2e-3 for step in 1e-3 * np.eye(3)]
    assert hessian == pytest.approx(np.array(curved), rel=1e-3, abs=1e-2)


@pytest.mark.parametrize(("most_products", "dense"), [(0, 0.1), (0, 1.1), (2**25, 0.1)])
def test_weighted_products_are_those_of_the_levels_one_by_one(most_products, dense, monkeypatch):
    limits = {"MOST_PRODUCTS": most_products, "DENSE": dense, "LEVELS_AT_ONCE": 5}
    for name, limit in limits.items():
        monkeypatch.setattr(f"analysis.engine.crossed_sums.{name}", limit)
    sums = likelihood_of(sparse_study(), (0.7, 0.4)).sums
    weights = 1 / (1 + 0.4 * sums.counts)

    products = sums.weighted_products(weights)

    rows = sums.across.toarray()
    assert len(np.unique(sums.counts)) > 1
    assert products == pytest.approx(
        sum(weight * np.outer(row, row) for weight, row in zip(weights, rows, strict=True))
    )


def test_the_fit_is_the_minimum_of_the_dense_deviance():
    study = sparse_study(seed=4)

    fitted = fit(study)

    best = optimize.minimize(lambda logs: dense_deviance(study, np.exp(logs)), np.zeros(3), tol=1e-10)
    assert fitted.variances == pytest.approx(np.exp(best.x), rel=1e-4)
    assert fitted.criterion == pytest.approx(best.fun, abs=1e-7)


@pytest.mark.parametrize("seed", range(6))
def test_from_moment_estimates_newtons_method_finds_the_maximum_that_a_search_of_the_range_finds(seed, monkeypatch):
    study = sparse_study(seed=seed)

    near = fit(study)
    monkeypatch.setattr("analysis.engine.crossed._moment_estimates", refuse)
    searched = fit(study)

    assert near.variances == pytest.approx(searched.variances, rel=1e-8)
    assert near.criterion == pytest.approx(searched.criterion, abs=1e-9)


def refuse(*_: object) -> None:
    raise MixedModelDidNotConverge


def test_a_balanced_study_gives_the_variances_and_the_freedom_of_the_analysis_of_variance():
    """Means squares of a complete listener x stimulus table; freedom of the mean by Satterthwaite 1946."""
    generator = np.random.default_rng(8)
    table = generator.normal(3, 1, (9, 6)) + generator.normal(0, 1, (9, 1)) + generator.normal(0, 1, (1, 6))
    listeners, stimuli = (pd.Series(place.ravel()) for place in np.indices(table.shape))
    rows, columns = table.shape
    by_row, by_column = (np.var(table.mean(axis=axis), ddof=1) * table.shape[axis] for axis in (1, 0))
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    residual = (rest**2).sum() / ((rows - 1) * (columns - 1))

    fitted = fit_crossed(table.ravel(), pd.Series(["one"] * table.size), listeners, stimuli)
    estimate, error, freedom = (float(of[0]) for of in fitted.contrasts(np.ones((1, 1))))

    expected = [(by_row - residual) / columns, (by_column - residual) / rows, residual]
    assert fitted.variances == pytest.approx(expected, rel=1e-9)
    squares = by_row + by_column - residual
    spread = by_row**2 / (rows - 1) + by_column**2 / (columns - 1) + residual**2 / ((rows - 1) * (columns - 1))
    assert estimate == pytest.approx(table.mean())
    assert error == pytest.approx(math.sqrt(squares / table.size))
    assert freedom == pytest.approx(squares**2 / spread, rel=1e-8)


def test_matched_clips_give_the_freedom_of_a_t_test_where_nothing_but_the_residual_varies():
    generator = np.random.default_rng(2)
    study = sparse_study(share=1.0).assign(score=generator.normal(3, 1, 180))
    study["score"] -= study.groupby("listener")["score"].transform("mean")
    study["score"] -= study.groupby("stimulus")["score"].transform("mean")

    fitted = fit(study)

    _, _, freedom = fitted.contrasts(np.array([[1.0, -1.0, 0.0]]))
    assert fitted.variances[:2].tolist() == [0.0, 0.0]
    assert freedom[0] == pytest.approx(len(study) - 3)


@pytest.fixture(scope="module")
def voice_conversion() -> pd.DataFrame:
    """Voice Conversion Challenge 2020, English listeners, the ratings that the organisers call valid."""
    scores = pd.read_csv(published("vcc2020", "english_naturalness.csv.gz"))
    valid = scores[scores["state"] == "Valid"].rename(columns={"sample": "stimulus"})
    return valid.assign(score=valid["score"].astype(float)).reset_index(drop=True)


def test_the_voice_conversion_challenge_gives_the_numbers_of_lme4(voice_conversion):
    """vcc2020/README.md (R 4.2.2, lme4 1.1-31): 0.12803 sample, 0.16725 listener, 0.46123 residual, REML 60441.83;
    means and standard errors: the same call, `lmer(score ~ 0 + system + (1|listener) + (1|sample))`, with optCtrl
    ftol_abs=1e-12, xtol_abs=1e-10, whose gradient lme4 still finds large (0.0045)."""
    expected = pd.read_csv(LME4).set_index("system")

    fitted = fit(voice_conversion)

    expected = expected.loc[list(fitted.systems)]
    assert fitted.means == pytest.approx(expected["mean"].to_numpy(), abs=1e-5)
    assert np.sqrt(np.diag(fitted.covariance)) == pytest.approx(expected["standard_error"].to_numpy(), abs=1e-5)
    assert fitted.variances == pytest.approx([0.16725, 0.12803, 0.46123], abs=1e-4)
    assert round(fitted.criterion, 2) == 60441.83
    assert fitted.notes == ()


def test_degrees_of_freedom_are_those_of_lmertest(voice_conversion):
    """R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, on five systems of vcc2020 English: coef(summary()) and contest1D."""
    five = ["ref", "team10_cross", "team10_intra", "team13_cross", "team34_intra"]
    study = voice_conversion[voice_conversion["system"].isin(five)].reset_index(drop=True)
    contrasts = np.array([[1.0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [1, -1, 0, 0, 0], [0, 1, 0, -1, 0]])

    fitted = fit(study)
    estimates, errors, freedoms = fitted.contrasts(contrasts)

    assert fitted.criterion == pytest.approx(4014.89554326, abs=1e-7)
    assert fitted.variances == pytest.approx([0.134266457, 0.0234249452, 0.321965403], rel=1e-5)
    assert estimates == pytest.approx([4.60743374, 4.34580597, 0.261627778, 0.138912731], abs=1e-6)
    assert errors == pytest.approx([0.0505656169, 0.0477845260, 0.0466121673, 0.0435445020], abs=1e-6)
    assert freedoms == pytest.approx([240.545386, 258.488492, 275.677427, 601.203935], rel=1e-5)


def test_the_order_of_rows_changes_nothing_and_a_constant_shifts_the_means():
    study = sparse_study(seed=3)
    shuffled = study.sample(frac=1, random_state=5).reset_index(drop=True)

    before, after = fit(study), fit(shuffled.assign(score=shuffled["score"] + 10))

    assert after.means == pytest.approx(before.means + 10, rel=1e-12)
    assert after.variances == pytest.approx(before.variances, rel=1e-9)


def test_one_rating_per_stimulus_is_said_to_leave_stimulus_and_residual_variance_together():
    study = sparse_study().assign(stimulus=lambda rows: range(len(rows)))

    fitted = fit(study)

    assert math.isnan(fitted.variances[1])
    assert fitted.variances[2] > 0
    assert fitted.notes[0].startswith("one rating per stimulus: stimulus and residual variance cannot be told apart")


def test_few_stimuli_with_several_ratings_are_said_to_tell_little():
    study = sparse_study(seed=2).assign(stimulus=lambda rows: [max(n, 4) for n in range(len(rows))])

    fitted = fit(study)

    assert fitted.notes == ("1.0 ratings per stimulus: stimulus and residual variance are hardly told apart",)


def test_one_stimulus_per_system_is_said_to_hold_for_these_stimuli_alone():
    study = sparse_study(share=1.0, per_system=1)

    fitted = fit(study)

    assert fitted.notes == (
        "one stimulus per system: systems cannot be told from them, and their intervals hold for these alone",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"listener": 1}, "one listener: nothing is known"),
        ({"stimulus": "a"}, "one stimulus: nothing is known"),
        ({"score": 4.0}, "all answers to a system are equal"),
    ],
)
def test_ratings_that_cannot_carry_the_model_are_refused(change, reason):
    with pytest.raises(NothingToFit, match=reason):
        fit(sparse_study().assign(**change))


def test_a_residual_variance_of_zero_is_no_maximum():
    study = sparse_study(share=1.0)
    study["score"] = study["listener"] * 0.5 + study["n"] ** 2

    with pytest.raises(MixedModelDidNotConverge):
        fit(study)


def test_a_likelihood_that_rises_until_no_residual_variance_is_left_has_no_maximum():
    """The two listeners of both systems differ alike between them: only the others' answers vary."""
    study = pd.DataFrame({"listener": [0, 0, 1, 1, 2, 3], "system": [0, 1, 0, 1, 0, 1], "score": [1.0, 1, 1, 1, 1, 2]})

    with pytest.raises(MixedModelDidNotConverge, match="residual variance is zero"):
        fit(study.assign(stimulus=study["system"]))


def test_intervals_of_simulated_studies_hold_the_truth():
    """40 studies of 12 listeners and 8 clips: at 95 %, fewer than 33 hits has a chance of 0.3 %."""
    generator, hits = np.random.default_rng(11), 0
    listeners, stimuli = (pd.Series(place.ravel()) for place in np.indices((12, 8)))
    for _ in range(40):
        table = generator.normal(3, 0.7, (12, 8)) + generator.normal(0, 0.4, (12, 1)) + generator.normal(0, 0.4, (1, 8))
        fitted = fit_crossed(table.ravel(), pd.Series(["one"] * 96), listeners, stimuli)
        estimate, error, freedom = (float(of[0]) for of in fitted.contrasts(np.ones((1, 1))))
        hits += abs(estimate - 3) < stats.t.ppf(0.975, freedom) * error

    assert hits >= 33
