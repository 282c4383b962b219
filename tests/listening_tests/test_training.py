"""Practice before a block: with feedback, and for nothing."""

import pytest
from django.urls import reverse

from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.models import Rating
from listening_tests.ratings_frame import ratings_frame
from listening_tests.roles import TrialRole
from listening_tests.simulation.taste import Taste
from tests import factories

pytestmark = pytest.mark.django_db


def study_with_training(method, expected, trials=2):
    return factories.make_study_with_training(method, expected=expected, trials=trials)


def answer(client, session, value):
    """Answer the trial that comes next, and return what the listener sees then."""
    sound = session.next_trial().presentations.get()
    address = reverse("trial", args=[session.key])
    return client.post(address, {"sound": sound.key, "answer-0": value}, follow=True).content.decode()


def test_practice_comes_before_the_trials_that_count_and_fills_no_quota():
    study = study_with_training("acr", "5")

    session = factories.make_session(study=study)

    roles = list(session.trials.order_by("position").values_list("role", flat=True))
    assert roles == [TrialRole.TRAINING] * 2 + [TrialRole.SAMPLE] * 4
    assert (
        study.blocks.get()
        .sets.filter(role=TrialRole.TRAINING)
        .with_progress(is_simulated=False, now=session.consented_at)
        .first()
        .n_reserved
        == 0
    )


@pytest.mark.parametrize(("given", "told"), [("down", "It was “down”."), ("left", "You answered “left”")])
def test_the_word_is_told_after_the_answer(client, given, told):
    session = factories.make_session(study=study_with_training("class_identification", "down"))

    assert told in answer(client, session, given)


@pytest.mark.parametrize(("given", "verdict"), [("4", "Right"), ("2", "Not quite")])
def test_on_a_scale_feedback_tells_what_listeners_usually_answer(client, given, verdict):
    session = factories.make_session(study=study_with_training("acr", "5"))

    shown = answer(client, session, given)

    assert f"<h1>{verdict}</h1>" in shown
    assert f"Most listeners would answer about 5 here. You answered {given}." in shown


def test_trials_that_count_have_no_feedback(client):
    session = factories.make_session(study=study_with_training("acr", "5", trials=1))
    answer(client, session, "5")

    shown = answer(client, session, "5")

    assert "Right" not in shown
    assert "<audio" in shown


def test_practice_is_marked_in_the_frame_and_simulated_listeners_take_it_too():
    study = study_with_training("acr", "5")

    attendance = simulate_listeners(study=study, crowd=Crowd(1), taste=Taste({"natural": 4.0, "robot": 2.0}))

    assert attendance.n_completed == 1
    assert Rating.objects.count() == 6
    assert ratings_frame(study)["role"].value_counts().to_dict() == {"sample": 4, "training": 2}
