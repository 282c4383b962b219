"""The tables of ReSEval: responses.csv, beside conditions.csv, which names what is compared.

Source: github.com/reseval/reseval, reseval/test/{mos,mushra,ab}.py (read). A response is "CONDITION-SCORE" in a MOS
test, the winning condition in an A/B test, and in a MUSHRA test the scores of all conditions in alphabetical order,
three digits each. Which of them a file holds is told by its responses.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.engine.exchange import (
    CannotBeWritten,
    ExchangeFormat,
    FileDoesNotFit,
    Found,
    Imported,
    Line,
    Scale,
    Sheet,
    SourceFile,
    csv_file,
    gather,
    read_sheet,
    with_methods,
)

RESPONSES = ("Stem", "Participant", "OrderAsked", "Response")
CONDITIONS = ("Condition",)
FIVE_POINTS, SLIDER, WON_OR_LOST = (1.0, 5.0), (0.0, 100.0), (0.0, 1.0)
PREFERRED, NOT_PREFERRED = "preferred", "not preferred"
Answer = tuple[str, str, float]


def read(files: Sequence[SourceFile], study: str, scale: Scale | None) -> Imported:
    """Return the answers of responses.csv, read by the conditions of conditions.csv.

    The stem is the item, the condition the system, both together the clip; a participant is one listener with one
    session, and OrderAsked the place of the trial in it. A MUSHRA or an A/B response becomes one rating for each
    condition. Raises FileDoesNotFit, for word selections too, which are no ratings.
    """
    responses, conditions = _sheets(files)
    names = sorted(line.text("Condition") for line in conditions.lines)
    method = _method_of(responses, names)
    answers = READERS[method][0]
    found = [
        _found(line, method, condition, response, score)
        for line in responses.lines
        for condition, response, score in answers(line, names)
    ]
    return gather(found, study)


def _sheets(files: Sequence[SourceFile]) -> tuple[Sheet, Sheet]:
    sheets = [read_sheet(file) for file in files]
    responses = [sheet for sheet in sheets if "Response" in sheet.columns]
    conditions = [sheet for sheet in sheets if "Condition" in sheet.columns]
    if len(responses) != 1 or len(conditions) != 1 or len(sheets) != 2:
        raise FileDoesNotFit(
            f"{', '.join(file.name for file in files)}: give the two tables responses.csv and conditions.csv."
        )
    responses[0].need(RESPONSES)
    return responses[0], conditions[0]


def _method_of(responses: Sheet, conditions: Sequence[str]) -> str:
    """Return the method whose way to write a response fits the first one."""
    for line in responses.lines[:1]:
        for method, (_answers, fits) in READERS.items():
            if fits(line.text("Response"), conditions):
                return method
        raise line.refuse("Response", "is neither a condition, nor one with its score, nor three digits for each one")
    raise FileDoesNotFit(f"{responses.file}: there are no responses.")


def _opinion(line: Line, conditions: Sequence[str]) -> list[Answer]:
    condition, _, score = line.text("Response").rpartition("-")
    if condition not in conditions or score not in ("1", "2", "3", "4", "5"):
        raise line.refuse("Response", "is no condition with a score from 1 to 5")
    return [(condition, score, float(score))]


def _sliders(line: Line, conditions: Sequence[str]) -> list[Answer]:
    digits = line.text("Response")
    if not _are_sliders(digits, conditions):
        raise line.refuse("Response", f"is not three digits up to 100 for each of {len(conditions)} conditions")
    scores = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    return [(name, str(int(score)), float(score)) for name, score in zip(conditions, scores, strict=True)]


def _are_sliders(digits: str, conditions: Sequence[str]) -> bool:
    is_number = re.fullmatch(r"(0\d\d|100)+", digits) is not None
    return is_number and len(digits) == 3 * len(conditions)


def _winner(line: Line, conditions: Sequence[str]) -> list[Answer]:
    winner = line.chosen("Response", conditions)
    return [(name, PREFERRED if name == winner else NOT_PREFERRED, float(name == winner)) for name in conditions]


READERS: Mapping[
    str, tuple[Callable[[Line, Sequence[str]], list[Answer]], Callable[[str, Sequence[str]], bool]]
] = {
    "ab": (_winner, lambda response, names: response in names and len(names) == 2),
    "acr": (_opinion, lambda response, names: response.rpartition("-")[0] in names),
    "mushra": (_sliders, _are_sliders),
}  # fmt: skip
SCALES = {"ab": WON_OR_LOST, "acr": FIVE_POINTS, "mushra": SLIDER}


def _found(line: Line, method: str, condition: str, response: str, score: float) -> Found:
    order = line.number_within("OrderAsked", (0.0, float("inf")))
    if not order.is_integer():
        raise line.refuse("OrderAsked", "is no whole number")
    low, high = SCALES[method]
    stem, listener = line.text("Stem"), line.text("Participant")
    rating = {
        "method": method,
        "listener": listener,
        "session": listener,
        "trial_order": int(order),
        "stimulus": f"{stem}:{condition}",
        "clip_key": f"{stem}:{condition}",
        "system": condition,
        "item": stem,
        "scale_min": low,
        "scale_max": high,
        "response": response,
        "score": score,
    }
    return Found(line, rating, {})


def write(imported: Imported) -> dict[str, bytes]:
    """Return responses.csv and conditions.csv of one MOS, MUSHRA or A/B test.

    Raises CannotBeWritten if there are several methods, a trial without all its conditions, a tie, or a score that is
    no whole number.
    """
    records = [rating for rating, _beside in with_methods(imported, SCALES, "ReSEval")]
    methods = sorted({rating["method"] for rating in records})
    if len(methods) > 1:
        raise CannotBeWritten(f"A ReSEval test has one method, and the ratings have {', '.join(methods)}.")
    conditions = sorted({rating["system"] for rating in records})
    trials: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for rating in records:
        own = rating["system"] if methods == ["acr"] else ""
        trials.setdefault((rating["item"], rating["session"], rating["trial_order"], own), []).append(rating)
    rows = [[*key[:3], WRITERS[methods[0]](trial, conditions)] for key, trial in trials.items()]
    return {
        "responses.csv": csv_file(RESPONSES, rows),
        "conditions.csv": csv_file(CONDITIONS, [[name] for name in conditions]),
    }


def _written_opinion(trial: Sequence[Mapping[str, Any]], conditions: Sequence[str]) -> str:
    (rating,) = trial
    return f"{rating['system']}-{_whole(rating)}"


def _written_sliders(trial: Sequence[Mapping[str, Any]], conditions: Sequence[str]) -> str:
    scores = {rating["system"]: rating for rating in trial}
    _check_all(scores, trial, conditions)
    return "".join(f"{_whole(scores[name]):03d}" for name in conditions)


def _written_winner(trial: Sequence[Mapping[str, Any]], conditions: Sequence[str]) -> str:
    scores: dict[str, float] = {rating["system"]: rating["score"] for rating in trial}
    _check_all(scores, trial, conditions)
    if sorted(scores.values()) != [0.0, 1.0]:
        raise CannotBeWritten(f"Trial {trial[0]['trial_order']} of session {trial[0]['session']} has no winner.")
    return max(scores, key=lambda name: scores[name])


def _check_all(scores: Mapping[str, Any], trial: Sequence[Mapping[str, Any]], conditions: Sequence[str]) -> None:
    if sorted(scores) != list(conditions) or len(trial) != len(conditions):
        raise CannotBeWritten(
            f"Trial {trial[0]['trial_order']} of session {trial[0]['session']} does not have each of "
            f"{', '.join(conditions)} once."
        )


def _whole(rating: Mapping[str, Any]) -> int:
    score = float(rating["score"])
    low, high = SCALES[rating["method"]]
    if (rating["scale_min"], rating["scale_max"]) != (low, high) or not score.is_integer():
        raise CannotBeWritten(f"The score {score:g} is no whole number on a scale from {low:g} to {high:g}.")
    return int(score)


WRITERS: Mapping[str, Callable[[Sequence[Mapping[str, Any]], Sequence[str]], str]] = {
    "ab": _written_winner,
    "acr": _written_opinion,
    "mushra": _written_sliders,
}

RESEVAL = ExchangeFormat(
    slug="reseval",
    title="ReSEval tables",
    source="github.com/reseval/reseval",
    lacks=(
        "reference and anchors of a MUSHRA test: every condition is a sample",
        "a listener's sessions: each listener has one",
        "times, play counts and hidden pages: missing",
    ),
    read=read,
    write=write,
)
