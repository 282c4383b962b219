"""Looking at a study's recruitment in the background, again after a failure, for as long as something may change."""

import logging
from datetime import datetime, timedelta

from listening_tests.actions.recruitment_looks import WATCH_INTERVAL, ask_for_look
from listening_tests.actions.recruitment_prolific import StudyIsNotForProlific, StudyIsNotThere, prolific_client
from listening_tests.actions.recruitment_submissions import sync_submissions
from listening_tests.models import Recruitment, Study
from listening_tests.recruitment.prolific.client import ProlificIsUnreachable, ProlificRefused, TokenIsMissing
from listening_tests.recruitment.prolific.submission_states import UNDER_WAY

logger = logging.getLogger(__name__)

FAILURES = (ProlificIsUnreachable, ProlificRefused, StudyIsNotForProlific, StudyIsNotThere, TokenIsMissing)
FIRST_RETRY = timedelta(minutes=1)


def look_if_due(*, study: Study, now: datetime) -> None:
    """Look how a study stands at its service and keep it in step, if that is due and nobody else does so.

    A failure is stored for the study's page, and looked at again after 1, 2, 4, 8 and then each 10 minutes.
    """
    if not Recruitment.objects.filter(study=study, look_at__lte=now).update(look_at=None):
        return
    # Asked for first: this process may be killed on the way.
    ask_for_look(study=study, now=now, after=WATCH_INTERVAL)
    try:
        sync_submissions(study=study, client=prolific_client(), now=now)
    except FAILURES as error:
        _note_failure(study, error, now)
    else:
        if not _may_change(study, now):
            Recruitment.objects.filter(study=study, look_at=now + WATCH_INTERVAL).update(look_at=None)


def _note_failure(study: Study, error: Exception, now: datetime) -> None:
    logger.warning("Recruitment of %s: %s", study.slug, error)
    kept = Recruitment.objects.get(study=study)
    kept.trouble, kept.n_failures = str(error), kept.n_failures + 1
    kept.save(update_fields=["trouble", "n_failures"])
    ask_for_look(study=study, now=now, after=min(FIRST_RETRY * 2 ** min(kept.n_failures - 1, 10), WATCH_INTERVAL))


def _may_change(study: Study, now: datetime) -> bool:
    """Return whether listeners may come or go without our being told."""
    is_recruiting = Recruitment.objects.filter(study=study, state_there="ACTIVE").exists()
    return (
        is_recruiting
        or study.submissions.filter(state__in=UNDER_WAY).exists()
        or study.sessions.of(is_simulated=False).running(now).exists()
    )
