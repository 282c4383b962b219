"""What listeners said of themselves and of the study."""

from django.db import models

from listening_tests.models.listeners import Session


class QuestionnaireAnswer(models.Model):
    """A session's answers to one questionnaire."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="questionnaire_answers")
    questionnaire = models.SlugField(max_length=50)
    answers = models.JSONField(help_text="Question's name to answer; empty where it was left out.")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "questionnaire"], name="a_questionnaire_is_answered_once")
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} of {self.session_id}"
