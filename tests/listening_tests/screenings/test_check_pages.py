"""The way through the checks before listening, page by page."""

import io
import re
from html import unescape

import pytest
import soundfile
from django.urls import reverse
from django.utils import timezone

from listening_tests.models import CheckItem, Session, Verdict
from listening_tests.reservations import offer
from listening_tests.sound_addresses import SPAN, signed_address
from listening_tests.states import SessionState
from tests import factories

pytestmark = pytest.mark.django_db

COMPREHENSION = {
    "check": "comprehension",
    "questions": [
        {"ask": "What will you do?", "choices": ["Listen", "Sing"], "right": "Listen"},
        {"ask": "What will you rate?", "choices": ["The volume", "The quality"], "right": "The quality"},
    ],
}


def begin(*screenings, **study):
    """Begin a session in a study with these checks, or with none if None is given."""
    protocol = {"screenings": [screening for screening in screenings if screening is not None]} if screenings else {}
    made = factories.make_open_study(protocol=protocol, **study)
    return factories.make_session(study=made, is_listening=False)


def page(session):
    return reverse("check", args=[session.key])


def open_items(session):
    return list(session.check_items.filter(answered_at=None).order_by("attempt", "position"))


def sent(items, *, right=True):
    """Return what a form sends that answers some items, rightly or wrongly."""
    return {f"asked-{item.key}": "" for item in items} | {
        f"answer-{item.key}": item.item["right"] if right else wrong_answer(item) for item in items
    }


def wrong_answer(item):
    on_offer = {"sound_check": ["2", "3", "4"], "comprehension": ["Listen", "Sing", "The volume", "The quality"]}
    if item.check_slug == "comprehension":
        question = COMPREHENSION["questions"][item.item["question"]]
        return next(choice for choice in question["choices"] if choice != item.item["right"])
    return next(choice for choice in on_offer[item.check_slug] if choice != item.item["right"])


def answer(client, session, *, right=True):
    """Open the page and answer all that it asks."""
    html = client.get(page(session)).content.decode()
    items = [item for item in open_items(session) if item.key in html]
    return client.post(page(session), sent(items, right=right))


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def n_places_taken(session):
    offered = offer(session.study, is_simulated=False, now=timezone.now())
    return sum(candidate.count for candidates in offered.values() for candidate in candidates)


def test_who_counts_the_beeps_right_goes_on(client):
    session = begin()

    answer(client, session)

    session.refresh_from_db()
    assert session.state == SessionState.LISTENING
    assert session.verdicts.get(check_slug="sound_check").has_passed


def test_a_wrong_count_gets_a_new_sound_and_another_try(client):
    session = begin()

    answer(client, session, right=False)

    again = client.get(page(session))
    assert "That was not the number of beeps" in text_of(again)
    assert [item.attempt for item in open_items(session)] == [2]
    assert not session.verdicts.exists()


def test_a_page_without_an_answer_asks_for_one(client):
    session = begin()
    client.get(page(session))
    (item,) = open_items(session)

    response = client.post(page(session), {f"asked-{item.key}": ""})

    assert response.status_code == 400
    assert "Please choose one answer" in text_of(response)
    assert open_items(session) == [item]


def test_an_answer_that_is_not_on_offer_is_none(client):
    session = begin()
    client.get(page(session))
    (item,) = open_items(session)

    response = client.post(page(session), {f"asked-{item.key}": "", f"answer-{item.key}": "17"})

    assert response.status_code == 400
    assert open_items(session) == [item]


def test_a_reload_asks_the_same(client):
    session = begin()

    first, second = (client.get(page(session)).content for _ in range(2))

    assert first == second
    assert session.check_items.count() == 1


def test_the_first_of_two_answers_counts(client):
    session = begin({"check": "sound_check", "attempts": 5})
    client.get(page(session))
    items = open_items(session)

    client.post(page(session), sent(items, right=False))
    client.post(page(session), sent(items, right=True))

    session.refresh_from_db()
    assert session.state == SessionState.CONSENTED
    assert not session.check_items.get(attempt=1).is_right


def test_a_double_click_decides_once(client):
    session = begin()
    client.get(page(session))
    items = open_items(session)

    responses = [client.post(page(session), sent(items), follow=True) for _ in range(2)]

    assert {response.redirect_chain[-1][0] for response in responses} == {reverse("trial", args=[session.key])}
    assert Verdict.objects.count() == 1


def test_an_item_of_another_session_is_none_of_this_ones(client):
    session, other = begin(), begin()
    client.get(page(other))

    client.post(page(session), sent(open_items(other)))

    assert open_items(other)
    session.refresh_from_db()
    assert session.state == SessionState.CONSENTED


def test_whose_attempts_are_used_up_is_screened_out_with_a_code_and_frees_the_places(client):
    session = begin({"check": "sound_check", "attempts": 2})
    taken = n_places_taken(session)

    answer(client, session, right=False)
    response = answer(client, session, right=False)

    session.refresh_from_db()
    assert taken > n_places_taken(session) == 0
    assert session.state == SessionState.SCREENED_OUT
    assert session.exclusion == "sound_check"
    ended = client.get(response["Location"], follow=True)
    assert session.completion_code in text_of(ended)
    assert "paid" in text_of(ended)


