"""Simulated listeners answer as they are told to, and the same for the same seed."""

import pytest

from generation.models import Clip, Judgement
from listening_tests.methods import METHODS
from listening_tests.models import Stimulus
from listening_tests.questions import AskedSound, AskedTrial, ChooseWord
from listening_tests.questions.asked import field_name
from listening_tests.simulation.judged_taste import (
    COPY_SYNTHESIS_QUALITY,
    NATURAL_QUALITY,
    RECOGNISED_QUALITY,
    UNRECOGNISED_QUALITY,
    ClipIsUnjudged,
    taste_from_judgements,
)
from listening_tests.simulation.taste import SimulatedListener, Taste
from tests import factories
from tests.simulated_listeners import expected_score

pytestmark = pytest.mark.django_db

QUALITY, HEARING = METHODS["acr"].question, METHODS["class_identification"].question
NAME = field_name(0)
WORDS = list(factories.WORDS)
PROTOCOL = {
    "systems": [
        {"slug": "natural", "source": "natural"},
        {"slug": "copy", "source": "copy_synthesis"},
        {"slug": "sure", "source": "maximised"},
        {"slug": "unsure", "source": "maximised"},
    ],
}


def listener(taste, number=0, careless_share=0.0, dropout_share=0.0, seed=1):
    return SimulatedListener(
        taste, seed=seed, number=number, careless_share=careless_share, dropout_share=dropout_share
    )


def answer(one, question, stimulus):
    """Return what a listener answers who is asked about this stimulus alone."""
    asked = AskedTrial((AskedSound(0, "", stimulus.pk),), factories.WORDS)
    return one.answers(question, asked, {0: stimulus})[NAME]


def stimulus(**fields):
    return factories.make_stimulus(block=factories.make_block(study=factories.make_study()), **fields)


def plain(quality, **deviations):
    """Return a taste without any of the deviations that are not given."""
    none = {"listener_bias_sd": 0.0, "stimulus_sd": 0.0, "residual_sd": 0.0, "lapse_rate": 0.0}
    return Taste({"natural": quality}, **{**none, **deviations})


@pytest.mark.parametrize(("quality", "value"), [(3.9, "4"), (2.2, "2"), (9.0, "5"), (-3.0, "1")])
def test_a_listener_without_deviations_gives_the_nearest_value_of_the_scale(quality, value):
    assert answer(listener(plain(quality)), QUALITY, stimulus()) == value


def test_opinions_scatter_as_much_as_they_are_told_to():
    clip, judge = stimulus(), listener(plain(3.3, residual_sd=0.8))

    scores = [int(answer(judge, QUALITY, clip)) for _ in range(3000)]

    assert sum(scores) / len(scores) == pytest.approx(expected_score(3.3, 0.8), abs=0.06)


def test_each_listener_has_a_bias_of_their_own_and_each_clip_a_peculiarity_for_all():
    taste = plain(3.0, listener_bias_sd=1.0)
    peculiar = plain(3.0, stimulus_sd=1.0)
    clips = [stimulus() for _ in range(12)]

    by_listener = {answer(listener(taste, number), QUALITY, clips[0]) for number in range(12)}
    by_clip = [[answer(listener(peculiar, number), QUALITY, clip) for clip in clips] for number in range(2)]

    assert len(by_listener) > 1
    assert by_clip[0] == by_clip[1]
    assert len(set(by_clip[0])) > 1


def test_a_word_is_heard_with_its_probability_and_the_rest_as_none_of_them():
    clip = stimulus()
    taste = Taste({}, {str(clip.clip.key): {"go": 0.5, "no": 0.3, "tree": 0.2}}, lapse_rate=0.0)
    judge = listener(taste)

    heard = [answer(judge, HEARING, clip) for _ in range(3000)]

    shares = {word: heard.count(word) / len(heard) for word in set(heard)}
    assert shares == pytest.approx({"go": 0.5, "no": 0.3, ChooseWord.NONE: 0.2}, abs=0.03)


def test_a_careless_listener_answers_anything():
    careless = listener(plain(5.0), careless_share=1.0)
    clip = stimulus()

    scores = [answer(careless, QUALITY, clip) for _ in range(500)]

    assert {score: scores.count(score) > 60 for score in "12345"} == dict.fromkeys("12345", True)


def test_the_shares_of_careless_and_dropped_out_listeners_are_as_told():
    crowd = [listener(plain(3.0), number, careless_share=0.2, dropout_share=0.3) for number in range(1000)]

    careless = sum(one.is_careless for one in crowd) / 1000
    dropped_out = sum(one.stops_after(40) < 40 for one in crowd) / 1000

    assert careless == pytest.approx(0.2, abs=0.04)
    assert dropped_out == pytest.approx(0.3, abs=0.05)


def test_the_same_seed_and_number_give_the_same_listener():
    taste, clips = plain(3.0, residual_sd=1.0), [stimulus() for _ in range(20)]

    first, again, other = (
        [answer(one, QUALITY, clip) for clip in clips]
        for one in (listener(taste, 3), listener(taste, 3), listener(taste, 4))
    )

    assert first == again != other


def judged_study():
    """Return a study whose judge is sure of one maximised system and hears other words in the other one.

    The classifier that was climbed and a control hear the right word in every clip.
    """
    study = factories.make_open_study(systems=["natural", "copy", "sure", "unsure"], protocol=PROTOCOL)
    checkpoint, climbed = factories.make_checkpoint(), factories.make_checkpoint(network="paper_classifier")
    control = factories.make_checkpoint(card={"recipe": {"epochs": 0}})
    Clip.objects.update(recipe={"request": {"source": "maximised", "climbs": [climbed.slug]}})
    for clip_id, system, word in Stimulus.objects.values_list("clip_id", "system", "word").distinct():
        share = 0.0 if system == "unsure" else 1.0
        others = {other: (1 - share) / 3 for other in WORDS if other != word}
        Judgement.objects.create(
            clip_id=clip_id, checkpoint=checkpoint, stage="audio", heard=word, probabilities={word: share, **others}
        )
        for other in (climbed, control):
            Judgement.objects.create(
                clip_id=clip_id, checkpoint=other, stage="audio", heard=word, probabilities={word: 1.0}
            )
    return study


def test_without_a_taste_of_their_own_listeners_hear_what_judges_hear_and_not_what_was_climbed():
    taste = taste_from_judgements(judged_study())

    assert taste.quality == {
        "natural": NATURAL_QUALITY,
        "copy": COPY_SYNTHESIS_QUALITY,
        "sure": RECOGNISED_QUALITY,
        "unsure": UNRECOGNISED_QUALITY,
    }
    assert len(taste.hearing) == 16


def test_a_clip_that_was_not_judged_is_named():
    study = judged_study()
    Judgement.objects.filter(checkpoint__network="residual_classifier", checkpoint__card={}).first().delete()

    with pytest.raises(ClipIsUnjudged, match="was not judged on its sound by any classifier that it does not climb"):
        taste_from_judgements(study)
