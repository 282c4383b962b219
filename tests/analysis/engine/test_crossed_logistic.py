import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, special, stats

from analysis.engine.crossed import NothingToFit
from analysis.engine.crossed_logistic import AnswersAreSeparated, LogisticFit, fit_crossed_logistic
from analysis.engine.crossed_logistic_likelihood import Answers, Laplace
from tests.analysis.frames import published


def study(
    seed: int = 1, n_listeners: int = 8, per_system: int = 6, deviations: tuple[float, float] = (0.5, 1.0)
) -> pd.DataFrame:
    """Return answers to three systems' clips, about two thirds of them heard by each listener."""
    generator = np.random.default_rng(seed)
    levels = {"listener": range(n_listeners), "system": list("abc"), "n": range(per_system)}
    answers = pd.MultiIndex.from_product(levels.values(), names=levels).to_frame(index=False)
    answers["stimulus"] = answers["system"] + answers["n"].astype(str)
    odds = answers["system"].map({"a": 1.5, "b": 0.5, "c": -0.5})
    for name, deviation in zip(("listener", "stimulus"), deviations, strict=True):
        codes, names = pd.factorize(answers[name])
        odds += generator.normal(0, deviation, len(names))[codes]
    answers["right"] = generator.random(len(answers)) < special.expit(odds)
    return answers[generator.random(len(answers)) < 0.7].reset_index(drop=True)


def fit(answers: pd.DataFrame) -> LogisticFit:
    columns = (answers[name] for name in ("system", "listener", "stimulus"))
    return fit_crossed_logistic(answers["right"].to_numpy(), *columns)


def laplace(answers: pd.DataFrame, place: np.ndarray) -> Laplace:
    codes = [pd.factorize(answers[name], sort=True)[0] for name in ("system", "listener", "stimulus")]
    coded = Answers(answers["right"].to_numpy(dtype=float), *codes)
    return Laplace(coded, place[:3], (place[3], place[4]), (np.zeros(coded.sizes[1]), np.zeros(coded.sizes[2])))


def dense_value(answers: pd.DataFrame, place: np.ndarray) -> float:
    """Minus the log likelihood by Laplace's approximation, written with whole matrices and a general optimiser."""
    systems, *levels = (pd.get_dummies(answers[name]).to_numpy(float) for name in ("system", "listener", "stimulus"))
    scaled = np.hstack([deviation * level for deviation, level in zip(place[3:], levels, strict=True)])
    right = answers["right"].to_numpy(dtype=float)

    def joint(deviations: np.ndarray) -> float:
        linear = systems @ place[:3] + scaled @ deviations
        return float(np.logaddexp(0, linear).sum() - right @ linear + deviations @ deviations / 2)

    mode = optimize.minimize(joint, np.zeros(scaled.shape[1]), tol=1e-9)
    shares = special.expit(systems @ place[:3] + scaled @ mode.x)
    curvature = scaled.T @ ((shares * (1 - shares))[:, None] * scaled) + np.eye(scaled.shape[1])
    return float(mode.fun + np.linalg.slogdet(curvature)[1] / 2)


PLACE = np.array([1.2, 0.4, -0.6, 0.6, 0.9])


def test_the_likelihood_is_that_of_whole_matrices():
    answers = study()

    assert laplace(answers, PLACE).value == pytest.approx(dense_value(answers, PLACE), abs=1e-6)


def test_the_gradient_is_the_slope_of_the_likelihood():
    answers = study()

    slopes = [
        (laplace(answers, PLACE + step).value - laplace(answers, PLACE - step).value) / 2e-5
        for step in 1e-5 * np.eye(5)
    ]

    assert laplace(answers, PLACE).gradient() == pytest.approx(slopes, abs=1e-6)


@pytest.fixture(scope="module")
def voices() -> pd.DataFrame:
    answers = pd.read_csv(published("speaker_category_id", "exp_data_all.csv"))
    answers = answers[answers["R"] == "a"].reset_index(drop=True)
    return answers.assign(listener=answers["L"].astype(str), stimulus=answers["S"].astype(str))


def test_the_fit_is_that_of_lme4_for_the_gender_of_voices(voices):
    """speaker_category_id/README.md, lme4 1.1-31 glmer(Female ~ F_v*A + (1|L) + (1|S)): 2.1101 for F_v (se .1410),
    1.2812 for F_v:A, sd S .95496, sd L .73483, logLik -751.5192. A is the veridical age here; contrasts sum to zero.
    Cell odds and errors: R 4.2.2, lme4 1.1-31, glmer(Female ~ 0 + cell + (1|L) + (1|S)) with tolPwrss = 1e-12."""
    cells = voices.assign(system=voices["G_v"] + voices["A_v"], right=voices["G"] == "f")

    fitted = fit(cells)

    of_gender, of_both = np.array([1, 1, -1, -1]) / 4, np.array([1, -1, -1, 1]) / 4
    assert fitted.systems == ("fa", "fc", "ma", "mc")
    assert round(fitted.log_likelihood, 4) == -751.5192
    assert round(float(of_gender @ fitted.log_odds), 4) == 2.1101
    assert round(float(np.sqrt(of_gender @ fitted.covariance[:4, :4] @ of_gender)), 3) == 0.141
    assert round(float(of_both @ fitted.log_odds), 4) == 1.2812
    assert fitted.deviations.round(5).tolist() == [0.73483, 0.95496]
    assert fitted.log_odds == pytest.approx([2.27519301, 1.20408455, -4.50728839, -0.45375799], abs=2e-5)
    assert np.sqrt(np.diag(fitted.covariance))[:4] == pytest.approx(
        [0.2722972, 0.3280019, 0.4034186, 0.2873155], abs=1e-4
    )


