"""The way from a protocol to a study that can be opened: corpus, networks, clips, stimuli.

Every call asks generation for whatever is not there yet, and for nothing twice; so a study that was interrupted goes
on where it stopped, and a page may ask as often as it likes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Researcher
from generation.actions.clips import SystemHasNoClip, find_clips, request_clips
from generation.actions.corpora import request_corpus
from generation.actions.jobs import run_jobs_here
from generation.models import Clip, Corpus, Job
from generation.states import JobState
from listening_tests.actions.building import PlannedClip, build_blocks, planned_clips
from listening_tests.actions.preparing_sounds import SoundCannotBePrepared, prepare_sounds
from listening_tests.actions.study_networks import NetworkCannotBeHad, StudyNetworks, request_networks
from listening_tests.checks.sounds import make_example_sounds
from listening_tests.models import Study
from listening_tests.progress import Progress
from listening_tests.screening import ListeningCheck
from listening_tests.sounds.noise import SoundHasNoLevel
from listening_tests.sounds.speech import SpeechFailed
from listening_tests.study_file.schema import StudyFile
from listening_tests.study_file.screenings import screenings_of


class PreparationFailed(Exception):
    """A job that a study needs has failed or was cancelled."""


@dataclass(frozen=True)
class Step:
    """One step of preparing a study, with the jobs that still have to be done for it."""

    title: str
    jobs: list[Job] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not self.jobs


def prepare(*, study: Study, requested_by: Researcher | None = None) -> list[Step]:
    """Ask for what the study needs next; return the steps up to the first that is not done.

    All four are there and done when the study has its stimuli and can be opened.
    Raises PreparationFailed if a job of the present step has failed, a network that is named cannot be had, or a
    clip's file cannot be read.
    """
    study_file = StudyFile.model_validate(study.protocol)
    corpus, job = request_corpus(
        source=study_file.corpus.model_dump(), words=study_file.words, seed=study_file.seed, requested_by=requested_by
    )
    steps = [_step("Corpus", [job])]
    if corpus is None:
        return steps
    networks = _networks(study_file, corpus, requested_by)
    steps.append(_step("Networks", networks.jobs))
    if networks.jobs:
        return steps
    requests = _clip_requests(study_file, networks)
    wanted: dict[str, Any] = {
        "corpus": corpus,
        "features": study_file.features,
        "requests": list(requests.values()),
        "networks": networks.for_clips(),
    }
    job = request_clips(**wanted, requested_by=requested_by)
    steps.append(_step("Clips", [job]))
    if job is not None:
        return steps
    _build_blocks(study, _clips(requests, wanted))
    _prepare_sounds(study)
    return [*steps, _step("Stimuli", [])]


def _clips(planned: Iterable[PlannedClip], wanted: dict[str, Any]) -> dict[PlannedClip, Clip]:
    """Return the clips that are there; some may have been left out, but of no system all."""
    try:
        found = find_clips(**wanted)
    except SystemHasNoClip as error:
        raise PreparationFailed(f"Clips: {error}") from error
    return {each: clip for each, clip in zip(planned, found, strict=True) if clip is not None}


def _build_blocks(study: Study, clips: dict[PlannedClip, Clip]) -> None:
    try:
        build_blocks(study=study, clips=clips)
        for check in screenings_of(study.protocol):
            if isinstance(check, ListeningCheck):
                make_example_sounds(check)
    except (SpeechFailed, SoundHasNoLevel) as error:
        raise PreparationFailed(f"Sounds of checks: {error}") from error


def _prepare_sounds(study: Study) -> None:
    try:
        prepare_sounds(study=study)
    except SoundCannotBePrepared as error:
        raise PreparationFailed(f"Stimuli: {error}") from error


def _networks(study_file: StudyFile, corpus: Corpus, requested_by: Researcher | None) -> StudyNetworks:
    try:
        networks = request_networks(study_file=study_file, corpus=corpus, requested_by=requested_by)
        if not networks.jobs:
            networks.check_judged(study_file)
    except NetworkCannotBeHad as error:
        raise PreparationFailed(
            f"Networks: {error} Mend the study file, and give the changed one a new slug."
        ) from error
    return networks


def _clip_requests(study_file: StudyFile, networks: StudyNetworks) -> dict[PlannedClip, dict[str, Any]]:
    """Return the study's clip requests, in which classifiers go by their checkpoints' slugs."""
    slugs = {name: checkpoint.slug for name, checkpoint in networks.panel.items()}
    return {
        planned: {**request, "climbs": [slugs[name] for name in request["climbs"]]} if "climbs" in request else request
        for planned, request in planned_clips(study_file).items()
    }


def _step(title: str, jobs: Iterable[Job | None]) -> Step:
    """Return a step with its jobs, once none of them has ended without success."""
    waiting = [job for job in jobs if job is not None]
    for job in waiting:
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            raise PreparationFailed(
                f"{title}: the job {job.pk} ({job}) has {job.state}. {job.error} Mend what it says, then retry it on "
                f"its page or with `manage.py jobs retry {job.pk}`."
            )
    return Step(title, waiting)


def prepare_here(*, study: Study, progress: Progress, requested_by: Researcher | None = None) -> None:
    """Prepare a study to the end, working on its jobs in this process, beside any workers.

    Raises PreparationFailed.
    """
    shown = 0
    while True:
        steps = prepare(study=study, requested_by=requested_by)
        for step in steps[shown:]:
            progress.step(step.title)
        shown = len(steps)
        if steps[-1].is_done:
            progress.done()
            return
        run_jobs_here(steps[-1].jobs, progress.update)
