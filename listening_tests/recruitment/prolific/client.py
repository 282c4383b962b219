"""A thin client of Prolific's researcher API, version 1 (docs.prolific.com).

What the service would refuse for its form is refused before anything is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

TIMEOUT_SECONDS = (5, 30)  # To connect, and to be answered.
ATTEMPTS = 5
# The second attempt comes at once, the others after 1, 2 and 4 seconds, or after as long as the service says.
BACK_OFF_SECONDS = 0.5
LEAST_MESSAGE_LENGTH = 100
REJECTION_CATEGORIES = (
    "BAD_CODE", "FAILED_CHECK", "FAILED_INSTRUCTIONS", "INCOMP_LONGITUDINAL", "LOW_EFFORT", "MALINGERING",
    "NO_CODE", "NO_DATA", "OTHER", "TOO_QUICKLY", "TOO_SLOWLY", "UNSUPP_DEVICE",
)  # fmt: skip
STUDY_ACTIONS = ("PUBLISH", "PAUSE", "START", "STOP")


class ProlificRefused(Exception):
    """Prolific answered that it will not do what it was asked."""

    def __init__(self, request: str, status: int, reason: str) -> None:
        self.status = status
        super().__init__(f"Prolific refused {request} with status {status}: {reason}")


class ProlificIsUnreachable(Exception):
    """Prolific did not answer, or not in its own words, although it was asked several times."""


class TokenIsMissing(Exception):
    """No token of Prolific's API was set."""


class RejectionIsMalformed(Exception):
    """A rejection lacks what Prolific asks for."""


class PlacesCannotShrink(Exception):
    """Prolific lets the places of a study be raised only."""


class RetryWithCare(Retry):
    """Ask again after failures of the service, but what changes something only where it was turned away untouched."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        return status_code == requests.codes.too_many_requests or super().is_retry(method, status_code, has_retry_after)


class ProlificClient:
    """One account at Prolific. Raises ProlificRefused or ProlificIsUnreachable from every call."""

    def __init__(self, *, address: str, token: str, back_off_seconds: float = BACK_OFF_SECONDS) -> None:
        if not token:
            raise TokenIsMissing(
                "There is no token for Prolific: make one in its settings, set HEARSAY_PROLIFIC_TOKEN."
            )
        self._address = address.rstrip("/")
        retries = RetryWithCare(
            total=ATTEMPTS - 1,
            backoff_factor=back_off_seconds,
            status_forcelist=(500, 502, 503, 504),
            allowed_methods=("GET", "PATCH"),
            raise_on_status=False,
        )
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Token {token}"
        self._session.mount(self._address, HTTPAdapter(max_retries=retries))

    def create_study(self, study: Mapping[str, Any]) -> dict[str, Any]:
        """Create an unpublished study and return it as Prolific keeps it."""
        return self._ask("POST", "/studies/", study)

    def study(self, study_id: str) -> dict[str, Any]:
        """Return a study as Prolific keeps it."""
        return self._ask("GET", f"/studies/{study_id}/")

    def move_study(self, study_id: str, action: str) -> dict[str, Any]:
        """Publish, pause, start again or stop a study: one of STUDY_ACTIONS."""
        return self._ask("POST", f"/studies/{study_id}/transition/", {"action": action})

    def raise_places(self, study_id: str, *, places: int) -> dict[str, Any]:
        """Give a study so many places in all. Raises PlacesCannotShrink."""
        present = int(self.study(study_id)["total_available_places"])
        if places < present:
            raise PlacesCannotShrink(f"The study has {present} places at Prolific already: it cannot have {places}.")
        return self._ask("PATCH", f"/studies/{study_id}/", {"total_available_places": places})

    def submissions(self, study_id: str) -> Iterator[dict[str, Any]]:
        """Yield all submissions of a study, page after page."""
        address: str | None = f"/submissions/?study={study_id}"
        while address:
            page = self._ask("GET", address)
            yield from page["results"]
            following = page.get("_links", {}).get("next", {}).get("href")
            # Only the query is taken over: the token goes to no other address than the one that was set.
            address = f"/submissions/?{following.partition('?')[2]}" if following else None

    def approve(self, submission_id: str) -> dict[str, Any]:
        """Approve a submission: its listener is paid."""
        return self._ask("POST", f"/submissions/{submission_id}/transition/", {"action": "APPROVE"})

    def reject(self, submission_id: str, *, message: str, category: str) -> dict[str, Any]:
        """Reject a submission: its listener is not paid. Raises RejectionIsMalformed before anything is sent."""
        check_rejection(message=message, category=category)
        rejection = {"action": "REJECT", "message": message, "rejection_category": category}
        return self._ask("POST", f"/submissions/{submission_id}/transition/", rejection)

    def screen_out(
        self, study_id: str, submission_ids: Sequence[str], *, pay: float, increase_places: bool = False
    ) -> dict[str, Any]:
        """End submissions as screened out, each paid `pay` pounds or dollars."""
        return self._ask(
            "POST",
            f"/studies/{study_id}/screen-out-submissions/",
            {
                "submission_ids": list(submission_ids),
                "bonus_per_submission": pay,
                "increase_places": increase_places,
            },
        )

    def prepare_bonuses(self, study_id: str, bonuses: Mapping[str, int]) -> dict[str, Any]:
        """Announce bonuses, in pence or cents for each person's id; nothing is paid before `pay_bonuses`."""
        lines = "\n".join(f"{person},{amount // 100}.{amount % 100:02}" for person, amount in bonuses.items())
        return self._ask("POST", "/submissions/bonus-payments/", {"study_id": study_id, "csv_bonuses": lines})

    def pay_bonuses(self, bulk_id: str) -> dict[str, Any]:
        """Pay the bonuses that were announced under this id."""
        return self._ask("POST", f"/bulk-bonus-payments/{bulk_id}/pay/")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = f"{method} {path.partition('?')[0]}"
        try:
            response = self._session.request(method, self._address + path, json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise ProlificIsUnreachable(f"Prolific could not be asked {request}: {error}. Try again later.") from error
        if response.status_code == requests.codes.too_many_requests or response.status_code >= 500:
            raise ProlificIsUnreachable(
                f"Prolific answers {request} with status {response.status_code} just now. Try again later."
            )
        if not response.ok:
            raise ProlificRefused(request, response.status_code, _reason(response))
        try:
            answer: dict[str, Any] = response.json() if response.content else {}
        except requests.JSONDecodeError as error:
            raise ProlificIsUnreachable(
                f"{self._address} answered {request} with something else than JSON: is HEARSAY_PROLIFIC_URL right?"
            ) from error
        return answer


def check_rejection(*, message: str, category: str) -> None:
    """Raise RejectionIsMalformed if Prolific would refuse the message or the category."""
    if len(message.strip()) < LEAST_MESSAGE_LENGTH:
        raise RejectionIsMalformed(
            f"The message has {len(message.strip())} characters, but Prolific asks for {LEAST_MESSAGE_LENGTH}: "
            "say which checks failed and what was asked there."
        )
    if category not in REJECTION_CATEGORIES:
        raise RejectionIsMalformed(f"{category!r} is no category: choose one of {', '.join(REJECTION_CATEGORIES)}.")


def _reason(response: requests.Response) -> str:
    """Return what Prolific says is wrong, or the beginning of whatever else came."""
    try:
        error = response.json()["error"]
    except (requests.JSONDecodeError, KeyError, TypeError):
        return response.text[:300] or response.reason
    return f"{error.get('title', '')}: {error.get('detail', '')}"
