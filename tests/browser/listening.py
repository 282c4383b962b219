"""What a listener does in a browser."""

from django.urls import reverse
from playwright.sync_api import Page, expect

from listening_tests.models import CheckItem, Session

PLAY = ".play"


def agree(page: Page, study) -> Session:
    """Begin a session and return it."""
    page.goto(reverse("take_study", args=[study.slug]))
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="I agree, begin").click()
    expect(page.get_by_role("heading", name="Sound check")).to_be_visible()
    return Session.objects.latest("pk")


def count_on(page: Page) -> int:
    """Return how many beeps the page's sound has, as the server knows it."""
    return beeps_of(page.locator("input[name^=asked-]").get_attribute("name"))


def beeps_of(field: str) -> int:
    """Return how many beeps the item has that a form's hidden field names."""
    return int(CheckItem.objects.get(key=field.removeprefix("asked-")).item["right"])


def pass_sound_check(page: Page) -> None:
    """Count the beeps right."""
    page.get_by_role("radio", name=str(count_on(page))).check()
    page.get_by_role("button", name="Go on").click()


def start_part(page: Page) -> None:
    page.get_by_role("button", name="Start part").click()


def play_to_the_end(page: Page) -> None:
    page.locator(PLAY).click()
    expect(page.locator("clip-player")).to_have_attribute("data-state", "heard")
