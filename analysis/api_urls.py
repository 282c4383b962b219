"""Where each address leads."""

from django.urls import path

from analysis import api

urlpatterns = [
    path("", api.study_results_list, name="api_results_list"),
    path("<slug:slug>/", api.study_results, name="api_results"),
]
