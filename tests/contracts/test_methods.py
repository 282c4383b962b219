"""Every method is in the table, can be answered by a simulated listener, stored, and given to analysis."""

import importlib
import pkgutil

import pytest

from analysis.engine.ratings import check_ratings
from listening_tests import methods
from listening_tests.method import Method
from listening_tests.methods import METHODS, method_choices
from listening_tests.ratings_frame import ratings_frame
from listening_tests.roles import Role
from listening_tests.taste import SimulatedListener, Taste
from tests import factories

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
def test_the_answers_on_offer_differ_and_fit_the_scale(method):
    choices = method.question.choices(factories.WORDS)

    assert len({choice.value for choice in choices}) == len({choice.label for choice in choices}) == len(choices) > 1
    low, high = method.question.scale
    scores = [choice.score for choice in choices if choice.score is not None]
    assert (low, high) == ((min(scores), max(scores)) if scores else (None, None))


@every_method
@pytest.mark.django_db
def test_a_simulated_listeners_answers_are_stored_and_pass_the_schema(method):
    study = factories.make_open_study(methods=[method.slug])
    clips = {str(stimulus.clip.key): stimulus.word for stimulus in study.blocks.get().stimuli.select_related("clip")}
    taste = Taste({"natural": 4.0, "robot": 2.0}, {key: {word: 1.0} for key, word in clips.items()})
    listener = SimulatedListener(taste, seed=1, number=0, careless_share=0, dropout_share=0)

    factories.answer_trials(
        factories.make_session(study=study, is_simulated=True),
        choose=lambda trial, values: listener.answer(
            method.question, trial.presentations.get().stimulus, trial.block.labels
        ),
    )

    frame = check_ratings(ratings_frame(study))
    assert len(frame) == 4
    assert frame["is_simulated"].all()
