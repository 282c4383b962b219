"""Checks inside blocks: from the study file to the verdict."""

import re
from collections import Counter

import numpy
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions.building import build_blocks, planned_clips, register_study
from listening_tests.actions.preparing_sounds import prepare_sounds
from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.actions.studies import open_study
from listening_tests.models import Stimulus, Verdict
from listening_tests.ratings_frame import ratings_frame
from listening_tests.reservations import offer
from listening_tests.roles import TrialRole
from listening_tests.screenings import SCREENINGS, instructed_response
from listening_tests.simulation.taste import Taste
from listening_tests.sounds.speech import Speech
from listening_tests.study_file.reading import parse_study_file
from tests import factories
from tests.listening_tests.test_concurrency import all_at_once

pytestmark = pytest.mark.django_db

STUDY = """
hearsay: 1
slug: checked
title: A study with checks
words: [down, go, left, no]
corpus: {make: espeak}
features: narrowband
networks: {classifiers: {paper: {network: paper_classifier, epochs: 1}}}
systems:
  - {slug: natural, title: Natural, source: natural}
  - {slug: robot, title: Robot, source: copy_synthesis, vocoder: griffin_lim}
blocks:
  - {method: acr, title: Quality, trials_per_session: 6, ratings_per_stimulus: 9}
  - {method: class_identification, title: Words, trials_per_session: 6, ratings_per_stimulus: 9}
screenings:
"""
INSTRUCTED = "{check: instructed_response, consequence: support_rejection}"
GOLD = "{check: gold, system: natural}"
NOISE = "{check: noise_catch}"
REPEATS = "{check: repeats, trials: 2}"


def study_with(*screenings, seconds=0.2):
    """Return a study with these checks that has no blocks yet, and its clips."""
    study_file = parse_study_file(STUDY + "\n".join(f"  - {line}" for line in screenings), name="checked.yaml")
    study = register_study(study_file=study_file)
    corpus = factories.make_corpus()
    clips = {
        planned: factories.make_clip(word=planned.word, corpus=corpus, duration=seconds)
        for planned in planned_clips(study_file)
    }
    return study, clips


def open_with(*screenings, seconds=0.2):
    """Return an open study with these checks."""
    study, clips = study_with(*screenings, seconds=seconds)
    build_blocks(study=study, clips=clips)
    prepare_sounds(study=study)
    open_study(study=study, now=timezone.now())
    return study


def attentive(trial, values):
    """Answer what is expected, or the same as the first time."""
    stimulus = trial.presentations.get().stimulus
    if trial.repeat_of:
        return trial.repeat_of.presentations.get().rating.response
    return stimulus.expected or values[trial.position % len(values)]


def careless(trial, values):
    """Answer the far end of what is right, wherever that is known."""
    expected = trial.presentations.get().stimulus.expected
    return values[0] if expected and values.index(expected) >= len(values) // 2 else values[-1]


def listen(study, choose):
    session = factories.make_session(study=study)
    factories.answer_trials(session, choose=choose)
    session.refresh_from_db()
    return session


def roles_of(trials):
    return Counter(trials.values_list("role", flat=True))


def test_each_block_gets_its_checks():
    session = factories.make_session(study=open_with(INSTRUCTED, GOLD, NOISE, REPEATS))

    for block in session.study.blocks.all():
        roles = roles_of(session.trials.filter(block=block))
        assert roles == {"sample": 6, "trap": 2, "gold": 1, "catch": 2, "repeat": 2}


def test_a_check_may_be_for_one_block():
    session = factories.make_session(study=open_with("{check: gold, system: natural, blocks: [2]}"))

    assert roles_of(session.trials.filter(block__position=0)) == {"sample": 6}
    assert roles_of(session.trials.filter(block__position=1)) == {"sample": 6, "gold": 1}


def test_a_repeat_plays_the_sound_of_the_trial_that_it_repeats_later_in_the_block():
    session = factories.make_session(study=open_with(REPEATS))

    repeats = session.trials.filter(role=TrialRole.REPEAT)

    assert repeats.count() == 4
    for trial in repeats:
        assert trial.position > trial.repeat_of.position
        assert trial.block == trial.repeat_of.block
        assert trial.presentations.get().stimulus == trial.repeat_of.presentations.get().stimulus


def test_checks_fill_no_quota():
    study = open_with(INSTRUCTED, GOLD, NOISE, REPEATS)

    session = listen(study, attentive)

    assert session.excluded_at is None
    offered = offer(study, is_simulated=False, now=timezone.now())
    assert [sum(candidate.count for candidate in group) for group in offered.values()] == [6, 6]
    assert Counter(ratings_frame(study)["role"]) == {"sample": 12, "trap": 4, "gold": 2, "catch": 4, "repeat": 4}


def test_who_listens_passes_every_check():
    listen(open_with(INSTRUCTED, GOLD, NOISE, REPEATS), attentive)

    assert Verdict.objects.filter(has_passed=True).count() == 4
    assert set(Verdict.objects.values_list("check_slug", flat=True)) <= set(SCREENINGS)


