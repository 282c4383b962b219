"""A study in a real Firefox: by keyboard, by touch, over a bad network; with real sounds and nothing that axe finds."""

import os
import shutil
import subprocess
from importlib.resources import files

import pytest
from django.urls import reverse

from listening_tests.models import CheckItem, Rating, Session
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.firefox import Firefox
from tests.browser.listening import assert_was_heard, beeps_of, noted_sounds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CAN_ANSWER = "You can answer now"


@pytest.fixture(scope="session")
def sound_output(tmp_path_factory):
    """Run a sound server without a sound card; return the environment in which programs find it."""
    program = shutil.which("pulseaudio")
    if program is None:
        pytest.skip("FIREFOX IS NOT TESTED: no PulseAudio was found: run `make browser`, or install pulseaudio")
    folder = tmp_path_factory.mktemp("pulse")
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    address = f"socket={folder}/output auth-anonymous=1"
    modules = ["-L", "module-null-sink", "-L", f"module-native-protocol-unix {address}"]
    server = subprocess.Popen(
        [program, "-n", "--daemonize=no", "--exit-idle-time=-1", *modules],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield {**environment, "PULSE_SERVER": f"unix:{folder}/output"}
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture(scope="session")
def firefox_of_session(sound_output, tmp_path_factory):
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("FIREFOX IS NOT TESTED: no Firefox was found: run `make browser`, or `apt-get install firefox-esr`")
    with Firefox(program, tmp_path_factory.mktemp("firefox") / "profile", sound_output) as firefox:
        yield firefox


@pytest.fixture
def firefox(firefox_of_session):
    """Give the one Firefox of all tests, as a desktop computer's and with a network."""
    yield firefox_of_session
    firefox_of_session.set_offline(False)
    firefox_of_session.set_width(None)


@pytest.fixture
def open_page(firefox, live_server):
    """Return a function that opens one of our pages by its view's name and arguments."""

    def open_one(name, *arguments, query=""):
        firefox.open(live_server.url + reverse(name, args=arguments) + query)

    return open_one


@pytest.fixture
def sounds():
    with noted_sounds() as asked_for:
        yield asked_for


@pytest.fixture
def short_study():
    """Store a study of two parts with one sound each."""
    return factories.make_open_study(
        methods=("acr", "class_identification"),
        systems=("natural",),
        words=("down", "go"),
        block={"trials_per_session": 1},
        seconds=0.3,
    )


def press_through_a_trial(firefox, number, key):
    firefox.wait_for_title(f"Sound {number} of 2 · Hearsay")
    firefox.wait_for("document.activeElement.matches('.play')")
    firefox.press("Space")
    firefox.wait_for_text(CAN_ANSWER)
    firefox.press(key)
    firefox.press("Enter")


def test_a_whole_study_is_taken_by_keyboard_alone_and_its_sounds_are_really_played(
    firefox, open_page, short_study, sounds
):
    open_page("take_study", short_study.slug)
    firefox.run("document.querySelector('[type=checkbox]').focus()")
    firefox.press("Space")
    firefox.press("Enter")
    firefox.wait_for("document.activeElement.matches('.play')")
    firefox.press("Space")
    firefox.wait_for("document.querySelector('clip-player[data-state=heard]')")
    firefox.press("Tab")
    firefox.press("Space")
    for _ in range(beeps_of(CheckItem.objects.latest("pk")) - 2):
        firefox.press("ArrowRight")
    firefox.press("Enter")
    firefox.wait_for_text("All sounds are loaded.")
    firefox.press("Enter")
    press_through_a_trial(firefox, 1, "4")
    firefox.wait_for_text("All sounds are loaded.")
    firefox.press("Enter")
    press_through_a_trial(firefox, 2, "d")
    firefox.wait_for_text("Thank you")

    ratings = Rating.objects.order_by("presentation__trial__position")
    assert [rating.response for rating in ratings] == ["4", "down"]
    for rating in ratings:
        assert_was_heard(rating)
    # Each trial's page found its sound in the browser's cache.
    assert len(sounds) == len(set(sounds)) == 2


def test_a_phone_of_320_pixels_takes_a_trial_by_touch(firefox, open_page, study):
    session = factories.make_session(study=study)
    firefox.set_width(PHONE["width"])
    open_page("trial", session.key, query="?begin=1")

    firefox.tap(".play")
    firefox.wait_for_text(CAN_ANSWER)
    firefox.tap("input[value='5']")
    firefox.tap("[data-next]")
    firefox.wait_for_title("Sound 2 of 6 · Hearsay")

    assert Rating.objects.get().response == "5"
    assert firefox.run("return document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_network_that_is_cut_loses_no_answer_over_a_reload_either(firefox, open_page, study):
    session = factories.make_session(study=study)
    open_page("trial", session.key, query="?begin=1")
    firefox.click(".play")
    firefox.wait_for_text(CAN_ANSWER)
    firefox.press("2")

    firefox.set_offline(True)
    firefox.press("Enter")
    firefox.wait_for_text("Your answer is kept in this browser")
    assert not Rating.objects.exists()
    firefox.open("about:blank")
    firefox.set_offline(False)
    open_page("trial", session.key)

    firefox.wait_for_title("Sound 2 of 6 · Hearsay")
    assert Rating.objects.get().response == "2"


def test_switched_sounds_are_heard_on_one_clock(firefox, open_page):
    block = {"trials_per_session": 1}
    study = factories.make_open_study(methods=("mushra",), words=("down",), seconds=0.3, block=block)
    open_page("trial", factories.make_session(study=study).key, query="?begin=1")
    firefox.wait_for("document.querySelector('switching-player[data-state=ready]')")

    firefox.press("Space")
    for name in "rabc":
        firefox.press(name)
        firefox.wait_for("document.querySelector('.switch-sound[aria-pressed=true].is-heard')")

    firefox.wait_for_text(CAN_ANSWER)


def test_axe_finds_nothing_on_the_pages_of_a_session(firefox, open_page, study):
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text()
    new, listening = (factories.make_session(study=study, is_listening=is_listening) for is_listening in (False, True))
    found = {}

    for name, arguments, query in (
        ("take_study", [study.slug], ""),
        ("check", [new.key], ""),
        ("trial", [listening.key], ""),
        ("trial", [listening.key], "?begin=1"),
        ("withdraw", [listening.key], ""),
    ):
        open_page(name, *arguments, query=query)
        results = firefox.run_to_end(f"{axe}; axe.run(document).then((found) => done(found.violations))")
        found |= {f"{name}{query}": [violation["help"] for violation in results]} if results else {}

    assert found == {}
    assert Session.objects.count() == 2
