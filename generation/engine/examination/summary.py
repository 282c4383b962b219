"""Putting the parts of an examination together: tables, confusions, and the map of codes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from generation.engine.examination.files import KEPT_ARRAYS, part_folder, read_findings
from generation.engine.examination.latent_map import LEAST, latent_map
from generation.engine.examination.panel import Panel
from generation.engine.examination.picture_scale import picture_scale
from generation.engine.examination.search import Part
from generation.engine.examination.tallies import Tally, share, total

KINDS = ("before", "after", "recordings")
Findings = Mapping[str, Any]


def summarise(parts: Sequence[Part], panel: Panel, seed: int, folder: Path) -> dict[str, Any]:
    """Put the findings of all parts, whose folders are there, together as plain data. Raises FileNotFoundError."""
    by_word: dict[str, list[Findings]] = defaultdict(list)
    for part in parts:
        by_word[part.word].append(read_findings(part_folder(folder, part)))
    firsts = {word: found[0] for word, found in by_word.items()}
    return {
        "words": list(by_word),
        "all_words": list(panel.feature_set.words),
        "classifiers": [_named(slug, panel) for slug in panel.classifiers],
        "recipe": panel.recipe.as_dict(),
        "picture": picture_scale(panel.feature_set.config),
        "table": [_row(word, found, panel) for word, found in by_word.items()],
        "confusion": {slug: _confusion(slug, by_word) for slug in panel.classifiers},
        "measures": {word: first["measures"] for word, first in firsts.items()},
        "shown": {word: first["shown"] for word, first in firsts.items()},
        "map": _map(list(by_word), panel, seed, folder),
    }


def _named(slug: str, panel: Panel) -> dict[str, Any]:
    loaded = panel.classifiers[slug]
    return {"slug": slug, "network": loaded.slug, "part": "own" if slug in panel.climbed else "judge"}


def _row(word: str, found: Sequence[Findings], panel: Panel) -> dict[str, Any]:
    """Give a word's row: how many codes the panel and each classifier accept, and the target's mean score."""
    target = panel.feature_set.words.index(word)
    n = sum(each["count"] for each in found)
    audio = found[0]["measures"]["heard"]["maximised_audio"]
    kept = found[0]["measures"]["maximised"]["n"]
    return {
        "word": word,
        "agreed": {
            "features": share(sum(each["n_agreed"] for each in found), n),
            "audio": share(audio["n_agreed"], kept),
        },
        "classifiers": {
            slug: {
                "features": _success(_total(slug, found), target),
                "audio": _success(Tally.from_dict(audio["tallies"][slug]), target),
            }
            for slug in panel.classifiers
        },
    }


def _total(slug: str, found: Sequence[Findings]) -> Tally:
    return total(Tally.from_dict(each["tallies"][slug]) for each in found)


def _success(tally: Tally, target: int) -> dict[str, Any]:
    return {**share(tally.answers[target], tally.n), "score": tally.mean_probabilities()[target]}


def _confusion(slug: str, by_word: Mapping[str, Sequence[Findings]]) -> dict[str, Any]:
    """Give, for each word meant, the mean score of each word [W] (Figure 5) and the share heard as it [W]."""
    totals = [_total(slug, found) for found in by_word.values()]
    return {
        "scores": [each.mean_probabilities() for each in totals],
        "heard": [each.answer_shares() for each in totals],
    }


def _map(words: Sequence[str], panel: Panel, seed: int, folder: Path) -> list[dict[str, Any]]:
    """Lay out the kept codes before and after the search and the test recordings of all words; none if too few."""
    codes: list[NDArray[numpy.float32]] = []
    points: list[dict[str, Any]] = []
    for word in words:
        with numpy.load(part_folder(folder, Part(word, 0, 0)) / KEPT_ARRAYS, allow_pickle=False) as arrays:
            codes += [arrays[kind] for kind in KINDS]
            points += _labelled(word, arrays, panel)
    if len(points) < LEAST:
        return []
    places = latent_map(panel.whitened(torch.from_numpy(numpy.concatenate(codes))).numpy(), seed)
    return [
        {**point, "x": round(x, 4), "y": round(y, 4)} for point, (x, y) in zip(points, places.tolist(), strict=True)
    ]


def _labelled(word: str, arrays: Mapping[str, NDArray[Any]], panel: Panel) -> list[dict[str, Any]]:
    """Say of each code of a word what it is, who speaks, and whether the panel agrees on it; nobody judged a start."""
    recordings = panel.feature_set.recordings
    talkers = [recordings[row].talker for row in arrays["rows"].tolist()]
    return [
        *({"word": word, "kind": "before", "talker": "", "is_agreed": None} for _ in arrays["before"]),
        *({"word": word, "kind": "after", "talker": "", "is_agreed": bool(each)} for each in arrays["after_agreed"]),
        *(
            {"word": word, "kind": "recordings", "talker": talker, "is_agreed": bool(each)}
            for talker, each in zip(talkers, arrays["recordings_agreed"].tolist(), strict=True)
        ),
    ]
