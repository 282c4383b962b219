"""The client of Prolific, over real HTTP, against a stand-in that speaks the documented protocol."""

import time

import pytest

from listening_tests.recruiter import Outcome
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.prolific.client import (
    PlacesCannotShrink,
    ProlificClient,
    ProlificIsUnreachable,
    ProlificRefused,
    RejectionIsMalformed,
    TokenIsMissing,
)
from listening_tests.recruitment.prolific.requested_study import possible_outcomes, requested_study
from tests.listening_tests.recruitment.prolific_stand_in import TOKEN

REASON = (
    "Two of the sounds asked in plain words to choose a certain answer, and both times another one was chosen there."
)


@pytest.fixture
def client(prolific):
    return ProlificClient(address=prolific.address, token=TOKEN, back_off_seconds=0)


def a_request(**settings):
    recruiter = Prolific(**{"reward": 150, "places": 20, "screen_outs": 5, "screen_out_reward": 20, **settings})
    codes = {outcome.value: f"CODE{number}" for number, outcome in enumerate(possible_outcomes(recruiter))}
    return requested_study(
        recruiter=recruiter, title="A study", slug="a-study", minutes=10, address="https://here.example/", codes=codes
    )


@pytest.fixture
def study_id(client):
    return client.create_study(a_request())["id"]


def test_a_study_is_created_published_paused_started_and_stopped(client, prolific, study_id):
    states = [prolific.studies[study_id]["status"]]

    for action in ("PUBLISH", "PAUSE", "START", "STOP"):
        states.append(client.move_study(study_id, action)["status"])

    assert states == ["UNPUBLISHED", "ACTIVE", "PAUSED", "ACTIVE", "AWAITING REVIEW"]


