"""What a statistic is: pure functions from the two frames to tidy tables, with a description."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Statistic:
    """An analysis: its name in protocols, its title on pages, and what computes it.

    `tables(ratings, judgements, confidence)` takes the frames of `analysis.engine.ratings` and gives tidy tables by
    name; it raises NoRatings where nothing fits. `unit` says what is taken as a sample of what, `drawn` what is left to
    chance, how often, and from which seed of NumPy's default generator; nothing if it is empty.
    """

    slug: str
    title: str
    unit: str
    tables: Callable[[pd.DataFrame, pd.DataFrame, float], Tables]
    drawn: str = ""
