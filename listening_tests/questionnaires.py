"""Which questionnaire a session has yet to answer."""

from listening_tests.models import QuestionnaireAnswer, Session, Study
from listening_tests.study_file.questionnaires import QuestionnaireSection


def questionnaires_of(study: Study) -> list[QuestionnaireSection]:
    """Return a study's questionnaires, in the order of its file."""
    return [QuestionnaireSection.model_validate(each) for each in study.protocol.get("questionnaires", [])]


def pending_questionnaire(session: Session) -> QuestionnaireSection | None:
    """Return the questionnaire that comes next, now that the session has passed its checks, or None.

    Those before the first sound come at once, those after the last one when no trial is left.
    """
    sections = questionnaires_of(session.study)
    if not sections:
        return None
    answered = set(QuestionnaireAnswer.objects.filter(session=session).values_list("questionnaire", flat=True))
    left = [section for section in sections if section.name not in answered]
    early = [section for section in left if section.when == "before"]
    if early:
        return early[0]
    if left and not session.trials.filter(answered_at=None, skipped_at=None).exists():
        return left[0]
    return None
