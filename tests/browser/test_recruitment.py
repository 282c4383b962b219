"""The pages on which people arrive from a service and leave for it, and the researcher's one about it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import recruitment, recruitment_submissions
from tests import factories
from tests.browser.conftest import PHONE
from tests.listening_tests.recruitment.studies import (
    address_for,
    complete,
    fail_attention_checks,
    from_prolific,
    make_recruited_study,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(client):
    """Return the addresses of the pages, with something on each."""
    study, now = make_recruited_study(), timezone.now()
    recruitment.recruitment_of(study=study, now=now)
    recruitment.Recruitment.objects.update(study_there="6560a0c3b7e1d2f4a8c9e0d1", state_there="ACTIVE", places=4)
    finished = complete(study, "careful", "656submission1")
    fail_attention_checks(complete(study, "careless", "656submission2"), 2)
    for number in (1, 2, 3):
        recruitment_submissions.record_state(
            study=study, submission=f"656submission{number}", state="AWAITING REVIEW", at=now
        )
    return {
        "consent": from_prolific(study, "somebody"),
        "incomplete": address_for(study),
        "thanks": reverse("thanks", args=[finished.key]),
        "recruitment": reverse("study_recruitment", args=[study.slug]),
    }


@pytest.fixture
def open_page(open_context, live_server, client):
    """Give a function that opens a page in which a researcher is logged in."""
    client.force_login(factories.make_researcher(), backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}

    def open_(**settings):
        context = open_context(**settings)
        context.add_cookies([cookie])
        return context.new_page()

    return open_


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, addresses, scheme):
    page = open_page(color_scheme=scheme, bypass_csp=True)
    found = {}

    for name, address in addresses.items():
        page.goto(address)
        for folded in page.locator("summary").all():
            folded.click()
        results = Axe().run(page)
        if results.violations_count:
            found[name] = results.generate_report()

    assert found == {}


def test_no_page_scrolls_sideways_on_a_phone(open_page, addresses):
    page = open_page(viewport=PHONE)
    wide = {}

    for name, address in addresses.items():
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide[name] = width

    assert wide == {}
