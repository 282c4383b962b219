"""What a submission at Prolific may be, and what follows from it (docs.prolific.com, "Submission object")."""

from django.db.models import TextChoices


class SubmissionState(TextChoices):
    """Prolific's own words."""

    RESERVED = "RESERVED", "place reserved"
    ACTIVE = "ACTIVE", "taking part"
    AWAITING_REVIEW = "AWAITING REVIEW", "awaits review"
    PROCESSING = "PROCESSING", "being paid"
    APPROVED = "APPROVED", "approved"
    REJECTED = "REJECTED", "rejected"
    RETURNED = "RETURNED", "returned"
    TIMED_OUT = "TIMED-OUT", "timed out"
    SCREENED_OUT = "SCREENED OUT", "screened out"


# The person will not go on: what the session held is free for others at once.
GIVEN_UP = frozenset({SubmissionState.RETURNED, SubmissionState.TIMED_OUT})
# Prolific gives the place to somebody else by itself, or never took it.
HOLDS_NO_PLACE = GIVEN_UP | {SubmissionState.REJECTED, SubmissionState.SCREENED_OUT}
# Somebody who has a place may still begin or go on.
UNDER_WAY = frozenset({SubmissionState.RESERVED, SubmissionState.ACTIVE})
