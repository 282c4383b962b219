"""Where one reads from the right, the arrows do on our players what they do on native sliders and choices."""

import pytest
from playwright.sync_api import expect

from tests.browser.listening import PLAY, open_trial_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")], ids=["ltr", "rtl"])
def reading(request):
    """Give a language, the arrow that goes on in it and the one that goes back."""
    return request.param


def test_the_arrows_switch_sounds_and_move_sliders_the_way_one_reads(window, reading):
    language, on, back = reading
    open_trial_of(window, "mushra", language=language)
    sounds, number = window.locator(".switch-sound"), window.locator("slider-field [type=number]")
    expect(window.locator("switching-player")).to_have_attribute("data-state", "ready")

    window.keyboard.press(on)
    expect(sounds.nth(1)).to_have_attribute("aria-pressed", "true")
    assert (sounds.nth(1).bounding_box()["x"] > sounds.nth(0).bounding_box()["x"]) == (on == "ArrowRight")
    window.keyboard.press(back)
    expect(sounds.nth(0)).to_have_attribute("aria-pressed", "true")

    window.evaluate("for (const each of document.querySelectorAll('fieldset')) each.disabled = false")
    window.locator("slider-field [type=range]").first.focus()
    for key, value in ((on, "51"), (on, "52"), (back, "51"), ("ArrowUp", "52")):
        window.keyboard.press(key)
        expect(number.first).to_have_value(value)


def test_the_arrows_play_sounds_and_choose_answers_the_way_one_reads(window, reading):
    language, on, back = reading
    open_trial_of(window, "abx", language=language)
    players, choices = window.locator("clip-player"), window.get_by_role("radio")
    expect(window.locator(".play-all button")).to_be_focused()

    window.keyboard.press(on)
    expect(players.nth(0)).to_have_attribute("data-state", "heard")
    window.keyboard.press(on)
    expect(players.nth(1)).to_have_attribute("data-state", "heard")
    window.locator(PLAY).nth(2).click()
    expect(choices.first).to_be_enabled()

    choices.first.focus()
    window.keyboard.press("Space")
    for key, chosen in ((on, 1), (back, 0)):
        window.keyboard.press(key)
        expect(choices.nth(chosen)).to_be_checked()