def test_the_fit_is_that_of_lme4_for_the_categories_of_voices(voices):
    """R 4.2.2, lme4 1.1-31, glmer(correct ~ 1 + (1|L) + (1|S)): with tolPwrss = 1e-12 logLik -998.7712, 1.5848 (se
    .18390), sd S 1.63131, sd L .33195. With its default of 1e-7 it stops early, at the -998.7798, 1.58 (se .1795),
    1.62615 and .33178 of speaker_category_id/README.md: our likelihood is the higher one."""
    answers = voices.assign(system="all", right=voices["C"] == voices["C_v"])

    fitted = fit(answers)

    assert round(fitted.log_likelihood, 4) == -998.7712
    assert fitted.log_odds == pytest.approx([1.5848009], abs=1e-5)
    assert fitted.deviations == pytest.approx([0.3319486, 1.6313097], abs=1e-5)
    assert np.sqrt(fitted.covariance[0, 0]) == pytest.approx(0.183896, abs=1e-5)
    assert fitted.log_likelihood > -998.7798
    assert fitted.log_odds == pytest.approx([1.58], abs=0.005)
    assert fitted.deviations == pytest.approx([0.33178, 1.62615], abs=0.006)


def test_systems_are_those_of_lme4_for_the_categories_of_voices(voices):
    """R 4.2.2, lme4 1.1-31, glmer(correct ~ 0 + category + (1|L) + (1|S)), tolPwrss = 1e-12: logLik -963.9109."""
    answers = voices.assign(system=voices["C_v"], right=voices["C"] == voices["C_v"])

    fitted = fit(answers)

    assert round(fitted.log_likelihood, 4) == -963.9109
    assert fitted.log_odds == pytest.approx([0.37272654, 0.74563810, 3.37705723, 1.15489466], abs=2e-5)
    assert np.sqrt(np.diag(fitted.covariance))[:4] == pytest.approx(
        [0.2773161, 0.3358120, 0.3049950, 0.2248483], abs=3e-5
    )


def test_the_share_over_all_listeners_and_stimuli_is_the_mean_over_their_normal_law():
    fitted = fit(study())

    spread = float(np.hypot(*fitted.deviations))
    expected = [
        integrate.quad(lambda z, odds=odds: special.expit(odds + spread * z) * stats.norm.pdf(z), -9, 9)[0]
        for odds in fitted.log_odds
    ]
    assert fitted.probabilities()[0] == pytest.approx(expected, abs=1e-7)


def test_odds_that_were_put_in_come_back():
    answers = study(seed=4, n_listeners=40, per_system=40, deviations=(0.6, 1.1))

    fitted = fit(answers)

    errors = np.sqrt(np.diag(fitted.covariance))
    assert np.all(np.abs(fitted.log_odds - [1.5, 0.5, -0.5]) < 2.5 * errors[:3])
    assert np.all(np.abs(fitted.deviations - [0.6, 1.1]) < 2.5 * errors[3:])


def test_a_deviation_that_is_not_there_is_zero_and_has_no_error():
    fitted = fit(study(seed=3, deviations=(0.0, 1.0)))

    assert fitted.deviations[0] == 0
    assert not fitted.covariance[3].any()
    assert fitted.deviations[1] > 0


def test_a_system_that_is_always_right_has_no_odds_and_is_named():
    answers = study()
    answers.loc[answers["system"] == "b", "right"] = True

    with pytest.raises(AnswersAreSeparated, match="all answers to b are right"):
        fit(answers)


@pytest.mark.parametrize("what", ["listener", "stimulus"])
def test_one_listener_or_one_stimulus_is_refused(what):
    with pytest.raises(NothingToFit, match=f"one {what}"):
        fit(study().assign(**{what: "the only one"}))


def test_one_answer_per_stimulus_leaves_stimuli_out_and_says_so():
    answers = study().assign(stimulus=lambda frame: frame.index.astype(str))

    fitted = fit(answers)

    assert fitted.deviations[1] == 0
    assert fitted.notes[0].startswith("one answer per stimulus")


def test_the_order_of_rows_shows_in_no_digit():
    answers = study()

    first, second = fit(answers), fit(answers.sample(frac=1, random_state=5))

    assert first.log_odds.tolist() == second.log_odds.tolist()
    assert first.covariance.tolist() == second.covariance.tolist()
