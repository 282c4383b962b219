"""How far listeners differ about the same sound: the standard deviation of opinion scores against their mean (SOS)."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.bootstrap import ends_around
from analysis.engine.ratings import NoRatings, counted_by_method
from analysis.engine.repeats import first_answers
from analysis.engine.statistic import Statistic, Tables

Floats = npt.NDArray[np.float64]

METHODS = ("acr", "acr_clarity", "dcr")
FEWEST_LISTENERS = 4
RESAMPLES = 2_000
# Of the bootstrap: the same ratings give the same interval.
SEED = 20260105


def standard_deviation_of_scores(ratings: pd.DataFrame, confidence: float = 0.95) -> Tables:
    """Return each test method's SOS parameter (`parameter`) and the spreads that it is fitted to (`by_stimulus`).

    On a scale from L to H a stimulus of mean x has the variance a (x - L)(H - x): with a = 0 listeners agree, with
    a = 1 they give the ends of the scale alone. a is fitted to the variances (over n - 1) by least squares, with a
    percentile bootstrap over stimuli. Source: Hossfeld, Schatz & Egger 2011, "SOS: The MOS is not enough!", QoMEX.
    Stimuli with fewer than four listeners are left out. Raises NoRatings if that leaves none.
    """
    rows, tables = [], []
    for method, of_method in counted_by_method(ratings, METHODS).items():
        spreads, n_listeners = _spreads(of_method)
        if spreads.empty:
            continue
        row = _parameter(spreads, confidence)
        fitted = np.sqrt(row["estimate"] * spreads["largest_variance"])
        about = {"n": int(spreads["count"].sum()), "n_listeners": n_listeners, "n_stimuli": len(spreads)}
        rows.append({"test_method": method, **row, **about})
        tables.append(spreads.assign(fitted_standard_deviation=fitted).drop(columns="largest_variance"))
    if not rows:
        raise NoRatings(f"No sound has scores of {FEWEST_LISTENERS} listeners yet: their spread cannot be told.")
    return {"parameter": pd.DataFrame(rows), "by_stimulus": pd.concat(tables, ignore_index=True)}


def _spreads(scored: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the mean and spread of each stimulus that enough listeners rated, and how many listeners those are."""
    first = first_answers(scored)
    enough = first[first.groupby("clip_key")["listener"].transform("size") >= FEWEST_LISTENERS]
    spreads = (
        enough.groupby(["method", "system", "item", "clip_key"])
        .agg(
            count=("score", "size"),
            mean=("score", "mean"),
            standard_deviation=("score", "std"),
            scale_min=("scale_min", "first"),
            scale_max=("scale_max", "first"),
        )
        .reset_index()
        .rename(columns={"method": "test_method"})
    )
    largest = (spreads["mean"] - spreads["scale_min"]) * (spreads["scale_max"] - spreads["mean"])
    return spreads.assign(largest_variance=largest), enough["listener"].nunique()


def _parameter(spreads: pd.DataFrame, confidence: float) -> dict[str, Any]:
    """Return a with its interval, or the note that says why there is none."""
    n = len(spreads)
    largest, variances = spreads["largest_variance"].to_numpy(), spreads["standard_deviation"].to_numpy() ** 2
    method = "least squares, bootstrap over stimuli"
    nothing = {"estimate": math.nan, "low": math.nan, "high": math.nan, "method": method}
    if not largest.any():
        return {**nothing, "note": "every mean is an end of the scale: listeners cannot differ there"}
    estimate = float(fitted_parameter(largest, variances)[0])
    if n < 2:
        return {**nothing, "estimate": estimate, "note": "one stimulus: nothing is known of how others differ"}
    weights = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    ends = ends_around(estimate, fitted_parameter(largest, variances, weights), confidence)
    return {"estimate": estimate, **ends, "method": method, "note": ""}


def fitted_parameter(largest: Floats, variances: Floats, weights: npt.ArrayLike | None = None) -> Floats:
    """Return the a of least squares, sum of v s² over sum of v², for each row of weights of the stimuli [B, S] -> [B].

    s² are the stimuli's variances [S], v the largest variances that their means allow [S]. NaN where all v are 0.
    """
    weighted = np.ones((1, len(largest))) if weights is None else np.asarray(weights)
    above, below = weighted @ (largest * variances), weighted @ largest**2
    return np.divide(above, below, out=np.full_like(above, np.nan, dtype=np.float64), where=below > 0)


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return standard_deviation_of_scores(ratings, confidence)


STANDARD_DEVIATION_OF_SCORES = Statistic(
    slug="standard_deviation_of_scores",
    title="Standard deviation of opinion scores (SOS)",
    unit="a stimulus; its listeners are those of the study",
    tables=_tables,
    drawn=f"{RESAMPLES:,} bootstrap resamples of stimuli, seed {SEED}",
)
