"""What jobs do: real corpora, networks and clips, small ones."""

import errno
import hashlib
from pathlib import Path

import numpy
import pytest
import soundfile
from django.core.management import CommandError, call_command
from django.urls import reverse

from generation.actions.checkpoints import CannotBeTrained, request_training
from generation.actions.clips import (
    ClipNetworks,
    ClipsAreMissing,
    ClipsCannotBeMade,
    SystemHasNoClip,
    clip_digest,
    find_clips,
    request_clips,
)
from generation.actions.corpora import CorpusSourceIsUnclear, request_corpus
from generation.actions.jobs import run_job_here
from generation.actions.shipped import register_shipped, ship
from generation.models import Checkpoint, Clip, Corpus, Job, Judgement
from generation.states import JobState
from generation.tasks import clip_shelf
from tests.factories import make_checkpoint, make_corpus, make_researcher
from tests.generation.engine.small_corpus import write_buzzing_corpus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    for name in ("CORPORA_DIR", "CHECKPOINTS_DIR", "FEATURES_DIR", "CLIPS_DIR"):
        folder = tmp_path / name
        folder.mkdir()
        setattr(settings, name, folder)
    settings.DEVICE = "cpu"


@pytest.fixture
def folder(tmp_path):
    return write_buzzing_corpus(tmp_path / "buzzes")


def work(job):
    ended = run_job_here(job, lambda fraction, note: None)
    assert ended.state == JobState.DONE, ended.error
    return ended


def open_folder(folder):
    _, job = request_corpus(source={"folder": str(folder)})
    work(job)
    return request_corpus(source={"folder": str(folder)})[0]


def train(corpus, network="residual_classifier", seed=1):
    request = {"corpus": corpus, "network": network, "features": "narrowband", "settings": {"epochs": 1}, "seed": seed}
    checkpoint, job = request_training(**request)
    if job is not None:
        work(job)
        checkpoint, _ = request_training(**request)
    return checkpoint


NATURAL = {"source": "natural", "take": 0, "seed": 1}
FROM_NOISE = {
    "source": "maximised", "start": "noise", "space": "features", "preset": "paper", "vocoder": "griffin_lim",
    "take": 0, "seed": 1,
}  # fmt: skip


def clip_wishes(corpus, *makings):
    panel = [train(corpus), train(corpus, "temporal_classifier")]
    searched = {"climbs": [panel[0].slug]}
    requests = [
        {**making, **(searched if making["source"] == "maximised" else {}), "word": word}
        for making in makings
        for word in corpus.words
    ]
    return {"corpus": corpus, "features": "narrowband", "requests": requests, "networks": ClipNetworks(panel)}


