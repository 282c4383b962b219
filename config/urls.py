"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

from analysis.views.planning import planning

urlpatterns = [
    path("", include("listening_tests.urls")),
    path("accounts/", include("accounts.urls")),
    path("generation/", include("generation.urls")),
    path("results/", include("analysis.urls")),
    # Not below results/, where a study may have this name.
    path("planning/", planning, name="planning"),
    path("api/generation/", include("generation.api_urls")),
    path("api/results/", include("analysis.api_urls")),
    path("admin/", admin.site.urls),
]
