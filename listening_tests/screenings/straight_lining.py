import itertools
import statistics
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.kinds import Kind
from listening_tests.checks.session_record import SessionRecord, TrialRecord, in_role
from listening_tests.roles import TrialRole
from listening_tests.screening import Finding, Rule


class StraightLining(Rule):
    """One answer all the time: the same one many times running, or scores that hardly vary.

    Only samples count. Runs end with their block. Scores are compared as on five points, and blocks are pooled, as in
    the P.808 toolkit; its limit is a variance of 0.1.
    """

    title: ClassVar = "Straight-lining"
    kind: ClassVar = Kind.STATISTICAL
    citation: ClassVar = "Naderi and Cutler 2020, the P.808 toolkit's variance rule"

    check: Literal["straight_lining"] = "straight_lining"
    longest_run: int = Field(10, ge=2, le=500, description="So many equal answers running fail it.")
    least_variance: float = Field(0.1, ge=0, le=4, description="A smaller variance of the scores, in points², fails.")
    trials_needed: int = Field(5, ge=2, le=500, description="With fewer scores the variance says nothing.")

    def evaluate(self, record: SessionRecord) -> Finding:
        samples = in_role(record, TrialRole.SAMPLE)
        run = max((_longest_run(list(group)) for _block, group in _by_block(samples)), default=0)
        points = [point for trial in samples for answer in trial.answers if (point := trial.points(answer)) is not None]
        variance = statistics.variance(points) if len(points) >= self.trials_needed else None
        detail = {
            "run": run,
            "longest_run": self.longest_run,
            "variance": None if variance is None else round(variance, 6),
            "least_variance": self.least_variance,
            "n_scores": len(points),
        }
        return Finding(run < self.longest_run and (variance is None or variance >= self.least_variance), detail)


def _by_block(trials: list[TrialRecord]) -> "itertools.groupby[int, TrialRecord]":
    return itertools.groupby(trials, key=lambda trial: trial.block)


def _longest_run(trials: list[TrialRecord]) -> int:
    """Return how often the same answers were given running."""
    given = [tuple(answer.response for answer in trial.answers) for trial in trials]
    return max((len(list(run)) for _answers, run in itertools.groupby(given)), default=0)
