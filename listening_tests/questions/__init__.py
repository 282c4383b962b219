"""The questions that a trial can ask. A question is data; it knows no page, no table and no method."""

from listening_tests.questions.asked import (
    Answer,
    AnswerField,
    AnswerIsNotOnOffer,
    AskedSound,
    AskedTrial,
    Choice,
    Impression,
    Question,
    Text,
    Widget,
)
from listening_tests.questions.comparisons import BestAndWorst, Compare, MatchX, Prefer
from listening_tests.questions.scales import RateEach, RateOne
from listening_tests.questions.words import ChooseWord, TypeWord, VerifyWord

__all__ = [
    "Answer",
    "AnswerField",
    "AnswerIsNotOnOffer",
    "AskedSound",
    "AskedTrial",
    "BestAndWorst",
    "Choice",
    "ChooseWord",
    "Compare",
    "Impression",
    "MatchX",
    "Prefer",
    "Question",
    "RateEach",
    "RateOne",
    "Text",
    "TypeWord",
    "VerifyWord",
    "Widget",
]
