"""Reading from the database what screenings judge: a session's record."""

from listening_tests.checks.session_record import SoundAnswer, TrialRecord
from listening_tests.method import Player
from listening_tests.models import Presentation, Rating, Session, Trial
from listening_tests.roles import TrialRole


def record_of(session: Session) -> list[TrialRecord]:
    """Return a session's answered trials in order, in four queries. Practice is left out."""
    answered = session.trials.filter(answered_at__isnull=False).exclude(role=TrialRole.TRAINING)
    trials = answered.select_related("block", "repeat_of").prefetch_related("presentations__stimulus__clip")
    ratings = Rating.objects.filter(presentation__trial__in=answered).order_by("presentation__position")
    rated: dict[int, list[Rating]] = {}
    for rating in ratings.select_related("presentation__stimulus"):
        rated.setdefault(rating.presentation.trial_id, []).append(rating)
    return [_trial_record(trial, rated.get(trial.pk, [])) for trial in trials.order_by("position")]


def _trial_record(trial: Trial, ratings: list[Rating]) -> TrialRecord:
    assert trial.answered_at is not None
    low, high = trial.block.test_method.question.scale
    return TrialRecord(
        position=trial.position,
        block=trial.block_id,
        role=TrialRole(trial.role),
        # Who answers a page that was never shown, from a script, has taken no time over it.
        shown_at=trial.first_shown_at or trial.answered_at,
        answered_at=trial.answered_at,
        sound_seconds=_sound_seconds(trial),
        answers=tuple(_sound_answer(rating) for rating in ratings),
        hidden_seconds=trial.evidence.get("hidden_while_playing_seconds") or 0.0,
        scale=None if low is None or high is None else (low, high),
        repeats=trial.repeat_of.position if trial.repeat_of else None,
    )


def _sound_answer(rating: Rating) -> SoundAnswer:
    stimulus = rating.presentation.stimulus
    return SoundAnswer(stimulus.pk, rating.response, rating.score, stimulus.expected, stimulus.tolerance)


def _sound_seconds(trial: Trial) -> float:
    """Return how long it takes to hear a trial's sounds as often as its block demands.

    Sounds that are switched between play side by side, so the longest of them counts.
    """
    seconds = [_seconds(presentation) for presentation in trial.presentations.all()]
    once = max(seconds) if trial.block.test_method.player == Player.SWITCHING else sum(seconds)
    return once * int(trial.block.settings.get("minimum_plays", 1))


def _seconds(presentation: Presentation) -> float:
    stimulus = presentation.stimulus
    if stimulus.seconds is not None:
        return stimulus.seconds
    return stimulus.clip.duration if stimulus.clip else 0.0
