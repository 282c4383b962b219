"""Trials are answered in the server's order, each once; what else is sent is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening_tests.actions import rights, session_states, sessions, trials
from listening_tests.models import Rating, Session
from listening_tests.questions import AnswerIsNotOnOffer
from tests import factories

pytestmark = pytest.mark.django_db


def submit(session, trial, value=None, now=None, **evidence):
    trials.submit_trial(
        session=session,
        trial=trial,
        answers={"answer-0": value or factories.values_on_offer(trial)[0]},
        evidence=evidence,
        now=now or timezone.now(),
    )


def test_every_answer_is_stored_at_once_with_its_score_and_evidence():
    session = factories.make_session(study=factories.make_open_study(methods=["acr"]))
    trial = session.next_trial()

    submit(session, trial, "4", play_count=2, hidden_seconds=1.5)

    rating = Rating.objects.get()
    assert (rating.response, rating.score, rating.play_count) == ("4", 4.0, 2)
    trial.refresh_from_db()
    assert trial.evidence == {"play_count": 2, "hidden_seconds": 1.5}


def test_a_word_that_was_heard_has_no_score():
    session = factories.make_session(study=factories.make_open_study(methods=["class_identification"]))

    submit(session, session.next_trial(), "none of these")

    assert Rating.objects.get().score is None


def test_the_same_answer_sent_twice_is_stored_once():
    session = factories.make_session()
    trial = session.next_trial()
    submit(session, trial, "go")

    submit(session, trial, "go")

    assert Rating.objects.count() == 1
    assert session.next_trial().position == 1


def test_the_last_answer_sent_twice_keeps_the_completion_code():
    session = factories.make_session()
    factories.answer_trials(session, n_trials=7)
    trial = session.next_trial()
    submit(session, trial)
    code = Session.objects.get().completion_code

    submit(session, trial)

    assert Session.objects.get().completion_code == code != ""


def test_another_answer_to_an_answered_trial_is_refused_and_the_first_one_counts():
    session = factories.make_session()
    trial = session.next_trial()
    submit(session, trial, "go")

    with pytest.raises(trials.TrialAlreadyAnswered, match="Trial 1 was answered before"):
        submit(session, trial, "left")

    assert Rating.objects.get().response == "go"


def test_an_answer_to_a_trial_of_another_session_is_refused():
    study = factories.make_open_study()
    mine, theirs = factories.make_session(study=study), factories.make_session(study=study)

    with pytest.raises(trials.TrialOfAnotherSession, match="go back to your own page"):
        submit(mine, theirs.next_trial())

    assert not Rating.objects.exists()


def test_a_trial_is_not_answered_before_its_turn():
    session = factories.make_session()

    with pytest.raises(trials.TrialIsNotNext, match="Trial 3 is not the next one"):
        submit(session, session.trials.get(position=2))


@pytest.mark.parametrize("answers", [{"answer-0": "6"}, {"answer-0": ""}, {}, {"answer-1": "3"}])
def test_an_answer_that_is_not_on_offer_is_refused(answers):
    session = factories.make_session(study=factories.make_open_study(methods=["acr"]))
    trial = session.next_trial()

    with pytest.raises(AnswerIsNotOnOffer):
        trials.submit_trial(session=session, trial=trial, answers=answers, evidence={}, now=timezone.now())

    assert not Rating.objects.exists()


def test_no_answer_is_taken_before_the_sound_check():
    session = factories.make_session(is_listening=False)

    with pytest.raises(session_states.SessionCannotGoOn, match="no answer is expected"):
        submit(session, session.next_trial())


def test_a_trial_remembers_when_it_was_first_shown():
    session = factories.make_session()
    trial = session.next_trial()
    now = timezone.now()
    trials.show_trial(trial=trial, now=now)

    trials.show_trial(trial=session.next_trial(), now=now + timedelta(minutes=1))

    trial.refresh_from_db()
    assert trial.first_shown_at == now


def test_a_skipped_trial_is_recorded_passed_over_and_its_place_is_free_again():
    study = factories.make_open_study(methods=["acr"])
    session = factories.make_session(study=study)
    first, second = session.trials.order_by("position")[:2]
    now = timezone.now()

    trials.skip_trial(session=session, trial=first, reason="decoding failed", now=now)

    first.refresh_from_db()
    assert (first.skip_reason, first.answered_at) == ("decoding failed", None)
    assert session.next_trial() == second
    sets = study.blocks.get().sets.with_progress(is_simulated=False, now=now)
    assert sets.get(pk=first.stimulus_set_id).n_reserved == 0
    assert sum(each.n_reserved for each in sets) == 3


def test_an_expired_session_takes_no_answers_and_keeps_those_it_has():
    session = factories.make_session()
    factories.answer_trials(session, n_trials=1)
    later = session.expires_at

    with pytest.raises(session_states.SessionHasExpired, match="answers you had given are kept"):
        submit(session, session.next_trial(), now=later)
    with pytest.raises(session_states.SessionHasExpired):
        sessions.find_session(session.key, later)

    assert Rating.objects.count() == 1


def test_a_sound_is_found_until_its_session_expires():
    session = factories.make_session()
    presentation = session.next_trial().presentations.get()

    found = trials.find_presentation(presentation.key, timezone.now())

    assert found.stimulus.clip.audio
    with pytest.raises(session_states.SessionHasExpired):
        trials.find_presentation(presentation.key, session.expires_at)


def test_a_listener_who_withdrew_answers_no_more():
    session = factories.make_session()
    trial = session.next_trial()
    rights.withdraw(session=session, now=timezone.now())

    with pytest.raises(session_states.SessionCannotGoOn):
        session_states.begin_listening(session=session, now=timezone.now())
    with pytest.raises(session_states.SessionCannotGoOn):
        submit(session, trial, "go")
