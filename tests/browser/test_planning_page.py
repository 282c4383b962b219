"""The planning page in a browser: nothing that axe finds, no sideways scrolling, planned by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse

from tests import factories
from tests.analysis.answered_studies import PROTOCOL, make_answered_study
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_as_researcher(open_context, live_server, client):
    """Return a function that opens a window in which a researcher has logged in."""
    client.force_login(factories.make_researcher())
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}

    def open_one(**options):
        context = open_context(**options)
        context.add_cookies([cookie])
        return context.new_page()

    return open_one


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
def test_the_page_and_its_errors_suit_everybody(open_as_researcher, size, scheme):
    page = open_as_researcher(viewport=size, color_scheme=scheme, bypass_csp=True)

    for query in ("?half_width=0.3", "?stimuli=many"):
        page.goto(reverse("planning") + query)
        results = Axe().run(page)

        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_study_is_planned_by_keyboard(open_as_researcher):
    page = open_as_researcher()
    page.goto(reverse("planning"))
    page.get_by_label("Stimuli of each system").focus()

    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("33")
    page.keyboard.press("Enter")

    page.wait_for_url("**stimuli=33**")
    assert page.get_by_role("rowheader", name="33").count() >= 1


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"])
def test_results_that_say_whether_to_stop_suit_everybody(open_as_researcher, client, size, scheme):
    analysis = {"statistics": ["mean_opinion_score"], "half_width": {"score": 1.0, "share": 0.2}}
    study = make_answered_study(n_real=4, judged=False, protocol={**PROTOCOL, "analysis": analysis})
    page = open_as_researcher(viewport=size, color_scheme=scheme, bypass_csp=True)
    # The first figures of a process take long to draw.
    client.get(reverse("results", args=[study.slug]))

    page.goto(reverse("results", args=[study.slug]))
    results = Axe().run(page)

    assert page.get_by_role("heading", name="May the study stop?").is_visible()
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
