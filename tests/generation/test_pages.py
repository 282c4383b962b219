"""The pages of corpora, networks, clips and jobs."""

import pytest
from django.urls import reverse

from generation.models import Checkpoint, Job
from generation.models.clips import Stage
from generation.states import ItemState, JobState
from tests.factories import make_checkpoint, make_clip, make_corpus, make_job, make_judgement, make_researcher

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher():
    return make_researcher()


@pytest.fixture
def page(client, researcher):
    """Give a function that fetches a page as a researcher and returns its text."""
    client.force_login(researcher)

    def fetch(name, *arguments, status=200, **query):
        response = client.get(reverse(name, args=arguments), query)
        assert response.status_code == status
        return response.content.decode()

    return fetch


LISTS = ("corpus_list", "checkpoint_list", "clip_list", "job_list")


@pytest.mark.parametrize("name", [*LISTS, "corpus_add", "checkpoint_train"])
def test_pages_are_for_researchers_who_have_logged_in(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response.url.startswith(reverse("login"))


@pytest.mark.parametrize("name", ["clip_audio", "clip_spectrogram", "clip_detail"])
def test_clips_are_for_researchers_who_have_logged_in(client, name):
    response = client.get(reverse(name, args=[make_clip().key]))

    assert response.status_code == 302


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_what_to_do(page, name):
    assert 'class="empty"' in page(name)


def make_rows(number):
    researcher = make_researcher()
    for _ in range(number):
        corpus = make_corpus()
        checkpoint = make_checkpoint(corpus=corpus)
        clip = make_clip(corpus=corpus)
        for stage in Stage.values:
            make_judgement(clip=clip, checkpoint=checkpoint, stage=stage)
        make_job(items=2, requested_by=researcher)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(page, name, django_assert_max_num_queries):
    make_rows(2)
    with django_assert_max_num_queries(50) as for_few:
        page(name)
    make_rows(8)

    with django_assert_max_num_queries(len(for_few)):
        page(name)


def test_a_corpus_shows_its_counts_licence_and_the_files_left_out(page):
    corpus = make_corpus(
        licence="CC BY 4.0",
        counts_by_word={"down": {"training": 7, "validation": 1, "testing": 5}},
        broken_files=[{"path": "down/a_nohash_0.wav", "reason": "is silent"}],
    )

    text = page("corpus_detail", corpus.slug)

    assert "CC BY 4.0" in text
    assert (
        '<th scope="row">down</th><td class="number">7</td><td class="number">1</td><td class="number">5</td>' in text
    )
    assert "down/a_nohash_0.wav" in text
    assert "is silent" in text


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("corpus_list", None),
        ("corpus_detail", "corpus"),
        ("checkpoint_list", None),
        ("checkpoint_detail", "checkpoint"),
        ("clip_list", None),
        ("clip_detail", "clip"),
    ],
)
def test_every_page_that_rests_on_synthetic_speech_says_so(page, name, argument):
    corpus = make_corpus(is_synthetic=True)
    names = {
        "corpus": corpus.slug,
        "checkpoint": make_checkpoint(corpus=corpus).slug,
        "clip": make_clip(corpus=corpus).key,
    }

    text = page(name, *([names[argument]] if argument else []))

    assert "synthetic speech" in text


def test_a_network_shows_its_card(page):
    card = {
        "accuracy": {"validation": 0.91, "testing": 0.876},
        "seed": 42,
        "recipe": {"rate": 0.004},
        "epochs": [
            {"epoch": 1, "loss": 1.5, "validation_accuracy": 0.4, "score": 0.4},
            {"epoch": 2, "loss": 0.5, "validation_accuracy": 0.9, "score": 0.9},
        ],
    }
    checkpoint = make_checkpoint(card=card)

    text = page("checkpoint_detail", checkpoint.slug)

    assert "0.876" in text
    assert "<dd>42</dd>" in text
    assert "0.004" in text
    assert text.count("<polyline") == 2
    assert "Accuracy on the validation recordings: from 0.400 to 0.900" in text
    assert checkpoint.sha256 in text
    assert "style=" not in text


def test_a_wavenet_shows_its_loss(page):
    card = {"losses": [5.0, 3.0, 2.5], "nll": {"validation": 2.1, "validation_where_heard": 2.9}}

    text = page("checkpoint_detail", make_checkpoint(network="wavenet", role="vocoder", card=card).slug)

    assert text.count("<polyline") == 1
    assert "2.100 nats a sample" in text


