"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("listening_tests.urls")),
    path("accounts/", include("accounts.urls")),
    path("generation/", include("generation.urls")),
    path("results/", include("analysis.urls")),
    path("api/generation/", include("generation.api_urls")),
    path("api/results/", include("analysis.api_urls")),
    path("admin/", admin.site.urls),
]
