"""The answer to a plan, in tables and sentences, for the page and for the command."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.tables import NOTHING, Row, Shown, ShownTable, shown_table

if TYPE_CHECKING:
    import pandas as pd

    from analysis.engine.planning.pilot import Pilot
    from analysis.engine.planning.plans import Plan

# For the sentence on significance; a round number of looks.
LOOKS = 10


@dataclass(frozen=True)
class PlanAnswer:
    """`frames` are the tables with all their columns, `tables` the same as shown; the other texts are paragraphs."""

    frames: "dict[str, pd.DataFrame]"
    tables: dict[str, ShownTable]
    floor: str
    variances: str
    terms: str
    simulation: str
    stopping: str
    peeking: str


def answered_plan(plan: "Plan", pilot: "Pilot | None", pilot_name: str = "", is_searched: bool = True) -> PlanAnswer:
    """Return what a plan comes to. Without `is_searched` no simulation looks for numbers of listeners.

    Raises DesignIsImpossible.
    """
    from analysis.engine.planning.plans import designs_table, needed_for_difference, needed_for_half_width

    frames = {"designs": designs_table(plan)}
    if plan.difference is not None:
        frames["for_difference"] = needed_for_difference(plan, is_searched)
    if plan.half_width is not None:
        frames["for_half_width"] = needed_for_half_width(plan)
    return PlanAnswer(
        frames=frames,
        tables={name: _WRITERS[name](frame, plan) for name, frame in frames.items()},
        floor=_floor(plan),
        variances=_variances(plan, pilot, pilot_name),
        terms=_terms(plan),
        simulation=_simulation(plan, frames),
        stopping=_stopping(plan),
        peeking=_peeking(plan),
    )


def _designs(frame: "pd.DataFrame", plan: "Plan") -> ShownTable:
    write = _writer(plan)
    columns = [Shown("Listeners", lambda row: f"{row['listeners']:,}", is_number=False), _stimuli()]
    if plan.share is None:
        columns += [
            Shown("Smallest difference, by formula", lambda row: write(row["smallest_difference"])),
            Shown("Simulated (95 % of the simulation)", lambda row: _simulated(row, "simulated", write)),
            Shown("Half-width of a mean", lambda row: write(row["half_width"])),
        ]
    else:
        columns += [
            Shown("Half-width of a share, by formula", lambda row: write(row["half_width"])),
            Shown("Simulated (95 % of the simulation)", lambda row: _simulated(row, "simulated", write)),
            Shown("Intervals that hold the truth", lambda row: _simulated(row, "coverage", _percent)),
        ]
    return shown_table("What each design finds, and what it takes", frame, [*columns, *_taken(plan)], 2)


def _for_difference(frame: "pd.DataFrame", plan: "Plan") -> ShownTable:
    columns = [
        _stimuli(),
        Shown("No listeners find less than", lambda row: _points(row["floor"])),
        Shown("Listeners, by formula", lambda row: _whole(row["listeners"])),
    ]
    if "simulated_listeners" in frame:
        columns.append(Shown("Listeners, simulated", lambda row: _whole(row["simulated_listeners"])))
    columns.append(Shown("Simulated power with the formula's", lambda row: _simulated(row, "power", _percent)))
    caption = f"Listeners that find a difference of {plan.difference:g} with a power of {_percent(plan.power)}"
    return shown_table(caption, _complete(frame), [*columns, *_taken(plan)])


def _for_half_width(frame: "pd.DataFrame", plan: "Plan") -> ShownTable:
    write = _writer(plan)
    columns = [
        _stimuli(),
        Shown("No listeners come below", lambda row: write(row["floor"])),
        Shown("Listeners, by formula", lambda row: _whole(row["listeners"])),
        Shown("Simulated half-width with these", lambda row: _simulated(row, "simulated", write)),
    ]
    caption = f"Listeners that bring every interval to ± {write(plan.half_width or math.nan)}"
    return shown_table(caption, _complete(frame), [*columns, *_taken(plan)])


_WRITERS = {"designs": _designs, "for_difference": _for_difference, "for_half_width": _for_half_width}


def _complete(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table with every column, also where no number of listeners was enough anywhere; notes are short."""
    names = [*frame.columns, "listeners", "power", "simulated", "studies", "minutes_per_listener", "hours", "cost"]
    complete = frame.reindex(columns=list(dict.fromkeys(names)))
    return complete.assign(note=["No number is enough: take more stimuli" if note else "" for note in frame["note"]])


def _stimuli() -> Shown:
    return Shown("Stimuli of each system", lambda row: f"{row['stimuli']:,}", is_number=False)


def _taken(plan: "Plan") -> list[Shown]:
    return [
        Shown("Minutes each", lambda row: _whole(row["minutes_per_listener"])),
        Shown("Hours in all", lambda row: _one(row["hours"])),
        Shown(f"Cost, {plan.terms.currency}", lambda row: _whole(row["cost"])),
    ]


