"""Records of sessions for tests: each function makes one, with sensible values for what a test does not care about."""

from datetime import UTC, datetime, timedelta

from listening_tests.checks.session_record import SoundAnswer, TrialRecord
from listening_tests.roles import TrialRole

BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make_trial(position=0, score=3.0, *, seconds=5.0, role=TrialRole.SAMPLE, expected="", tolerance=0.0, **fields):
    """Return a trial rated on five points, answered `seconds` after it was shown; its sound lasts a second."""
    shown_at = BEGAN + timedelta(minutes=position)
    answer = SoundAnswer(position, f"{score:g}", score, expected, tolerance)
    given = {"block": 0, "sound_seconds": 1.0, "scale": (1.0, 5.0), "answers": (answer,), **fields}
    return TrialRecord(
        position=position,
        role=role,
        shown_at=shown_at,
        answered_at=shown_at + timedelta(seconds=seconds),
        **given,
    )


def make_word_trial(position=0, word="left", *, expected="", **fields):
    """Return a trial in which a word was chosen."""
    answer = SoundAnswer(position, word, None, expected)
    return make_trial(position, answers=(answer,), scale=None, **fields)