def files_in(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def test_a_folder_becomes_a_corpus_once(folder):
    corpus = open_folder(folder)
    again, job = request_corpus(source={"folder": str(folder)})

    assert (again, job) == (corpus, None)
    assert corpus.words == ["high", "low"]
    assert corpus.counts == {"training": 8, "validation": 4, "testing": 4}
    assert corpus.counts_by_word["low"] == {"training": 4, "validation": 2, "testing": 2}
    assert corpus.path == folder


def test_a_corpus_is_spoken_where_none_was_recorded(settings, capsys):
    told = []
    source = {"make": "espeak", "voices": 6}

    _, job = request_corpus(source=source, words=["yes", "no"])
    ended = run_job_here(job, lambda fraction, note: told.append((fraction, note)))
    corpus, _ = request_corpus(source=source, words=["no", "yes"])

    assert ended.state == JobState.DONE, ended.error
    assert corpus.is_synthetic
    assert corpus.words == ["no", "yes"]
    assert corpus.path.parent == settings.CORPORA_DIR
    assert any(0 < fraction < 0.8 for fraction, _ in told)
    assert capsys.readouterr().out == ""


def test_a_corpus_needs_one_source():
    with pytest.raises(CorpusSourceIsUnclear, match="exactly one"):
        request_corpus(source={"folder": "a", "fetch": "speech-commands"})


def test_a_folder_that_is_not_there_fails_the_job_and_asking_again_tells_of_it(tmp_path):
    _, job = request_corpus(source={"folder": str(tmp_path / "nowhere")})

    ended = run_job_here(job, lambda fraction, note: None)
    corpus, told = request_corpus(source={"folder": str(tmp_path / "nowhere")})

    assert ended.state == JobState.FAILED
    assert "There is no folder" in ended.error
    assert (corpus, told) == (None, ended)


def test_broken_files_are_left_out_by_choice_alone(folder):
    (folder / "low" / "talker0_nohash_0.wav").write_bytes(b"this is no sound")

    _, strict = request_corpus(source={"folder": str(folder)})
    strict = run_job_here(strict, lambda fraction, note: None)
    _, lenient = request_corpus(source={"folder": str(folder), "skip_broken": True})
    work(lenient)

    assert strict.state == JobState.FAILED
    assert "low/talker0_nohash_0.wav" in strict.error
    assert [file["path"] for file in Corpus.objects.get().broken_files] == ["low/talker0_nohash_0.wav"]


def test_training_leaves_one_checkpoint_with_its_card(folder, settings):
    corpus = open_folder(folder)

    checkpoint = train(corpus)
    again = train(corpus)

    assert again == checkpoint
    assert checkpoint.role == "classifier"
    assert set(checkpoint.card["accuracy"]) == {"validation", "testing"}
    assert hashlib.sha256(checkpoint.path.read_bytes()).hexdigest() == checkpoint.sha256
    assert len(files_in(settings.CHECKPOINTS_DIR)) == 2
    assert Job.objects.filter(kind="train_network").count() == 1


def test_training_on_recordings_that_changed_is_refused(folder):
    corpus = open_folder(folder)
    changed = folder / "low" / "talker0_nohash_0.wav"
    samples, rate = soundfile.read(changed)
    soundfile.write(changed, samples / 2, rate)

    _, job = request_training(
        corpus=corpus, network="residual_classifier", features="narrowband", settings={"epochs": 1}, seed=1
    )
    ended = run_job_here(job, lambda fraction, note: None)

    assert ended.state == JobState.FAILED
    assert "are not those that were there when the corpus was added" in ended.error


@pytest.mark.parametrize(("network", "features"), [("no such network", "paper"), ("wavenet", "no such features")])
def test_only_what_the_catalogue_knows_is_trained(network, features):
    with pytest.raises(CannotBeTrained, match="choose one of"):
        request_training(corpus=make_corpus(), network=network, features=features, settings={"epochs": 1}, seed=1)


def test_clips_are_rendered_with_their_files_recipes_and_judgements(folder, settings):
    wishes = clip_wishes(open_folder(folder), NATURAL, FROM_NOISE)

    work(request_clips(**wishes))

    clips = find_clips(**wishes)
    assert [(clip.word, clip.request["source"]) for clip in clips] == [
        ("high", "natural"), ("low", "natural"), ("high", "maximised"), ("low", "maximised"),
    ]  # fmt: skip
    for clip in clips:
        sound = soundfile.info(clip.audio_path)
        assert (sound.format, sound.subtype, sound.samplerate) == ("FLAC", "PCM_16", clip.sample_rate)
        assert sound.duration == pytest.approx(clip.duration)
        assert hashlib.sha256(clip.audio_path.read_bytes()).hexdigest() == clip.sha256
        assert numpy.load(clip.features_path).shape == (80, 90)
        assert clip.spectrogram_path.read_bytes().startswith(b"\x89PNG")
        assert clip.word not in clip.audio
    assert Judgement.objects.count() == 4 * 2 * 2
    assert len(files_in(settings.CLIPS_DIR)) == 3 * len(clips)


def test_a_shipped_network_makes_clips_without_any_training(folder, settings, tmp_path):
    settings.SHIPPED_DIR = tmp_path / "shipped"
    corpus = open_folder(folder)
    trained = train(corpus, "half_autoencoder")
    ship(checkpoint=trained, name="small-prior")
    trained.delete()

    prior = register_shipped(name="small-prior")
    panel = [train(corpus)]
    requests = [{"source": "reconstruction", "vocoder": "griffin_lim", "word": "low", "take": 0, "seed": 1}]
    wishes = {"corpus": corpus, "features": "narrowband", "requests": requests, "networks": ClipNetworks(panel, prior)}
    work(request_clips(**wishes))

    assert prior.corpus == corpus
    assert find_clips(**wishes)[0].recipe["prior_sha256"] == prior.sha256


def test_clips_that_are_there_are_not_made_again(folder):
    wishes = clip_wishes(open_folder(folder), NATURAL)
    work(request_clips(**wishes))

    more = {**wishes, "requests": [*wishes["requests"], {**NATURAL, "word": "low", "take": 1}]}
    job = request_clips(**more)
    nothing = request_clips(**wishes)
    work(job)

    assert nothing is None
    assert job.title.startswith("Render 1 clips")
    assert Clip.objects.count() == 3


def test_a_clip_that_two_jobs_were_asked_for_is_kept_once(folder, settings):
    wishes = clip_wishes(open_folder(folder), NATURAL)
    fewer = {**wishes, "requests": wishes["requests"][:1]}
    jobs = [request_clips(**wishes), request_clips(**fewer)]

    for job in jobs:
        work(job)

    assert Clip.objects.count() == 2
    assert len(files_in(settings.CLIPS_DIR)) == 6


def digest_with(panel, climbs=(0,), **networks):
    """Return the digest of a clip that climbs the panel's classifiers at these positions."""
    request = {**FROM_NOISE, "word": "down", "climbs": [panel[position].slug for position in climbs]}
    return clip_digest(
        corpus=panel[0].corpus, features="narrowband", request=request, networks=ClipNetworks(panel, **networks)
    )


def test_other_networks_make_another_clip_only_where_they_matter():
    corpus = make_corpus()
    first, second, prior = (make_checkpoint(corpus=corpus) for _ in range(3))
    plain = digest_with([first, second])

    assert digest_with([first, second], prior=prior, vocoders={"wavenet": prior}) == plain
    assert digest_with([second, first], climbs=[1]) == plain
    others = [digest_with([first]), digest_with([first, second], climbs=[1]), digest_with([first, second], [0, 1])]
    assert len({plain, *others}) == 4


def test_clips_not_made_yet_are_missing(folder):
    wishes = clip_wishes(open_folder(folder), NATURAL)

    with pytest.raises(ClipsAreMissing, match="2 of 2"):
        find_clips(**wishes)


def wishes_for_errors(folder, epochs):
    """Wish for two clips of each word that start where a classifier errs; one that learnt nothing errs somewhere."""
    corpus = open_folder(folder)
    settings = {"epochs": epochs}
    training = {"corpus": corpus, "network": "temporal_classifier", "features": "narrowband", "settings": settings}
    work(request_training(**training, seed=1)[1])
    classifier, _ = request_training(**training, seed=1)
    making = {**FROM_NOISE, "start": "misclassified", "climbs": [classifier.slug]}
    requests = [{**making, "word": word, "take": take} for word in corpus.words for take in range(2)]
    return {"corpus": corpus, "features": "narrowband", "requests": requests, "networks": ClipNetworks([classifier])}


def test_clips_left_out_are_told_counted_and_not_asked_for_again(folder, client, caplog):
    wishes = wishes_for_errors(folder, epochs=0)

    job = work(request_clips(**wishes))

    (item,) = job.items.all()
    clips = find_clips(**wishes)
    assert [clip is None for clip in clips].count(True) == len(item.result["left_out"]) == 2
    assert len({clip.word for clip in clips if clip is not None}) == 1
    assert "2 of 4 clips are left out" in caplog.text
    assert request_clips(**wishes) is None
    client.force_login(make_researcher())
    assert "2 clips left out" in client.get(reverse("job_detail", args=[job.pk])).content.decode()


def test_a_system_of_which_everything_was_left_out_is_told_of(folder):
    wishes = wishes_for_errors(folder, epochs=0)
    work(request_clips(**wishes))
    heard_right = next(
        request["word"]
        for request, clip in zip(wishes["requests"], find_clips(**wishes), strict=True)
        if clip is None
    )  # fmt: skip

    less = {**wishes, "requests": [each for each in wishes["requests"] if each["word"] == heard_right]}
    work(request_clips(**less))

    with pytest.raises(SystemHasNoClip, match=r"None of 2 clips with the start misclassified.*Choose another start"):
        find_clips(**less)


def test_a_classifier_without_any_error_fails_the_job_with_what_to_do(folder):
    wishes = wishes_for_errors(folder, epochs=12)

    job = run_job_here(request_clips(**wishes), lambda fraction, note: None)

    assert job.state == JobState.FAILED
    assert "choose another start" in job.error


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": "broadband"}, "no features 'broadband'"),
        ({"requests": [{**NATURAL, "word": "sideways"}]}, "no recordings of sideways"),
        ({"networks": ClipNetworks([])}, "No classifier"),
        ({"requests": [{**FROM_NOISE, "word": "down", "climbs": ["nobody"]}]}, "is to climb nobody"),
    ],
)
def test_clips_that_cannot_be_made_are_refused_when_asked_for(change, message):
    corpus = make_corpus()
    wishes = {
        "corpus": corpus,
        "features": "narrowband",
        "requests": [{**NATURAL, "word": "down"}],
        "networks": ClipNetworks([make_checkpoint(corpus=corpus)]),
    }

    with pytest.raises(ClipsCannotBeMade, match=message):
        request_clips(**{**wishes, **change})


