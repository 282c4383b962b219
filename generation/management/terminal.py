"""Working on a job in a terminal, with a progress bar."""

from django.core.management.base import CommandError
from tqdm import tqdm

from generation.actions.jobs import run_job_here
from generation.models import Job
from generation.states import JobState

BAR = "{desc} {percentage:3.0f}%|{bar}| {elapsed}{postfix}"


def run_with_bar(job: Job) -> Job:
    """Work on a job here until it has ended, with a bar if there is a terminal. Raises CommandError if it fails."""
    with tqdm(total=100, desc=job.title, disable=None, bar_format=BAR) as bar:

        def show(fraction: float, note: str) -> None:
            bar.set_postfix_str(note, refresh=False)
            bar.update(round(100 * fraction) - bar.n)

        ended = run_job_here(job, show)
    if ended.state != JobState.DONE:
        raise CommandError(
            f"Job {ended.pk} ({ended}) is {ended.state}. {ended.error} When that is mended: "
            f"manage.py jobs retry {ended.pk}; manage.py jobs run {ended.pk}"
        )
    return ended
