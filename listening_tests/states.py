"""Which state may follow which."""

from django.db import models


class StudyState(models.TextChoices):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SessionState(models.TextChoices):
    CONSENTED = "consented"
    LISTENING = "listening"
    COMPLETED = "completed"
    SCREENED_OUT = "screened_out"
    WITHDRAWN = "withdrawn"


class HeldBy(models.TextChoices):
    """Who has paused a study at its recruitment service; only what Hearsay paused goes on by itself."""

    NOBODY = "", "nobody"
    HEARSAY = "hearsay", "Hearsay, as it takes no listeners"
    RESEARCHER = "researcher", "a researcher"


STUDY_TRANSITIONS = {
    StudyState.DRAFT: {StudyState.OPEN},
    StudyState.OPEN: {StudyState.CLOSED},
    StudyState.CLOSED: {StudyState.OPEN},
}

SESSION_TRANSITIONS = {
    SessionState.CONSENTED: {SessionState.LISTENING, SessionState.SCREENED_OUT, SessionState.WITHDRAWN},
    SessionState.LISTENING: {SessionState.COMPLETED, SessionState.SCREENED_OUT, SessionState.WITHDRAWN},
    SessionState.COMPLETED: {SessionState.WITHDRAWN},
    SessionState.SCREENED_OUT: {SessionState.WITHDRAWN},
    SessionState.WITHDRAWN: set(),
}
