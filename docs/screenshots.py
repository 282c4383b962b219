"""Take the README's pictures of the demo that is being served: `make screenshots` while `make demo` runs."""

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from playwright.sync_api import BrowserContext, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
DESKTOP = {"width": 1280, "height": 1240}
PHONE = {"width": 390, "height": 800}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    address = f"http://localhost:{parser.parse_args().port}"
    with browser_context(DESKTOP) as context:
        log_in(context, address)
        picture_of_results(context.new_page(), address)
        picture_of_study(context.new_page(), address)
    with browser_context(PHONE) as context:
        picture_of_trial(context.new_page(), address)


@contextmanager
def browser_context(viewport: dict[str, int]) -> Iterator[BrowserContext]:
    """Open a headless Chromium with a window of this size."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("No Chromium was found: run `make browser`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser.new_context(viewport=viewport, device_scale_factor=1.5)
        browser.close()


def log_in(context: BrowserContext, address: str) -> None:
    """Give the browser a session of the demo's researcher, whose password only its owner knows."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop; this process has one thread.
    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import Researcher

    viewer, _ = Researcher.objects.get_or_create(username="screenshots", defaults={"password": "!"})
    session = SessionStore()
    session[SESSION_KEY] = str(viewer.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = viewer.get_session_auth_hash()
    session.create()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or "", "url": address}])


def picture_of_results(page: Page, address: str) -> None:
    page.goto(f"{address}/results/demo-simulated/")
    page.screenshot(path=IMAGES / "results.png")


def picture_of_study(page: Page, address: str) -> None:
    page.goto(f"{address}/studies/demo/")
    page.screenshot(path=IMAGES / "study.png")


def picture_of_trial(page: Page, address: str) -> None:
    """Take part up to the first trial, listen, and answer."""
    from django.utils import timezone

    from listening_tests.actions.session_states import begin_listening
    from listening_tests.models import Session

    page.goto(f"{address}/take/demo/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="I agree, begin").click()
    session = Session.objects.order_by("-pk")[0]
    begin_listening(session=session, now=timezone.now())
    page.goto(f"{address}/session/{session.key}/trial/?begin=1")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("radio").first.wait_for()
    page.wait_for_selector("input[type=radio]:enabled")
    page.get_by_role("radio").nth(3).check()
    page.wait_for_timeout(500)  # the button that opens fades in
    page.screenshot(path=IMAGES / "trial.png")
    session.delete()


if __name__ == "__main__":
    main()