def test_a_failed_check_that_excludes_lets_the_listener_go_on(client):
    session = begin({"check": "sound_check", "attempts": 1, "consequence": "exclude"})

    answer(client, session, right=False)

    session.refresh_from_db()
    assert session.state == SessionState.LISTENING
    assert (session.exclusion, n_places_taken(session)) == ("sound_check", 0)


def test_a_failed_check_that_is_only_noted_changes_nothing(client):
    session = begin({"check": "sound_check", "attempts": 1, "consequence": "note"})
    taken = n_places_taken(session)

    answer(client, session, right=False)

    session.refresh_from_db()
    assert (session.state, session.excluded_at) == (SessionState.LISTENING, None)
    assert n_places_taken(session) == taken
    assert not session.verdicts.get().has_passed


def test_a_study_without_checks_leads_to_the_sounds_at_once(client):
    session = begin(None)

    response = client.get(page(session), follow=True)

    assert response.redirect_chain[-1][0] == reverse("trial", args=[session.key])


def test_checks_come_in_the_order_of_the_study_file(client):
    session = begin(COMPREHENSION, {"check": "sound_check"})

    first = client.get(page(session))
    answer(client, session)
    second = client.get(page(session))

    assert "What will you rate?" in text_of(first)
    assert "beeps" in text_of(second)


def test_comprehension_is_asked_again_and_then_ends_with_the_request_to_return_the_study(client):
    session = begin(COMPREHENSION)

    answer(client, session, right=False)
    again = client.get(page(session))
    response = answer(client, session, right=False)

    assert "Not all answers were right" in text_of(again)
    ended = text_of(client.get(response["Location"], follow=True))
    assert "Please return the study" in ended
    assert "completion code" not in ended
    assert session.verdicts.get().detail == {"n_items": 2, "n_right": 0, "pass_at": 2, "attempts": 2}


def test_what_a_listener_reports_is_compared_with_what_the_study_accepts(client):
    session = begin({"check": "self_report", "languages": ["English"], "accept": {"device": ["in_ear"]}})
    client.get(page(session))
    language, device = open_items(session)
    given = {f"answer-{language.key}": "English", f"answer-{device.key}": "built_in"}

    client.post(page(session), {**given, f"asked-{language.key}": "", f"asked-{device.key}": ""})

    session.refresh_from_db()
    assert session.state == SessionState.SCREENED_OUT
    assert session.verdicts.get().detail["not_accepted"] == ["device"]


def test_a_sound_is_sent_lossless_and_tells_nothing_else(client):
    sessions = [begin() for _ in range(8)]
    for session in sessions:
        client.get(page(session))
    items = list(CheckItem.objects.all())

    responses = [client.get(reverse("check_sound", args=[item.key, 0])) for item in items]

    assert len({item.item["right"] for item in items}) > 1
    assert len({len(response.content) for response in responses}) == 1
    assert len({tuple(sorted(response.headers)) for response in responses}) == 1
    assert len({response["ETag"] for response in responses}) == len(items)
    for response in responses:
        assert response["Content-Type"] == "audio/wav"
        assert soundfile.info(io.BytesIO(response.content)).subtype == "PCM_16"


def test_two_sounds_that_are_the_same_share_no_bytes(client):
    session = begin({"check": "bandwidth"})
    client.get(page(session))
    same = [item for item in open_items(session) if item.item["right"] == "same"]

    pairs = [[client.get(reverse("check_sound", args=[item.key, n])).content for n in (0, 1)] for item in same]

    assert len(pairs) == 2
    assert all(len(one) == len(other) and one != other for one, other in pairs)


def test_an_item_has_no_more_sounds_than_it_has(client):
    session = begin()
    client.get(page(session))
    (item,) = open_items(session)

    assert client.get(reverse("check_sound", args=[item.key, 1])).status_code == 404
    assert client.get(reverse("check_sound", args=["unknown", 0])).status_code == 404


def test_a_sounds_address_is_signed_and_expires(client):
    session = begin()
    client.get(page(session))
    (item,) = open_items(session)
    address = reverse("check_sound", args=[item.key, 0])
    old = address.replace(address.split("/")[-2], signed_address(item.key, timezone.now() - 2 * SPAN))

    assert client.get(address).status_code == 200
    assert client.get(old).status_code == 404
    assert client.get(address.replace("/0", "x/0")).status_code == 404


def test_no_page_tells_the_right_answer(client):
    session = begin(COMPREHENSION)
    pages = [client.get(page(session)).content.decode()]

    assert not [html for html in pages if "right" in html or "checked" in html]


def test_the_answers_do_not_follow_from_the_sessions_seed_which_the_study_file_gives_away(client):
    study = begin(block={"ratings_per_stimulus": 40}).study
    for session in [factories.make_session(study=study, is_listening=False) for _ in range(12)]:
        Session.objects.update(seed=1)
        client.get(page(session))

    assert len({item.item["right"] for item in CheckItem.objects.all()}) > 1


@pytest.mark.parametrize(("consequence", "is_said"), [("screen_out", True), ("exclude", False)])
def test_consent_says_whether_a_check_may_end_the_study(client, consequence, is_said):
    study = begin({"check": "sound_check", "consequence": consequence}).study

    consent = text_of(client.get(reverse("take_study", args=[study.slug])))

    assert ("it ends there" in consent) == is_said
