"""What must hold on each page: nothing that axe finds, no sideways scrolling, no other host."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import rights
from listening_tests.models import Session
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(study):
    """Return the address of every page that a listener or a stranger can meet."""
    new, listening, finished, gone = (factories.make_session(study=study, is_listening=n > 0) for n in range(4))
    factories.answer_trials(finished)
    rights.withdraw(session=gone, now=timezone.now())
    choosing = factories.make_session(study=study)
    factories.answer_trials(choosing, n_trials=3)
    return addresses_between_sounds() | {
        "consent": reverse("take_study", args=[study.slug]),
        "not open": reverse("take_study", args=[factories.make_study().slug]),
        "sound check": reverse("check", args=[new.key]),
        "part": reverse("trial", args=[listening.key]),
        "trial": reverse("trial", args=[listening.key]) + "?begin=1",
        "words": reverse("trial", args=[choosing.key]) + "?begin=2",
        "thanks": reverse("thanks", args=[finished.key]),
        "withdraw": reverse("withdraw", args=[finished.key]),
        "withdrawn": reverse("withdraw", args=[gone.key]),
        "forged": reverse("session", args=["forged"]),
        "nowhere": "/nowhere/",
        "login": reverse("login"),
        "home": reverse("home"),
    }


def addresses_between_sounds():
    """Return the addresses of a questionnaire, a rest and the feedback to a practice trial."""
    question = {"name": "device", "prompt": "How do you listen?", "choices": ["headphones", "loudspeakers"]}
    before = {"name": "about-you", "title": "About you", "when": "before", "questions": [question]}
    asked = factories.make_session(study=factories.make_open_study(protocol={"questionnaires": [before]}))
    resting = factories.make_session(study=factories.make_open_study(block={"settings": {"break_after": 2}}))
    factories.answer_trials(resting, n_trials=2)
    practising = factories.make_session(study=factories.make_study_with_training())
    factories.answer_trials(practising, n_trials=1)
    return {
        "questionnaire": reverse("questionnaire", args=[asked.key]),
        "rest": reverse("trial", args=[resting.key]),
        "feedback": reverse("feedback", args=[practising.key]),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_context, addresses, scheme):
    # The content security policy keeps out axe, too, as it should: only here it is put aside.
    page = open_context(color_scheme=scheme, bypass_csp=True).new_page()
    found = {}

    for name, address in addresses.items():
        page.goto(address)
        results = Axe().run(page)
        if results.violations_count:
            found[name] = results.generate_report()

    assert found == {}


@pytest.mark.parametrize(("size", "language"), [(PHONE, "ar"), (DESKTOP, "en")], ids=["phone in Arabic", "desktop"])
def test_no_page_scrolls_sideways_or_asks_another_host(open_context, addresses, live_server, size, language):
    Session.objects.update(language=language)
    page = open_context(viewport=size, locale=language).new_page()
    elsewhere, wide = [], {}
    page.on("request", lambda request: elsewhere.append(request.url) if live_server.url not in request.url else None)

    for name, address in addresses.items():
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            wide[name] = width

    assert wide == {}
    assert elsewhere == []


def test_thirty_five_words_fit_on_a_phone_without_being_broken(open_context):
    words = [f"{letter}{rest}" for letter in "bcdfg" for rest in ("ackward", "o", "ed", "our", "isual", "ine", "even")]
    study = factories.make_open_study(methods=("class_identification",), words=words[:4], block={"labels": words})
    page = open_context(viewport=PHONE, has_touch=True, is_mobile=True, bypass_csp=True).new_page()
    page.goto(reverse("trial", args=[factories.make_session(study=study).key]) + "?begin=1")

    heights = {round(choice.bounding_box()["height"]) for choice in page.locator(".choice").all()}

    assert len(heights) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert Axe().run(page).violations_count == 0
