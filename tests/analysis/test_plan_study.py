"""The command that plans a study."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command

from tests.analysis.answered_studies import make_answered_study
from tests.analysis.frames import simulated_ratings

SMALL = ("--listeners", "10", "--stimuli", "20", "40", "--simulate", "60")


def plan(*arguments):
    """Return what the command prints."""
    out = io.StringIO()
    call_command("plan_study", *arguments, stdout=out)
    return out.getvalue()


def test_a_plan_names_formula_and_simulation_floor_cost_and_what_it_rests_on():
    text = plan(*SMALL, "--difference", "0.3", "--half-width", "0.3", "--pay-per-hour", "10")

    assert "Smallest" in text
    assert "no number of listeners finds a smaller difference than 0.33 with 20, 0.23 with 40 stimuli" in text
    assert "No number is enough: take more stimuli." in text
    assert "Stopping when every interval is within ± 0.30 is allowed" in text
    assert "looking 10 times for p < 0.05" in text
    assert "Usual variances" in text
    assert "at 10 GBP per hour, with 33.3 % of fee on the pay and 20 % of VAT on the fee" in text
    assert "Simulated: 60 studies of each design, seed 1" in text


def test_the_same_seed_prints_the_same_plan_and_another_another():
    assert plan(*SMALL, "--seed", "3") == plan(*SMALL, "--seed", "3")
    assert plan(*SMALL, "--seed", "3") != plan(*SMALL, "--seed", "4").replace("seed 4", "seed 3")


def test_the_tables_are_written_as_csv_with_every_number(tmp_path):
    path = tmp_path / "plan.csv"

    text = plan(*SMALL, "--csv", str(path))

    rows = list(csv.DictReader(path.read_text().splitlines()))
    needed = list(csv.DictReader((tmp_path / "plan-for-difference.csv").read_text().splitlines()))
    assert [row["stimuli"] for row in rows] == ["20", "40"]
    assert float(rows[0]["simulated_low"]) < float(rows[0]["simulated"]) < float(rows[0]["simulated_high"])
    assert needed[1]["listeners"] == "10.0"
    assert f"Wrote {path}" in text


def test_words_are_planned_for_the_width_of_a_share():
    text = plan(*SMALL, "--task", "words", "--share", "0.8", "--half-width", "0.12")

    assert "Listeners that bring every interval to ± 12.0 %" in text
    assert "139 voices" in text
    assert "An answer is right where" in text


def test_a_csv_file_can_be_the_pilot(tmp_path):
    ratings = simulated_ratings()
    scored = ratings[ratings["method"] == "acr"].assign(stimulus=lambda rows: rows["clip_key"])
    path = tmp_path / "pilot.csv"
    scored[["listener", "system", "stimulus", "score"]].to_csv(path, index=False)

    text = plan(*SMALL, "--pilot", str(path))

    assert f"Variances of {path}: 144 ratings of 6 listeners, 24 stimuli, 3 systems" in text


@pytest.mark.django_db
def test_a_study_can_be_the_pilot():
    study = make_answered_study(n_real=5, judged=False)

    text = plan(*SMALL, "--pilot", study.slug)

    assert f"Variances of {study.title} (real listeners)" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--stimuli", "few"), "--stimuli: Give whole numbers"),
        (("--listeners", "1"), "--listeners: Give numbers from 2 to 5000"),
        (("--power", "1.5"), "--power: Ensure this value is less than or equal to 0.99"),
        (("--trials-per-listener", "1"), "--trials-per-listener: 1 trials do not reach all 2 systems"),
        (("--task", "smells"), "--task: "),
        (("--simulate", "-1"), "--simulate is from 0"),
        (("--pilot", "nobody"), "There is no study 'nobody'"),
        (("--pilot", "nowhere.csv"), "--pilot nowhere.csv: No such file"),
    ],
)
def test_wrong_input_is_refused_by_name(arguments, says):
    with pytest.raises(CommandError, match=says):
        plan(*arguments)


@pytest.mark.django_db
def test_a_study_that_tells_too_little_is_no_pilot():
    study = make_answered_study(n_real=1, judged=False)

    with pytest.raises(CommandError, match=r"one listener.*A pilot needs several ratings of each stimulus"):
        plan("--pilot", study.slug)