def test_who_does_not_fails_them_and_is_excluded():
    session = listen(open_with(INSTRUCTED, GOLD, NOISE), careless)

    verdicts = {verdict.check_slug: verdict for verdict in session.verdicts.all()}
    assert {slug: verdict.detail["n_failed"] for slug, verdict in verdicts.items()} == {
        "instructed_response": 4,
        "gold": 2,
        "noise_catch": 4,
    }
    assert verdicts["instructed_response"].consequence == "support_rejection"
    assert session.exclusion == "instructed_response"


def test_all_files_of_a_block_have_one_size_whatever_their_role():
    open_with("{check: instructed_response, given: spoken}", GOLD, NOISE)

    by_block = {}
    for stimulus in Stimulus.objects.all():
        by_block.setdefault(stimulus.block_id, set()).add(stimulus.audio_path.stat().st_size)

    assert set(Stimulus.objects.values_list("role", flat=True)) == {"sample", "trap", "gold", "catch"}
    assert [len(sizes) for sizes in by_block.values()] == [1, 1]


def test_an_instruction_may_ask_for_any_answer():
    study = open_with(INSTRUCTED)

    asked = Stimulus.objects.filter(block=study.blocks.get(position=0), role="trap")

    assert set(asked.values_list("expected", flat=True)) == {"1", "2", "3", "4", "5"}


def test_a_written_instruction_takes_the_questions_place(client):
    study = open_with("{check: instructed_response, blocks: [1]}")
    session = factories.make_session(study=study)

    shown = {}
    while (trial := session.next_trial()) and trial.block.position == 0:
        html = client.get(reverse("trial", args=[session.key]), {"begin": 1}).content.decode()
        shown[trial] = re.search(r"<legend>(.*?)</legend>", html)[1]
        factories.answer_trials(session, n_trials=1)

    labels = {"5": "Excellent", "4": "Good", "3": "Fair", "2": "Poor", "1": "Bad"}
    for trial, legend in shown.items():
        expected = labels.get(trial.presentations.get().stimulus.expected)
        assert ("Please choose" in legend) == (trial.role == TrialRole.TRAP)
        assert expected is None or legend.endswith(f"Please choose {expected}.")


def test_a_spoken_instruction_is_not_to_be_read(client):
    study = open_with("{check: instructed_response, given: spoken, blocks: [1], trials: 5}")
    session = factories.make_session(study=study)

    while (trial := session.next_trial()) and trial.role != TrialRole.TRAP:
        factories.answer_trials(session, n_trials=1)
    html = client.get(reverse("trial", args=[session.key]), {"begin": 1}).content.decode()

    assert trial.presentations.get().key in html
    assert "Please choose" not in html


def test_checks_are_drawn_anew_for_each_session():
    study = open_with(INSTRUCTED)
    sessions = [factories.make_session(study=study) for _ in range(6)]

    asked = {
        tuple(session.trials.filter(role="trap").values_list("position", "stimulus_set__members__expected"))
        for session in sessions
    }

    assert len(asked) > 3


def test_simulated_listeners_who_listen_pass_and_careless_ones_do_not():
    study = open_with("{check: instructed_response, trials: 3, fails_at: 2}", NOISE)
    quiet = {"listener_bias_sd": 0.0, "stimulus_sd": 0.0, "residual_sd": 0.0, "lapse_rate": 0.0}
    taste = Taste({"natural": 5.0, "robot": 3.0}, {}, **quiet)

    simulate_listeners(study=study, crowd=Crowd(2), taste=taste)
    simulate_listeners(study=study, crowd=Crowd(2, careless=1.0, seed=2), taste=taste)

    excluded = list(study.sessions.order_by("pk").values_list("exclusion", flat=True))
    assert excluded[:2] == [""] * 2
    assert "" not in excluded[2:]


def test_sounds_of_checks_are_made_before_the_database_is_locked(monkeypatch):
    depths = []

    def speak(answers, _language):
        depths.append(len(connection.savepoint_ids))
        return Speech([numpy.ones(8_000) / 10] * len(answers), 16_000)

    monkeypatch.setattr(instructed_response, "spoken_instructions", speak)
    of_the_test = len(connection.savepoint_ids)

    open_with("{check: instructed_response, given: spoken, blocks: [1]}")

    assert set(depths) == {of_the_test}


@pytest.mark.django_db(transaction=True)
def test_a_study_that_is_built_twice_at_once_is_built_once():
    study, clips = study_with(NOISE)

    outcomes = all_at_once([lambda: build_blocks(study=study, clips=clips)] * 4)

    assert outcomes == [None] * 4
    assert study.blocks.count() == 2
    assert Stimulus.objects.filter(role="sample").count() == 16


def test_a_spoken_instruction_makes_the_block_hardly_longer():
    open_with("{check: instructed_response, given: spoken, blocks: [1]}", seconds=1.0)

    lasting = set(Stimulus.objects.filter(block__position=0).values_list("seconds", flat=True))

    assert len(lasting) == 1
    assert lasting.pop() < 1.5
