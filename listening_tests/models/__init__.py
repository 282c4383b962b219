from listening_tests.models.consents import Consent
from listening_tests.models.listeners import Listener, Session
from listening_tests.models.questionnaires import QuestionnaireAnswer
from listening_tests.models.ratings import Presentation, Rating, Trial
from listening_tests.models.recruitment import Identity, Recruitment, Submission, WebhookEvent
from listening_tests.models.screenings import CheckItem, Verdict
from listening_tests.models.studies import Block, SetMember, Stimulus, StimulusSet, Study

__all__ = [
    "Block",
    "CheckItem",
    "Consent",
    "Identity",
    "Listener",
    "Presentation",
    "QuestionnaireAnswer",
    "Rating",
    "Recruitment",
    "Session",
    "SetMember",
    "Stimulus",
    "StimulusSet",
    "Study",
    "Submission",
    "Trial",
    "Verdict",
    "WebhookEvent",
]
