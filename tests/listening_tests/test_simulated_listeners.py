"""Simulated listeners take a study through its pages, and an analysis of their answers gives their taste back."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from analysis.engine.statistics.mean_opinion_score import mean_opinion_score
from listening_tests.actions import studies
from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.models import Listener, Session, Stimulus
from listening_tests.ratings_frame import ratings_frame
from listening_tests.simulation.page_reading import read_page
from listening_tests.simulation.taste import Taste
from listening_tests.states import SessionState
from tests import factories
from tests.simulated_listeners import expected_score

pytestmark = pytest.mark.django_db

WORDS = list(factories.WORDS)


def heard_surely(study, probability=1.0):
    """Return what is heard where each clip's word is heard with a probability, and no other word."""
    stimuli = Stimulus.objects.filter(block__study=study).select_related("clip")
    return {str(stimulus.clip.key): {stimulus.word: probability} for stimulus in stimuli}


def simulate(study, taste=None, n_listeners=2, **crowd):
    taste = taste or Taste({"natural": 4.0, "robot": 2.0}, heard_surely(study))
    return simulate_listeners(study=study, crowd=Crowd(n_listeners, **crowd), taste=taste)


def test_they_answer_every_page_and_are_marked_for_ever():
    study = factories.make_open_study()

    attendance = simulate(study)

    assert (attendance.n_completed, attendance.n_dropped_out, attendance.is_full) == (2, 0, False)
    assert Listener.objects.filter(is_simulated=True).count() == Listener.objects.count() == 2
    frame = ratings_frame(study)
    assert len(frame) == 16
    assert frame["is_simulated"].all()
    assert (frame["play_count"] == 1).all()
    assert (frame["response_seconds"] >= 0).all()


def test_simulated_listeners_with_a_known_taste_give_that_taste_back():
    """Expected means by `expected_score`; tolerance three standard errors from the deviations simulated."""
    quality = {"natural": 4.1, "copy": 3.2, "robot": 1.9}
    study = factories.make_open_study(
        systems=list(quality), words=WORDS, block={"trials_per_session": 12, "ratings_per_stimulus": 40}
    )
    taste = Taste(
        quality, heard_surely(study, 0.6), listener_bias_sd=0.3, stimulus_sd=0.0, residual_sd=0.5, lapse_rate=0.0
    )

    simulate(study, taste, n_listeners=12)

    frame = ratings_frame(study)
    means = mean_opinion_score(frame, ["system"]).set_index("system")["estimate"].to_dict()
    spread = (0.3**2 + 0.5**2) ** 0.5
    tolerance = 3 * (0.3**2 / 12 + (0.5**2 + 1 / 12) / 48) ** 0.5  # Rounding adds a twelfth to the variance.
    assert means == pytest.approx({system: expected_score(q, spread) for system, q in quality.items()}, abs=tolerance)
    heard = frame[frame["method"] == "class_identification"]
    assert (heard["response"] == heard["item"]).mean() == pytest.approx(0.6, abs=3 * (0.24 / 144) ** 0.5)


def test_the_same_seed_gives_the_same_answers():
    study = factories.make_open_study()
    taken = []

    for seed in (5, 5, 6):
        with transaction.atomic():
            simulate(study, seed=seed)
            taken.append(ratings_frame(study)[["trial_order", "stimulus", "response"]])
            transaction.set_rollback(True)

    assert taken[0].equals(taken[1])
    assert not taken[0].equals(taken[2])


def test_those_who_drop_out_leave_their_answers_and_an_unfinished_session():
    study = factories.make_open_study(block={"ratings_per_stimulus": 20})

    attendance = simulate(study, n_listeners=8, dropout=0.5)

    assert attendance.n_completed + attendance.n_dropped_out == 8
    assert 0 < attendance.n_dropped_out < 8
    unfinished = Session.objects.exclude(state=SessionState.COMPLETED)
    assert unfinished.count() == attendance.n_dropped_out
    assert ratings_frame(study)["is_complete_session"].sum() == 8 * attendance.n_completed


