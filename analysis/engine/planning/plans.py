"""A plan: what is asked of the designs of a study, and the tables that answer."""

import math
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.engine.planning.costs import Terms, expenses_of
from analysis.engine.planning.designs import Design, DesignIsImpossible, PlanIsOutOfReach, Variances
from analysis.engine.planning.differences import (
    floor_of_stimuli,
    listeners_needed,
    simulated_listeners_needed,
    simulated_power,
    simulated_smallest_difference,
    smallest_detectable_difference,
)
from analysis.engine.planning.half_widths import (
    floor_of_half_width,
    half_width,
    listeners_for_half_width,
    simulated_half_width,
)
from analysis.engine.planning.simulation import Simulated
from analysis.engine.planning.stopping import Stopped, coverage_of_stopping

# With fewer simulated studies nothing is said.
FEWEST_STUDIES = 50
# A study of more ratings is not played: it would not fit into memory many times over.
LARGEST_PLAYED = 5_000_000
NOT_SIMULATED = Simulated(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True)
class Plan:
    """What is asked: which designs, of which variances, to find what, on which terms.

    `share`: of right words, in a study of identification; None in one of scores. `studies`: how many are played of each
    design; fewer where they have more than `most_ratings` together.
    """

    listeners: tuple[int, ...]
    stimuli: tuple[int, ...]
    variances: Variances = field(default_factory=Variances)
    terms: Terms = field(default_factory=Terms)
    share: float | None = None
    difference: float | None = None
    half_width: float | None = None
    trials_per_listener: int | None = None
    matched: float = 0.0
    power: float = 0.8
    level: float = 0.05
    studies: int = 200
    most_ratings: float = math.inf
    seed: int = 1

    @property
    def confidence(self) -> float:
        return 1 - self.level

    def heard(self, stimuli: int) -> int:
        """Return how many stimuli of each system a listener rates. Raises DesignIsImpossible."""
        if self.trials_per_listener is None:
            return stimuli
        if self.trials_per_listener < self.terms.systems:
            raise DesignIsImpossible(
                f"{self.trials_per_listener} trials per listener do not reach all {self.terms.systems} systems: ask "
                "for at least one trial of each."
            )
        return min(stimuli, self.trials_per_listener // self.terms.systems)

    def design(self, listeners: int, stimuli: int) -> Design:
        """Return a design of the plan. Raises DesignIsImpossible."""
        design = Design(listeners, stimuli, self.matched, self.heard(stimuli))
        if design.freedom < 1:
            raise DesignIsImpossible(
                f"{listeners} listeners and {stimuli} stimuli of each system: two of each is the least that shows how "
                "they differ."
            )
        return design

    def generator(self, *design: int) -> np.random.Generator:
        """Return the random numbers of one design, whichever others are asked for beside it."""
        return np.random.default_rng([self.seed, *design])

    def studies_of(self, ratings: int) -> int:
        """Return how many studies of so many ratings may be played; 0 if too few to say anything."""
        studies = int(min(self.studies, self.most_ratings // ratings))
        return studies if studies >= FEWEST_STUDIES and ratings <= LARGEST_PLAYED else 0


def designs_table(plan: Plan) -> pd.DataFrame:
    """Return each design, stimuli within listeners, with what it finds and what it takes. Raises DesignIsImpossible.

    Of scores, `smallest_difference` is by formula and `simulated` by playing `studies`; of identification these are
    `half_width` and `simulated`, with the share `coverage` of simulated intervals that hold the truth.
    """
    designs = [plan.design(listeners, stimuli) for listeners in plan.listeners for stimuli in plan.stimuli]
    return pd.DataFrame([_design_row(plan, design) for design in designs])


def _design_row(plan: Plan, design: Design) -> dict[str, Any]:
    half = half_width(design, plan.variances, plan.confidence)
    if plan.share is None:
        smallest = smallest_detectable_difference(design, plan.variances, plan.power, plan.level)
        found = {"smallest_difference": smallest, **_simulated("simulated", _played_difference(plan, design))}
        found["half_width"] = half
    else:
        played, coverage = _played_half_width(plan, design)
        found = {"half_width": half, **_simulated("simulated", played), **_simulated("coverage", coverage)}
    return {"listeners": design.listeners, "stimuli": design.stimuli, **found, **_taken(plan, design)}


def needed_for_difference(plan: Plan, is_searched: bool = True) -> pd.DataFrame:
    """Return, for each number of stimuli, how many listeners find the plan's difference: by formula and simulated.

    `floor` is the smallest difference that any number of listeners finds; where it lies above, `note` says what to do.
    `power` is that of simulated studies with as many listeners as the formula says; `simulated_listeners` are those
    that simulated studies need, if they are searched for.
    """
    assert plan.difference is not None
    rows = []
    for stimuli in plan.stimuli:
        asked = (plan.difference, stimuli, plan.variances)
        known, heard = (plan.matched, plan.power, plan.level), plan.heard(stimuli)
        floor = floor_of_stimuli(stimuli, plan.variances, plan.matched, plan.power, plan.level)
        row: dict[str, Any] = {"stimuli": stimuli, "floor": floor}
        note = ""
        try:
            design = plan.design(listeners_needed(*asked, *known, heard), stimuli)
            studies = plan.studies_of(2 * design.ratings)
            row["listeners"] = design.listeners
            if is_searched and studies:
                row["simulated_listeners"] = simulated_listeners_needed(*asked, plan.seed, studies, *known, heard)
            row |= {**_simulated("power", _played_power(plan, design)), **_taken(plan, design)}
        except PlanIsOutOfReach as why:
            note = str(why)
        rows.append({**row, "note": note})
    return pd.DataFrame(rows)


def needed_for_half_width(plan: Plan) -> pd.DataFrame:
    """Return, for each number of stimuli, how many listeners bring the interval of a mean to the plan's half-width.

    `simulated` is the mean half-width of simulated studies with as many listeners as the formula says.
    """
    assert plan.half_width is not None
    rows = []
    for stimuli in plan.stimuli:
        floor = floor_of_half_width(stimuli, plan.variances, plan.confidence)
        row: dict[str, Any] = {"stimuli": stimuli, "floor": floor}
        note = ""
        try:
            needed = listeners_for_half_width(
                plan.half_width, stimuli, plan.variances, plan.confidence, plan.heard(stimuli)
            )
            design = plan.design(needed, stimuli)
            row |= {"listeners": needed, **_simulated("simulated", _played_half_width(plan, design)[0])}
            row |= _taken(plan, design)
        except PlanIsOutOfReach as why:
            note = str(why)
        rows.append({**row, "note": note})
    return pd.DataFrame(rows)


def stopping_of(plan: Plan) -> tuple[Design, Stopped] | None:
    """Return what becomes of simulated studies that stop at the plan's half-width, and the design they begin with.

    Of the plan's numbers of stimuli that is the one which reaches the half-width with the fewest ratings by formula,
    with twice as many listeners. Scores are normal. None if no half-width is asked for, none reaches it, or the design
    is too large to play.
    """
    if plan.half_width is None:
        return None
    reaching = []
    for stimuli in plan.stimuli:
        asked = (plan.half_width, stimuli, plan.variances, plan.confidence, plan.heard(stimuli))
        with suppress(PlanIsOutOfReach):
            reaching.append(plan.design(listeners_for_half_width(*asked), stimuli))
    if not reaching:
        return None
    fewest = min(reaching, key=lambda design: design.ratings)
    return _stopped(plan, plan.design(2 * fewest.listeners, fewest.stimuli))


def _stopped(plan: Plan, design: Design) -> tuple[Design, Stopped] | None:
    systems, generator = plan.terms.systems, plan.generator(design.listeners, design.stimuli)
    studies = plan.studies_of(systems * design.ratings)
    if plan.half_width is None or not studies:
        return None
    asked = (plan.half_width, design, plan.variances, generator, studies, systems, plan.confidence)
    return design, coverage_of_stopping(*asked)


def _played_difference(plan: Plan, design: Design) -> Simulated:
    studies, generator = plan.studies_of(2 * design.ratings), plan.generator(design.listeners, design.stimuli)
    if not studies:
        return NOT_SIMULATED
    return simulated_smallest_difference(design, plan.variances, generator, studies, plan.power, plan.level)


def _played_power(plan: Plan, design: Design) -> Simulated:
    studies, generator = plan.studies_of(2 * design.ratings), plan.generator(design.listeners, design.stimuli)
    if not studies or plan.difference is None:
        return NOT_SIMULATED
    return simulated_power(plan.difference, design, plan.variances, generator, studies, plan.level)


def _played_half_width(plan: Plan, design: Design) -> tuple[Simulated, Simulated]:
    studies, generator = plan.studies_of(design.ratings), plan.generator(design.listeners, design.stimuli)
    if not studies:
        return NOT_SIMULATED, NOT_SIMULATED
    return simulated_half_width(design, plan.variances, generator, studies, plan.confidence, plan.share)


def _simulated(name: str, played: Simulated) -> dict[str, Any]:
    return {name: played.value, f"{name}_low": played.low, f"{name}_high": played.high, "studies": played.studies}


def _taken(plan: Plan, design: Design) -> dict[str, Any]:
    taken = expenses_of(design, plan.terms)
    return {
        "trials_per_listener": taken.trials,
        "minutes_per_listener": taken.minutes,
        "hours": taken.hours,
        "pay": taken.pay,
        "fee": taken.fee,
        "vat": taken.vat,
        "cost": taken.total,
        "currency": plan.terms.currency,
    }
