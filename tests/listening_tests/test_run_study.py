"""`run_study` takes a study file all the way, with the real engine at a size of seconds."""

from collections import Counter

import pytest
import yaml
from django.core.management import CommandError, call_command

from generation.models import Checkpoint, Clip, Job, Judgement
from listening_tests.models import Study
from listening_tests.states import StudyState
from tests.generation.engine.small_corpus import write_buzzing_corpus

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SYSTEMS = [
    {"slug": "natural", "title": "Natural", "source": "natural"},
    {"slug": "copy", "title": "Copy synthesis", "source": "copy_synthesis", "vocoder": "wavenet"},
    {"slug": "direct", "title": "Classifier", "source": "maximised", "climbs": ["one"], "start": "noise",
     "space": "features", "preset": "paper", "vocoder": "griffin_lim"},
    {"slug": "decoder", "title": "Decoder", "source": "maximised", "climbs": ["one", "two"], "start": "recording",
     "space": "decoder", "preset": "whitened", "vocoder": "griffin_lim"},
]  # fmt: skip

SMALL = {
    "hearsay": 1,
    "slug": "small",
    "title": "A small study",
    "words": ["no", "yes"],
    "corpus": {"make": "espeak", "voices": 8},
    "features": "narrowband",
    "networks": {
        "classifiers": {
            "one": {"network": "temporal_classifier", "epochs": 1},
            "two": {"network": "temporal_classifier", "epochs": 1, "seed": 2},
            "other": {"network": "residual_classifier", "epochs": 1},
        },
        "prior": {"network": "half_autoencoder", "epochs": 1},
        "vocoders": {"wavenet": {"steps": 2}},
    },
    "systems": SYSTEMS,
    "blocks": [
        {"method": "class_identification", "title": "Which?", "trials_per_session": 4, "ratings_per_stimulus": 2},
        {"method": "acr", "title": "How good?", "trials_per_session": 4, "ratings_per_stimulus": 2},
    ],
}


@pytest.fixture
def study_file(tmp_path, settings):
    settings.CORPORA_DIR = tmp_path / "corpora"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.FEATURES_DIR = tmp_path / "features"
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    return path


def test_a_study_file_becomes_an_open_study_once(study_file, capsys):
    call_command("run_study", study_file)
    made = [Job.objects.count(), Checkpoint.objects.count(), Clip.objects.count()]

    call_command("run_study", study_file)

    study = Study.objects.get()
    assert study.state == StudyState.OPEN
    assert [block.stimuli.count() for block in study.blocks.order_by("position")] == [8, 8]
    assert made == [Job.objects.count(), Checkpoint.objects.count(), Clip.objects.count()] == [7, 5, 8]
    # The whole panel judges each clip, on its features and on its audio.
    assert Judgement.objects.count() == 8 * 3 * 2
    assert {len(clip.climbed) for clip in Clip.objects.filter(recipe__request__space="decoder")} == {2}
    assert all(clip.corpus.is_synthetic and clip.audio_path.is_file() for clip in Clip.objects.all())


def test_the_papers_study_is_rendered_and_opened_at_a_size_of_seconds(study_file, settings, tmp_path):
    paper = settings.BASE_DIR / "studies" / "paper.yaml"
    small = {
        "extends": str(paper),
        **{name: SMALL[name] for name in ("features", "blocks")},
        "slug": "small-paper",
        "words": ["high", "low"],
        "corpus": {"folder": str(write_buzzing_corpus(tmp_path / "buzzes"))},
        "networks": {
            "classifiers": {
                "paper": {"network": "paper_classifier", "recipe": "paper", "epochs": 1},
                "temporal": {"network": "temporal_classifier", "epochs": 1},
                "shuffled": {"network": "temporal_classifier", "epochs": 1, "shuffled_labels": True},
            },
            "prior": {"network": "half_autoencoder", "epochs": 1},
        },
        # Sampling a WaveNet six times takes too long here; the study above samples one.
        "systems": [{**system, "vocoder": "griffin_lim"} for system in yaml.safe_load(paper.read_text())["systems"]],
        "clips_per_word": 1,
    }
    study_file.write_text(yaml.safe_dump(small))

    call_command("run_study", study_file)

    study = Study.objects.get(slug="small-paper")
    assert study.state == StudyState.OPEN
    assert Clip.objects.count() == 6 * 2
    parts = Counter(judgement.part() for judgement in Judgement.objects.select_related("clip", "checkpoint"))
    # Eight clips climb the paper's classifier; it judges the four others.
    assert parts == {"own": 8 * 2, "judge": (12 + 4) * 2, "control": 12 * 2}


def test_a_job_that_fails_stops_the_run_and_a_later_run_goes_on(study_file, tmp_path, settings):
    settings.CLIPS_DIR = tmp_path / "in the way"
    settings.CLIPS_DIR.write_text("a file where a folder should be")

    with pytest.raises(CommandError, match=r"Clips: the job \d+ .* has failed"):
        call_command("run_study", study_file)
    settings.CLIPS_DIR.unlink()
    call_command("jobs", "retry", str(Job.objects.get(kind="render_clips").pk))
    call_command("run_study", study_file)

    assert Study.objects.get().state == StudyState.OPEN
    assert Clip.objects.count() == 8


def test_a_wrong_study_file_changes_nothing(study_file):
    study_file.write_text(study_file.read_text().replace("acr", "mos"))

    with pytest.raises(CommandError, match="'mos' is not a test method"):
        call_command("run_study", study_file)

    assert not Study.objects.exists()


def test_a_study_needs_an_owner_who_exists(study_file):
    with pytest.raises(CommandError, match="invite_researcher nobody"):
        call_command("run_study", study_file, owner="nobody")


def test_a_study_file_can_be_checked_without_running_it(study_file, capsys):
    call_command("run_study", study_file, check=True)

    assert "is a valid study file" in capsys.readouterr().out
    assert not Study.objects.exists()
