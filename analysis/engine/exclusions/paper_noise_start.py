"""The paper's rule: whoever finds a classifier's samples from noise good is dropped with all their answers.

The samples that decide are themselves one of the arms that are reported, so the rule caps that arm's mean by
construction, whatever the listeners heard. It is here to repeat the paper, with and without.
"""

from typing import Any

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, counted, of_groups, on_five_points

GOOD = 4.0
# The name that ratings imported from the paper's batches have for its first experiment.
EXPERIMENT_1 = "classifier-noise"


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which listeners rated a sample of the paper's first experiment Good or better.

    That is a classifier maximised from noise with no decoder: the systems with `start: noise` and `space: features`.
    """
    judged = counted(ratings)
    judged = judged[judged["system"].isin(_from_noise(protocol))]
    n_good = (on_five_points(judged) >= GOOD).groupby(judged["listener"]).sum()
    return of_groups(ratings, "listener", those(n_good, n_good > 0, "rated {:g} samples from noise Good or better"))


def _from_noise(protocol: Protocol) -> list[str]:
    systems: list[dict[str, Any]] = protocol.get("systems") or [
        {"slug": EXPERIMENT_1, "start": "noise", "space": "features"}
    ]
    return [each["slug"] for each in systems if each.get("start") == "noise" and each.get("space") == "features"]


PAPER_NOISE_START = Exclusion(
    slug="paper_noise_start",
    title="The paper's rule: found noise-start samples good",
    citation="Soomro et al. 2019 (arXiv:1907.03164), turk_analysis.py",
    reasons=reasons,
    is_outcome_dependent=True,
)
