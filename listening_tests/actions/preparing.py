"""The way from a protocol to a study that can be opened: corpus, networks, clips, stimuli.

Every call asks generation for whatever is not there yet, and for nothing twice; so a study that was interrupted goes
on where it stopped, and a page may ask as often as it likes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Researcher
from generation.actions.checkpoints import request_training
from generation.actions.clips import find_clips, request_clips
from generation.actions.corpora import request_corpus
from generation.actions.jobs import run_jobs_here
from generation.models import Checkpoint, Corpus, Job
from generation.states import JobState
from listening_tests.actions.building import build_blocks, planned_clips
from listening_tests.models import Study
from listening_tests.progress import Progress
from listening_tests.study_schema import StudyFile


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
    Raises PreparationFailed if a job of the present step has failed.
    """
    study_file = StudyFile.model_validate(study.protocol)
    corpus, job = request_corpus(
        source=study_file.corpus.model_dump(), words=study_file.words, seed=study_file.seed, requested_by=requested_by
    )
    steps = [_step("Corpus", [job])]
    if corpus is None:
        return steps
    checkpoints, jobs = _request_networks(study_file, corpus, requested_by)
    steps.append(_step("Networks", jobs))
    if jobs:
        return steps
    requests = planned_clips(study_file)
    job = request_clips(
        corpus=corpus,
        features=study_file.features,
        requests=list(requests.values()),
        checkpoints=checkpoints,
        requested_by=requested_by,
    )
    steps.append(_step("Clips", [job]))
    if job is not None:
        return steps
    clips = find_clips(
        corpus=corpus, features=study_file.features, requests=list(requests.values()), checkpoints=checkpoints
    )
    build_blocks(study=study, clips=dict(zip(requests, clips, strict=True)))
    return [*steps, _step("Stimuli", [])]


def network_settings(study_file: StudyFile) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the networks a study file asks for: what each is there for, its name, its training settings."""
    networks = study_file.networks
    wanted: dict[str, tuple[str, dict[str, Any]]] = {}
    # The WaveNet takes longest, so it comes first: others are trained beside it.
    if networks.wavenet is not None:
        wanted["wavenet"] = ("wavenet", {"steps": networks.wavenet.steps})
    if networks.prior is not None:
        wanted["prior"] = (networks.prior.network, {"epochs": networks.prior.epochs})
    wanted["classifier"] = (networks.classifier.network, {"epochs": networks.classifier.epochs})
    wanted["judge"] = (networks.judge.network, {"epochs": networks.judge.epochs})
    return wanted


def _request_networks(
    study_file: StudyFile, corpus: Corpus, requested_by: Researcher | None
) -> tuple[Mapping[str, Checkpoint], list[Job]]:
    checkpoints, jobs = {}, []
    for purpose, (network, settings) in network_settings(study_file).items():
        checkpoint, job = request_training(
            corpus=corpus,
            network=network,
            features=study_file.features,
            settings=settings,
            seed=study_file.seed,
            requested_by=requested_by,
        )
        if checkpoint is not None:
            checkpoints[purpose] = checkpoint
        if job is not None:
            jobs.append(job)
    return checkpoints, jobs


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
