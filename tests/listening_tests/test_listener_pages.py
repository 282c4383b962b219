"""What a listener meets on each page, without a browser."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import session_states, studies
from listening_tests.models import Rating, Session
from listening_tests.simulation.entry_pass import simulation_pass
from tests import factories
from tests.listening_tests.consenting import agree

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(response.content.decode().split())


def consent(client, study, **fields):
    return agree(client, reverse("take_study", args=[study.slug]), **fields)


def answer_to(trial, value=None, evidence=""):
    return {
        "sound": trial.presentations.get().key,
        "answer-0": value or factories.values_on_offer(trial)[0],
        "evidence": evidence,
    }


def page(name, session):
    return reverse(name, args=[session.key])


# Consent


def test_the_first_page_says_what_is_asked_and_what_is_kept(client):
    study = factories.make_open_study(protocol={"listeners": {"minutes": 7, "contact": "Ada at the phonetics lab"}})

    shown = text_of(client.get(reverse("take_study", args=[study.slug])))

    for words in (study.title, "7 minutes", "8 short sounds", "Ada at the phonetics lab", "What is kept", "withdraw"):
        assert words in shown


def test_nobody_begins_without_agreeing(client):
    study = factories.make_open_study()

    response = client.post(reverse("take_study", args=[study.slug]), {"agree": ""})

    assert response.status_code == 400
    assert "please tick the box" in text_of(response)
    assert not Session.objects.exists()


def test_who_agrees_comes_to_the_sound_check(client):
    response = consent(client, factories.make_open_study())

    session = Session.objects.get()
    assert response["Location"] == page("session", session)
    assert client.get(page("session", session))["Location"] == page("check", session)


def test_a_browser_that_comes_back_is_offered_to_go_on(client):
    study = factories.make_open_study()
    consent(client, study)

    shown = client.get(reverse("take_study", args=[study.slug])).content.decode()

    assert "Go on where I left off" in shown
    assert page("session", Session.objects.get()) in shown


def test_agreeing_twice_begins_one_session(client):
    study = factories.make_open_study()
    consent(client, study)

    response = consent(client, study)

    assert response["Location"] == page("session", Session.objects.get())


def test_someone_else_may_begin_on_the_same_device(client):
    study = factories.make_open_study()
    consent(client, study)

    consent(client, study, anew="yes")

    assert Session.objects.count() == 2


def test_the_cookie_is_closed_to_scripts_and_goes_to_the_study_alone(client):
    study = factories.make_open_study()

    cookie = consent(client, study).cookies["hearsay_sessions"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == reverse("take_study", args=[study.slug])


def test_a_cookie_that_was_tampered_with_is_no_cookie(client):
    study = factories.make_open_study()
    consent(client, study)
    client.cookies["hearsay_sessions"] = '["forged"]:signature'

    assert "Go on where I left off" not in text_of(client.get(reverse("take_study", args=[study.slug])))


def test_only_a_pass_from_the_server_makes_a_listener_simulated(client):
    study = factories.make_open_study()

    consent(client, study, simulation_pass=simulation_pass(study))
    forged = consent(client, study, simulation_pass="let me in", anew="yes")

    assert Session.objects.get().listener.is_simulated
    assert forged.status_code == 400


# Studies that take no one


def test_a_draft_says_that_it_is_not_open_yet(client):
    study = factories.make_study()

    assert "not open yet" in text_of(client.get(reverse("take_study", args=[study.slug])))


def test_a_closed_study_says_so_and_begins_nothing(client):
    study = factories.make_open_study()
    studies.close_study(study=study, now=timezone.now())

    response = consent(client, study)

    assert "This study is closed" in text_of(response)
    assert not Session.objects.exists()


def test_a_full_study_says_so(client):
    study = factories.make_open_study(protocol={"listeners": {"maximum": 1}})
    factories.make_session(study=study)

    assert "all the listeners it needs" in text_of(client.get(reverse("take_study", args=[study.slug])))


def test_a_study_closed_while_someone_listens_lets_them_finish(client):
    study = factories.make_open_study()
    consent(client, study)
    session = Session.objects.get()
    session_states.begin_listening(session=session, now=timezone.now())
    studies.close_study(study=study, now=timezone.now())

    client.post(page("trial", session), answer_to(session.next_trial()))

    assert Rating.objects.count() == 1
    assert "you can still finish" in text_of(client.get(reverse("take_study", args=[study.slug])))


# Trials


@pytest.fixture
def session():
    return factories.make_session()


def test_a_part_begins_with_its_instructions(client, session):
    shown = text_of(client.get(page("trial", session)))

    assert "Part 1 of 2" in shown
    assert "Start part 1" in shown
    assert "<audio" not in shown


def test_a_trial_shows_its_progress_a_player_and_the_answers(client, session):
    shown = text_of(client.get(page("trial", session), {"begin": 1}))

    assert "1 of 8" in shown
    assert reverse("sound", args=[session.next_trial().presentations.get().key]) in shown
    assert shown.count('type="radio"') == len(factories.WORDS) + 1


def test_a_part_that_was_begun_goes_on_with_the_trial_after_a_reload(client, session):
    client.get(page("trial", session), {"begin": 1})

    assert "<audio" in text_of(client.get(page("trial", session)))


def test_an_answer_is_stored_at_once_with_its_evidence(client, session):
    trial = session.next_trial()
    sounds = {trial.presentations.get().key: {"play_count": 2, "frames": 4800}}

    response = client.post(
        page("trial", session), answer_to(trial, evidence=json.dumps({"sounds": sounds, "hidden_seconds": 1.5}))
    )

    trial.refresh_from_db()
    assert response["Location"] == page("trial", session)
    assert Rating.objects.get().play_count == 2
    assert trial.presentations.get().evidence["frames"] == 4800
    assert trial.evidence["hidden_seconds"] == 1.5


@pytest.mark.parametrize("evidence", ["", "no json", '{"changes": -1}', '{"hidden_seconds": NaN}', "[]", "x" * 400])
def test_no_answer_is_refused_for_its_evidence(client, session, evidence):
    client.post(page("trial", session), answer_to(session.next_trial(), evidence=evidence))

    assert Rating.objects.get().play_count == 0


def test_a_page_without_an_answer_asks_for_it_and_keeps_its_place(client, session):
    trial = session.next_trial()

    response = client.post(page("trial", session), {"sound": trial.presentations.get().key})

    assert response.status_code == 400
    assert "Please choose one answer" in text_of(response)
    assert not Rating.objects.exists()


def test_an_answer_that_is_not_on_offer_is_refused(client, session):
    response = client.post(page("trial", session), answer_to(session.next_trial(), value="elephant"))

    assert response.status_code == 400
    assert not Rating.objects.exists()


@pytest.mark.parametrize("second", [None, "none of these"])
def test_a_second_click_or_the_back_button_goes_on_and_the_first_answer_counts(client, session, second):
    trial = session.next_trial()
    client.post(page("trial", session), answer_to(trial))

    response = client.post(page("trial", session), answer_to(trial, value=second))

    assert response["Location"] == page("trial", session)
    assert Rating.objects.get().response == "down"


def test_an_answer_to_another_sessions_trial_is_refused_in_plain_words(client, session):
    other = factories.make_session(study=session.study)

    response = client.post(page("trial", session), answer_to(other.next_trial()))

    assert response.status_code == 409
    assert "belongs to another session" in text_of(response)
    assert not Rating.objects.exists()


def test_an_answer_before_its_turn_leads_to_the_present_trial(client, session):
    later = session.trials.get(position=3)

    response = client.post(page("trial", session), answer_to(later))

    assert response["Location"] == page("trial", session)
    assert not Rating.objects.exists()


def test_an_answer_that_names_no_sound_is_refused(client, session):
    response = client.post(page("trial", session), {"sound": "forged", "answer-0": "down"})

    assert response.status_code == 404


def test_the_last_answer_leads_to_the_thanks(client, session):
    factories.answer_trials(session, n_trials=7)

    client.post(page("trial", session), answer_to(session.next_trial()))
    response = client.get(page("trial", session), follow=True)

    session.refresh_from_db()
    assert session.completion_code in text_of(response)


def test_a_trial_page_asks_few_questions_of_the_database(client, session, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(page("trial", session), {"begin": 1})


# The personal link, thanks, withdrawing


def test_the_personal_link_leads_to_where_the_session_stands(client):
    session = factories.make_session(is_listening=False)

    assert client.get(page("session", session))["Location"] == page("check", session)
    session_states.begin_listening(session=session, now=timezone.now())
    assert client.get(page("session", session))["Location"] == page("trial", session)
    factories.answer_trials(session)
    assert client.get(page("session", session))["Location"] == page("thanks", session)


@pytest.mark.parametrize("name", ["check", "thanks"])
def test_a_page_out_of_turn_leads_to_the_one_in_turn(client, session, name):
    assert client.get(page(name, session), follow=True).redirect_chain[-1][0] == page("trial", session)


def test_who_rested_on_synthetic_speech_is_told_at_the_end(client):
    study = factories.make_open_study(corpus=factories.make_corpus(is_synthetic=True))
    session = factories.make_session(study=study)
    factories.answer_trials(session)

    assert "speech synthesiser" in text_of(client.get(page("thanks", session)))


def test_a_simulated_listener_is_called_so(client):
    session = factories.make_session(is_simulated=True)
    factories.answer_trials(session)

    assert "simulated listener" in text_of(client.get(page("thanks", session)))


def test_withdrawing_asks_first_and_then_deletes(client, session):
    factories.answer_trials(session, n_trials=2)

    asked = client.get(page("withdraw", session))
    assert "Withdraw from the study?" in text_of(asked)
    assert Rating.objects.count() == 2

    done = client.post(page("withdraw", session), follow=True)
    assert "Your answers are deleted" in text_of(done)
    assert not Rating.objects.exists()


def test_whose_time_is_over_may_still_withdraw(client, session):
    factories.answer_trials(session, n_trials=2)
    Session.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    expired = client.get(page("session", session))
    client.post(page("withdraw", session))

    assert expired.status_code == 410
    assert page("withdraw", session) in expired.content.decode()
    assert not Rating.objects.exists()


# Addresses that lead nowhere


@pytest.mark.parametrize("name", ["session", "check", "trial", "thanks", "withdraw", "sound"])
def test_a_forged_address_is_not_found(client, name):
    response = client.get(reverse(name, args=["forged"]))

    assert response.status_code == 404
    assert "There is no such" in text_of(response)


@pytest.mark.parametrize("name", ["session", "check", "trial", "thanks"])
def test_an_expired_session_says_so(client, session, name):
    Session.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    response = client.get(page(name, session))

    assert response.status_code == 410
    assert "answers you had given are kept" in text_of(response)


def test_the_sound_of_an_expired_session_is_gone(client, session):
    key = session.next_trial().presentations.get().key
    Session.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    assert client.get(reverse("sound", args=[key])).status_code == 410


def test_an_unknown_study_is_not_found_in_plain_words(client):
    response = client.get(reverse("take_study", args=["nowhere"]))

    assert response.status_code == 404
    assert "nothing at this address" in text_of(response)
