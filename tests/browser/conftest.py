"""A real Chromium against the real server, with sounds that are really decoded and played."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import factories

# Playwright's synchronous interface runs an event loop in this thread, which Django would refuse to work beside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def chromium() -> Browser:
    """Start the Chromium that the system has."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium was found: run `make browser`, or `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium, live_server):
    """Return a function that opens a browser window of its own; all are closed when the test is over."""
    opened: list[BrowserContext] = []

    def open_one(**options) -> BrowserContext:
        context = chromium.new_context(base_url=live_server.url, **{"viewport": DESKTOP, **options})
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def window(open_context) -> Page:
    """Open a window of a desktop computer that notes faults of scripts and requests to other hosts."""
    return open_context().new_page()


@pytest.fixture
def study():
    """Store a small open study of two parts, with sounds of three tenths of a second."""
    return factories.make_open_study(
        methods=("acr", "class_identification"),
        systems=("natural", "robot"),
        words=("down", "go"),
        block={"trials_per_session": 3, "labels": ["down", "go", "green"]},
        seconds=0.3,
    )
