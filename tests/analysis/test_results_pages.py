"""The results pages, from stored answers to what a researcher sees."""

import random
import re

import pytest
from django.urls import reverse

from analysis.engine.gallery import DRAWINGS
from analysis.records import Answered, answered_in
from generation.models import Checkpoint, Clip
from tests import factories
from tests.analysis.answered_studies import PROTOCOL, make_answered_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher(client):
    client.force_login(factories.make_researcher())
    return client


def results(client, study, **query):
    return client.get(reverse("results", args=[study.slug]), query)


def page(client, study, **query):
    """Return the text of a results page, with white space made plain."""
    response = results(client, study, **query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_results_are_for_researchers_alone(client):
    study = factories.make_open_study()

    for name, arguments in [
        ("results_list", []),
        ("results", [study.slug]),
        ("results_clips", [study.slug]),
        ("results_export", [study.slug]),
        ("results_table", [study.slug, "mean_opinion_score", "by_system"]),
        ("results_figure", [study.slug, "mos-by-system", "svg"]),
    ]:
        address = reverse(name, args=arguments)
        assert client.get(address).url == f"{reverse('login')}?next={address}"


def test_an_answered_study_shows_its_tables_figures_and_method(researcher):
    study = make_answered_study(n_real=4)

    text = page(researcher, study)

    assert text.count("<svg") == 7
    assert "Natural speech" in text
    assert "4</strong> real listeners" in text
    assert "64 ratings of 4 sessions, 4 complete" in text
    assert study.protocol_sha256 in text
    assert "simulated listeners" not in text.lower().replace("real and simulated listeners never mix", "")
    assert "Synthetic speech" not in text


def test_the_spread_of_scores_is_drawn_beside_its_tables(researcher):
    protocol = {**PROTOCOL, "analysis": {"statistics": ["standard_deviation_of_scores"]}}
    study = make_answered_study(n_real=4, judged=False, protocol=protocol)

    text = page(researcher, study)

    assert text.count("<svg") == 1
    assert re.search(r"\d+ sounds: standard deviations from [\d.]+ to [\d.]+ points", text)


def test_no_page_carries_inline_style_or_script(researcher):
    study = make_answered_study(n_real=3)

    for name in ("results", "results_clips"):
        text = researcher.get(reverse(name, args=[study.slug])).content.decode()
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", text)


def test_a_classifier_that_clips_climb_is_told_from_one_that_judges_them(researcher):
    study = make_answered_study(n_real=2)
    climbed = Checkpoint.objects.get()
    for clip in Clip.objects.filter(stimuli__system="natural"):
        clip.recipe = {"request": {"source": "maximised", "climbs": [climbed.slug]}}
        clip.save()

    text = page(researcher, study)

    assert "Residual classifier, climbed, audio" in text
    assert "Residual classifier, audio" in text
    assert re.search(r"\d % \(climbed\)", text)


def test_a_study_without_ratings_says_so_and_what_to_do(researcher):
    study = factories.make_open_study()

    text = page(researcher, study)

    assert "No real listener has answered yet." in text
    assert "Invite listeners" in text


def test_one_listener_has_means_and_the_page_says_why_there_are_no_intervals(researcher):
    study = make_answered_study(n_real=1)

    text = page(researcher, study)

    assert "One listener so far" in text
    assert "one listener: nothing is known of how others differ" in text


def test_simulated_listeners_are_shown_where_there_are_no_others_with_an_unmissable_notice(researcher):
    study = make_answered_study(n_simulated=3)

    text = page(researcher, study)

    assert "Simulated listeners: a program gave these answers." in text
    assert "3</strong> simulated listeners" in text


def test_real_and_simulated_listeners_are_switched_and_never_mix(researcher):
    study = make_answered_study(n_real=2, n_simulated=3)

    first, simulated = page(researcher, study), page(researcher, study, listeners="simulated")

    assert "2</strong> real listeners" in first
    assert "a program gave these answers" not in first
    assert "3</strong> simulated listeners" in simulated
    assert "a program gave these answers" in simulated
    assert "No real listener has answered yet." in page(
        researcher, make_answered_study(n_simulated=2), listeners="real"
    )


def test_synthetic_speech_is_told(researcher):
    study = make_answered_study(n_real=2, is_synthetic=True)

    assert "Synthetic speech: the networks learned from recordings that a synthesiser spoke" in page(researcher, study)


def test_a_study_without_judgements_shows_the_rest_and_says_what_is_missing(researcher):
    study = make_answered_study(n_real=2, judged=False)

    text = page(researcher, study)

    assert "How good is the speech?" in text
    assert "No classifier has judged the clips of this study." in text


def test_unknown_studies_listeners_tables_and_figures_are_not_found(researcher):
    study = make_answered_study(n_real=2)

    assert results(researcher, study, listeners="everybody").status_code == 404
    for name, arguments in [
        ("results", ["unknown"]),
        ("results_table", [study.slug, "mean_opinion_score", "by_colour"]),
        ("results_figure", [study.slug, "pie", "svg"]),
    ]:
        assert researcher.get(reverse(name, args=arguments)).status_code == 404


def test_the_list_has_every_opened_study_in_few_queries(researcher, django_assert_max_num_queries):
    studies = [make_answered_study(n_real=1, n_simulated=1, trials=2) for _ in range(3)]
    factories.make_study(title="Never opened")

    with django_assert_max_num_queries(6):
        text = researcher.get(reverse("results_list")).content.decode()

    assert all(study.title in text for study in studies)
    assert "Never opened" not in text


def test_an_empty_list_says_what_to_do(researcher):
    assert "No study has been opened yet" in researcher.get(reverse("results_list")).content.decode()


def test_the_queries_of_a_results_page_do_not_grow_with_its_ratings(researcher, django_assert_max_num_queries):
    small, large = make_answered_study(n_real=2, trials=2), make_answered_study(n_real=4, trials=2)

    for study in (small, large):
        with django_assert_max_num_queries(10):
            page(researcher, study)


def test_the_clips_page_has_a_player_and_a_picture_for_each_clip_and_can_be_narrowed(researcher):
    study = make_answered_study(n_real=2)
    address = reverse("results_clips", args=[study.slug])

    everything = researcher.get(address).content.decode()
    robots = researcher.get(address, {"system": "robot"}).content.decode()

    assert (everything.count("<audio"), everything.count("<img")) == (8, 8)
    assert robots.count("<audio") == 4
    assert "Residual classifier, features" in everything


def test_counts_keep_real_and_simulated_apart():
    study = make_answered_study(n_real=2, n_simulated=1, trials=2)

    assert answered_in([study]) == {
        study.pk: Answered(real_listeners=2, real_ratings=8, simulated_listeners=1, simulated_ratings=4)
    }


@pytest.mark.parametrize(
    ("method", "statistic", "told"),
    [
        ("ab", "preference", "By pair"),
        ("abx", "discrimination", "Discrimination (ABX)"),
        ("mushra", "mushra_score", "Hidden reference"),
        ("dcr", "degradation_score", "Degradation mean opinion score"),
        ("best_worst", "best_worst_score", "Best–worst score"),
        ("word_verification", "word_verification", "Word verification"),
        ("class_identification", "identification_information", "Sensitivity"),
        ("open_identification", "typed_identification", "Typed instead"),
    ],
)
def test_every_methods_statistics_are_shown_with_their_tables(researcher, method, statistic, told):
    study = factories.make_open_study(
        methods=[method],
        systems=("natural", "robot", "copy"),
        block={"trials_per_session": 4, "ratings_per_stimulus": 9},
    )
    dice = random.Random(1)
    # Best and worst must be two sounds: the factory's own choice is.
    choose = None if method == "best_worst" else lambda trial, values: dice.choice(values)
    for _ in range(3):
        factories.answer_trials(factories.make_session(study=study), choose=choose)

    shown = page(researcher, study)

    assert told in shown
    address = reverse("results_table", args=[study.slug, statistic, "x"]).removesuffix("x.csv")
    assert address in shown
    for name, drawing in DRAWINGS.items():
        if drawing.statistic == statistic:
            assert reverse("results_figure", args=[study.slug, name, "svg"]) in shown


def test_what_the_vocoder_did_and_whether_errors_are_consistent_stand_on_the_page_with_their_files(researcher):
    systems = [
        {"slug": "natural", "title": "Natural speech", "source": "natural"},
        {"slug": "robot", "title": "Robot", "source": "copy_synthesis", "vocoder": "griffin_lim"},
    ]
    names = ["vocoder_and_network", "error_consistency", "identification_model"]
    study = make_answered_study(n_real=4, protocol={"systems": systems, "analysis": {"statistics": names}})

    text = page(researcher, study)

    assert "What the vocoder did, and what the network did" in text
    assert re.search(r"vocoder</th> <th scope=\"row\">Natural speech</th> ?<td>Robot</td>", text.replace("><", "> <"))
    assert "Accuracy classifier" in text
    assert "Log odds ratio" in text
    for statistic, table in zip(names, ("steps", "overall", "means"), strict=True):
        assert reverse("results_table", args=[study.slug, statistic, table]) in text
