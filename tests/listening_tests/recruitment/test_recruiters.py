"""What study files may say of recruitment, and what the services make of addresses."""

import pytest
from pydantic import ValidationError

from listening_tests.recruiter import Arrival, ArrivalIsIncomplete
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.prolific.costs import costs, pay_per_hour
from listening_tests.recruitment.url_parameters import UrlParameters
from listening_tests.study_file.reading import StudyFileIsWrong, parse_study_file
from listening_tests.views.planning import EXAMPLE

SONA = UrlParameters(
    called="SONA",
    id_parameter="survey_code",
    return_url="https://school.sona.example/credit?token=1&survey_code={id}&c={code}",
)


def parse(recruitment, **replacements):
    text = EXAMPLE.read_text()
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    return parse_study_file(f"{text}\n{recruitment}\n", name="the file").recruitment


def test_a_study_that_says_nothing_of_it_has_an_open_link():
    assert parse("").slug() == "open_link"


def test_a_file_from_before_the_section_is_read_as_it_was_meant():
    study_file = parse_study_file(
        EXAMPLE.read_text().replace("listeners:", "listeners:\n  recruitment: open_link"), name="the file"
    )

    assert study_file.recruitment.slug() == "open_link"


def test_a_paid_study_is_described_in_its_file():
    prolific = parse("recruitment: {service: prolific, reward: 100, places: 30, screen_outs: 5, screen_out_reward: 15}")

    assert isinstance(prolific, Prolific)
    assert (prolific.reward, prolific.places, prolific.currency) == (100, 30, "GBP")


@pytest.mark.parametrize(
    ("recruitment", "said"),
    [
        ("{service: turk}", "turk"),
        ("{service: prolific, places: 30}", "reward: this field is missing"),
        ("{service: prolific, reward: 50, places: 30}", "raise the reward to 60"),
        ("{service: prolific, reward: 70, places: 30, currency: USD}", "raise the reward to 80"),
        ("{service: prolific, reward: 100, places: 30}", "give screen_outs and"),
        ("{service: prolific, reward: 100, places: 30, screen_outs: 5}", "less than Prolific's minimum of 10"),
        ("{service: prolific, reward: 60, places: 30, screen_outs: 5, screen_out_reward: 60}", "less than the reward"),
        ("{service: url_parameters, return_url: 'http://a.example'}", "https://"),
        ("{service: url_parameters, return_url: 'https://a.example/{name}'}", "{name}"),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_reason(recruitment, said):
    with pytest.raises(StudyFileIsWrong) as refused:
        parse(f"recruitment: {recruitment}")

    assert said in str(refused.value)


def test_checks_that_end_no_session_need_no_budget_for_it():
    recruitment = "screenings: []\nrecruitment: {service: prolific, reward: 100, places: 30}"

    assert parse(recruitment).screen_outs == 0


def test_an_id_is_found_in_the_address_and_put_into_the_way_back():
    arrival = SONA.arrival({"survey_code": " 12 34 "})

    assert arrival == Arrival("12 34")
    assert SONA.way_back(code="ABC", person=arrival.person) == (
        "https://school.sona.example/credit?token=1&survey_code=12%2034&c=ABC"
    )


def test_without_the_id_there_is_no_way_back_that_needs_it():
    assert SONA.way_back(code="ABC", person="") == ""
    assert UrlParameters(return_url="https://a.example/{code}").way_back(code="A", person="") == "https://a.example/A"


@pytest.mark.parametrize("value", ["", "  ", "{{%PROLIFIC_PID%}}", "x" * 201])
def test_what_cannot_be_an_id_is_refused(value):
    with pytest.raises(ArrivalIsIncomplete, match="open the study from its page at SONA"):
        SONA.arrival({"survey_code": value})


def test_prolific_names_the_person_and_the_submission():
    arrival = Prolific(reward=100, places=1).arrival({"PROLIFIC_PID": "p", "SESSION_ID": "s", "STUDY_ID": "x"})

    assert arrival == Arrival("p", "s")


def test_fields_that_are_not_there_are_refused():
    with pytest.raises(ValidationError):
        Prolific(reward=100, places=1, project="x")


def test_costs_are_added_up_at_the_most_with_the_fee_on_all_that_is_paid():
    found = costs(
        places=20,
        extra_places=5,
        reward=150,
        screen_outs=10,
        screen_out_reward=20,
        bonus_budget=300,
        fee_percent=33.3,
    )

    assert (found.rewards, found.extra_rewards, found.screen_outs, found.bonuses) == (3000, 750, 200, 300)
    assert found.fees == round(4250 * 0.333)
    assert found.total == 4250 + found.fees


def test_pay_per_hour_is_rounded_down():
    assert pay_per_hour(reward=100, minutes=9) == 666
