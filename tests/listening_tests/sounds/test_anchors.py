"""MUSHRA's anchors lack what they shall lack, and nothing comes late."""

import numpy
import pytest

from listening_tests.sounds.anchors import ANCHOR_LIMITS, AnchorIsUnknown, anchor
from listening_tests.study_file.schema import ANCHORS
from tests.listening_tests.sounds.signals import band_db, noise

REFERENCE = noise(2, 48_000)


@pytest.mark.parametrize(("name", "limit"), ANCHOR_LIMITS.items())
def test_an_anchor_keeps_what_lies_below_its_limit_and_loses_the_rest(name, limit):
    made = anchor(name, REFERENCE, 48_000)

    def change(low, high):
        return band_db(made, 48_000, low, high) - band_db(REFERENCE, 48_000, low, high)

    for low in numpy.arange(0, limit - 100, 100):
        assert abs(change(low, low + 100)) < 0.1
    assert change(limit * 4 / 3.5, 24_000) < -50


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("name", ANCHOR_LIMITS)
def test_an_anchor_is_as_long_as_its_reference_and_not_late(name, rate):
    click = numpy.zeros(rate // 2)
    click[1_000] = 1.0

    made = anchor(name, click, rate)

    assert len(made) == len(click)
    assert made.argmax() == 1_000
    assert made[900:1_000] == pytest.approx(made[1_001:1_101][::-1])


def test_a_reference_without_such_treble_is_its_own_anchor():
    narrow = noise(1, 8_000)

    assert (anchor("anchor-7000", narrow, 8_000) == narrow).all()


def test_a_clip_shorter_than_the_filter_can_be_an_anchor_too():
    assert len(anchor("anchor-3500", noise(0.002, 48_000), 48_000)) == 96


def test_the_anchors_are_those_that_a_study_has():
    assert tuple(ANCHOR_LIMITS) == ANCHORS

    with pytest.raises(AnchorIsUnknown, match="anchor-3500, anchor-7000"):
        anchor("anchor-4000", REFERENCE, 48_000)
