"""The tables of listening tests in the admin pages: to look things up. Studies are changed by their actions alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from listening_tests.models import Block, Listener, Rating, Session, Stimulus, Study, Trial


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows can be looked at; what listeners were promised and what they answered is not edited by hand."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = ("slug", "title", "state", "version", "owner", "created_at")
    list_filter = ("state",)
    list_select_related = ("owner",)
    search_fields = ("slug", "title")
    ordering = ("-created_at", "-pk")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("title", "study", "position", "method", "ratings_per_stimulus", "trials_per_session")
    list_filter = ("method",)
    list_select_related = ("study",)
    ordering = ("study", "position", "pk")


@admin.register(Stimulus)
class StimulusAdmin(ReadOnlyAdmin):
    list_display = ("block", "system", "word", "role", "clip")
    list_filter = ("role",)
    list_select_related = ("block", "clip")
    search_fields = ("system", "word")
    ordering = ("block", "system", "word", "pk")


@admin.register(Listener)
class ListenerAdmin(ReadOnlyAdmin):
    list_display = ("pseudonym", "is_simulated", "created_at")
    list_filter = ("is_simulated",)
    ordering = ("-created_at", "-pk")


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("listener", "study", "state", "consented_at", "completed_at", "expires_at")
    list_filter = ("state", "listener__is_simulated")
    list_select_related = ("listener", "study")
    search_fields = ("completion_code",)
    exclude = ("key",)  # It opens the listener's pages.
    ordering = ("-consented_at", "-pk")


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin):
    list_display = ("session", "position", "block", "first_shown_at", "answered_at")
    list_select_related = ("session__listener", "session__study", "block")
    ordering = ("session", "position", "pk")


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    list_display = ("presentation", "response", "score", "play_count", "answered_at")
    list_select_related = ("presentation",)
    ordering = ("-answered_at", "-pk")
