"""Every method is in the table, can be answered by a simulated listener, stored, and given to analysis."""

import importlib
import pkgutil

import pytest

from analysis.engine.ratings import check_ratings
from listening_tests import methods
from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.method import Method
from listening_tests.methods import METHODS, method_choices
from listening_tests.models import Stimulus, Trial
from listening_tests.ratings_frame import ratings_frame
from listening_tests.roles import Role
from listening_tests.simulation.taste import Taste
from tests import factories

SYSTEMS = ("natural", "robot", "copy")
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def test_every_file_in_the_folder_is_in_the_table():
    files = {name for _, name, _ in pkgutil.iter_modules(methods.__path__)}

    assert files == set(METHODS)
    for name in files:
        module = importlib.import_module(f"{methods.__name__}.{name}")
        assert METHODS[name] in vars(module).values()


@every_method
def test_a_method_says_what_it_is(method):
    assert isinstance(method, Method)
    assert method.title
    assert method.citation
    assert method.instructions.endswith(".")
    assert (method.slug, method.title) in method_choices()


@every_method
def test_a_method_puts_samples_to_listeners(method):
    least, most = method.roles_per_trial[Role.SAMPLE]

    assert 1 <= least <= most


@every_method
@pytest.mark.django_db
def test_the_answers_on_offer_differ_and_fit_the_scale(method):
    trial = factories.make_session(study=study_of(method)).next_trial()

    fields = factories.asked_fields(trial)

    low, high = method.question.scale
    for field in fields:
        values = [choice.value for choice in field.choices if choice.value]
        assert len(set(values)) == len(values)
        scores = [choice.score for choice in field.choices if choice.score is not None]
        assert not scores or (low, high) == (min(scores), max(scores))
    assert len({field.name for field in fields}) == len(fields)


@every_method
@pytest.mark.django_db
def test_what_the_page_asks_tells_nothing_of_the_sounds(method):
    study = study_of(method)
    trial = factories.make_session(study=study).next_trial()

    told = " ".join(str(field) for field in factories.asked_fields(trial)) + str(
        list(trial.presentations.values_list("name", flat=True))
    )

    assert not [system for system in SYSTEMS if system in told]


@every_method
@pytest.mark.django_db
def test_a_simulated_listeners_answers_are_stored_and_pass_the_schema(method):
    study = study_of(method)
    clips = Stimulus.objects.filter(block__study=study).values_list("clip__key", "word")
    taste = Taste(dict.fromkeys(SYSTEMS, 3.0), {str(key): {word: 1.0} for key, word in clips})

    attendance = simulate_listeners(study=study, crowd=Crowd(2), taste=taste)

    frame = check_ratings(ratings_frame(study))
    assert attendance.n_completed == 2
    assert len(frame) == 2 * 4 * len(rated_sounds(study))
    assert frame["is_simulated"].all()
    scores = frame["score"].dropna()
    low, high = method.question.scale
    assert scores.empty == (low is None)
    assert scores.empty or scores.between(low, high).all()


@every_method
@pytest.mark.django_db
def test_a_listener_with_clear_impressions_is_scored_accordingly(method):
    """Each question turns impressions into answers, and answers into scores, the same way round."""
    study = study_of(method, systems=("natural", "robot", "copy", "vocoder"))
    quality = {"natural": 5.0, "copy": 4.0, "vocoder": 3.0, "robot": 2.0, "anchor-3500": 1.0}
    deviations = {"listener_bias_sd": 0.0, "stimulus_sd": 0.0, "residual_sd": 0.0, "lapse_rate": 0.0}
    taste = Taste(quality, {}, **deviations)

    simulate_listeners(study=study, crowd=Crowd(6), taste=taste)

    frame = ratings_frame(study).dropna(subset=["score"])
    means = frame.groupby("system")["score"].mean()
    if method.slug == "abx":
        assert (frame["score"] == 1).all()
    elif len(means):
        assert list(means.sort_values(ascending=False).index) == [name for name in quality if name in means.index]


def study_of(method, systems=SYSTEMS):
    return factories.make_open_study(
        methods=[method.slug], systems=systems, block={"trials_per_session": 4, "ratings_per_stimulus": 40}
    )


def rated_sounds(study):
    """Return the presentations of one answered trial that were rated."""
    trial = Trial.objects.filter(session__study=study, answered_at__isnull=False).first()
    return list(trial.presentations.filter(rating__isnull=False))
