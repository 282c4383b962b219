"""What a study's declared exclusions leave out, why, and how much each of them does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.engine.exclusion import Protocol
from analysis.engine.exclusions import EXCLUSIONS
from analysis.engine.ratings import check_ratings

# What the study's screenings excluded while it ran stays out, whatever else is declared.
ALWAYS = "failed_screening"
# The row of a summary that stands for all rules together.
TOGETHER = "together"


class ExclusionIsUnknown(Exception):
    """A protocol declares an exclusion that is in no table."""


@dataclass(frozen=True)
class Exclusions:
    """What rules make of a ratings frame.

    `reasons` has a row for each rating and a column for each rule: why the rule leaves it out, or nothing.
    """

    ratings: pd.DataFrame
    reasons: pd.DataFrame

    @cached_property
    def kept(self) -> pd.DataFrame:
        """The ratings that no rule leaves out."""
        return self.ratings[~self._is_out.any(axis=1)].reset_index(drop=True)

    @property
    def everything(self) -> pd.DataFrame:
        """All ratings, none of them marked as excluded."""
        return self.ratings.assign(exclusion="")

    @property
    def has_any(self) -> bool:
        """Whether any rule leaves anything out."""
        return bool(self._is_out.any(axis=None))

    @cached_property
    def _is_out(self) -> pd.DataFrame:
        return self.reasons != ""

    def summary(self) -> pd.DataFrame:
        """Return what each rule leaves out, one row a rule, and all of them together last.

        `n_listeners` and `n_sessions` lose all their ratings by the rule, `n_ratings` are lost by it, `n_by_it_alone`
        by no other rule. `share_of_ratings` is of all ratings of the study.
        """
        out = self._is_out
        rows = [self._row(slug, out[slug], alone=out[slug] & (out.sum(axis=1) == 1)) for slug in out.columns]
        together = out.any(axis=1)
        return pd.DataFrame([*rows, self._row(TOGETHER, together, alone=together)])

    def _row(self, slug: str, is_out: pd.Series, alone: pd.Series) -> dict[str, object]:
        rule = EXCLUSIONS.get(slug)
        return {
            "exclusion": slug,
            "title": rule.title if rule else "All of them together",
            "is_outcome_dependent": bool(rule and rule.is_outcome_dependent),
            "n_listeners": int(is_out.groupby(self.ratings["listener"]).all().sum()),
            "n_sessions": int(is_out.groupby(self.ratings["session"]).all().sum()),
            "n_ratings": int(is_out.sum()),
            "n_by_it_alone": int(alone.sum()),
            "share_of_ratings": float(is_out.mean()) if len(is_out) else 0.0,
        }

    def by_listener(self) -> pd.DataFrame:
        """Return who loses ratings and why: exclusion, listener, session, reason and number of ratings."""
        columns = ["exclusion", "listener", "session", "reason"]
        named = pd.concat([self.ratings[["listener", "session"]], self.reasons], axis=1)
        long = named.melt(["listener", "session"], var_name="exclusion", value_name="reason")
        sizes = long[long["reason"] != ""].groupby(columns, sort=False).size()
        return sizes.rename("n_ratings").reset_index()


def declared_exclusions(protocol: Protocol) -> list[str]:
    """Return the exclusions in effect: the screenings' verdicts, then those that the protocol declares.

    Raises ExclusionIsUnknown.
    """
    declared = list((protocol.get("analysis") or {}).get("exclusions") or [])
    for slug in declared:
        if slug not in EXCLUSIONS:
            raise ExclusionIsUnknown(f"The protocol declares {slug!r}: the exclusions are {', '.join(EXCLUSIONS)}.")
    return list(dict.fromkeys([ALWAYS, *declared]))


def exclusions_of(ratings: pd.DataFrame, protocol: Protocol, slugs: Sequence[str] | None = None) -> Exclusions:
    """Return what the protocol's exclusions make of a ratings frame, or those that are named instead.

    Each rule sees all ratings, so their order changes nothing. Raises ExclusionIsUnknown or RatingsFrameIsWrong.
    """
    checked = check_ratings(ratings)
    chosen = declared_exclusions(protocol) if slugs is None else list(slugs)
    reasons = {slug: EXCLUSIONS[slug].reasons(checked, protocol) for slug in chosen}
    return Exclusions(checked, pd.DataFrame(reasons, index=checked.index, columns=chosen, dtype="str"))
