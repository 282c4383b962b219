"""A study's sounds are prepared: alike from outside, recorded, and made once."""

import hashlib
from pathlib import Path

import numpy
import pytest
import soundfile
from django.conf import settings
from django.utils import timezone

from listening_tests.actions.preparing_sounds import SoundCannotBePrepared, keep_made_sound, prepare_sounds
from listening_tests.actions.studies import StudyCannotOpen, open_study
from listening_tests.checks.items import CheckSound
from listening_tests.roles import Role
from listening_tests.sounds.loudness import integrated_loudness
from tests.factories import make_block, make_clip, make_stimulus, make_study
from tests.listening_tests.sounds.signals import band_db, noise, tone

pytestmark = pytest.mark.django_db


def make_sound_of(block, sound, rate=16_000, **fields):
    """Store a stimulus whose clip is this sound."""
    clip = make_clip()
    soundfile.write(clip.audio_path, sound, rate)
    return make_unprepared(block=block, clip=clip, **fields)


def make_unprepared(**fields):
    return make_stimulus(**{"audio": "", "sha256": "", **fields})


@pytest.fixture
def block():
    return make_block(study=make_study(), method="mushra")


def prepared(block):
    prepare_sounds(study=block.study)
    return list(block.stimuli.order_by("pk"))


def test_all_files_of_a_block_have_one_size_header_and_loudness(block):
    make_sound_of(block, noise(0.7, 16_000, amplitude=0.01), system="natural")
    make_sound_of(block, tone(400, 0.45, 22_050), rate=22_050, system="robot")

    files = [stimulus.audio_path.read_bytes() for stimulus in prepared(block)]

    assert len({len(content) for content in files}) == len({content[:44] for content in files}) == 1
    for stimulus in block.stimuli.all():
        samples, rate = soundfile.read(stimulus.audio_path)
        assert (rate, stimulus.seconds) == (22_050, pytest.approx(0.7))
        assert integrated_loudness(samples, rate) == pytest.approx(-23, abs=0.2)


def test_what_was_done_to_a_sound_is_recorded(block):
    make_sound_of(block, noise(0.5, 16_000, amplitude=0.01))

    (stimulus,) = prepared(block)

    before, _ = soundfile.read(stimulus.clip.audio_path)
    after, _ = soundfile.read(stimulus.audio_path)
    assert stimulus.sha256 == hashlib.sha256(stimulus.audio_path.read_bytes()).hexdigest()
    assert after == pytest.approx(before * 10 ** (stimulus.gain_db / 20), abs=1e-4)


def test_a_file_lies_under_a_name_that_tells_nothing(block):
    stimulus = make_sound_of(block, noise(0.5, 16_000), system="robot")

    prepare_sounds(study=block.study)

    stimulus.refresh_from_db()
    folder, _shelf, name = Path(stimulus.audio).parts
    assert folder == "prepared"
    assert set(name.removesuffix(".wav")) <= set("0123456789abcdef")
    assert stimulus.clip.sha256 not in stimulus.audio


def test_an_anchor_is_made_from_its_clip_and_the_hidden_reference_is_the_reference(block):
    reference = make_sound_of(block, noise(0.5, 16_000), role=Role.REFERENCE)
    make_unprepared(block=block, clip=reference.clip, role=Role.HIDDEN_REFERENCE)
    make_unprepared(block=block, clip=reference.clip, role=Role.ANCHOR, system="anchor-3500")

    first, hidden, anchor = prepared(block)

    assert first.audio == hidden.audio
    samples, rate = soundfile.read(anchor.audio_path)
    assert band_db(samples, rate, 4_100, 8_000) < band_db(samples, rate, 100, 3_400) - 50


def test_a_sound_that_the_platform_made_follows_the_clips(block):
    make_sound_of(block, noise(0.5, 16_000))
    spoken = CheckSound(tone(400, 0.9, 22_050), 22_050)
    make_unprepared(block=block, role=Role.TRAP, audio=keep_made_sound(spoken))
    block.stimuli.filter(role=Role.TRAP).update(clip=None)

    clip, trap = prepared(block)

    assert soundfile.info(trap.audio_path).samplerate == 16_000
    assert soundfile.info(clip.audio_path).duration == pytest.approx(0.9)
    assert clip.audio_path.stat().st_size == trap.audio_path.stat().st_size


def test_preparing_again_does_nothing(block, monkeypatch):
    make_sound_of(block, noise(0.5, 16_000))
    prepare_sounds(study=block.study)
    monkeypatch.setattr("listening_tests.actions.preparing_sounds.prepare_stimulus", None)

    prepare_sounds(study=block.study)


def test_what_is_the_same_is_made_once(block, monkeypatch):
    sound = noise(0.5, 16_000)
    for system in ("natural", "copy", "robot"):
        make_sound_of(block, sound, system=system)

    audio = {stimulus.audio for stimulus in prepared(block)}

    assert len(audio) == 1
    assert len(list(Path(settings.CLIPS_DIR, "prepared").rglob("*.wav"))) == 1


def test_a_clip_that_is_gone_is_told_and_nothing_is_stored(block):
    make_sound_of(block, noise(0.5, 16_000), system="natural")
    gone = make_sound_of(block, noise(0.5, 16_000), system="robot", word="go")
    gone.clip.audio_path.unlink()

    with pytest.raises(SoundCannotBePrepared, match=r"robot: go.*Restore HEARSAY_CLIPS"):
        prepare_sounds(study=block.study)

    assert not block.stimuli.exclude(sha256="").exists()


def test_blocks_are_prepared_each_for_itself():
    study = make_study()
    for seconds in (0.5, 0.8):
        make_sound_of(make_block(study=study), noise(seconds, 16_000))

    prepare_sounds(study=study)

    assert [block.stimuli.get().seconds for block in study.blocks.order_by("pk")] == [0.5, 0.8]
    assert numpy.all([block.stimuli.get().audio_path.is_file() for block in study.blocks.all()])


def test_a_study_cannot_open_before_its_sounds_are_prepared(block):
    make_sound_of(block, noise(0.5, 16_000))

    with pytest.raises(StudyCannotOpen) as told:
        open_study(study=block.study, now=timezone.now())
    prepare_sounds(study=block.study)
    with pytest.raises(StudyCannotOpen) as told_later:
        open_study(study=block.study, now=timezone.now())

    assert "1 of 1 sounds unprepared" in str(told.value)
    assert "unprepared" not in str(told_later.value)
