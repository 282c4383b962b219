"""Several sounds on a page: one after the other, or switched between; how often they may be heard; what is answered."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from listening_tests.models import Presentation, Rating, Trial
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.listening import CAN_ANSWER, PLAY, hurry, noted_sounds, open_trial_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a page shows at one time or another.
SHOW_ALL = """for (const each of document.querySelectorAll("[data-waiting], [data-skipped], fieldset")) {
    each.hidden = each.disabled = false;
}"""


def evidence_by_name():
    return {each.name: each.evidence for each in Presentation.objects.order_by("position")}


def thanked(page):
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_all_sounds_of_a_part_are_loaded_before_it_and_only_once(window, study):
    session = factories.make_session(study=study)

    with noted_sounds() as sounds:
        window.goto(reverse("trial", args=[session.key]))
        expect(window.get_by_text("All sounds are loaded.")).to_be_visible()
        loaded = list(sounds)
        window.get_by_role("button", name="Start part 1").click()
        window.locator(PLAY).click()
        expect(window.get_by_text(CAN_ANSWER)).to_be_visible()

    assert len(set(loaded)) == 3
    assert sounds == loaded


def test_going_on_before_the_sounds_are_loaded_waits_for_them(window, study):
    session = factories.make_session(study=study)
    held = []
    window.route("**/sound/*", lambda route: held.append(route))
    window.goto(reverse("trial", args=[session.key]))
    window.get_by_role("button", name="Start part 1").click()
    expect(window.get_by_text("The sounds are being loaded")).to_be_visible()

    for route in held:
        route.continue_()

    expect(window).to_have_title("Sound 1 of 6 · Hearsay")


def test_space_plays_a_sequence_one_after_the_other_and_then_a_letter_answers(window):
    open_trial_of(window, "abx")
    expect(window.get_by_role("button", name="Play one after the other")).to_be_focused()

    window.keyboard.press("Space")
    expect(window.get_by_text(CAN_ANSWER)).to_be_visible()
    window.keyboard.press("a")
    window.keyboard.press("Enter")
    thanked(window)

    plays = [sound["plays"][0] for sound in evidence_by_name().values()]
    assert list(evidence_by_name()) == ["A", "B", "X"]
    for earlier, later in itertools.pairwise(plays):
        assert later["started"] >= earlier["ended"] + 0.4
    assert Rating.objects.get().response == "A"


def test_the_arrows_play_one_sound_of_a_sequence(window):
    open_trial_of(window, "abx")
    expect(window.get_by_role("button", name="Play one after the other")).to_be_focused()

    window.keyboard.press("ArrowRight")
    expect(window.locator("clip-player").nth(0)).to_have_attribute("data-state", "heard")
    window.keyboard.press("ArrowRight")

    expect(window.locator("clip-player").nth(1)).to_have_attribute("data-state", "heard")
    expect(window.locator("clip-player").nth(2)).to_have_attribute("data-state", "ready")


def test_two_sounds_never_play_at_once(window):
    open_trial_of(window, "ab", seconds=1)

    window.locator(PLAY).nth(0).click()
    window.locator(PLAY).nth(1).click()

    expect(window.locator("clip-player").nth(0)).to_have_attribute("data-state", "heard")
    expect(window.locator("clip-player").nth(1)).to_have_attribute("data-state", "ready")


def test_an_answer_opens_after_the_least_plays_and_playing_ends_after_the_most(window):
    open_trial_of(window, "acr", minimum_plays=2, maximum_plays=2)
    player, answer = window.locator("clip-player"), window.get_by_role("radio", name="Good")

    window.locator(PLAY).click()
    expect(player).to_have_attribute("data-state", "heard")
    expect(answer).to_be_disabled()
    window.locator(PLAY).click()

    expect(answer).to_be_enabled()
    expect(player).to_have_attribute("data-state", "spent")
    window.locator(PLAY).click(force=True)
    expect(player).to_have_attribute("data-state", "spent")


def test_mushra_is_done_by_keyboard_alone_on_one_clock(window):
    window.add_init_script(
        "const start = AudioBufferSourceNode.prototype.start; window.starts = [];"
        "AudioBufferSourceNode.prototype.start = function (when) { starts.push(when); start.call(this, when) }"
    )
    open_trial_of(window, "mushra")
    expect(window.locator("switching-player")).to_have_attribute("data-state", "ready")
    names = window.locator(".switch-sound").all_text_contents()

    window.keyboard.press("Space")
    for name in names:
        window.keyboard.press(name[0].lower())
        expect(window.locator(".switch-sound.is-heard", has_text=name)).to_be_visible()
    expect(window.get_by_text(CAN_ANSWER)).to_be_visible()
    starts = window.evaluate("starts")
    for name, steps in zip(names[1:], (3, 5, 7, 9), strict=False):
        window.keyboard.press(name.lower())
        for _ in range(steps):
            window.keyboard.press("ArrowRight")
    window.keyboard.press("Enter")
    thanked(window)

    assert names[0] == "Reference"
    assert len(starts) == len(names)
    assert len(set(starts)) == 1
    ratings = Rating.objects.order_by("presentation__position")
    assert [rating.score for rating in ratings] == [53, 55, 57, 59][: len(ratings)]
    assert all(sound["play_count"] >= 1 for sound in evidence_by_name().values())


def test_a_sound_that_the_device_breaks_off_was_not_heard(window):
    open_trial_of(window, "acr", seconds=1)
    window.locator(PLAY).click()
    expect(window.locator("clip-player")).to_have_attribute("data-state", "playing")

    window.evaluate("customElements.get('loaded-sound').context.suspend()")
    expect(window.locator("clip-player")).to_have_attribute("data-state", "ready")
    expect(window.get_by_role("radio", name="Good")).to_be_disabled()
    window.locator(PLAY).click()
    expect(window.get_by_text(CAN_ANSWER)).to_be_visible()
    window.keyboard.press("4")
    window.keyboard.press("Enter")
    thanked(window)

    (sound,) = evidence_by_name().values()
    assert (sound["play_count"], len(sound["plays"])) == (1, 2)
    assert Trial.objects.get().evidence["interruptions"] == 1


def test_who_looks_elsewhere_while_a_sound_plays_is_noted(window):
    open_trial_of(window, "acr", seconds=1)
    window.locator(PLAY).click()
    expect(window.locator("clip-player")).to_have_attribute("data-state", "playing")
    for is_hidden in ("true", "false"):
        window.evaluate(f"Object.defineProperty(document, 'hidden', {{value: {is_hidden}, configurable: true}})")
        window.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        window.wait_for_timeout(300)
    expect(window.get_by_text(CAN_ANSWER)).to_be_visible()
    window.keyboard.press("4")
    window.keyboard.press("Enter")
    thanked(window)

    evidence = Trial.objects.get().evidence
    assert 0.25 <= evidence["hidden_while_playing_seconds"] == evidence["hidden_seconds"] < 0.8


def test_a_browser_that_plays_nothing_says_so_and_lets_one_try_again(window):
    hurry(window)
    window.add_init_script("AudioContext.prototype.resume = () => new Promise(() => {})")
    open_trial_of(window, "acr")

    window.locator(PLAY).click()

    expect(window.get_by_text("Your browser plays no sound.")).to_be_visible()
    expect(window.get_by_role("button", name="Try again")).to_be_visible()


def test_best_and_worst_are_never_the_same_sound(window):
    open_trial_of(window, "best_worst", systems=("natural", "robot", "whisper"))
    window.keyboard.press("Space")
    expect(window.get_by_text(CAN_ANSWER)).to_be_visible()
    best, worst = (window.get_by_role("group", name=name) for name in ("Best", "Worst"))

    best.get_by_role("radio", name="A").check()
    worst.get_by_role("radio", name="A").check()
    expect(best.get_by_role("radio", name="A")).not_to_be_checked()
    best.get_by_role("radio", name="B").check()
    window.get_by_role("button", name="Next").click()
    thanked(window)

    assert list(Rating.objects.order_by("presentation__position").values_list("response", flat=True)) == [
        "worst",
        "best",
        "neither",
    ]


def test_a_word_is_typed_spaces_and_digits_included(window):
    open_trial_of(window, "open_identification")
    window.keyboard.press("Space")
    expect(window.get_by_role("textbox")).to_be_focused()

    window.keyboard.type("sit down 2")
    window.keyboard.press("Enter")
    thanked(window)

    assert Rating.objects.get().response == "sit down 2"


def test_practice_is_followed_by_feedback_and_then_by_what_counts(window):
    session = factories.make_session(study=factories.make_study_with_training(seconds=0.3))
    window.goto(reverse("trial", args=[session.key]) + "?begin=1")
    window.locator(PLAY).click()
    window.get_by_role("radio", name="Excellent").check()

    window.get_by_role("button", name="Next").click()
    expect(window.get_by_role("heading", name="Right")).to_be_visible()
    window.get_by_role("button", name="Go on").click()

    expect(window).to_have_title("Sound 2 of 5 · Hearsay")


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "ar")])
@pytest.mark.parametrize("method", ["mushra", "abx", "best_worst", "open_identification"])
def test_each_method_fits_a_phone_and_axe_finds_nothing(open_context, method, scheme, language):
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": scheme, "bypass_csp": True}
    page = open_context(**options).new_page()
    systems = ("natural", "robot", "whisper") if method == "best_worst" else ("natural", "robot")

    open_trial_of(page, method, systems=systems, language=language)
    page.evaluate(SHOW_ALL)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    targets = page.locator(".card button, .choice, slider-field input, fieldset [type=text]").filter(visible=True)
    assert min(target.bounding_box()["height"] for target in targets.all()) >= 44
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
