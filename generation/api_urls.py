"""Where each address leads."""

from rest_framework.routers import SimpleRouter

from generation import api

router = SimpleRouter()
router.register("jobs", api.JobViewSet, basename="api_job")
router.register("clips", api.ClipViewSet, basename="api_clip")
router.register("judgements", api.JudgementViewSet, basename="api_judgement")

urlpatterns = router.urls
