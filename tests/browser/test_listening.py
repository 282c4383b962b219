"""A whole study in a real browser: by keyboard, by touch, over a bad network."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from listening_tests.models import Rating, Session
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.listening import (
    agree,
    assert_was_heard,
    count_on,
    hurry,
    pass_sound_check,
    play_to_the_end,
    start_part,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_trial(page, study) -> Session:
    """Bring a page to the first trial of a new session."""
    session = factories.make_session(study=study)
    page.goto(reverse("trial", args=[session.key]))
    start_part(page)
    return session


def answered(session) -> int:
    return Rating.objects.filter(presentation__trial__session=session).count()


def press_through_a_trial(page, number, key):
    expect(page).to_have_title(f"Sound {number} of 6 · Hearsay")
    # The title is there before the scripts are.
    expect(page.locator(".play")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("You can answer now")).to_be_visible()
    page.keyboard.press(key)
    page.keyboard.press("Enter")


def test_a_whole_study_is_taken_by_keyboard_alone(window, study, live_server):
    elsewhere, faults = [], []
    window.on("request", lambda request: elsewhere.append(request.url) if live_server.url not in request.url else None)
    window.on("pageerror", lambda fault: faults.append(str(fault)))
    window.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    window.goto(reverse("take_study", args=[study.slug]))

    window.get_by_role("checkbox").focus()
    window.keyboard.press("Space")
    window.keyboard.press("Enter")
    expect(window.locator(".play")).to_be_focused()
    window.keyboard.press("Space")
    expect(window.locator("clip-player")).to_have_attribute("data-state", "heard")
    window.keyboard.press("Tab")
    window.keyboard.press("Space")
    for _ in range(count_on(window) - 2):
        window.keyboard.press("ArrowRight")
    window.keyboard.press("Enter")
    expect(window.get_by_role("button", name="Start part 1")).to_be_focused()
    window.keyboard.press("Enter")
    for number in (1, 2, 3):
        press_through_a_trial(window, number, "4")
    expect(window.get_by_role("button", name="Start part 2")).to_be_focused()
    window.keyboard.press("Enter")
    for number, key in ((4, "d"), (5, "g"), (6, "0")):
        press_through_a_trial(window, number, key)
    expect(window.get_by_role("heading", name="Thank you")).to_be_visible()

    session = Session.objects.get()
    ratings = Rating.objects.order_by("presentation__trial__position")
    expect(window.locator(".code")).to_have_text(session.completion_code)
    assert [rating.response for rating in ratings] == ["4", "4", "4", "down", "go", "none of these"]
    for rating in ratings:
        assert_was_heard(rating)
    assert elsewhere == []
    assert faults == []


def test_answers_open_when_the_sound_was_heard_to_its_end(window, study):
    session = open_trial(window, study)

    expect(window.get_by_role("radio", name="Good")).to_be_disabled()
    window.keyboard.press("4")
    window.keyboard.press("Enter")
    assert answered(session) == 0
    play_to_the_end(window)

    expect(window.get_by_role("status").first).to_have_text("Played to the end. You can answer now.")
    expect(window.get_by_role("radio", name="Good")).to_be_enabled()


def test_a_letter_pressed_again_chooses_the_next_word(window):
    study = factories.make_open_study(
        methods=("class_identification",),
        words=("down", "go"),
        seconds=0.3,
        block={"trials_per_session": 2, "labels": ["down", "go", "green"]},
    )
    open_trial(window, study)
    play_to_the_end(window)

    window.keyboard.press("g")
    expect(window.get_by_role("radio", name="go", exact=True)).to_be_checked()
    window.keyboard.press("g")

    expect(window.get_by_role("radio", name="green")).to_be_checked()


def test_single_keys_can_be_switched_off(window, study):
    open_trial(window, study)
    play_to_the_end(window)
    window.get_by_text("Instructions and keys").click()
    window.get_by_role("switch", name="Use single keys").uncheck()

    window.keyboard.press("4")

    expect(window.get_by_role("radio", name="Good")).not_to_be_checked()


def test_a_reload_in_the_middle_goes_on_with_the_same_sound(window, study):
    open_trial(window, study)
    play_to_the_end(window)
    window.get_by_role("radio", name="Fair").check()
    window.get_by_role("button", name="Next").click()
    expect(window).to_have_title("Sound 2 of 6 · Hearsay")
    key = window.locator("loaded-sound").get_attribute("key")

    window.reload()

    expect(window).to_have_title("Sound 2 of 6 · Hearsay")
    assert window.locator("loaded-sound").get_attribute("key") == key


def test_a_network_that_is_cut_loses_no_answer_and_stores_it_once(window, study):
    session = open_trial(window, study)
    play_to_the_end(window)
    window.get_by_role("radio", name="Poor").check()

    window.context.set_offline(True)
    window.get_by_role("button", name="Next").click()
    expect(window.get_by_text("Your answer is kept in this browser")).to_be_visible()
    assert answered(session) == 0
    window.context.set_offline(False)

    expect(window).to_have_title("Sound 2 of 6 · Hearsay")
    rating = Rating.objects.get()
    assert rating.response == "2"
    assert rating.presentation.trial.evidence["tries"] >= 2
    assert rating.presentation.trial.evidence["delay_seconds"] > 0


def test_a_server_that_is_away_for_a_moment_loses_no_answer(window, study):
    session = open_trial(window, study)
    play_to_the_end(window)
    window.get_by_role("radio", name="Poor").check()
    refusals = iter([True])

    def answer(route):
        if route.request.method == "POST" and next(refusals, False):
            route.fulfill(status=502, body="Bad gateway")
        else:
            route.continue_()

    window.route("**/trial/", answer)
    window.get_by_role("button", name="Next").click()

    expect(window).to_have_title("Sound 2 of 6 · Hearsay")
    assert answered(session) == 1


def test_the_back_button_leads_to_the_present_trial(window, study):
    session = open_trial(window, study)
    play_to_the_end(window)
    window.get_by_role("radio", name="Poor").check()
    window.get_by_role("button", name="Next").click()
    expect(window).to_have_title("Sound 2 of 6 · Hearsay")

    window.go_back()

    expect(window).to_have_title("Sound 2 of 6 · Hearsay")
    assert answered(session) == 1


def test_a_sound_that_cannot_be_loaded_is_tried_again_by_itself(window, study):
    refusals = iter([True, True])
    window.route("**/sound/*", lambda route: route.abort() if next(refusals, False) else route.continue_())
    session = factories.make_session(study=study)

    window.goto(reverse("trial", args=[session.key]) + "?begin=1")
    play_to_the_end(window)

    expect(window.get_by_role("radio", name="Good")).to_be_enabled()


def test_a_trial_whose_sound_is_broken_is_skipped_and_recorded_and_never_answered(window, study):
    session = factories.make_session(study=study)
    hurry(window)
    window.route("**/sound/*", lambda route: route.fulfill(body="no sound", content_type="audio/flac"))

    window.goto(reverse("trial", args=[session.key]) + "?begin=1")
    window.get_by_role("button", name="Go on with the next").wait_for()
    window.unroute("**/sound/*")
    window.get_by_role("button", name="Go on with the next").click()

    expect(window).to_have_title("Sound 2 of 6 · Hearsay")
    skipped = session.trials.get(position=0)
    assert skipped.answered_at is None
    assert "EncodingError" in skipped.skip_reason
    assert answered(session) == 0


def test_without_scripts_the_form_works_plainly(open_context, study):
    page = open_context(java_script_enabled=False).new_page()
    session = open_trial(page, study)

    page.get_by_role("radio", name="Good").check()
    page.get_by_role("button", name="Next").click()

    expect(page).to_have_title("Sound 2 of 6 · Hearsay")
    assert answered(session) == 1
    assert Rating.objects.get().presentation.evidence == {}


def test_a_phone_of_320_pixels_takes_the_study_by_touch(open_context, study):
    page = open_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    session = agree(page, study)
    pass_sound_check(page)
    page.get_by_role("button", name="Start part").tap()
    page.locator(".play").tap()
    expect(page.locator("clip-player")).to_have_attribute("data-state", "heard")
    page.get_by_text("Excellent").tap()
    page.get_by_role("button", name="Next").tap()
    expect(page).to_have_title("Sound 2 of 6 · Hearsay")

    assert answered(session) == 1
    for target in page.locator(".choice, .play, .large").all():
        assert target.bounding_box()["height"] >= 44
