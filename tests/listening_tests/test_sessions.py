"""A sitting from consent to the completion code, and everything that can go wrong on the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening_tests.actions import rights, sessions, studies
from listening_tests.models import Rating, Session
from listening_tests.questions import AnswerIsNotOnOffer
from listening_tests.states import SessionState
from tests import factories

pytestmark = pytest.mark.django_db


def submit(session, trial, value=None, now=None, **evidence):
    sessions.submit_trial(
        session=session,
        trial=trial,
        answers={"answer-0": value or factories.values_on_offer(trial)[0]},
        evidence=evidence,
        now=now or timezone.now(),
    )


def test_a_listener_who_answers_every_trial_gets_a_completion_code():
    session = factories.make_session()

    factories.answer_trials(session)

    session.refresh_from_db()
    assert session.state == SessionState.COMPLETED
    assert session.completed_at is not None
    assert len(session.completion_code) == sessions.CODE_LENGTH
    assert set(session.completion_code) <= set(sessions.CODE_ALPHABET)
    assert session.next_trial() is None


def test_a_session_reserves_all_its_trials_block_after_block():
    session = factories.make_session()

    trials = list(session.trials.order_by("position"))

    assert [trial.position for trial in trials] == list(range(8))
    assert [trial.block.method for trial in trials] == ["class_identification"] * 4 + ["acr"] * 4


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

    with pytest.raises(sessions.TrialAlreadyAnswered, match="Trial 1 was answered before"):
        submit(session, trial, "left")

    assert Rating.objects.get().response == "go"


def test_an_answer_to_a_trial_of_another_session_is_refused():
    study = factories.make_open_study()
    mine, theirs = factories.make_session(study=study), factories.make_session(study=study)

    with pytest.raises(sessions.TrialOfAnotherSession, match="go back to your own page"):
        submit(mine, theirs.next_trial())

    assert not Rating.objects.exists()


def test_a_trial_is_not_answered_before_its_turn():
    session = factories.make_session()

    with pytest.raises(sessions.TrialIsNotNext, match="Trial 3 is not the next one"):
        submit(session, session.trials.get(position=2))


@pytest.mark.parametrize("answers", [{"answer-0": "6"}, {"answer-0": ""}, {}, {"answer-1": "3"}])
def test_an_answer_that_is_not_on_offer_is_refused(answers):
    session = factories.make_session(study=factories.make_open_study(methods=["acr"]))
    trial = session.next_trial()

    with pytest.raises(AnswerIsNotOnOffer):
        sessions.submit_trial(session=session, trial=trial, answers=answers, evidence={}, now=timezone.now())

    assert not Rating.objects.exists()


def test_no_answer_is_taken_before_the_sound_check():
    session = factories.make_session(is_listening=False)

    with pytest.raises(sessions.SessionCannotGoOn, match="no answer is expected"):
        submit(session, session.next_trial())


def test_the_sound_check_is_passed_once():
    session = factories.make_session()
    first = session.sound_checked_at

    sessions.begin_listening(session=session, now=timezone.now() + timedelta(minutes=5))

    assert Session.objects.get().sound_checked_at == first


def test_a_trial_remembers_when_it_was_first_shown():
    session = factories.make_session()
    trial = session.next_trial()
    now = timezone.now()
    sessions.show_trial(trial=trial, now=now)

    sessions.show_trial(trial=session.next_trial(), now=now + timedelta(minutes=1))

    trial.refresh_from_db()
    assert trial.first_shown_at == now


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


def test_a_skipped_trial_is_recorded_passed_over_and_its_place_is_free_again():
    study = factories.make_open_study(methods=["acr"])
    session = factories.make_session(study=study)
    first, second = session.trials.order_by("position")[:2]
    now = timezone.now()

    sessions.skip_trial(session=session, trial=first, reason="decoding failed", now=now)

    first.refresh_from_db()
    assert (first.skip_reason, first.answered_at) == ("decoding failed", None)
    assert session.next_trial() == second
    sets = study.blocks.get().sets.with_progress(is_simulated=False, now=now)
    assert sets.get(pk=first.stimulus_set_id).n_reserved == 0
    assert sum(each.n_reserved for each in sets) == 3


def test_simulated_listeners_do_not_take_the_places_of_real_ones():
    study = factories.make_open_study(block={"ratings_per_stimulus": 1})
    for _ in range(2):
        factories.make_session(study=study, is_simulated=True)

    session = factories.make_session(study=study)

    assert not session.listener.is_simulated
    with pytest.raises(sessions.StudyIsFull):
        factories.make_session(study=study, is_simulated=True)


def test_an_expired_session_takes_no_answers_and_keeps_those_it_has():
    session = factories.make_session()
    factories.answer_trials(session, n_trials=1)
    later = session.expires_at

    with pytest.raises(sessions.SessionHasExpired, match="answers you had given are kept"):
        submit(session, session.next_trial(), now=later)
    with pytest.raises(sessions.SessionHasExpired):
        sessions.find_session(session.key, later)

    assert Rating.objects.count() == 1


def test_a_completed_session_is_found_for_ever():
    session = factories.make_session()
    factories.answer_trials(session)

    found = sessions.find_session(session.key, timezone.now() + timedelta(days=365))

    assert found.completion_code


def test_a_forged_key_is_unknown():
    with pytest.raises(sessions.SessionIsUnknown, match="open the link that you were given"):
        sessions.find_session("forged", timezone.now())
    with pytest.raises(sessions.PresentationIsUnknown, match="go back"):
        sessions.find_presentation("forged", timezone.now())


def test_a_sound_is_found_until_its_session_expires():
    session = factories.make_session()
    presentation = session.next_trial().presentations.get()

    found = sessions.find_presentation(presentation.key, timezone.now())

    assert found.stimulus.clip.audio
    with pytest.raises(sessions.SessionHasExpired):
        sessions.find_presentation(presentation.key, session.expires_at)


def test_a_listener_who_withdrew_answers_no_more():
    session = factories.make_session()
    trial = session.next_trial()
    rights.withdraw(session=session, now=timezone.now())

    with pytest.raises(sessions.SessionCannotGoOn):
        sessions.begin_listening(session=session, now=timezone.now())
    with pytest.raises(sessions.SessionCannotGoOn):
        submit(session, trial, "go")


def test_the_same_study_gives_its_listeners_the_same_trials_again():
    orders = [
        [
            (trial.block.position, trial.presentations.get().stimulus.system, trial.presentations.get().stimulus.word)
            for trial in factories.make_session(study=factories.make_open_study(seed=7)).trials.order_by("position")
        ]
        for _ in range(2)
    ]

    assert orders[0] == orders[1]
