"""What analysis is given of a study."""

import itertools

import pandas as pd
import pytest

from analysis.engine.ratings import check_judgements, check_ratings
from listening_tests.models import Presentation, Stimulus
from listening_tests.ratings_frame import (
    JUDGEMENT_COLUMNS,
    RATING_COLUMNS,
    judgements_frame,
    ratings_frame,
    ratings_in_chunks,
)
from tests import factories

pytestmark = pytest.mark.django_db

SMALL = {"trials_per_session": 2}


def test_there_is_one_row_for_each_rating_and_it_keeps_the_schema():
    study = factories.make_open_study()
    factories.answer_trials(factories.make_session(study=study))
    factories.answer_trials(factories.make_session(study=study), n_trials=3)

    frame = ratings_frame(study)

    assert len(frame) == 11
    assert list(frame.columns) == list(RATING_COLUMNS)
    assert frame["is_complete_session"].sum() == 8
    assert list(check_ratings(frame).columns) == list(RATING_COLUMNS)


def test_a_rating_says_what_was_heard_and_what_was_answered():
    study = factories.make_open_study(
        methods=["acr"], systems=["robot"], words=["go", "no"], block={"trials_per_session": 2}
    )
    factories.answer_trials(factories.make_session(study=study), choose=lambda trial, values: "2")

    row = ratings_frame(study).iloc[0]

    assert (row["system"], row["method"], row["block"], row["trial_order"]) == ("robot", "acr", 0, 0)
    assert (row["response"], row["score"], row["scale_min"], row["scale_max"]) == ("2", 2.0, 1.0, 5.0)
    assert row["item"] in {"go", "no"}
    assert row["response_seconds"] == 0.0


def test_a_rating_names_the_file_that_was_sent_and_else_the_one_that_was_prepared():
    study = factories.make_open_study(
        methods=["acr"], systems=["robot"], words=["go", "no"], block={"trials_per_session": 2}
    )
    session = factories.make_session(study=study)
    factories.answer_trials(session)
    first, second = Presentation.objects.filter(trial__session=session).order_by("trial__position")
    Presentation.objects.filter(pk=first.pk).update(file_sha256="as-it-was-sent")

    played = ratings_frame(study).sort_values("trial_order")["played_sha256"]

    assert list(played) == ["as-it-was-sent", second.stimulus.sha256]


def test_a_rating_says_how_long_its_sound_lasts_what_was_expected_and_whether_it_played_unseen():
    study = factories.make_open_study(
        methods=["acr"], systems=["robot"], words=["go", "no"], block={"trials_per_session": 2}
    )
    session = factories.make_session(study=study)
    factories.answer_trials(session)
    session.trials.update(evidence={"hidden_seconds": 9.0, "hidden_while_playing_seconds": 1.5})
    first, second = Presentation.objects.filter(trial__session=session).order_by("trial__position")
    Stimulus.objects.filter(pk=first.stimulus_id).update(seconds=2.5, expected="5", tolerance=1)
    Stimulus.objects.filter(pk=second.stimulus_id).update(seconds=None)

    frame = check_ratings(ratings_frame(study)).sort_values("trial_order")

    assert frame["sound_seconds"].tolist() == [2.5, second.stimulus.clip.duration]
    assert frame["expected"].tolist() == ["5", ""]
    assert frame["tolerance"].fillna(-1).tolist() == [1.0, -1.0]
    assert frame["hidden_while_playing_seconds"].tolist() == [1.5, 1.5]


def test_a_rating_says_how_the_protocol_makes_its_system():
    study = factories.make_open_study(systems=["robot"], methods=["acr"], words=["go", "no"], block=SMALL)
    protocol = {**study.protocol, "systems": [{"slug": "robot", "source": "copy_synthesis", "vocoder": "griffin_lim"}]}
    type(study).objects.filter(pk=study.pk).update(protocol=protocol)
    study.refresh_from_db()
    factories.answer_trials(factories.make_session(study=study))

    frame = check_ratings(ratings_frame(study))

    assert set(zip(frame["source"], frame["vocoder"], strict=True)) == {("copy_synthesis", "griffin_lim")}


def test_a_word_has_no_scale():
    study = factories.make_open_study(methods=["class_identification"])
    factories.answer_trials(factories.make_session(study=study))

    frame = check_ratings(ratings_frame(study))

    assert frame[["score", "scale_min", "scale_max"]].isna().all(axis=None)


