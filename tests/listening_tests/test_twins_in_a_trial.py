"""Somebody who fetches all sounds of a trial cannot find out by their bytes which of them are the same."""

import hashlib
import io
import itertools

import numpy
import pytest
import soundfile
from django.urls import reverse

from listening_tests.models import Presentation, Stimulus
from tests import factories

pytestmark = pytest.mark.django_db


def unlike_each_other(study):
    """Give each clip of a study noise of its own, as long as the others."""
    for number, path in enumerate({each.audio_path for each in Stimulus.objects.filter(block__study=study)}):
        noise = numpy.random.default_rng(number).normal(0, 0.1, 4800)
        soundfile.write(path, noise.clip(-1, 1), 16_000, subtype="PCM_16")
    Stimulus.objects.update(sha256="")


@pytest.fixture(params=["abx", "mushra"])
def sounds(request, client):
    """Fetch all sounds of a trial: each presentation's body."""
    study = factories.make_open_study(methods=[request.param], systems=("natural", "robot"), words=("down",),
                                      block={"trials_per_session": 1})  # fmt: skip
    unlike_each_other(study)
    presentations = factories.make_session(study=study).next_trial().presentations.order_by("position")
    return {each: client.get(reverse("sound", args=[each.key])).content for each in presentations}


def twins(sounds):
    """Return the pairs of a trial's sounds that are copies of one clip."""
    by_clip = {}
    for presentation in sounds:
        by_clip.setdefault(presentation.stimulus.clip_id, []).append(presentation)
    return [pair for same in by_clip.values() for pair in itertools.pairwise(same)]


def samples(body):
    return soundfile.read(io.BytesIO(body))[0]


def test_no_two_sounds_have_the_same_bytes_and_all_are_as_long(sounds):
    assert twins(sounds)
    assert len(set(sounds.values())) == len(sounds)
    assert len({len(body) for body in sounds.values()}) == 1


def test_neither_have_they_their_samples_in_common(sounds):
    assert len({samples(body).tobytes() for body in sounds.values()}) == len(sounds)


def test_twins_are_the_same_sound_at_the_same_sample(sounds):
    for one, other in twins(sounds):
        first, second = samples(sounds[one]), samples(sounds[other])
        correlation = numpy.corrcoef(first, second)[0, 1]
        shifts = numpy.correlate(first, second, mode="full")
        assert correlation > 0.999_999
        assert shifts.argmax() == len(first) - 1


def test_the_hashes_of_what_was_sent_differ_and_that_of_the_file_is_kept(sounds):
    sent = Presentation.objects.in_bulk()

    for presentation, body in sounds.items():
        stored = sent[presentation.pk]
        assert stored.delivered_sha256 == hashlib.sha256(body).hexdigest()
        assert stored.file_sha256 == hashlib.sha256(presentation.stimulus.audio_path.read_bytes()).hexdigest()
    for one, other in twins(sounds):
        assert sent[one.pk].file_sha256 == sent[other.pk].file_sha256
    assert len({each.delivered_sha256 for each in sent.values()}) == len(sounds)


def test_parts_fetched_one_by_one_are_the_parts_of_one_file(sounds, client):
    for presentation, body in sounds.items():
        address, middle = reverse("sound", args=[presentation.key]), len(body) // 2
        ranges = (f"bytes=0-{middle - 1}", f"bytes={middle}-")
        parts = [client.get(address, headers={"range": each}).content for each in ranges]

        assert b"".join(parts) == body


def test_the_noise_takes_the_servers_secret(sounds, client, settings):
    presentation, body = next(iter(sounds.items()))

    settings.SECRET_KEY = "of another server"

    assert client.get(reverse("sound", args=[presentation.key])).content != body
