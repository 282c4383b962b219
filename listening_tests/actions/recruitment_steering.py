"""Keeping a study at Prolific in step with its places here: paused while nobody is wanted, going on when somebody is.

Each step follows from how things stand now, so doing it again, or after a failure, does nothing twice. What a
researcher has paused or stopped stays so.
"""

from datetime import datetime

from listening_tests.actions import sessions
from listening_tests.actions.recruitment_prolific import add_places, created_there, free_places, keep
from listening_tests.models import Study
from listening_tests.recruitment.prolific.client import ProlificClient
from listening_tests.states import HeldBy


def steer(*, study: Study, client: ProlificClient, now: datetime) -> int:
    """Pause a study at Prolific, or ask for the listeners that are missing and let it go on; return places added.

    To be called when its submissions are known as they stand: returned ones have places that Prolific gives away by
    itself. Raises StudyIsNotThere, or what the client raises.
    """
    recruitment = created_there(study)
    if recruitment.held_by == HeldBy.RESEARCHER:
        return 0
    if recruitment.held_by and recruitment.state_there != "PAUSED":
        # Somebody has let it go on, or ended it, at Prolific's own page.
        keep(recruitment, held_by=HeldBy.NOBODY)
    if not takes_listeners(study, now):
        if recruitment.state_there == "ACTIVE":
            moved = client.move_study(recruitment.study_there, "PAUSE")
            keep(recruitment, state_there=moved["status"], held_by=HeldBy.HEARSAY)
        return 0
    n_added = add_places(study=study, client=client, now=now)
    recruitment.refresh_from_db()
    if recruitment.held_by == HeldBy.HEARSAY and free_places(study, recruitment) > 0:
        moved = client.move_study(recruitment.study_there, "START")
        keep(recruitment, state_there=moved["status"], held_by=HeldBy.NOBODY)
    return n_added


def takes_listeners(study: Study, now: datetime) -> bool:
    """Return whether a listener who comes now could begin."""
    try:
        sessions.check_takes_listeners(study=study, now=now)
    except (sessions.StudyIsClosed, sessions.StudyIsFull):
        return False
    return True
