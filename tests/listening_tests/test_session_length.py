"""What the consent page says of the length is what a session then holds."""

import pytest

from listening_tests.models import Presentation
from listening_tests.roles import Role, TrialRole
from listening_tests.session_length import n_sounds_per_session
from tests import factories

pytestmark = pytest.mark.django_db

CHECKED = [
    {"check": "gold", "system": "natural", "trials": 2},
    {"check": "repeats", "trials": 3},
]


def make_study_with_everything():
    """Store a study of samples, two golds, three wanted repeats of which one has room, and practice."""
    training = {"training": {"trials": 2}}
    study = factories.make_open_study(
        methods=["acr"], block={"trials_per_session": 3, "settings": training}, protocol={"screenings": CHECKED}
    )
    for role, trial_role, n in ((Role.GOLD, TrialRole.GOLD, 4), (Role.TRAINING, TrialRole.TRAINING, 2)):
        for _ in range(n):
            stimulus = factories.make_stimulus(block=study.blocks.get(), role=role, expected="5", tolerance=1)
            factories.make_set(stimulus=stimulus, role=trial_role)
    return study


def test_practice_golds_and_repeats_are_counted():
    study = make_study_with_everything()

    told = n_sounds_per_session(study)

    factories.make_session(study=study)
    assert told == Presentation.objects.count() == 2 + 3 + 2 + 1


@pytest.mark.parametrize("method", ["abx", "mushra", "dcr", "best_worst"])
def test_every_sound_of_a_trial_is_counted(method):
    systems = ("natural", "robot", "whisper")
    block = {"trials_per_session": 2, "settings": {"training": None}}
    study = factories.make_open_study(methods=[method], systems=systems, block=block)

    told = n_sounds_per_session(study)

    factories.make_session(study=study)
    assert told == Presentation.objects.count() > 2


def test_it_takes_two_queries_whatever_the_number_of_blocks(django_assert_num_queries):
    study = factories.make_open_study(methods=["acr", "abx", "class_identification"], block={"trials_per_session": 2})

    with django_assert_num_queries(2):
        n_sounds_per_session(study)
