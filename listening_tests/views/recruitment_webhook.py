"""What Prolific tells us unasked."""

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from listening_tests.actions.recruitment_submissions import receive_event
from listening_tests.recruitment.prolific.signature import LONGEST_TIMESTAMP, SignatureIsWrong, check_signature
from listening_tests.recruitment.prolific.submission_states import SubmissionState

LONGEST_EVENT_ID = 100
SUBMISSION_CHANGED = "submission.status.change"


@csrf_exempt
@require_POST
def prolific_webhook(request: HttpRequest) -> HttpResponse:
    """Take over how a submission stands, if Prolific has signed the message; other events are thanked for.

    The signature stands instead of a token against forged requests.
    """
    if not settings.PROLIFIC_WEBHOOK_SECRET:
        return HttpResponse("Webhooks are not set up here: HEARSAY_PROLIFIC_WEBHOOK_SECRET is not set.", status=404)
    now, timestamp = timezone.now(), request.headers.get("X-Prolific-Request-Timestamp", "")
    try:
        check_signature(
            secret=settings.PROLIFIC_WEBHOOK_SECRET,
            timestamp=timestamp,
            body=request.body,
            signature=request.headers.get("X-Prolific-Request-Signature", ""),
            now=now,
        )
    except SignatureIsWrong as error:
        return HttpResponse(str(error), status=401)
    event = request.headers.get("X-Event-Id", "")
    if not event or len(event) > LONGEST_EVENT_ID:
        return HttpResponse("The header X-Event-Id is missing or too long.", status=400)
    told = _submission_state(request.body)
    if told is not None:
        sent_at = _sent_at(request.headers.get("X-Timestamp", ""), timestamp)
        receive_event(event=event, submission=told[0], state=told[1], at=min(sent_at, now), now=now)
    return HttpResponse(status=204)


def _submission_state(body: bytes) -> tuple[str, str] | None:
    """Return which submission has which state now, or None where the message tells something else."""
    try:
        message: Any = json.loads(body)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("event_type") != SUBMISSION_CHANGED:
        return None
    submission, state = message.get("resource_id"), message.get("status")
    return (submission, state) if isinstance(submission, str) and state in SubmissionState.values else None


def _sent_at(of_event: str, of_request: str) -> datetime:
    """Return when an event was sent first: messages may overtake one another, and the oldest news must not win.

    Only the request's time is signed, so the event's may not make a copy of an old message newer than that.
    """
    is_usable = of_event.isdecimal() and len(of_event) <= LONGEST_TIMESTAMP
    seconds = min(int(of_event), int(of_request)) if is_usable else int(of_request)
    return datetime.fromtimestamp(seconds, tz=UTC)