def test_clips_can_be_narrowed_down_by_word_and_by_how_they_were_made(page):
    asked = {
        "source": "maximised",
        "start": "noise",
        "space": "decoder",
        "preset": "whitened",
        "vocoder": "griffin_lim",
    }
    wanted = make_clip(word="go", recipe={"request": asked})
    other_word = make_clip(word="no", recipe={"request": asked})
    other_making = make_clip(word="go")

    text = page("clip_list", word="go", source="maximised", vocoder="griffin_lim")

    assert str(wanted.key) in text
    assert str(other_word.key) not in text
    assert str(other_making.key) not in text
    assert "Maximised · Noise · Through the decoder · Whitened preset · Griffin–Lim" in text


def test_a_filter_that_cannot_be_understood_shows_all_clips(page):
    clip = make_clip()

    text = page("clip_list", vocoder="no such thing", corpus="x")

    assert str(clip.key) in text


def test_many_clips_are_cut_into_pages_that_keep_the_filter(page):
    for _ in range(27):
        make_clip(word="go")

    first = page("clip_list", word="go")

    assert first.count("<audio") == 25
    assert "?word=go&amp;page=2" in first
    assert page("clip_list", word="go", page=2).count("<audio") == 2


def test_a_clip_shows_what_classifiers_hear_before_and_after_the_vocoder(page):
    clip = make_clip(word="down")
    checkpoint = make_checkpoint(corpus=clip.corpus)
    make_judgement(clip=clip, checkpoint=checkpoint, stage="features", probabilities={"down": 0.93, "go": 0.07})
    make_judgement(clip=clip, checkpoint=checkpoint, stage="audio", probabilities={"down": 0.21, "go": 0.79})

    text = page("clip_detail", clip.key)

    assert '<span class="badge success">down</span> <span class="quiet">0.93</span>' in text
    assert '<span class="badge error">go</span> <span class="quiet">0.21</span>' in text


def judged_clip(*, judge_hears="down"):
    """Store a clip of "down" that its own classifier recognises, heard by a judge so and by a control as "go"."""
    climbed = make_checkpoint(network="paper_classifier")
    judge, control = make_checkpoint(), make_checkpoint(card={"recipe": {"epochs": 0}})
    clip = make_clip(word="down", recipe={"request": {"source": "maximised", "climbs": [climbed.slug]}})
    for checkpoint, heard in ((climbed, "down"), (judge, judge_hears), (control, "go")):
        for stage in Stage.values:
            make_judgement(clip=clip, checkpoint=checkpoint, stage=stage, probabilities={heard: 1.0})
    return clip


def test_the_panel_agrees_where_climbed_classifiers_and_judges_hear_the_word(page):
    clip = judged_clip()

    assert f'<dt>Climbs</dt><dd><a href="/generation/networks/{clip.climbed[0]}/">' in page("clip_detail", clip.key)
    for text in (page("clip_list"), page("clip_detail", clip.key)):
        assert text.count('<span class="badge success">agrees</span> <span class="quiet">2 of 2</span>') == 2


def test_the_panel_disagrees_where_a_judge_hears_another_word(page):
    clip = judged_clip(judge_hears="no")

    text = page("clip_detail", clip.key)

    assert text.count('<span class="badge error">disagrees</span> <span class="quiet">1 of 2</span>') == 2
    parts = [text.index(f'<span class="badge">{part}</span>') for part in ("climbed", "judge", "control")]
    assert parts == sorted(parts)


def test_networks_of_one_kind_in_a_panel_are_told_apart(page):
    clip = judged_clip()
    climbed, *same = [judgement.checkpoint for judgement in clip.judgements.filter(stage="audio").order_by("pk")]

    text = page("clip_list")

    assert all(f"<small>Residual classifier, {checkpoint.slug}" in text for checkpoint in same)
    assert climbed.slug not in text


def test_without_a_judge_of_another_architecture_nobody_tells_whether_a_clip_succeeds(page):
    clip = judged_clip()
    Checkpoint.objects.update(network="paper_classifier")

    # A judge of the same architecture is fooled by the same sounds.
    assert page("clip_detail", clip.key).count("no judge") == 2


def test_a_clip_is_played_in_ranges(client, researcher):
    client.force_login(researcher)
    clip = make_clip()

    response = client.get(reverse("clip_audio", args=[clip.key]), headers={"Range": "bytes=0-3"})

    assert response.status_code == 206
    assert response.content == b"fLaC"
    assert response["Content-Type"] == "audio/flac"


@pytest.mark.parametrize("name", ["clip_audio", "clip_spectrogram"])
def test_a_file_that_is_gone_is_not_found(client, researcher, name):
    client.force_login(researcher)
    clip = make_clip()
    clip.audio_path.unlink()

    assert client.get(reverse(name, args=[clip.key])).status_code == 404


