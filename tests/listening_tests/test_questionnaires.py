"""Questions about listeners and the study, and rests between trials."""

import pytest
from django.urls import reverse

from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.models import QuestionnaireAnswer, Session
from listening_tests.simulation.taste import Taste
from listening_tests.states import SessionState
from tests import factories

pytestmark = pytest.mark.django_db

DEVICE = {"name": "device", "prompt": "How do you listen?", "choices": ["headphones", "loudspeakers"]}
AGE = {"name": "age", "prompt": "How old are you?", "kind": "number", "required": False}
REMARK = {"name": "remark", "prompt": "Anything else?", "kind": "text", "required": False}
BEFORE = {"name": "about-you", "title": "About you", "when": "before", "questions": [DEVICE, AGE]}
AFTER = {"name": "remarks", "title": "Your remarks", "questions": [REMARK]}


@pytest.fixture
def session():
    study = factories.make_open_study(methods=["acr"], protocol={"questionnaires": [AFTER, BEFORE]})
    return factories.make_session(study=study)


def page(name, session):
    return reverse(name, args=[session.key])


def say(client, session, questionnaire, **answers):
    fields = {f"question-{name}": value for name, value in answers.items()}
    return client.post(page("questionnaire", session), {"questionnaire": questionnaire, **fields})


def test_questions_before_the_first_sound_come_before_it(client, session):
    led = client.get(page("trial", session))

    assert led["Location"] == page("questionnaire", session)
    shown = client.get(led["Location"]).content.decode()
    assert "About you" in shown
    assert "How do you listen?" in shown


def test_answers_are_stored_and_the_session_goes_on(client, session):
    say(client, session, "about-you", device="headphones")

    stored = QuestionnaireAnswer.objects.get()
    assert stored.answers == {"device": "headphones", "age": ""}
    assert client.get(page("session", session))["Location"] == page("trial", session)


@pytest.mark.parametrize("answers", [{}, {"device": "a tin can"}, {"device": "headphones", "age": "old"}])
def test_what_is_missing_or_wrong_is_asked_again(client, session, answers):
    response = say(client, session, "about-you", **answers)

    assert response.status_code == 400
    assert not QuestionnaireAnswer.objects.exists()


def test_a_page_sent_twice_is_stored_once_and_the_first_answer_counts(client, session):
    say(client, session, "about-you", device="headphones")

    again = say(client, session, "about-you", device="loudspeakers")

    assert again["Location"] == page("session", session)
    assert QuestionnaireAnswer.objects.get().answers["device"] == "headphones"


def test_a_session_is_completed_after_its_last_question_and_not_before(client, session):
    say(client, session, "about-you", device="headphones")
    factories.answer_trials(session)
    session.refresh_from_db()
    before = session.state

    say(client, session, "remarks", remark="The third one hissed.")

    session.refresh_from_db()
    assert (before, session.state) == (SessionState.LISTENING, SessionState.COMPLETED)
    assert session.completion_code
    assert session.questionnaire_answers.get(questionnaire="remarks").answers == {"remark": "The third one hissed."}


def test_simulated_listeners_answer_questions_too(session):
    simulate_listeners(study=session.study, crowd=Crowd(2), taste=Taste({"natural": 4.0, "robot": 2.0}))

    assert Session.objects.filter(listener__is_simulated=True, state=SessionState.COMPLETED).count() == 2
    assert QuestionnaireAnswer.objects.count() == 4


def test_a_rest_comes_after_so_many_trials_and_only_once(client):
    study = factories.make_open_study(methods=["acr"], block={"settings": {"break_after": 2}})
    session = factories.make_session(study=study)
    factories.answer_trials(session, n_trials=2)

    rest = client.get(page("trial", session)).content.decode()
    client.get(page("trial", session), {"rested": "3"})
    later = client.get(page("trial", session)).content.decode()

    assert "Time for a rest" in rest
    assert "<audio" not in rest
    assert "<audio" in later


@pytest.mark.parametrize("n_trials", [0, 1, 3])
def test_there_is_no_rest_elsewhere(client, n_trials):
    study = factories.make_open_study(methods=["acr"], block={"settings": {"break_after": 2}})
    session = factories.make_session(study=study)
    factories.answer_trials(session, n_trials=n_trials)

    shown = client.get(page("trial", session), {"begin": 1}).content.decode()

    assert "<audio" in shown
