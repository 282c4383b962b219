"""What an exclusion is: a declared rule that leaves ratings out of an analysis, and what several of them come to."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.engine.ratings import COUNTED_ROLES

Protocol = Mapping[str, Any]


@dataclass(frozen=True)
class Exclusion:
    """A rule: its name in protocols, its title on pages, where it comes from, and what it leaves out.

    `reasons(ratings, protocol)` takes a checked ratings frame and the study's protocol, and gives one text for each
    row in the frame's order: why it is left out, or nothing. It looks at ratings alone and never at what another rule
    left out, so the order of the rules changes nothing and each can be replayed by itself.

    `is_outcome_dependent` marks a rule that decides by how high or low a reported mean's own scores are: it moves that
    mean by construction.
    """

    slug: str
    title: str
    citation: str
    reasons: Callable[[pd.DataFrame, Protocol], pd.Series]
    is_outcome_dependent: bool = False


def nothing(ratings: pd.DataFrame) -> pd.Series:
    """Return reasons that leave nothing out."""
    return pd.Series("", index=ratings.index, dtype="str")


def of_groups(ratings: pd.DataFrame, by: str, reasons: Mapping[Hashable, str]) -> pd.Series:
    """Return the reason of each row's group (by "listener" or "session"); groups that are not named stay."""
    codes, names = pd.factorize(ratings[by])
    texts = np.array([reasons.get(name, "") for name in names], dtype=object)
    return pd.Series(texts[codes], index=ratings.index, dtype="str")


def declared_check(protocol: Protocol, slug: str) -> dict[str, Any]:
    """Return the settings of a screening as the protocol declares it; nothing if it does not."""
    return next((dict(check) for check in protocol.get("screenings") or [] if check.get("check") == slug), {})


def counted(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings that say something about a system: no gold stimuli, traps, repeats or training."""
    return ratings[ratings["role"].isin(list(COUNTED_ROLES))]


def on_five_points(ratings: pd.DataFrame) -> pd.Series:
    """Return the scores as they would stand on a scale from 1 to 5; missing where there are none."""
    span = ratings["scale_max"] - ratings["scale_min"]
    return 1 + 4 * (ratings["score"] - ratings["scale_min"]) / span


def joined(reasons: Iterable[pd.Series]) -> pd.Series:
    """Return the first reason that any rule has for each row."""
    found: pd.Series | None = None
    for each in reasons:
        found = each if found is None else found.where(found != "", each)
    if found is None:
        raise ValueError("there are no reasons to join")
    return found