def test_no_key_that_opens_a_page_is_in_the_frame():
    study = factories.make_open_study()
    session = factories.make_session(study=study)
    factories.answer_trials(session)

    text = ratings_frame(study).to_csv()

    assert session.key not in text
    assert all(trial.presentations.get().key not in text for trial in session.trials.all())


def test_simulated_ratings_are_marked_and_can_be_kept_apart():
    study = factories.make_open_study()
    factories.answer_trials(factories.make_session(study=study))
    factories.answer_trials(factories.make_session(study=study, is_simulated=True), n_trials=5)

    counts = {simulated: len(ratings_frame(study, simulated=simulated)) for simulated in (None, False, True)}

    assert counts == {None: 13, False: 8, True: 5}
    assert ratings_frame(study, simulated=True)["is_simulated"].all()


@pytest.mark.parametrize(("at_once", "lengths"), [(1, [2, 2, 2]), (5, [4, 2]), (6, [6])])
def test_chunks_hold_whole_sessions_by_pseudonym_and_together_every_rating(at_once, lengths):
    study = factories.make_open_study(methods=["acr"], block=SMALL)
    for _ in range(3):
        factories.answer_trials(factories.make_session(study=study))
    factories.answer_trials(factories.make_session(study=study, is_simulated=True))
    factories.make_session(study=study)

    chunks = [check_ratings(chunk) for chunk in ratings_in_chunks(study, simulated=False, at_once=at_once)]

    assert [len(chunk) for chunk in chunks] == lengths
    sessions = [set(chunk["session"]) for chunk in chunks]
    assert all(max(before) < min(after) for before, after in itertools.pairwise(sessions))
    order = ["session", "trial_order"]
    whole = check_ratings(ratings_frame(study, simulated=False)).sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(pd.concat(chunks).sort_values(order, ignore_index=True), whole)


def test_a_study_without_ratings_gives_one_chunk_without_rows():
    (chunk,) = ratings_in_chunks(factories.make_open_study())

    assert (len(chunk), list(chunk.columns)) == (0, list(RATING_COLUMNS))


def test_a_study_without_ratings_gives_an_empty_frame_with_its_columns():
    study = factories.make_open_study()

    assert list(check_ratings(ratings_frame(study)).columns) == list(RATING_COLUMNS)
    assert list(check_judgements(judgements_frame(study)).columns) == list(JUDGEMENT_COLUMNS)


def test_a_clip_in_two_blocks_is_judged_once():
    study = factories.make_open_study(systems=["robot"])
    clips = {stimulus.clip for block in study.blocks.all() for stimulus in block.stimuli.all()}
    checkpoint = factories.make_checkpoint()
    for clip in clips:
        factories.make_judgement(clip=clip, checkpoint=checkpoint)

    frame = check_judgements(judgements_frame(study))

    assert len(frame) == len(clips) == 4
    assert frame.set_index("item").loc["down", "probability_of_item"] == 0.7


def test_what_a_classifier_is_to_a_clip_follows_what_the_clip_climbs():
    study = factories.make_open_study(
        systems=["robot"], words=["down"], methods=["acr"], block={"trials_per_session": 1}
    )
    clip = study.blocks.get().stimuli.get().clip
    panel = {"own": factories.make_checkpoint(), "judge": factories.make_checkpoint(),
             "control": factories.make_checkpoint(card={"recipe": {"epochs": 3, "shuffled_labels": True}})}  # fmt: skip
    for checkpoint in panel.values():
        factories.make_judgement(clip=clip, checkpoint=checkpoint)
    clip.recipe = {"request": {"source": "maximised", "climbs": [panel["own"].slug]}}
    clip.save()

    frame = check_judgements(judgements_frame(study))

    assert dict(zip(frame["part"], frame["classifier"], strict=True)) == {
        part: checkpoint.slug for part, checkpoint in panel.items()
    }


def test_the_number_of_queries_does_not_grow_with_the_ratings(django_assert_num_queries):
    study = factories.make_open_study()
    for _ in range(3):
        factories.answer_trials(factories.make_session(study=study))

    with django_assert_num_queries(1):
        frame = ratings_frame(study)
    with django_assert_num_queries(2):
        judgements_frame(study)

    assert isinstance(frame, pd.DataFrame)