def test_a_full_disk_leaves_nothing_half_written_and_says_where_to_make_room(folder, settings, monkeypatch):
    wishes = clip_wishes(open_folder(folder), NATURAL)
    write, written = clip_shelf.ClipShelf._write, []

    def write_until_full(shelf, name, content):
        written.append(name)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(shelf, name, content)

    monkeypatch.setattr(clip_shelf.ClipShelf, "_write", write_until_full)
    job = run_job_here(request_clips(**wishes), lambda fraction, note: None)

    assert job.state == JobState.FAILED
    assert f"There is no room for clips in {settings.CLIPS_DIR}" in job.error
    assert "bytes are free" in job.error
    assert files_in(settings.CLIPS_DIR) == []
    assert not Clip.objects.exists()
    assert len(written) == 3


def test_what_an_attempt_that_was_killed_left_aside_is_removed(tmp_path):
    left = tmp_path / clip_shelf.UNFINISHED / "17-1"
    left.mkdir(parents=True)
    (left / "half.flac").touch()

    with clip_shelf.ClipShelf(tmp_path, "17-2").filling():
        pass

    assert files_in(tmp_path) == []


def test_the_whole_way_goes_from_the_terminal(folder, capsys):
    call_command("add_corpus", folder)
    corpus = Corpus.objects.get()
    call_command("train", corpus.slug, "residual_classifier", features="narrowband", epochs=1, shuffled_labels=True)
    checkpoint = Checkpoint.objects.get()

    call_command("render", panel=[checkpoint.slug], source="natural")
    call_command(
        "render", panel=[checkpoint.slug], climbs=[checkpoint.slug], source="maximised", start="other_word",
        from_word="low", space="features", preset="paper", vocoder="griffin_lim", words=["high"],
    )  # fmt: skip
    call_command("jobs")

    told = capsys.readouterr().out
    assert "2 words, 8 training, 4 validation, 4 testing" in told
    assert "testing accuracy" in told
    assert checkpoint.is_control
    assert all(str(clip.audio_path) in told for clip in Clip.objects.all())
    assert "done       100% 1/1 Render 2 clips" in told
    assert Clip.objects.get(recipe__request__from_word="low").climbed == [checkpoint.slug]


