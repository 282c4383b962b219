"""Where each address leads."""

from django.urls import path, re_path

from analysis.views import downloads, results

urlpatterns = [
    path("", results.results_list, name="results_list"),
    path("<slug:slug>/", results.results, name="results"),
    path("<slug:slug>/clips/", results.results_clips, name="results_clips"),
    path("<slug:slug>/report.html", downloads.report, name="results_report"),
    path("<slug:slug>/export.zip", downloads.export, name="results_export"),
    path("<slug:slug>/tables/<slug:statistic>/<slug:name>.csv", downloads.table, name="results_table"),
    re_path(r"^(?P<slug>[-\w]+)/figures/(?P<name>[-\w]+)\.(?P<kind>svg|pdf)$", downloads.figure, name="results_figure"),
]
