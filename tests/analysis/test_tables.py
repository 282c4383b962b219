import pandas as pd

from analysis.engine.statistics import STATISTICS
from analysis.tables import ROWS_SHOWN, ShownTable, plain_table
from tests.analysis.frames import simulated_judgements, simulated_ratings

NAMES = {"natural": "Natural speech", "copy": "Copied", "noise": "From noise", "judge": "Residual classifier"}


def shown(slug: str, name: str) -> ShownTable:
    tables = STATISTICS[slug].tables(simulated_ratings(n_listeners=12), simulated_judgements(), 0.95)
    return plain_table("Steps", tables[name], "95 %", NAMES)


def cells(table: ShownTable, row: int) -> dict[str, str]:
    return {head.text: cell.text for head, cell in zip(table.head, table.rows[row], strict=True)}


def test_a_number_with_ends_of_its_own_has_them_in_brackets():
    table = pd.DataFrame({"system": ["a", "b"], "ceiling": [0.5, 0.25], "ceiling_low": [0.25, float("nan")],
                          "ceiling_high": [0.75, float("nan")]})  # fmt: skip

    rows = plain_table("Ceilings", table, "95 %", {}).rows

    assert [row[1].text for row in rows] == ["0.500 (0.250 – 0.750)", "0.250"]
    assert len(rows[0]) == 2


def test_a_long_table_says_how_much_of_it_is_shown():
    table = pd.DataFrame({"system": "a", "estimate": range(1200)})

    shown = plain_table("Long", table, "95 %", {})

    assert len(shown.rows) == ROWS_SHOWN
    assert shown.notes == [f"The first {ROWS_SHOWN} of 1,200 rows; the CSV has them all."]
    assert plain_table("Short", table.head(ROWS_SHOWN), "95 %", {}).notes == ()


def test_steps_are_shown_with_both_sides_and_their_intervals_under_the_names_of_systems():
    table = shown("vocoder_and_network", "steps")

    row = cells(table, 1)
    assert [head.text for head in table.head] == [
        "Step", "System", "Other system", "Vocoder", "Observer", "Stage", "Part", "Estimate", "95 % interval",
        "Before", "After", "Ratings", "Listeners", "Clips",
    ]  # fmt: skip
    assert (row["Step"], row["System"], row["Other system"]) == ("vocoder", "Natural speech", "Copied")
    assert row["Observer"] == "Residual classifier"
    assert row["Before"] == "1 (0.676 – 1)"


def test_error_consistency_is_shown_beside_its_ceiling_and_both_accuracies():
    table = shown("error_consistency", "overall")

    assert [head.text for head in table.head if head.is_number] == [
        "Estimate", "95 % interval", "Ceiling", "Observed", "Expected", "Accuracy listeners", "Accuracy classifier",
        "Ratings", "Listeners", "Clips",
    ]  # fmt: skip
    assert "(" in cells(table, 0)["Ceiling"]


def test_the_mixed_model_is_shown_with_odds_ratios_under_the_names_of_systems():
    row = cells(shown("identification_model", "odds_ratios"), 0)

    assert (row["System"], row["Other system"]) == ("Natural speech", "Copied")
    assert {"Estimate", "95 % interval", "Log odds ratio", "p"} <= set(row)


def test_the_mixed_models_own_errors_are_left_to_the_csv():
    heads = [cell.text for cell in shown("mixed_model", "differences").head]

    assert heads == [
        "System",
        "Other system",
        "Estimate",
        "95 % interval",
        "Freedom",
        "p",
        "Ratings",
        "Listeners",
        "Clips",
    ]


def test_what_rows_have_to_say_stands_below_the_table_once_for_all_that_say_it():
    notes = ["one listener", "one listener", ""]
    table = pd.DataFrame({"system": ["a", "b", "c"], "estimate": [1.0, 2.0, 3.0], "note": notes})

    some = plain_table("Some", table, "95 %", {"a": "First"})
    every = plain_table("All", table.head(2), "95 %", {})

    assert some.notes == ("First; b: one listener.",)
    assert every.notes == ("one listener.",)
    assert [cell.text for cell in some.head] == ["System", "Estimate"]


def test_both_ends_of_a_further_interval_stand_in_one_cell():
    table = pd.DataFrame({"system": ["a"], "estimate": [2.0], "bootstrap_low": [1.5], "bootstrap_high": [2.5]})

    shown = plain_table("Means", table, "95 %", {})

    assert [cell.text for cell in shown.head] == ["System", "Estimate", "Bootstrap interval"]
    assert shown.rows[0][2].text == "1.500 – 2.500"


def test_counts_are_whole_and_small_p_values_are_said_to_be_small():
    table = pd.DataFrame({"system": ["a", "b"], "n_sessions": [0, 1200], "p_two_way": [0.0002, 0.25]})

    shown = plain_table("Differences", table, "95 %", {})

    assert cells(shown, 0) == {"System": "a", "Sessions": "0", "p, two way": "< 0.001"}
    assert cells(shown, 1) == {"System": "b", "Sessions": "1,200", "p, two way": "0.250"}
