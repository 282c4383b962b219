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
    WITHDRAWN = "withdrawn"


STUDY_TRANSITIONS = {
    StudyState.DRAFT: {StudyState.OPEN},
    StudyState.OPEN: {StudyState.CLOSED},
    StudyState.CLOSED: {StudyState.OPEN},
}

SESSION_TRANSITIONS = {
    SessionState.CONSENTED: {SessionState.LISTENING, SessionState.WITHDRAWN},
    SessionState.LISTENING: {SessionState.COMPLETED, SessionState.WITHDRAWN},
    SessionState.COMPLETED: {SessionState.WITHDRAWN},
    SessionState.WITHDRAWN: set(),
}