def test_a_job_shows_its_items_and_why_one_failed(page):
    job = make_job(state=JobState.FAILED, error="There is no word.", finished_at=None)
    job.items.update(state=ItemState.FAILED, error="There is no word.", traceback="Traceback ...", attempt=2)

    text = page("job_detail", job.pk)

    assert "There is no word." in text
    assert "Traceback ..." in text
    assert "Try again" in text
    assert "job-progress.js" not in text


def test_a_job_that_trained_shows_the_network_and_its_learning_curve(page):
    epochs = [{"epoch": number, "loss": 2.0 / number, "validation_accuracy": 0.3 * number} for number in (1, 2, 3)]
    network = make_checkpoint(card={"epochs": epochs})
    job = make_job(state=JobState.DONE)
    job.items.update(state=ItemState.DONE, result={"checkpoint": network.pk})

    text = page("job_detail", job.pk)

    assert reverse("checkpoint_detail", args=[network.slug]) in text
    assert "from 2.000 to 0.667" in text


def test_a_job_that_rendered_plays_the_clips_of_the_parts_shown(page):
    judgement = make_judgement(stage=Stage.FEATURES)
    job = make_job(state=JobState.DONE)
    other = make_clip()
    job.items.update(state=ItemState.DONE, result={"clips": [str(judgement.clip.key)], "left_out": []})

    text = page("job_detail", job.pk)

    assert reverse("clip_audio", args=[judgement.clip.key]) in text
    assert reverse("clip_audio", args=[other.key]) not in text
    assert "1 of 1 clip made" in text


def test_an_open_job_asks_for_its_progress(page):
    job = make_job(items=4)
    job.items.filter(position=0).update(state=ItemState.DONE)

    text = page("job_detail", job.pk)

    assert '<progress value="0.2500" max="1"' in text
    assert f'data-url="/api/generation/jobs/{job.pk}/"' in text
    assert "job-progress.js" in text


def test_a_job_is_cancelled_and_asked_for_again_with_buttons(client, researcher):
    client.force_login(researcher)
    job = make_job()

    client.post(reverse("job_cancel", args=[job.pk]))
    after_cancelling = Job.objects.get().state
    client.post(reverse("job_retry", args=[job.pk]))

    assert after_cancelling == JobState.CANCELLED
    assert Job.objects.get().state == JobState.PENDING


@pytest.mark.parametrize("name", ["job_cancel", "job_retry"])
def test_work_that_is_done_is_neither_cancelled_nor_done_again(client, researcher, name):
    client.force_login(researcher)
    job = make_job(state=JobState.DONE)

    response = client.post(reverse(name, args=[job.pk]), follow=True)

    assert 'class="notice error"' in response.content.decode()
    assert Job.objects.get().state == JobState.DONE


@pytest.mark.parametrize("name", ["job_cancel", "job_retry"])
def test_following_a_link_changes_no_job(client, researcher, name):
    client.force_login(researcher)

    assert client.get(reverse(name, args=[make_job().pk])).status_code == 405


def test_a_corpus_is_added_from_a_folder_by_a_job(client, researcher, tmp_path):
    client.force_login(researcher)

    response = client.post(reverse("corpus_add"), {"folder": str(tmp_path), "words": "yes, no"})

    job = Job.objects.get()
    assert response.url == reverse("job_detail", args=[job.pk])
    assert job.kind == "open_corpus"
    assert job.requested_by == researcher
    assert job.items.get().parameters == {"folder": str(tmp_path), "words": ["no", "yes"], "skip_broken": False}


def test_a_network_is_trained_by_a_job(client, researcher):
    client.force_login(researcher)
    corpus = make_corpus()
    asked = {"corpus": corpus.pk, "network": "residual_classifier", "features": "wideband", "epochs": 3, "seed": 7}

    response = client.post(reverse("checkpoint_train"), asked)

    job = Job.objects.get()
    assert response.url == reverse("job_detail", args=[job.pk])
    assert job.items.get().parameters["settings"] == {"epochs": 3}


@pytest.mark.parametrize(("network", "missing"), [("residual_classifier", "epochs"), ("wavenet", "steps")])
def test_how_long_to_train_must_be_said(client, researcher, network, missing):
    client.force_login(researcher)
    asked = {"corpus": make_corpus().pk, "network": network, "features": "wideband", "seed": 7}

    response = client.post(reverse("checkpoint_train"), asked)

    assert response.status_code == 400
    assert f"Say how many {missing} this network is trained for." in response.content.decode()
    assert not Job.objects.exists()
