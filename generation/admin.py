"""The tables of generation in the admin: to look at, and to put right in need."""

from django.contrib import admin

from generation.models import Checkpoint, Clip, Corpus, Job, JobItem, Judgement


@admin.register(Corpus)
class CorpusAdmin(admin.ModelAdmin[Corpus]):
    list_display = ("title", "origin", "is_synthetic", "licence", "created_at")
    list_filter = ("origin", "is_synthetic")
    search_fields = ("title", "slug", "digest")


@admin.register(Checkpoint)
class CheckpointAdmin(admin.ModelAdmin[Checkpoint]):
    list_display = ("slug", "network", "role", "corpus", "created_at")
    list_filter = ("network", "role")
    list_select_related = ("corpus",)
    search_fields = ("slug", "sha256", "request_digest")


class JudgementInline(admin.TabularInline[Judgement, Clip]):
    model = Judgement
    extra = 0
    autocomplete_fields = ("checkpoint",)


@admin.register(Clip)
class ClipAdmin(admin.ModelAdmin[Clip]):
    list_display = ("key", "word", "talker", "corpus", "duration", "created_at")
    list_filter = ("word",)
    list_select_related = ("corpus",)
    search_fields = ("key", "word", "talker", "sha256", "request_digest")
    inlines = (JudgementInline,)


class JobItemInline(admin.TabularInline[JobItem, Job]):
    model = JobItem
    extra = 0
    fields = readonly_fields = ("position", "state", "attempt", "worker", "progress", "note", "error", "finished_at")
    can_delete = False


@admin.register(Job)
class JobAdmin(admin.ModelAdmin[Job]):
    list_display = ("title", "kind", "state", "requested_by", "created_at", "finished_at")
    list_filter = ("kind", "state")
    list_select_related = ("requested_by",)
    search_fields = ("title", "request_digest")
    inlines = (JobItemInline,)
