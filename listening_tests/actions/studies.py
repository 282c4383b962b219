"""Opening a study to listeners, and closing it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from listening_tests.actions.recruitment_looks import ask_for_look
from listening_tests.models import Block, Study
from listening_tests.roles import TrialRole
from listening_tests.states import STUDY_TRANSITIONS, StudyState


class StudyCannotOpen(Exception):
    """A study is not ready for listeners; `reasons` says why, each with what to do."""

    def __init__(self, study: Study, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"The study {study.slug!r} cannot be opened. " + " ".join(self.reasons))


class StudyCannotClose(Exception):
    """A study that is not open cannot be closed."""


@transaction.atomic
def open_study(*, study: Study, now: datetime) -> None:
    """Let listeners begin the study, for the first time or again; its recruitment goes on if closing paused it.

    Raises StudyCannotOpen, with every reason, if it is open already or something listeners need is missing.
    """
    locked = Study.objects.select_for_update().get(pk=study.pk)
    if StudyState.OPEN not in STUDY_TRANSITIONS[StudyState(locked.state)]:
        raise StudyCannotOpen(locked, [f"It is {locked.state} already."])
    reasons = list(_reasons_against_opening(locked))
    if reasons:
        raise StudyCannotOpen(locked, reasons)
    study.state = StudyState.OPEN
    study.opened_at = locked.opened_at or now
    study.closed_at = None
    study.save(update_fields=["state", "opened_at", "closed_at"])
    ask_for_look(study=study, now=now)


@transaction.atomic
def close_study(*, study: Study, now: datetime) -> None:
    """Refuse new listeners and pause recruitment; whoever has begun may finish, so that nobody loses work or pay.

    Raises StudyCannotClose if it is not open.
    """
    locked = Study.objects.select_for_update().get(pk=study.pk)
    if StudyState.CLOSED not in STUDY_TRANSITIONS[StudyState(locked.state)]:
        raise StudyCannotClose(f"The study {locked.slug!r} is {locked.state}: only an open study can be closed.")
    study.state = StudyState.CLOSED
    study.closed_at = now
    study.save(update_fields=["state", "closed_at"])
    ask_for_look(study=study, now=now)


def _reasons_against_opening(study: Study) -> Iterator[str]:
    """Yield what listeners would miss."""
    blocks = list(study.blocks.order_by("position", "pk").prefetch_related("stimuli__clip"))
    if not blocks:
        yield "It has no stimuli yet: prepare it first (`manage.py run_study FILE`)."
    for block in blocks:
        yield from _reasons_in_block(block)


def _reasons_in_block(block: Block) -> Iterator[str]:
    where = f"Block {block.position + 1} ({block.title})"
    sets = block.sets.filter(role=TrialRole.SAMPLE)
    n_pairs = sets.values("system", "word").distinct().count()
    if n_pairs < block.trials_per_session:
        yield (
            f"{where} has stimuli for {n_pairs} pairs of system and word, but {block.trials_per_session} trials per "
            "session: prepare its clips, or ask for fewer trials."
        )
    stimuli = block.stimuli.all()
    missing = [stimulus.audio_path for stimulus in stimuli if not stimulus.audio_path.is_file()]
    if missing:
        yield (
            f"{where} lacks {len(missing)} of {len(stimuli)} sound files, the first of them {missing[0]}: restore the "
            "folder of clips, or make the clips again."
        )
    unprepared = sum(not stimulus.sha256 for stimulus in stimuli)
    if unprepared:
        yield (
            f"{where} has {unprepared} of {len(stimuli)} sounds unprepared, which could be told by their size and "
            "loudness: prepare the study again."
        )
