"""What an examination's summary comes to, word by word and over all words, as rows and as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from generation.engine.examination.tallies import share

PANEL = "panel"
COLUMNS = ("network", "word", "n", "accepted", "share", "low", "high", "mean_probability")

Summary = Mapping[str, Any]


def word_rows(summary: Summary, name: str) -> list[dict[str, Any]]:
    """Give what the network of that name says of each word's codes, as features: how many it takes for the word.

    `accepted` of `n`, as a `share` with its 95 % interval (Wilson 1927), and the mean probability of the word.
    """
    rows = []
    for line in summary["table"]:
        heard = line["classifiers"][name]["features"]
        rows.append(_row(line["word"], heard["hits"], heard["n"], heard["score"]))
    return rows


def panel_rows(summary: Summary) -> list[dict[str, Any]]:
    """Give how many of each word's codes all networks of the panel take for the word.

    The last row, its word None, counts all words together. The mean probability is the mean over the networks.
    """
    rows = []
    for line in summary["table"]:
        scores = [each["features"]["score"] for each in line["classifiers"].values()]
        agreed = line["agreed"]["features"]
        rows.append(_row(line["word"], agreed["hits"], agreed["n"], sum(scores) / len(scores)))
    n, accepted = (sum(row[column] for row in rows) for column in ("n", "accepted"))
    mean = sum(row["mean_probability"] * row["n"] for row in rows) / n
    return [*rows, _row(None, accepted, n, mean)]


def nearest(summary: Summary) -> dict[str, Any]:
    """Give the mean distances to the nearest training recording, and for each word its nearest code of those shown."""
    examples = []
    for word, shown in summary["shown"].items():
        closest = min(shown, key=lambda each: each["distance"])
        recording = closest["nearest"]
        name = f"{recording['word']}/{recording['file']}"
        examples.append(
            {"word": word, "distance": closest["distance"], "recording": name, "talker": recording["talker"]}
        )
    return {
        "maximised": _mean(summary, "maximised", "nearest"),
        "test_recordings": _mean(summary, "recordings", "nearest"),
        "examples": examples,
    }


def diversities(summary: Summary) -> dict[str, Any]:
    """Give the mean distance between two codes, and between two recordings, of a word; None if no word has two."""
    return {kind: _mean(summary, kind, "diversity") for kind in ("maximised", "recordings")}


def as_csv(per_word: Mapping[str, Sequence[Mapping[str, Any]]], panel: Sequence[Mapping[str, Any]]) -> str:
    """Write the rows of all networks, then the panel's, as CSV; of all words together the word is left empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for network, rows in [*per_word.items(), (PANEL, panel)]:
        writer.writerows({"network": network, **row} for row in rows)
    return text.getvalue()


def _row(word: str | None, accepted: int, n: int, mean_probability: float) -> dict[str, Any]:
    counted = share(accepted, n)
    interval = {column: counted[column] for column in ("share", "low", "high")}
    return {"word": word, "n": n, "accepted": accepted, **interval, "mean_probability": mean_probability}


def _mean(summary: Summary, kind: str, measure: str) -> float | None:
    """Average a measure over the words that have it."""
    known = [each[kind][measure] for each in summary["measures"].values() if each[kind][measure] is not None]
    return sum(known) / len(known) if known else None
