"""What Prolific is told of a study when it is created there."""

from collections.abc import Mapping
from typing import Any

from listening_tests.recruiter import Outcome
from listening_tests.recruitment.prolific import Prolific

# Prolific fills in the ids; a submission's id is called session id there.
PARAMETERS = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
MANUALLY_REVIEW = {"action": "MANUALLY_REVIEW"}
CODE_TYPES = {
    Outcome.COMPLETED: "COMPLETED",
    Outcome.SCREENED_OUT: "FIXED_SCREENOUT",
    Outcome.NO_PLACE: "OTHER",
    Outcome.NO_CONSENT: "NO_CONSENT",
    Outcome.FAILED_ATTENTION: "FAILED_ATTENTION_CHECK",
    Outcome.INCOMPATIBLE_DEVICE: "INCOMPATIBLE_DEVICE",
    Outcome.WITHDRAWN: "OTHER",
}
RETURN_REASONS = {
    Outcome.NO_PLACE: "The study had all the listeners it needs when you came.",
    Outcome.NO_CONSENT: "You chose not to take part in the study.",
    Outcome.INCOMPATIBLE_DEVICE: "The sounds of the study cannot be heard well enough on this device.",
}


def requested_study(
    *, recruiter: Prolific, title: str, slug: str, minutes: int, address: str, codes: Mapping[str, str]
) -> dict[str, Any]:
    """Return the request that creates a study; `address` is the study's own, `codes` one for each outcome."""
    return {
        "name": title,
        "internal_name": slug,
        "description": recruiter.description,
        "external_study_url": f"{address}?{PARAMETERS}",
        "prolific_id_option": "url_parameters",
        "completion_option": "url",
        "completion_codes": [_completion_code(recruiter, Outcome(outcome), code) for outcome, code in codes.items()],
        "filters": [],
        "estimated_completion_time": minutes,
        "maximum_allowed_time": recruiter.maximum_minutes or 3 * minutes,
        "reward": recruiter.reward,
        "total_available_places": recruiter.places,
        "is_custom_screening": bool(recruiter.screen_outs),
        "device_compatibility": list(recruiter.devices),
        "peripheral_requirements": ["audio"],
    }


def possible_outcomes(recruiter: Prolific) -> list[Outcome]:
    """Return the outcomes that get a code: being screened out only where it is paid for."""
    return [outcome for outcome in Outcome if outcome != Outcome.SCREENED_OUT or recruiter.screen_outs]


def _completion_code(recruiter: Prolific, outcome: Outcome, code: str) -> dict[str, Any]:
    """Return a code with what follows from it.

    Codes are shared by all listeners of a study, so whoever was told one could use it: nothing is approved unseen.
    """
    action: dict[str, Any] = MANUALLY_REVIEW
    if outcome in RETURN_REASONS:
        action = {"action": "REQUEST_RETURN", "return_reason": RETURN_REASONS[outcome]}
    if outcome == Outcome.SCREENED_OUT:
        action = {
            "action": "FIXED_SCREEN_OUT_PAYMENT",
            "fixed_screen_out_reward": recruiter.screen_out_reward,
            "slots": recruiter.screen_outs,
        }
    return {"code": code, "code_type": CODE_TYPES[outcome], "actor": "participant", "actions": [action]}
