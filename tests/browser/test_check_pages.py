"""The pages of checks before listening, in a real browser: sounds are played, answers given, nothing is in the way."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from listening_tests.actions import screening
from listening_tests.models import CheckItem
from listening_tests.screening import ListeningCheck
from listening_tests.screenings import SCREENINGS
from listening_tests.states import SessionState
from tests import factories
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTION = {"ask": "What will you do?", "choices": ["Listen", "Sing"], "right": "Listen"}
SETTINGS = {"comprehension": {"questions": [QUESTION]}, "self_report": {"languages": ["English"]}}
# A taller answer has its words broken.
TWO_LINES_PX = 80
CHECKS = [slug for slug, screening_ in SCREENINGS.items() if issubclass(screening_, ListeningCheck)]


def begin(slug, **settings):
    """Begin a session in a study with one check."""
    protocol = {"screenings": [{"check": slug, **SETTINGS.get(slug, {}), **settings}]}
    return factories.make_session(study=factories.make_open_study(protocol=protocol), is_listening=False)


def test_axe_finds_nothing_on_any_check_and_none_is_wider_than_a_phone(open_context):
    page = open_context(viewport=PHONE, has_touch=True, is_mobile=True, bypass_csp=True).new_page()
    found, wide = {}, {}

    for slug in CHECKS:
        page.goto(reverse("check", args=[begin(slug).key]))
        results = Axe().run(page)
        if results.violations_count:
            found[slug] = results.generate_report()
        wide[slug] = page.evaluate("document.documentElement.scrollWidth")
        assert all(choice.bounding_box()["height"] < TWO_LINES_PX for choice in page.locator(".choice").all())

    assert found == {}
    assert {slug: width for slug, width in wide.items() if width > PHONE["width"]} == {}


@pytest.mark.parametrize("slug", ["sound_check", "self_report", "comprehension"])
def test_axe_finds_nothing_where_a_session_ends_before_the_sounds(open_context, slug):
    session = begin(slug, attempts=2 if slug == "comprehension" else 1)
    page = open_context(bypass_csp=True, color_scheme="dark").new_page()
    while (check := screening.pending_check(session)) is not None:
        items = screening.open_items(session=session, check=check, now=session.consented_at)
        wrong = {item.key: "wrong" for item in items}
        screening.answer_items(session=session, answers=wrong, now=session.consented_at)
        session.refresh_from_db()

    page.goto(reverse("session", args=[session.key]))

    expect(page.get_by_role("heading", name="The study ends here for you")).to_be_visible()
    assert Axe().run(page).violations_count == 0


def test_a_pair_is_played_and_answered_with_the_keyboard_alone(window):
    session = begin("environment", pairs=1, pass_at=1)
    window.goto(reverse("check", args=[session.key]))
    right = CheckItem.objects.get().item["right"]

    players = window.locator("clip-player")
    expect(players).to_have_count(2)
    for number in range(2):
        players.nth(number).locator(".play").focus()
        window.keyboard.press("Enter")
        expect(players.nth(number)).to_have_attribute("data-state", "heard")
    window.get_by_role("radio", name=right, exact=True).focus()
    window.keyboard.press("Space")
    window.keyboard.press("Enter")

    expect(window.get_by_role("heading", name="How good is the speech?")).to_be_visible()
    session.refresh_from_db()
    assert session.state == SessionState.LISTENING


def test_digits_are_typed(window):
    session = begin("digits_in_noise", triplets=1, pass_at=1)
    window.goto(reverse("check", args=[session.key]))

    window.get_by_label("Which three digits did you hear?").fill(CheckItem.objects.get().item["right"])
    window.keyboard.press("Enter")

    window.wait_for_url("**/trial/")
    session.refresh_from_db()
    assert session.state == SessionState.LISTENING
