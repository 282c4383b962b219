"""A study file may declare how narrow its intervals have to be before the study stops."""

from pathlib import Path

import pytest

from analysis.engine.planning.running import TARGETED
from listening_tests.study_file.reading import StudyFileIsWrong, parse_study_file
from listening_tests.study_file.schema import HALF_WIDTH_METHODS

PLAIN = (Path(__file__).parent / "study.yaml").read_text()


def declaring(half_width, text=PLAIN):
    """Return the plain study file, read, with this half-width."""
    assert "\nanalysis:\n" in text
    return parse_study_file(text.replace("\nanalysis:\n", f"\nanalysis:\n  half_width: {half_width}\n"), name="study")


def test_a_declared_half_width_is_in_the_protocol():
    protocol = declaring("{score: 0.25, share: 0.1}").as_protocol()

    assert protocol["analysis"]["half_width"] == {"score": 0.25, "share": 0.1}


def test_a_study_that_declares_none_has_the_protocol_it_always_had():
    protocol = parse_study_file(PLAIN, name="study").as_protocol()

    assert "half_width" not in protocol["analysis"]


@pytest.mark.parametrize(
    ("half_width", "says"),
    [
        ("{}", "give score, share or both"),
        ("{score: 0}", "analysis.half_width.score"),
        ("{share: 0.6}", "analysis.half_width.share"),
        ("0.25", "analysis.half_width"),
        ("{mean: 0.25}", "analysis.half_width.mean"),
    ],
)
def test_a_half_width_that_says_nothing_is_refused(half_width, says):
    with pytest.raises(StudyFileIsWrong, match=says):
        declaring(half_width)


def test_a_half_width_of_what_no_block_measures_is_refused():
    without_words = PLAIN.replace("class_identification", "acr")

    with pytest.raises(StudyFileIsWrong, match="no block has one: drop it"):
        declaring("{share: 0.1}", without_words)


def test_the_methods_are_those_that_the_analysis_takes():
    taken = {kind: {method for methods in named.values() for method in methods} for kind, named in TARGETED.items()}

    assert {kind: set(methods) for kind, methods in HALF_WIDTH_METHODS.items()} == taken
