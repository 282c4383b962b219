"""Where each address leads."""

from django.urls import path

from listening_tests.views import home, planning, studies

urlpatterns = [
    path("", home.home, name="home"),
    path("studies/", studies.study_list, name="study_list"),
    path("new-study/", planning.study_new, name="study_new"),
    path("studies/<slug:slug>/", studies.study_detail, name="study_detail"),
    path("studies/<slug:slug>/prepare/", planning.study_prepare, name="study_prepare"),
    path("studies/<slug:slug>/open/", studies.study_open, name="study_open"),
    path("studies/<slug:slug>/close/", studies.study_close, name="study_close"),
]
