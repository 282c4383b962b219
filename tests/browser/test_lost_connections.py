"""Answers on their way: a network that goes, a window that closes, a second window."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from listening_tests.models import Rating
from tests import factories
from tests.browser.listening import play_to_the_end

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trial_address(study):
    return reverse("trial", args=[factories.make_session(study=study).key]) + "?begin=1"


def choose(page, label) -> None:
    play_to_the_end(page)
    page.get_by_role("radio", name=label).check()


def test_an_answer_given_without_a_network_survives_closing_the_window(window, trial_address):
    window.goto(trial_address)
    choose(window, "Poor")
    window.context.set_offline(True)
    window.get_by_role("button", name="Next").click()
    expect(window.get_by_text("Your answer is kept in this browser")).to_be_visible()

    window.close()
    window.context.set_offline(False)
    later = window.context.new_page()
    later.goto(trial_address)

    expect(later).to_have_title("Sound 2 of 6 · Hearsay")
    assert Rating.objects.get().response == "2"


def test_a_second_window_shows_the_present_trial_once_the_first_has_answered(window, trial_address):
    window.goto(trial_address)
    second = window.context.new_page()
    second.goto(trial_address)
    window.bring_to_front()
    choose(window, "Poor")

    window.get_by_role("button", name="Next").click()

    expect(second).to_have_title("Sound 2 of 6 · Hearsay")
    assert Rating.objects.count() == 1


def test_an_answer_of_a_stale_window_counts_for_nothing_and_leads_on(open_context, trial_address):
    first, second = open_context().new_page(), open_context().new_page()
    for page, label in ((first, "Poor"), (second, "Good")):
        page.goto(trial_address)
        choose(page, label)

    first.get_by_role("button", name="Next").click()
    expect(first).to_have_title("Sound 2 of 6 · Hearsay")
    second.get_by_role("button", name="Next").click()

    expect(second).to_have_title("Sound 2 of 6 · Hearsay")
    assert Rating.objects.get().response == "2"
