"""The demo: the study of studies/demo.yaml, once to take and once answered by simulated listeners."""

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Researcher
from listening_tests.actions import building, preparing, studies
from listening_tests.models import Study
from listening_tests.progress import Progress
from listening_tests.states import StudyState
from listening_tests.study_file.reading import read_study_file
from listening_tests.study_file.schema import StudyFile

STUDY_FILE = settings.BASE_DIR / "studies" / "demo.yaml"
TO_TAKE = "demo"
ANSWERED = "demo-simulated"
N_LISTENERS = 36


class DemoCannotBeMade(Exception):
    """A step of the demo failed; the message says which and what to do."""


def make(*, progress: Progress, owner: str) -> None:
    """Make both studies, or whatever of them is missing.

    Raises DemoCannotBeMade.
    """
    researcher = Researcher.objects.get(username=owner)
    study_file = read_study_file(STUDY_FILE)
    answered_file = study_file.model_copy(
        update={"slug": ANSWERED, "title": f"{study_file.title} (simulated listeners)"}
    )
    try:
        for file in (study_file, answered_file):
            _make_study(file, researcher, progress)
    except (building.StudyHasAnotherProtocol, preparing.PreparationFailed, studies.StudyCannotOpen) as error:
        raise DemoCannotBeMade(str(error)) from error
    _answer(Study.objects.get(slug=ANSWERED), progress)


def _make_study(study_file: StudyFile, owner: Researcher, progress: Progress) -> None:
    study = building.register_study(study_file=study_file, owner=owner)
    if study.state != StudyState.DRAFT:
        return
    preparing.prepare_here(study=study, progress=progress, requested_by=owner)
    studies.open_study(study=study, now=timezone.now())


def _answer(study: Study, progress: Progress) -> None:
    """Let simulated listeners answer a study, up to their number."""
    missing = N_LISTENERS - study.sessions.filter(listener__is_simulated=True).count()
    if missing > 0:
        progress.step("Listeners")
        call_command("simulate_listeners", study.slug, listeners=missing, seed=1, verbosity=0)
        progress.done()
