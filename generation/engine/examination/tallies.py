"""Counting what classifiers say of many sounds, at a memory that does not grow with their number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from statsmodels.stats.proportion import proportion_confint
from torch import Tensor

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Tally:
    """What one classifier said of `n` sounds meant to be one word: sums of its probabilities and its answers [W]."""

    n: int
    probability_sums: tuple[float, ...]
    answers: tuple[int, ...]

    @classmethod
    def of(cls, probabilities: Tensor) -> Self:
        """Count probabilities [B, W]."""
        answers = torch.bincount(probabilities.argmax(dim=1), minlength=probabilities.shape[1])
        return cls(len(probabilities), tuple(probabilities.double().sum(dim=0).tolist()), tuple(answers.tolist()))

    @classmethod
    def from_dict(cls, counted: Mapping[str, Any]) -> Self:
        """Make a tally of what `as_dict` gave."""
        return cls(counted["n"], tuple(counted["probability_sums"]), tuple(counted["answers"]))

    def as_dict(self) -> dict[str, Any]:
        """Give the counts as plain data."""
        return {"n": self.n, "probability_sums": list(self.probability_sums), "answers": list(self.answers)}

    def mean_probabilities(self) -> list[float]:
        """Give the mean probability of each word, a row of the paper's Figure 5."""
        return [each / self.n for each in self.probability_sums]

    def answer_shares(self) -> list[float]:
        """Give the share of sounds heard as each word."""
        return [each / self.n for each in self.answers]


def total(tallies: Iterable[Tally]) -> Tally:
    """Add tallies of one classifier and one word. Raises ValueError if there are none."""
    counted = list(tallies)
    if not counted:
        raise ValueError("There are no tallies to add: count at least one chunk of sounds first.")
    return Tally(
        sum(each.n for each in counted),
        tuple(map(sum, zip(*(each.probability_sums for each in counted), strict=True))),
        tuple(map(sum, zip(*(each.answers for each in counted), strict=True))),
    )


def share(hits: int, n: int) -> dict[str, Any]:
    """Give a share with its 95 % interval (Wilson 1927): `hits`, `n`, `share`, `low`, `high`."""
    low, high = proportion_confint(hits, n, alpha=1 - CONFIDENCE, method="wilson")
    # Rounding would put the bounds of none or all of n a hair beside 0 or 1.
    return {
        "hits": hits,
        "n": n,
        "share": hits / n,
        "low": min(float(low), hits / n),
        "high": max(float(high), hits / n),
    }


def agreed(heard: Sequence[Tensor], target: int) -> Tensor:
    """Tell for each sound [B] whether all classifiers, whose probabilities [B, W] are given, hear the target."""
    return torch.stack([each.argmax(dim=1) == target for each in heard]).all(dim=0)
