"""The screenings of a study file are read, or refused with their line and the reason."""

import pytest

from listening_tests.screenings import SCREENINGS
from listening_tests.screenings.sound_check import SoundCheck
from listening_tests.screenings.too_fast import TooFast
from listening_tests.study_file.reading import StudyFileIsWrong, parse_study_file
from listening_tests.study_file.screenings import screenings_of
from tests.listening_tests.test_study_file import PLAIN


def parse(*screenings):
    """Read the plain study file with these lines under `screenings`."""
    return parse_study_file(text_with(*screenings), name="study.yaml")


def text_with(*screenings):
    lines = [PLAIN.read_text().rstrip(), "screenings:", *(f"  - {line}" for line in screenings)]
    return "\n".join(lines) + "\n"


def line_of(number):
    """Return the line of a screening, counted from 0."""
    return len(PLAIN.read_text().rstrip().splitlines()) + 2 + number


def refusal(*screenings):
    with pytest.raises(StudyFileIsWrong) as refused:
        parse(*screenings)
    return str(refused.value)


def test_a_study_that_names_none_has_the_sound_check():
    study_file = parse_study_file(PLAIN.read_text(), name="study.yaml")

    assert study_file.screenings == [SoundCheck()]
    assert screenings_of({}) == [SoundCheck()]


def test_a_stored_protocol_gives_the_same_screenings_back():
    study_file = parse("{check: sound_check, attempts: 3}", "{check: too_fast, consequence: note}")

    assert screenings_of(study_file.as_protocol()) == study_file.screenings
    assert study_file.screenings == [SoundCheck(attempts=3), TooFast(consequence="note")]


def test_a_study_may_have_no_screening():
    text = PLAIN.read_text() + "\nscreenings: []\n"

    assert parse_study_file(text, name="study.yaml").screenings == []


def test_an_unknown_screening_is_refused_with_those_there_are():
    message = refusal("{check: telepathy}")

    assert f"line {line_of(0)}" in message
    assert all(slug in message for slug in SCREENINGS)


def test_a_fault_in_a_setting_is_shown_at_its_line():
    message = refusal("{check: sound_check}", "check: too_fast\n    fails_at: soon")

    assert f"line {line_of(2)}: screenings.1.too_fast.fails_at" in message


def test_a_screening_that_breaks_the_policy_is_refused_at_its_line_with_the_reason():
    message = refusal("{check: sound_check}", "{check: too_fast, consequence: support_rejection}")

    assert f"line {line_of(1)}: screenings.1: too_fast is a statistical check" in message


def test_a_rejection_by_a_single_instructed_trial_is_refused_in_a_longer_study():
    # The plain study takes 6 minutes.
    message = refusal(
        "{check: instructed_response, blocks: [1], trials: 1, fails_at: 1, consequence: support_rejection}"
    )

    assert "it takes 2" in message


def test_a_screening_cannot_stand_twice():
    assert "'too_fast' is listed twice" in refusal("{check: too_fast}", "{check: too_fast, fails_at: 3}")


@pytest.mark.parametrize(
    ("screening", "reason"),
    [
        ("{check: gold, system: natural, blocks: [3]}", "the study has 2 blocks"),
        ("{check: gold, system: nature}", "is not among natural"),
        ("{check: self_report, accept: {device: [telephone]}}", "accept.device must list some of in_ear"),
        ("{check: self_report, accept: {mood: [good]}}", "the question 'mood'"),
        ("{check: self_report, accept: {}}", "it asks nothing"),
        ("{check: comprehension, questions: [{ask: Why, choices: [a, b], right: c}]}", "not among the choices"),
    ],
)
def test_a_screening_that_does_not_fit_is_refused(screening, reason):
    message = refusal(screening)

    assert f"line {line_of(0)}" in message
    assert reason in message


def test_trial_checks_fit_only_where_one_thing_is_asked_of_one_sound():
    text = text_with("{check: instructed_response, blocks: [2]}").replace("method: acr", "method: ab")

    with pytest.raises(StudyFileIsWrong, match="names block 2, but a check fits only where"):
        parse_study_file(text, name="study.yaml")