def _simulated(row: Row, name: str, write: Any) -> str:
    if math.isnan(row.get(name, math.nan)):
        return NOTHING
    return f"{write(row[name])} ({write(row[f'{name}_low'])} – {write(row[f'{name}_high'])})"


def _writer(plan: "Plan") -> Any:
    return _points if plan.share is None else _percent


def _points(value: float) -> str:
    return NOTHING if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.2f}"


def _percent(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{100 * value:.1f} %"


def _whole(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:,.0f}"


def _one(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:,.1f}"


def _floor(plan: "Plan") -> str:
    from analysis.engine.planning.differences import floor_of_stimuli
    from analysis.engine.planning.half_widths import floor_of_half_width

    floors = []
    for stimuli in plan.stimuli:
        if plan.share is None:
            least = floor_of_stimuli(stimuli, plan.variances, plan.matched, plan.power, plan.level)
        else:
            least = floor_of_half_width(stimuli, plan.variances, plan.confidence)
        floors.append(f"{_writer(plan)(least)} with {stimuli}")
    what = "finds a smaller difference than" if plan.share is None else "makes an interval narrower than ±"
    return (
        f"The stimuli set a floor: by the formula no number of listeners {what} {', '.join(floors)} stimuli of each "
        "system. More stimuli lower it; more listeners do not."
    )


def _variances(plan: "Plan", pilot: "Pilot | None", pilot_name: str) -> str:
    own = plan.variances
    numbers = f"listener {own.listener:.4f}, stimulus {own.stimulus:.4f}, residual {own.residual:.4f}"
    if own.listener_by_system:
        numbers += f", listeners' tastes for systems {own.listener_by_system:.4f}"
    if pilot is not None:
        where = (
            f"Variances of {pilot_name}: {pilot.n:,} ratings of {pilot.n_listeners:,} listeners, "
            f"{pilot.n_stimuli:,} stimuli, {pilot.systems:,} systems"
        )
    elif plan.share is None:
        where = (
            "Usual variances, of English naturalness ratings from 1 to 5 (Voice Conversion Challenge 2020, lme4), "
            "whose listeners like the systems alike"
        )
    else:
        where = (
            "Usual variances, of 15 listeners who name the category of 139 voices (Barreda & Silbert), for this share"
        )
    notes = "".join(f" Note: {note}." for note in pilot.notes) if pilot else ""
    return f"{where}. {numbers[0].upper()}{numbers[1:]}.{notes}"


def _terms(plan: "Plan") -> str:
    terms = plan.terms
    return (
        f"Cost is for {terms.systems} systems, {terms.seconds_per_trial:g} seconds per trial and "
        f"{terms.minutes_beside:g} minutes beside the trials, at {terms.pay_per_hour:g} {terms.currency} per hour, "
        f"with {100 * terms.fee_share:g} % of fee on the pay and {100 * terms.vat_share:g} % of VAT on the fee. "
        "Listeners who are screened out, bonuses and lost sessions come on top."
    )


def _simulation(plan: "Plan", frames: "dict[str, pd.DataFrame]") -> str:
    played = sorted({int(n) for frame in frames.values() for n in frame.get("studies", []) if n > 0})
    if not played:
        return "Nothing was simulated: these designs are too large for that here, and the formula alone stands."
    number = f"{played[0]:,}" if len(played) == 1 else f"{played[0]:,} to {played[-1]:,}"
    return (
        f"Simulated: {number} studies of each design, seed {plan.seed}, tested as real ones are; the spans are the "
        "simulation's own error of 95 %, and where there is none the design is too large to simulate here. "
        f"{_drawn(plan)}"
    )


def _drawn(plan: "Plan") -> str:
    if plan.share is not None:
        return (
            "An answer is right where a normal variable with effects of listener and stimulus lies under a threshold; "
            "stopping is played with normal scores of the same variances."
        )
    return (
        "Scores are normal, on a scale without ends; a real scale cuts them off and rounds them. The formula takes few "
        "listeners or few stimuli for worse than they are."
    )


def _stopping(plan: "Plan") -> str:
    from analysis.engine.planning.plans import stopping_of

    played = stopping_of(plan)
    if played is None:
        return ""
    design, stopped = played
    return (
        f"Stopping when every interval is within ± {_writer(plan)(plan.half_width or math.nan)} is allowed: played "
        f"{stopped.coverage.studies:,} times with {design.stimuli} stimuli, looked at ten times up to "
        f"{design.listeners} listeners, intervals of nominal {_percent(plan.confidence)} held the truth in "
        f"{_percent(stopped.coverage.value)} ({_percent(stopped.coverage.low)} – {_percent(stopped.coverage.high)}), "
        f"with {stopped.listeners.value:.0f} listeners on average; {_percent(stopped.in_time.value)} stopped in time."
    )


def _peeking(plan: "Plan") -> str:
    from analysis.engine.planning.stopping import error_of_peeking

    error = error_of_peeking(LOOKS, plan.generator(LOOKS), plan.level)
    return (
        f"Do not stop at significance: looking {LOOKS} times for p < {plan.level:g} calls {_percent(error)} of equal "
        f"systems different, not {_percent(plan.level)}."
    )
