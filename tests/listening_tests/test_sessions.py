"""A sitting from consent to the completion code, and everything that can go wrong on the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening_tests.actions import session_states, sessions, studies, trials
from listening_tests.models import Session
from listening_tests.states import SessionState
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_listener_who_answers_every_trial_gets_a_completion_code():
    session = factories.make_session()

    factories.answer_trials(session)

    session.refresh_from_db()
    assert session.state == SessionState.COMPLETED
    assert session.completed_at is not None
    assert len(session.completion_code) == session_states.CODE_LENGTH
    assert set(session.completion_code) <= set(session_states.CODE_ALPHABET)
    assert session.next_trial() is None


def test_a_session_reserves_all_its_trials_block_after_block():
    session = factories.make_session()

    reserved = list(session.trials.order_by("position"))

    assert [trial.position for trial in reserved] == list(range(8))
    assert [trial.block.method for trial in reserved] == ["class_identification"] * 4 + ["acr"] * 4


def test_the_sound_check_is_passed_once():
    session = factories.make_session()
    first = session.sound_checked_at

    session_states.begin_listening(session=session, now=timezone.now() + timedelta(minutes=5))

    assert Session.objects.get().sound_checked_at == first


def test_whoever_has_begun_may_finish_after_the_study_is_closed():
    session = factories.make_session()
    factories.answer_trials(session, n_trials=2)
    studies.close_study(study=session.study, now=timezone.now())

    factories.answer_trials(session)

    assert Session.objects.get().state == SessionState.COMPLETED


def test_a_closed_study_takes_no_new_listeners():
    study = factories.make_open_study()
    studies.close_study(study=study, now=timezone.now())

    with pytest.raises(sessions.StudyIsClosed, match="takes no listeners"):
        factories.make_session(study=study)


def test_an_open_study_says_that_it_takes_listeners():
    sessions.check_takes_listeners(study=factories.make_open_study(), now=timezone.now())


def test_a_draft_takes_no_listeners():
    with pytest.raises(sessions.StudyIsClosed):
        factories.make_session(study=factories.make_study())


def test_a_study_with_all_its_ratings_takes_no_more_listeners():
    study = factories.make_open_study(block={"ratings_per_stimulus": 1})
    for _ in range(2):
        factories.make_session(study=study)

    with pytest.raises(sessions.StudyIsFull, match="all the listeners it needs"):
        factories.make_session(study=study)
    with pytest.raises(sessions.StudyIsFull):
        sessions.check_takes_listeners(study=study, now=timezone.now())


def test_a_study_takes_no_more_listeners_than_its_protocol_says():
    study = factories.make_open_study(protocol={"listeners": {"maximum": 1}})
    factories.make_session(study=study)

    with pytest.raises(sessions.StudyIsFull, match="reached its 1 listeners"):
        factories.make_session(study=study)


def test_the_places_of_an_expired_session_are_given_to_others_but_its_answers_count():
    study = factories.make_open_study(methods=["acr"], block={"ratings_per_stimulus": 1, "trials_per_session": 8})
    session = factories.make_session(study=study)
    factories.answer_trials(session, n_trials=3)
    later = timezone.now() + timedelta(hours=25)

    sessions.start_session(study=study, now=later)

    sets = study.blocks.get().sets.with_progress(is_simulated=False, now=later)
    assert sum(each.n_answered for each in sets) == 3
    assert sum(each.n_reserved for each in sets) == 8


def test_an_exclusion_frees_exactly_the_places_that_its_session_held():
    study = factories.make_open_study(methods=["acr"], block={"ratings_per_stimulus": 1, "trials_per_session": 4})
    factories.answer_trials(factories.make_session(study=study))
    excluded = factories.make_session(study=study)
    factories.answer_trials(excluded, n_trials=2)
    lost = set(excluded.trials.values_list("stimulus_set", flat=True))

    Session.objects.filter(pk=excluded.pk).update(excluded_at=timezone.now(), exclusion="gold")

    instead = factories.make_session(study=study)
    assert set(instead.trials.values_list("stimulus_set", flat=True)) == lost


def test_simulated_listeners_do_not_take_the_places_of_real_ones():
    study = factories.make_open_study(block={"ratings_per_stimulus": 1})
    for _ in range(2):
        factories.make_session(study=study, is_simulated=True)

    session = factories.make_session(study=study)

    assert not session.listener.is_simulated
    with pytest.raises(sessions.StudyIsFull):
        factories.make_session(study=study, is_simulated=True)


def test_a_completed_session_is_found_for_ever():
    session = factories.make_session()
    factories.answer_trials(session)

    found = sessions.find_session(session.key, timezone.now() + timedelta(days=365))

    assert found.completion_code


def test_a_forged_key_is_unknown():
    with pytest.raises(sessions.SessionIsUnknown, match="open the link that you were given"):
        sessions.find_session("forged", timezone.now())
    with pytest.raises(trials.PresentationIsUnknown, match="go back"):
        trials.find_presentation("forged", timezone.now())


def test_the_same_study_gives_its_listeners_the_same_trials_again():
    orders = [
        [
            (trial.block.position, trial.presentations.get().stimulus.system, trial.presentations.get().stimulus.word)
            for trial in factories.make_session(study=factories.make_open_study(seed=7)).trials.order_by("position")
        ]
        for _ in range(2)
    ]

    assert orders[0] == orders[1]
