"""What was filled in and not yet sent survives a reload, and leaves nothing behind when the session is over."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from listening_tests.models import QuestionnaireAnswer, Rating
from tests import factories
from tests.browser.listening import CAN_ANSWER, PLAY, open_trial_of, start_part

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = "[...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((name) => name.startsWith('hearsay-'))"
DRAFTS = "Object.keys(sessionStorage).filter((name) => name.startsWith('hearsay-draft'))"


def hear_all(page):
    """Switch through all sounds of a MUSHRA trial; return their names."""
    expect(page.locator("switching-player")).to_have_attribute("data-state", "ready")
    names = page.locator(".switch-sound").all_text_contents()
    page.keyboard.press("Space")
    for name in names:
        page.keyboard.press(name[0].lower())
        expect(page.locator(".switch-sound.is-heard", has_text=name)).to_be_visible()
    expect(page.get_by_text(CAN_ANSWER)).to_be_visible()
    return names


def test_sliders_stand_where_they_stood_before_a_reload(window):
    open_trial_of(window, "mushra")
    _reference, first, *others = hear_all(window)
    window.keyboard.press(first.lower())
    for _ in range(3):
        window.keyboard.press("ArrowRight")

    window.reload()

    sliders, numbers = window.locator("slider-field [type=range]"), window.locator("slider-field [type=number]")
    expect(numbers.first).to_have_value("53")
    expect(sliders.first).to_have_value("53")
    expect(sliders.first).to_have_attribute("aria-valuetext", "53 Fair")
    expect(numbers.nth(1)).to_have_value("")
    hear_all(window)
    for name in others:
        window.keyboard.press(name.lower())
        window.keyboard.press("ArrowRight")
    window.keyboard.press("Enter")
    expect(window.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Rating.objects.order_by("presentation__position").first().score == 53
    assert window.evaluate(KEPT) == []


def test_a_choice_is_kept_until_the_server_has_it_and_still_waits_for_the_sound(window, study):
    open_trial_of(window, "acr", trials=2)
    window.locator(PLAY).click()
    window.get_by_role("radio", name="Poor").check()

    window.reload()

    expect(window.get_by_role("radio", name="Poor")).to_be_checked()
    expect(window.get_by_role("button", name="Next")).to_be_disabled()
    window.locator(PLAY).click()
    window.get_by_role("button", name="Next").click()
    expect(window).to_have_title("Sound 2 of 2 · Hearsay")
    expect(window.get_by_role("radio", name="Poor")).not_to_be_checked()
    assert window.evaluate(DRAFTS) == []


def test_whoever_withdraws_leaves_nothing_in_the_browser(window):
    session = open_trial_of(window, "open_identification")
    window.keyboard.press("Space")
    window.get_by_role("textbox").fill("my own w")
    assert len(window.evaluate(DRAFTS)) == 1

    window.goto(reverse("withdraw", args=[session.key]))
    window.get_by_role("button", name="Delete my answers").click()

    expect(window.get_by_role("heading", name="You have withdrawn")).to_be_visible()
    assert window.evaluate(KEPT) == []


def test_a_half_filled_questionnaire_survives_a_reload_and_goes_once_it_is_answered(window):
    asked = {
        "name": "before",
        "title": "About you",
        "when": "before",
        "questions": [
            {"name": "ears", "prompt": "How well do you hear?", "kind": "choice", "choices": ["Well", "Not so well"]},
            {"name": "years", "prompt": "How old are you?", "kind": "number"},
            {"name": "else", "prompt": "Anything else?", "kind": "text", "required": False},
        ],
    }
    session = factories.make_session(study=factories.make_open_study(protocol={"questionnaires": [asked]}))
    window.goto(reverse("questionnaire", args=[session.key]))
    window.get_by_role("radio", name="Not so well").check()
    window.get_by_role("textbox", name="Anything else?").fill("A cold today")

    window.reload()

    expect(window.get_by_role("radio", name="Not so well")).to_be_checked()
    expect(window.get_by_role("textbox", name="Anything else?")).to_have_value("A cold today")
    window.get_by_role("spinbutton", name="How old are you?").fill("33")
    window.get_by_role("button", name="Go on").click()
    start_part(window)
    expect(window.locator(PLAY)).to_be_visible()
    assert window.evaluate(DRAFTS) == []
    answers = QuestionnaireAnswer.objects.get(session=session).answers
    assert answers == {"ears": "Not so well", "years": "33.0", "else": "A cold today"}
