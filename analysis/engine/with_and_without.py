"""Each number of a study with its exclusions and without them, side by side."""

import pandas as pd

from analysis.engine.statistic import Tables

NUMBERS = ("estimate", "low", "high", "n")
WITHOUT = "_without_exclusions"


def with_and_without(with_exclusions: dict[str, Tables], without: dict[str, Tables]) -> pd.DataFrame:
    """Return one row for each estimate: its statistic, table and cell, then each number with and without exclusions.

    `change` is what the exclusions did to the estimate. A cell that they emptied has missing numbers with them. Tables
    without estimates, say confusion matrices, are left out.
    """
    pairs = [
        _side_by_side(slug, name, with_exclusions.get(slug, {}).get(name), table)
        for slug, tables in without.items()
        for name, table in tables.items()
        if "estimate" in table.columns
    ]
    columns = ["statistic", "table", "cell", *NUMBERS, *(f"{name}{WITHOUT}" for name in NUMBERS), "change"]
    return pd.concat(pairs, ignore_index=True)[columns] if pairs else pd.DataFrame(columns=columns)


def _side_by_side(statistic: str, name: str, kept: pd.DataFrame | None, every: pd.DataFrame) -> pd.DataFrame:
    without = _by_cell(every)
    with_exclusions = _by_cell(every.head(0) if kept is None else kept)
    both = without.merge(with_exclusions, on=["cell", "place"], how="left", suffixes=(WITHOUT, ""), sort=False)
    return both.assign(
        statistic=statistic, table=name, change=both["estimate"].astype(float) - both[f"estimate{WITHOUT}"]
    )


def _by_cell(table: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of a table by the text of the cell that they are of."""
    place = list(table.columns).index("estimate")
    keys = table[list(table.columns[:place])].itertuples(index=False, name=None)
    cell = pd.Series([", ".join(map(str, key)) or "all" for key in keys], index=table.index, dtype="str")
    numbers = {name: table.get(name, pd.Series(float("nan"), index=table.index)) for name in NUMBERS}
    return pd.DataFrame({"cell": cell, "place": cell.groupby(cell).cumcount(), **numbers})
