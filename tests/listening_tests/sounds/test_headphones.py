"""Headphone checks: what sounds different over headphones and over loudspeakers really does."""

import numpy
import pytest
import soundfile

from listening_tests.sounds import headphones_huggins as huggins
from listening_tests.sounds import headphones_woods as woods
from listening_tests.sounds.wav_file import wav_bytes, write_whole
from tests.listening_tests.sounds.signals import band_db, level_db


def intervals_of(sound, module, seconds):
    """Return the middle of each of three intervals, without its edges."""
    rate = module.SAMPLE_RATE
    starts = [round(rate * (module.PAUSE_SECONDS + n * (seconds + module.PAUSE_SECONDS))) for n in range(3)]
    edge = round(0.1 * rate)
    return [sound[start + edge : start + round(seconds * rate) - edge] for start in starts]


def tones(**which):
    return intervals_of(woods.three_tones(**which), woods, woods.TONE_SECONDS)


def noises(**which):
    return intervals_of(huggins.three_noises(**which), huggins, huggins.NOISE_SECONDS)


def turned(noise):
    """Return at which frequencies the ears hear opposite signs, in a noise [N, 2]."""
    left, right = numpy.fft.rfft(noise * numpy.hanning(len(noise))[:, None], axis=0).T
    # Over some lines together: a single line may lie in a gap of the noise.
    over_lines = numpy.convolve(numpy.real(left * numpy.conj(right)), numpy.ones(5), "same")
    return numpy.fft.rfftfreq(len(noise), 1 / huggins.SAMPLE_RATE)[over_lines < 0]


@pytest.mark.parametrize(("softest", "antiphase"), [(0, 1), (1, 2), (2, 0)])
def test_the_softest_tone_is_6_db_below_the_others_in_each_ear(softest, antiphase):
    levels = numpy.array([[level_db(ear) for ear in tone.T] for tone in tones(softest=softest, antiphase=antiphase)])

    others = numpy.delete(levels, softest, axis=0)
    assert numpy.ptp(others) < 1e-6
    assert others[0] - levels[softest] == pytest.approx([6, 6], abs=0.01)


def test_the_tone_in_antiphase_cancels_where_the_ears_sound_together():
    together = [tone.mean(axis=1) for tone in tones(softest=0, antiphase=2)]

    assert numpy.abs(together[2]).max() == 0
    assert level_db(together[1]) - level_db(together[0]) == pytest.approx(6, abs=0.01)


def test_the_tones_are_tones_of_200_hz():
    spectrum = numpy.abs(numpy.fft.rfft(tones(softest=0, antiphase=1)[2][:, 0]))

    assert spectrum.argmax() * woods.SAMPLE_RATE / (0.8 * woods.SAMPLE_RATE) == pytest.approx(200, abs=1)


def test_the_antiphase_tone_survives_the_way_through_a_file(tmp_path):
    sound = woods.three_tones(softest=0, antiphase=2)

    write_whole(tmp_path / "tones.wav", wav_bytes(sound, woods.SAMPLE_RATE))

    read, _ = soundfile.read(tmp_path / "tones.wav")
    antiphase = intervals_of(read, woods, woods.TONE_SECONDS)[2]
    assert (antiphase[:, 0] == -antiphase[:, 1]).all()
    assert numpy.abs(antiphase).max() > 0.2


def test_one_tone_cannot_be_softest_and_in_antiphase():
    with pytest.raises(woods.TonesCoincide):
        woods.three_tones(softest=1, antiphase=1)


@pytest.mark.parametrize("with_pitch", [0, 1, 2])
def test_only_the_noise_with_the_pitch_differs_between_the_ears_and_only_in_its_band(with_pitch):
    for number, noise in enumerate(noises(with_pitch=with_pitch, seed=3)):
        if number != with_pitch:
            assert (noise[:, 0] == noise[:, 1]).all()
            continue
        frequencies = turned(noise)
        assert frequencies.min() == pytest.approx(564, abs=5)
        assert frequencies.max() == pytest.approx(636, abs=5)
        assert len(frequencies) > 0.9 * 72 * len(noise) / huggins.SAMPLE_RATE


def test_neither_ear_alone_has_a_cue_to_the_pitch():
    ears = [noises(with_pitch=0, seed=seed)[0] for seed in range(30)]

    for ear in (0, 1):
        in_band = numpy.mean([band_db(noise[:, ear], 44_100, 564, 636) for noise in ears])
        around = numpy.mean([band_db(noise[:, ear], 44_100, 300, 900) for noise in ears])
        assert in_band == pytest.approx(around, abs=0.3)
    assert [level_db(noise[:, 0]) for noise in ears] == pytest.approx(
        [level_db(noise[:, 1]) for noise in ears], abs=0.1
    )


def test_noises_are_the_same_for_the_same_seed_and_fresh_for_another():
    first, again, other = (huggins.three_noises(with_pitch=1, seed=seed) for seed in (1, 1, 2))

    assert (first == again).all()
    assert not (first == other).all()


def test_all_answers_have_sounds_of_one_length_within_full_scale():
    sounds = [huggins.three_noises(with_pitch=number, seed=number) for number in range(3)]
    sounds += [woods.three_tones(softest=number, antiphase=(number + 1) % 3) for number in range(3)]

    assert {len(sound) for sound in sounds} == {5 * 44_100}
    assert max(numpy.abs(sound).max() for sound in sounds) < 0.5
