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
