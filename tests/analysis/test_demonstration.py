"""The demo makes two studies once, one of them answered by simulated listeners."""

import pytest
import yaml

from analysis import demonstration
from generation.models import Job
from listening_tests.models import Rating, Session, Study
from listening_tests.states import StudyState
from tests.factories import make_researcher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class SilentProgress:
    """Counts the steps that are told."""

    def __init__(self):
        self.steps = []

    def step(self, title):
        self.steps.append(title)

    def update(self, fraction, note):
        assert 0.0 <= fraction <= 1.0

    def done(self):
        pass


@pytest.fixture
def small_demo(tmp_path, settings, monkeypatch):
    """Shrink the demo to seconds: its own study file with fewer words, voices and steps."""
    for name in ("CORPORA_DIR", "CHECKPOINTS_DIR", "FEATURES_DIR"):
        setattr(settings, name, tmp_path / name.lower())
    small = yaml.safe_load(demonstration.STUDY_FILE.read_text())
    small |= {"words": ["down", "go"], "clips_per_word": 1}
    small["corpus"]["voices"] = 8
    networks = small["networks"]
    networks["vocoders"] = {"wavenet": {"steps": 2}}
    for section in (*networks["classifiers"].values(), networks["prior"]):
        section["epochs"] = 1
    for block in small["blocks"]:
        block |= {"trials_per_session": 4, "ratings_per_stimulus": 2}
    path = tmp_path / "demo.yaml"
    path.write_text(yaml.safe_dump(small))
    monkeypatch.setattr(demonstration, "STUDY_FILE", path)
    monkeypatch.setattr(demonstration, "N_LISTENERS", 2)
    return make_researcher()


def test_the_demo_is_made_once(small_demo):
    first, second = SilentProgress(), SilentProgress()

    demonstration.make(progress=first, owner=small_demo.username)
    made = [model.objects.count() for model in (Study, Job, Session, Rating)]
    demonstration.make(progress=second, owner=small_demo.username)

    assert [model.objects.count() for model in (Study, Job, Session, Rating)] == made == [2, 8, 2, 24]
    assert first.steps[:4] == ["Corpus", "Networks", "Clips", "Stimuli"]
    assert second.steps == []


def test_only_the_second_study_is_answered_and_by_simulated_listeners_alone(small_demo):
    demonstration.make(progress=SilentProgress(), owner=small_demo.username)

    to_take, answered = (Study.objects.get(slug=slug) for slug in (demonstration.TO_TAKE, demonstration.ANSWERED))

    assert to_take.state == answered.state == StudyState.OPEN
    assert not to_take.sessions.exists()
    assert all(session.listener.is_simulated for session in answered.sessions.select_related("listener"))
