"""Where each address leads."""

from django.urls import path, register_converter

from listening_tests.sound_addresses import SoundAddressConverter
from listening_tests.views import (
    consent,
    feedback,
    home,
    listener,
    planning,
    questionnaire,
    recruitment,
    recruitment_webhook,
    screening,
    sounds,
    studies,
)

register_converter(SoundAddressConverter, "sound_address")

urlpatterns = [
    path("", home.home, name="home"),
    path("studies/", studies.study_list, name="study_list"),
    path("new-study/", planning.study_new, name="study_new"),
    path("studies/<slug:slug>/", studies.study_detail, name="study_detail"),
    path("studies/<slug:slug>/prepare/", planning.study_prepare, name="study_prepare"),
    path("studies/<slug:slug>/open/", studies.study_open, name="study_open"),
    path("studies/<slug:slug>/close/", studies.study_close, name="study_close"),
    path("studies/<slug:slug>/recruitment/", recruitment.study_recruitment, name="study_recruitment"),
    path("studies/<slug:slug>/recruitment/change/", recruitment.change_recruitment, name="change_recruitment"),
    path("studies/<slug:slug>/recruitment/review/<int:pk>/", recruitment.review_submission, name="review_submission"),
    path("recruitment/prolific/", recruitment_webhook.prolific_webhook, name="prolific_webhook"),
    path("take/<slug:slug>/", consent.take_study, name="take_study"),
    path("session/<str:session_key>/", listener.session, name="session"),
    path("session/<str:session_key>/check/", screening.check, name="check"),
    path("session/<str:session_key>/consent/", consent.consent_copy, name="consent_copy"),
    path("session/<str:session_key>/questions/", questionnaire.questionnaire, name="questionnaire"),
    path("session/<str:session_key>/trial/", listener.trial, name="trial"),
    path("session/<str:session_key>/feedback/", feedback.feedback, name="feedback"),
    path("session/<str:session_key>/thanks/", listener.thanks, name="thanks"),
    path("session/<str:session_key>/withdraw/", listener.withdraw, name="withdraw"),
    path("sound/<sound_address:address>", sounds.sound, name="sound"),
    path("check-sound/<sound_address:address>/<int:number>", screening.check_sound, name="check_sound"),
]
