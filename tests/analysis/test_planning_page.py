"""The page that plans a study."""

import re
import time

import pytest
from django.urls import reverse

from tests import factories
from tests.analysis.answered_studies import make_answered_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher(client):
    client.force_login(factories.make_researcher())
    return client


def page(client, status=200, **query):
    """Return the text of the planning page, with white space made plain."""
    response = client.get(reverse("planning"), query)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def test_planning_is_for_researchers_alone(client):
    address = reverse("planning")

    assert client.get(address).url == f"{reverse('login')}?next={address}"


def test_the_page_plans_at_once_with_the_usual_variances(researcher):
    text = page(researcher)

    assert "What each design finds, and what it takes" in text
    assert "no number of listeners finds a smaller difference than 0.50 with 10, 0.33 with 20, 0.23 with 40" in text
    assert "Usual variances" in text
    assert "400 studies of each design, seed 1" in text
    assert "looking 10 times for p &lt; 0.05" in text


def test_the_page_answers_what_the_form_says(researcher):
    text = page(researcher, listeners="30", stimuli="25", half_width="0.3", pay_per_hour="10", vat_percent="0")

    assert '<input type="text" name="listeners" value="30"' in text
    assert '<th scope="row">30</th><th scope="row">25</th>' in text
    assert "Listeners that bring every interval to ± 0.30" in text
    assert "Stopping when every interval is within ± 0.30 is allowed" in text
    assert "at 10 GBP per hour, with 33.3 % of fee on the pay and 0 % of VAT" in text


def test_words_are_planned_for_the_width_of_a_share(researcher):
    text = page(researcher, task="words", share="0.8", half_width="0.1")

    assert "Half-width of a share, by formula" in text
    assert "Listeners that bring every interval to ± 10.0 %" in text


def test_a_study_gives_its_variances_and_terms(researcher):
    study = make_answered_study(n_real=5, judged=False)

    text = page(researcher, study=study.slug)

    assert f"Variances of “{study.title}”" in text
    assert f'<option value="{study.slug}" selected>' in text
    assert '<input type="number" name="systems" value="2"' in text


def test_a_pilot_of_simulated_listeners_is_called_one(researcher):
    study = make_answered_study(n_simulated=5, judged=False)

    assert "Simulated listeners: a program gave these answers" in page(researcher, study=study.slug)


def test_a_study_that_tells_too_little_is_refused_at_its_field(researcher):
    study = make_answered_study(n_real=1, judged=False)

    text = page(researcher, status=400, study=study.slug)

    assert 'id="id_study_error" role="alert">The pilot' in text
    assert "What each design finds" not in text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"stimuli": "many"}, "Give whole numbers with commas between them"),
        ({"listeners": "1, 2"}, "Give numbers from 2 to 5000"),
        ({"listeners": ",".join(map(str, range(2, 20)))}, "Give at most 8 numbers"),
        ({"power": "1"}, "less than or equal to 0.99"),
        ({"trials_per_listener": "1"}, "1 trials do not reach all 2 systems"),
        ({"study": "nobody"}, "Select a valid choice"),
        ({"currency": "pounds"}, "at most 3 characters"),
    ],
)
def test_wrong_input_is_refused_at_its_field(researcher, query, says):
    assert says in page(researcher, status=400, **query)


def test_the_page_is_there_within_two_seconds_however_large_the_designs(researcher):
    page(researcher)
    begun = time.process_time()

    text = page(researcher, listeners="10,20,40,80,160,320,640,5000", stimuli="10,20,40,80,160,320,640,5000",
                half_width="0.2")  # fmt: skip

    assert time.process_time() - begun < 2
    assert "too large to simulate" in text


def test_the_page_carries_no_inline_style_or_script(researcher):
    text = page(researcher, half_width="0.3")

    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", text)


def test_results_and_the_studys_page_lead_to_planning(researcher):
    study = make_answered_study(n_real=2)

    listed = researcher.get(reverse("results_list")).content.decode()
    shown = researcher.get(reverse("results", args=[study.slug])).content.decode()
    told = researcher.get(reverse("study_detail", args=[study.slug])).content.decode()
    unanswered = researcher.get(reverse("study_detail", args=[factories.make_open_study().slug])).content.decode()

    assert f'href="{reverse("planning")}?study={study.slug}"' in told
    assert reverse("planning") not in unanswered
    assert f'href="{reverse("planning")}"' in listed
    assert f'href="{reverse("planning")}?study={study.slug}"' in shown
