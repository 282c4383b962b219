"""The two tables that every analysis starts from: their columns, and the check at the door."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.engine.columns import Column, RatingsFrameIsWrong, check_columns, refuse, refuse_repeats

ROLES = ("sample", "reference", "hidden_reference", "anchor", "gold", "trap", "training", "catch", "repeat")
# Gold stimuli, traps, catches, repeats and training test or teach the listener; they say nothing about a system.
COUNTED_ROLES = ("sample", "reference", "hidden_reference", "anchor")
STAGES = ("features", "audio")
PARTS = ("own", "judge", "control")
# What a listener answers who heard none of the words on offer.
NONE_OF_THESE = "none of these"


class NoRatings(Exception):
    """There is nothing to compute a statistic from."""


RATINGS: tuple[Column, ...] = (
    Column("study", "string", "The study's name in addresses and files."),
    Column("study_version", "integer", "Version of the study's protocol.", minimum=1),
    Column("listener", "string", "Pseudonym of the listener."),
    Column("session", "string", "Pseudonym of the sitting."),
    Column("is_simulated", "boolean", "The listener is a program, not a person."),
    Column("block", "integer", "Place of the block in the study, from 0.", minimum=0),
    Column("method", "string", "Test method, as in docs/catalogue.md."),
    Column("trial_order", "integer", "Place of the trial in the session, from 0.", minimum=0),
    Column("stimulus", "string", "A clip in a role in a block of the study."),
    Column("clip_sha256", "string", "SHA-256 of the clip; empty for a sound of the platform's own.", may_be_empty=True),
    Column("clip_key", "string", "The clip's name in Hearsay; empty for a sound of its own.", may_be_empty=True),
    Column("played_sha256", "string", "SHA-256 of the file that was played.", may_be_empty=True),
    Column("system", "string", "What made the clip: the thing compared."),
    Column("item", "string", "The intended word; empty where there is none.", may_be_empty=True),
    Column("probe", "string", "The word that the trial asked about, where it asked about one.", may_be_empty=True),
    Column("talker", "string", "Who speaks in the recording behind the clip; empty if nobody.", may_be_empty=True),
    Column("source", "string", "How the system makes clips: natural, copy_synthesis, reconstruction or maximised, as "
           "in docs/catalogue.md; empty where nobody says.", may_be_empty=True, may_be_absent=True),
    Column("vocoder", "string", "What turns the system's features into sound, as in docs/catalogue.md; empty if "
           "nothing does.", may_be_empty=True, may_be_absent=True),
    Column("role", "string", "What the clip is there for.", allowed=ROLES),
    Column("expected", "string", "The right answer to a gold stimulus, a catch or a trap.", may_be_empty=True,
           may_be_absent=True),
    Column("tolerance", "number", "How far from it a score may lie.", "points", minimum=0, may_be_missing=True,
           may_be_absent=True),
    Column("scale_min", "number", "Lower end of the method's scale; missing where there is none.", may_be_missing=True),
    Column("scale_max", "number", "Upper end of the method's scale; missing where there is none.", may_be_missing=True),
    Column("response", "string", "The answer as chosen: a scale value, a word, or 'none of these'."),
    Column("score", "number", "The answer on the scale; missing where there is none.", "points", may_be_missing=True),
    Column("play_count", "number", "How often the clip was played before the answer; missing where nobody counted.",
           "plays", minimum=0, may_be_missing=True),
    Column("sound_seconds", "number", "How long the sound lasts that was played; missing where nobody says.", "s",
           minimum=0, may_be_missing=True, may_be_absent=True),
    Column("first_shown_at", "datetime", "When the trial was first shown.", "UTC", may_be_missing=True),
    Column("answered_at", "datetime", "When the answer was stored; missing where the source does not say.", "UTC",
           may_be_missing=True),
    Column("response_seconds", "number", "From first showing the trial to the answer.", "s", may_be_missing=True),
    Column("hidden_seconds", "number", "How long the page was hidden meanwhile, as the browser reported it.", "s",
           minimum=0, may_be_missing=True),
    Column("hidden_while_playing_seconds", "number", "How long of that a sound was playing.", "s", minimum=0,
           may_be_missing=True, may_be_absent=True),
    Column("is_complete_session", "boolean", "The listener answered every trial of the session."),
    Column("exclusion", "string", "Which check excluded the session while the study ran; empty: none.",
           may_be_empty=True),
)  # fmt: skip

JUDGEMENTS: tuple[Column, ...] = (
    Column("clip_sha256", "string", "SHA-256 of the sound file."),
    Column("clip_key", "string", "The clip's name in Hearsay."),
    Column("system", "string", "What made the clip: the thing compared."),
    Column("item", "string", "The intended word."),
    Column("classifier", "string", "The checkpoint that judges."),
    Column("network", "string", "The architecture of the classifier."),
    Column("part", "string", "What it is to the clip: own, which the clip climbs; a judge; or a control, which learnt "
           "no words.", allowed=PARTS),
    Column("stage", "string", "What was judged: the features before the vocoder, or the audio after it, re-analysed.",
           allowed=STAGES),
    Column("heard", "string", "The most probable word."),
    Column("probability_of_item", "number", "Probability of the intended word.", minimum=0, maximum=1),
    Column("probabilities", "object", "Each word's probability."),
)  # fmt: skip

RATING_IDENTITY = ("session", "block", "trial_order", "stimulus")
JUDGEMENT_IDENTITY = ("clip_key", "classifier", "stage")


@dataclass
class _Checked:
    """A frame that was in order, what it was then, and which of its ratings were last found to count, by methods."""

    frame: "weakref.ref[pd.DataFrame]"
    as_it_was: pd.DataFrame
    counted: tuple[tuple[str, ...], pd.DataFrame] | None = None


# By the frames' identity.
_CHECKED: dict[int, _Checked] = {}


def check_ratings(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings frame with its columns in order and of the documented types.

    Raises RatingsFrameIsWrong naming column, row (counted from 1) and value. The input is not changed. A frame that
    was in order is remembered as long as it lives, so that not every statistic need check it: if its values are still
    those that were checked, they are not checked again.
    """
    if known := _known(frame):
        return known.as_it_was.copy(deep=False)
    checked = check_columns(frame, RATINGS, "ratings")
    _check_scale(checked)
    refuse(checked, "item", checked["item"] == NONE_OF_THESE, "ratings", "is no word, but the answer of who heard none")
    refuse_repeats(checked, RATING_IDENTITY, "ratings")
    if frame.equals(checked):
        _remember(frame)
    return checked


