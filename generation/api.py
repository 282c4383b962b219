"""The JSON API: how far jobs are, and the clips with what classifiers say of them. Read only."""

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers, viewsets
from rest_framework.reverse import reverse

from generation.models import Clip, Job, JobItem, Judgement
from generation.panel import agreements, verdicts
from generation.states import ItemState


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job with its progress."""

    n_items = serializers.IntegerField()
    n_done = serializers.IntegerField()
    n_failed = serializers.IntegerField()
    fraction = serializers.FloatField()
    is_open = serializers.BooleanField()
    note = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id", "kind", "title", "state", "is_open", "n_items", "n_done", "n_failed", "fraction", "note", "error",
            "created_at", "started_at", "finished_at",
        ]  # fmt: skip

    def get_note(self, job: Any) -> str:
        """Return what is being done."""
        return next((item.note for item in job.leased), "")


class JudgementSerializer(serializers.ModelSerializer[Judgement]):
    """What one classifier says of a clip at one stage."""

    checkpoint = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    clip = serializers.SlugRelatedField[Any](slug_field="key", read_only=True)
    part = serializers.CharField()

    class Meta:
        model = Judgement
        fields = ["id", "clip", "checkpoint", "part", "stage", "heard", "probabilities"]


class ClipSerializer(serializers.ModelSerializer[Clip]):
    """A clip with its recipe and its judgements."""

    corpus = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    is_synthetic = serializers.BooleanField(source="corpus.is_synthetic")
    audio = serializers.SerializerMethodField()
    judgements = JudgementSerializer(many=True)
    panel_agrees = serializers.SerializerMethodField()

    class Meta:
        model = Clip
        fields = [
            "key", "corpus", "is_synthetic", "word", "talker", "sample_rate", "duration", "sha256", "audio", "recipe",
            "judgements", "panel_agrees", "created_at",
        ]  # fmt: skip

    def get_audio(self, clip: Clip) -> str:
        """Return the address of the sound."""
        return reverse("clip_audio", [clip.key], request=self.context["request"])

    def get_panel_agrees(self, clip: Clip) -> dict[str, bool | None]:
        """Return for each stage whether own classifiers and judges all hear the word; null without a judge."""
        return {stage: agreement.is_success for stage, agreement in agreements(verdicts(clip)).items()}


class JobViewSet(viewsets.ReadOnlyModelViewSet[Job]):
    """Background work, newest first."""

    serializer_class = JobSerializer
    _leased = JobItem.objects.filter(state=ItemState.LEASED).order_by("position", "pk")
    queryset = (
        Job.objects.with_progress()
        .prefetch_related(Prefetch("items", _leased, to_attr="leased"))
        .order_by("-created_at", "-pk")
    )


class ClipViewSet(viewsets.ReadOnlyModelViewSet[Clip]):
    """Clips, in the order they were made."""

    serializer_class = ClipSerializer
    lookup_field = "key"
    _judgements = Judgement.objects.select_related("checkpoint", "clip").order_by("pk")
    queryset = (
        Clip.objects.select_related("corpus").prefetch_related(Prefetch("judgements", _judgements)).order_by("pk")
    )


class JudgementViewSet(viewsets.ReadOnlyModelViewSet[Judgement]):
    """Judgements, in the order they were made."""

    serializer_class = JudgementSerializer
    queryset = Judgement.objects.select_related("checkpoint", "clip").order_by("pk")