def test_clips_are_not_rendered_without_the_corpus_of_the_panel():
    checkpoint = make_checkpoint(corpus=None)

    with pytest.raises(CommandError, match=f"The corpus that {checkpoint.slug} was trained on is not here"):
        call_command("render", panel=[checkpoint.slug], source="natural")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["add_corpus", "/no/such/folder"], "There is no folder"),
        (["train", "nothing", "residual_classifier", "--epochs", "1"], "no corpus 'nothing'"),
        (["train", "nothing", "wavenet", "--epochs", "1"], "--steps"),
        (["train", "nothing", "residual_classifier", "--epochs=-1"], "from 0 up"),
        (["train", "nothing", "wavenet", "--steps", "0"], "from 1 up"),
        (["render", "--panel", "nothing", "--source", "natural"], "no checkpoint 'nothing'"),
        (["jobs", "cancel", "77"], "no job 77"),
        (["jobs", "retry"], "Say which jobs"),
    ],
)
def test_a_command_says_what_is_wrong_with_what_it_was_given(command, message):
    with pytest.raises(CommandError, match=message):
        call_command(*command)


def test_a_network_that_knows_talkers_is_asked_for_a_talker(tmp_path):
    corpus = open_folder(write_buzzing_corpus(tmp_path / "many", takes=6))
    request = {"corpus": corpus, "features": "narrowband", "settings": {"epochs": 1, "labels": "talkers"}, "seed": 1}
    panel = []
    for network in ("residual_classifier", "temporal_classifier"):
        _, job = request_training(network=network, **request)
        work(job)
        panel.append(request_training(network=network, **request)[0])
    wish = {**FROM_NOISE, "climbs": [panel[0].slug], "word": "talker2"}
    asked = {"corpus": corpus, "features": "narrowband", "requests": [wish], "networks": ClipNetworks(panel)}

    work(request_clips(**asked))

    (clip,) = find_clips(**asked)
    assert clip.word == "talker2"
    assert set(clip.judgements.first().probabilities) == {f"talker{number}" for number in range(4)}
    with pytest.raises(ClipsCannotBeMade, match="no recordings of low: choose among talker0"):
        request_clips(**{**asked, "requests": [{**wish, "word": "low"}]})