def test_they_stop_coming_when_the_study_is_full():
    study = factories.make_open_study(block={"ratings_per_stimulus": 1})

    attendance = simulate(study, n_listeners=5)

    assert attendance.is_full
    assert attendance.n_completed == 2


def test_they_also_come_when_real_listeners_have_filled_the_study():
    study = factories.make_open_study(block={"ratings_per_stimulus": 1})
    for _ in range(2):
        factories.answer_trials(factories.make_session(study=study))

    attendance = simulate(study)

    assert attendance.n_completed == 2


def test_a_second_crowd_is_not_the_first_one_again():
    study = factories.make_open_study(methods=["acr"], block={"trials_per_session": 8})
    taste = Taste({"natural": 3.0, "robot": 3.0}, residual_sd=1.5)

    simulate(study, taste, n_listeners=1)
    simulate(study, taste, n_listeners=1)

    answers = ratings_frame(study).sort_values("stimulus").groupby("listener")["response"].apply(tuple)
    assert answers.nunique() == 2


def test_the_command_says_what_became_of_the_listeners(capsys):
    study = factories.make_open_study(slug="vowels", protocol=PROTOCOL)
    judge_every_clip(study)

    call_command("simulate_listeners", "vowels", listeners=2, verbosity=1)

    assert "2 simulated listeners finished, 0 dropped out." in capsys.readouterr().out
    assert ratings_frame(study)["is_simulated"].all()


def test_the_command_refuses_a_closed_study_and_clips_that_nobody_judged():
    study = factories.make_open_study(slug="vowels", protocol=PROTOCOL)

    with pytest.raises(CommandError, match="was not judged on its sound"):
        call_command("simulate_listeners", "vowels", verbosity=0)
    judge_every_clip(study)
    studies.close_study(study=study, now=study.opened_at)
    with pytest.raises(CommandError, match="takes no listeners at the moment"):
        call_command("simulate_listeners", "vowels", verbosity=0)


def test_the_command_refuses_a_share_that_is_none():
    with pytest.raises(CommandError, match="invalid share value"):
        call_command("simulate_listeners", "vowels", "--dropout=1.5")


def test_the_command_says_where_a_simulated_listener_could_not_go_on():
    study = factories.make_open_study(slug="vowels", protocol=PROTOCOL)
    judge_every_clip(study)
    for stimulus in Stimulus.objects.select_related("clip"):
        Path(settings.CLIPS_DIR, stimulus.clip.audio).unlink(missing_ok=True)

    with pytest.raises(CommandError, match=r"/sound/.* instead of a sound"):
        call_command("simulate_listeners", "vowels", verbosity=0)


PROTOCOL = {
    "systems": [
        {"slug": "natural", "title": "Natural", "source": "natural"},
        {"slug": "robot", "title": "Robot", "source": "maximised"},
    ],
}


def judge_every_clip(study):
    checkpoint = factories.make_checkpoint(network="residual_classifier")
    clips = {stimulus.clip for stimulus in Stimulus.objects.filter(block__study=study).select_related("clip__corpus")}
    for clip in clips:
        factories.make_judgement(clip=clip, checkpoint=checkpoint)


def test_a_page_is_read_as_a_browser_reads_it():
    page = read_page(
        '<audio src="/a"></audio><a rel="next" href="/b">on</a><form method="post" action="/c">'
        '<input type="hidden" name="h" value="1"><input type="radio" name="r" value="x">'
        '<input type="radio" name="r" value="y"><input type="checkbox" name="k"></form><input name="outside" value="2">'
    )

    form = page.form_to_send()
    assert (page.sounds, page.next_address, form.action) == (["/a"], "/b", "/c")
    assert form.values == {"h": "1"}
    assert form.choices == {"r": ["x", "y"], "k": ["on"]}
