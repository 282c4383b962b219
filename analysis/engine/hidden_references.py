"""How often listeners of a MUSHRA test miss the hidden reference (ITU-R BS.1534-3, 4.1.2, post-screening)."""

import pandas as pd

# Whoever gives the hidden reference less than 90 of 100 in more than 15 % of the trials did not find it.
LEAST_SCORE = 0.9
LARGEST_SHARE = 0.15


def missed_references(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return, by listener: n hidden references heard, count missed, share_missed, and whether that is too many."""
    references = ratings[(ratings["method"] == "mushra") & (ratings["role"] == "hidden_reference")]
    height = (references["score"] - references["scale_min"]) / (references["scale_max"] - references["scale_min"])
    missed = (height < LEAST_SCORE).groupby(references["listener"]).agg(["size", "sum", "mean"])
    table = missed.rename(columns={"size": "n", "sum": "count", "mean": "share_missed"}).astype({"count": int})
    return table.assign(is_left_out=table["share_missed"] > LARGEST_SHARE)
