"""What a listener does in a browser, and what is stored of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.signals import request_started
from django.urls import reverse
from playwright.sync_api import Page, expect

from listening_tests.models import CheckItem, Rating, Session
from tests import factories

PLAY = ".play"
CAN_ANSWER = "You can answer now"


def agree(page: Page, study) -> Session:
    """Begin a session and return it."""
    page.goto(reverse("take_study", args=[study.slug]))
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="I agree, begin").click()
    expect(page.get_by_role("heading", name="Sound check")).to_be_visible()
    return Session.objects.latest("pk")


def count_on(page: Page) -> int:
    """Return how many beeps the page's sound has, as the server knows it."""
    field = page.locator("input[name^=asked-]").get_attribute("name")
    return beeps_of(CheckItem.objects.get(key=field.removeprefix("asked-")))


def beeps_of(item: CheckItem) -> int:
    return int(item.item["right"])


def pass_sound_check(page: Page) -> None:
    """Count the beeps right."""
    page.get_by_role("radio", name=str(count_on(page))).check()
    page.get_by_role("button", name="Go on").click()


def start_part(page: Page) -> None:
    page.get_by_role("button", name="Start part").click()


def play_to_the_end(page: Page) -> None:
    page.locator(PLAY).click()
    expect(page.locator("clip-player")).to_have_attribute("data-state", "heard")


def open_trial_of(page, method, *, systems=("natural", "robot"), seconds=0.3, trials=1, language="en", **settings):
    """Open the first trial of a study of one word and one method; return the session."""
    study = factories.make_open_study(
        methods=(method,),
        systems=systems,
        words=("down",),
        seconds=seconds,
        block={"trials_per_session": trials, "settings": settings},
    )
    session = factories.make_session(study=study)
    session.language = language
    session.save()
    page.goto(reverse("trial", args=[session.key]) + "?begin=1")
    expect(page.locator("loaded-sound").first).to_be_attached()
    return session


@contextmanager
def noted_sounds() -> Iterator[list[str]]:
    """Give the addresses of trials' sounds as the server is asked for them."""
    asked_for: list[str] = []

    def note(environ: dict[str, str], **_: object) -> None:
        if environ["PATH_INFO"].startswith("/sound/"):
            asked_for.append(environ["PATH_INFO"])

    request_started.connect(note)
    yield asked_for
    request_started.disconnect(note)


def hurry(page: Page) -> None:
    """Let what a page waits for come twenty times sooner."""
    page.add_init_script("const wait = setTimeout; window.setTimeout = (what, ms) => wait(what, ms / 20)")


def assert_was_heard(rating: Rating) -> None:
    """Check that the evidence tells of a real sound, decoded and played to its end before the answer."""
    sound, page = rating.presentation.evidence, rating.presentation.trial.evidence
    (play,) = sound["plays"]
    assert rating.play_count == sound["play_count"] == 1
    assert sound["sha256"] == rating.presentation.delivered_sha256 != ""
    assert sound["frames"] == pytest.approx(0.3 * sound["sample_rate"], rel=0.05)
    assert sound["channels"] == 1
    assert sound["sample_rate"] == page["output_sample_rate"]
    assert play["ended"] - play["started"] == pytest.approx(sound["audio_seconds"], abs=0.2)
    assert play["ended"] <= page["heard_seconds"] <= page["answered_seconds"]