def test_what_we_ask_for_is_what_prolific_documents(client, prolific, study_id):
    stored = prolific.studies[study_id]

    assert stored["reward"] == 150
    assert stored["external_study_url"].endswith(
        "/?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    )
    assert [(code["code_type"], code["actions"][0]["action"]) for code in stored["completion_codes"]] == [
        ("COMPLETED", "MANUALLY_REVIEW"),
        ("FIXED_SCREENOUT", "FIXED_SCREEN_OUT_PAYMENT"),
        ("OTHER", "REQUEST_RETURN"),
        ("NO_CONSENT", "REQUEST_RETURN"),
        ("FAILED_ATTENTION_CHECK", "MANUALLY_REVIEW"),
        ("INCOMPATIBLE_DEVICE", "REQUEST_RETURN"),
        ("OTHER", "MANUALLY_REVIEW"),
    ]


def test_without_paid_screen_outs_there_is_no_code_for_them():
    assert Outcome.SCREENED_OUT not in possible_outcomes(Prolific(reward=150, places=20))


def test_a_refusal_says_what_was_asked_and_why_it_was_refused(client, study_id):
    with pytest.raises(ProlificRefused, match=r"POST /studies/study1/transition/ with status 400.*cannot PAUSE"):
        client.move_study(study_id, "PAUSE")


def test_places_are_raised_and_never_lowered(client, prolific, study_id):
    client.raise_places(study_id, places=25)

    with pytest.raises(PlacesCannotShrink):
        client.raise_places(study_id, places=24)
    assert prolific.studies[study_id]["total_available_places"] == 25


def test_submissions_are_listed_page_after_page(client, prolific, study_id):
    arrived = [prolific.somebody_arrives(study_id, f"person{number}") for number in range(8)]

    listed = [submission["id"] for submission in client.submissions(study_id)]

    assert listed == arrived
    assert sum(target.startswith("/api/v1/submissions/") for _, target, _ in prolific.requests) == 3


def test_submissions_are_approved_and_rejected(client, prolific, study_id):
    one, other = (prolific.somebody_arrives(study_id, name, "AWAITING REVIEW") for name in ("one", "other"))

    client.approve(one)
    client.reject(other, message=REASON, category="FAILED_CHECK")

    assert prolific.submissions[one]["status"] == "APPROVED"
    assert prolific.submissions[other]["status"] == "REJECTED"


@pytest.mark.parametrize(
    ("message", "category", "said"),
    [
        (REASON[:99], "FAILED_CHECK", "99 characters"),
        ("x" + " " * 120, "OTHER", "1 characters"),
        (REASON, "LAZY", "LAZY"),
    ],
)
def test_a_malformed_rejection_is_never_sent(client, prolific, study_id, message, category, said):
    submission = prolific.somebody_arrives(study_id, "one", "AWAITING REVIEW")
    n_requests = len(prolific.requests)

    with pytest.raises(RejectionIsMalformed, match=said):
        client.reject(submission, message=message, category=category)

    assert len(prolific.requests) == n_requests


def test_submissions_are_screened_out_with_pay(client, prolific, study_id):
    submission = prolific.somebody_arrives(study_id, "one")

    client.screen_out(study_id, [submission], pay=0.2)

    assert prolific.submissions[submission]["status"] == "SCREENED OUT"


def test_bonuses_are_announced_first_and_paid_then(client, prolific, study_id):
    prolific.somebody_arrives(study_id, "one", "APPROVED")
    prolific.somebody_arrives(study_id, "other", "APPROVED")

    bulk = client.prepare_bonuses(study_id, {"one": 150, "other": 5})

    assert prolific.bulk_payments[bulk["id"]] == {"amount": 155, "paid": False}
    client.pay_bonuses(bulk["id"])
    assert prolific.bulk_payments[bulk["id"]]["paid"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_reading_is_tried_again_when_the_service_stumbles(client, prolific, study_id, status):
    prolific.fail_next(status, times=2)

    assert client.study(study_id)["id"] == study_id


def test_a_change_is_tried_again_only_where_it_was_turned_away(client, prolific):
    prolific.fail_next(429, times=2)
    client.create_study(a_request())
    prolific.fail_next(502)

    with pytest.raises(ProlificIsUnreachable, match="status 502"):
        client.create_study(a_request())

    assert len(prolific.studies) == 1


def test_as_long_as_the_service_says_is_waited(client, prolific, study_id):
    prolific.fail_next(429, retry_after=1)
    begun = time.monotonic()

    client.study(study_id)

    assert time.monotonic() - begun >= 1


def test_giving_up_is_told_in_plain_words(client, prolific, study_id):
    prolific.fail_next(503, times=9)

    with pytest.raises(ProlificIsUnreachable, match="Try again later"):
        client.study(study_id)


def test_a_service_that_is_not_there_is_told(unused_tcp_port):
    client = ProlificClient(address=f"http://127.0.0.1:{unused_tcp_port}", token=TOKEN, back_off_seconds=0)

    with pytest.raises(ProlificIsUnreachable, match="could not be asked GET /studies/x/"):
        client.study("x")


def test_a_wrong_token_is_refused(prolific):
    client = ProlificClient(address=prolific.address, token="wrong", back_off_seconds=0)

    with pytest.raises(ProlificRefused, match="Invalid token"):
        client.study("x")


def test_without_a_token_nothing_is_sent(prolific):
    with pytest.raises(TokenIsMissing, match="HEARSAY_PROLIFIC_TOKEN"):
        ProlificClient(address=prolific.address, token="")


@pytest.mark.parametrize(
    "change",
    [
        {"eligibility_requirements": []},
        {"reward": "150"},
        {"external_study_url": "https://here.example/"},
        {"is_custom_screening": False},
        {"total_available_places": 0},
        {"completion_codes": []},
        {"completion_codes": a_request()["completion_codes"] * 2},
        {"device_compatibility": ["radio"]},
    ],
)
def test_the_stand_in_refuses_studies_that_prolific_refuses(client, change):
    with pytest.raises(ProlificRefused, match="status 400"):
        client.create_study({**a_request(), **change})


def test_the_stand_in_refuses_short_messages_and_what_awaits_no_review(client, prolific, study_id):
    awaiting = prolific.somebody_arrives(study_id, "one", "AWAITING REVIEW")
    rejection = {"action": "REJECT", "message": "Too short", "rejection_category": "OTHER"}

    with pytest.raises(ProlificRefused, match="at least 100 characters"):
        client._ask("POST", f"/submissions/{awaiting}/transition/", rejection)
    with pytest.raises(ProlificRefused, match="cannot be reviewed"):
        client.approve(prolific.somebody_arrives(study_id, "other"))


def test_the_stand_in_pays_bonuses_to_the_approved_and_once_only(client, prolific, study_id):
    prolific.somebody_arrives(study_id, "one", "APPROVED")
    bulk_id = client.prepare_bonuses(study_id, {"one": 10})["id"]
    client.pay_bonuses(bulk_id)

    with pytest.raises(ProlificRefused, match="no approved submission"):
        client.prepare_bonuses(study_id, {"stranger": 10})
    with pytest.raises(ProlificRefused, match="nothing to pay"):
        client.pay_bonuses(bulk_id)