def _remember(frame: pd.DataFrame) -> None:
    """Remember what a frame in order is now, until it is gone; the copy takes memory only once the frame changes."""
    key = id(frame)
    _CHECKED[key] = _Checked(weakref.ref(frame, lambda _: _CHECKED.pop(key, None)), frame.copy(deep=False))


def _known(frame: pd.DataFrame) -> _Checked | None:
    """Return what is remembered of a frame, if it is still what it was."""
    known = _CHECKED.get(id(frame))
    return known if known and known.frame() is frame and frame.equals(known.as_it_was) else None


def check_judgements(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the judgements frame with its columns in order and of the documented types.

    Raises RatingsFrameIsWrong naming column, row (counted from 1) and value. The input is not changed.
    """
    checked = check_columns(frame, JUDGEMENTS, "judgements")
    unheard = [heard not in known for heard, known in zip(checked["heard"], checked["probabilities"], strict=True)]
    refuse(checked, "heard", unheard, "judgements", "is none of the words in the column 'probabilities'")
    refuse_repeats(checked, JUDGEMENT_IDENTITY, "judgements")
    return checked


def counted_ratings(frame: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """Return the ratings of these methods that say something about a system, checked: of no excluded session.

    The last ones are remembered, since several statistics of a study take the same. Raises NoRatings if there are none,
    RatingsFrameIsWrong if they stand on different scales.
    """
    checked = check_ratings(frame)
    there = tuple(sorted(set(methods) & set(checked["method"].unique())))
    known = _known(frame)
    if known and known.counted and known.counted[0] == there:
        return known.counted[1].copy(deep=False)
    counts = checked["role"].isin(list(COUNTED_ROLES)) & (checked["exclusion"] == "")
    counted = checked[checked["method"].isin(list(there)) & counts]
    if counted.empty:
        raise NoRatings(f"There are no ratings of the method {' or '.join(methods)} yet.")
    counted = _on_one_scale(counted)
    if known:
        known.counted = (there, counted)
    return counted.copy(deep=False)


def counted_by_method(frame: pd.DataFrame, methods: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the counted ratings of each of these methods that has any, each on its own scale.

    Raises NoRatings if there are none, RatingsFrameIsWrong if those of one method stand on different scales.
    """
    by_method = {}
    for method in sorted(methods):
        try:
            by_method[method] = counted_ratings(frame, [method])
        except NoRatings:
            continue
    if not by_method:
        raise NoRatings(f"There are no ratings of the method {' or '.join(methods)} yet.")
    return by_method


def _on_one_scale(counted: pd.DataFrame) -> pd.DataFrame:
    n_scales = len(counted[["scale_min", "scale_max"]].drop_duplicates())
    if n_scales > 1:
        raise RatingsFrameIsWrong(f"The scores stand on {n_scales} different scales: analyse each by itself.")
    return counted.reset_index(drop=True)


def _check_scale(frame: pd.DataFrame) -> None:
    scored = frame["score"].notna()
    for end in ("scale_min", "scale_max"):
        refuse(frame, end, scored & frame[end].isna(), "ratings", "is missing beside a score")
    refuse(frame, "score", ~scored & frame["scale_min"].notna(), "ratings", "is missing beside its scale")
    outside = scored & ~frame["score"].between(frame["scale_min"], frame["scale_max"])
    refuse(frame, "score", outside, "ratings", "lies outside its scale (scale_min to scale_max)")
