"""Ratings and judgements frames for tests: simulated with a known taste, or read from published data."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.engine.ratings import NONE_OF_THESE

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ratings"
WORDS = ("left", "right", "stop", "yes")
SYSTEMS = {"natural": 4.5, "copy": 3.4, "noise": 1.8}
ORIGINS = {
    "natural": ("natural", ""), "copy": ("copy_synthesis", "griffin_lim"), "noise": ("maximised", "griffin_lim"),
}  # fmt: skip
STARTED_AT = pd.Timestamp("2026-01-05T09:00:00.123456Z")
SCALE = {
    "acr": (1.0, 5.0), "dcr": (1.0, 5.0), "ccr": (-3.0, 3.0), "ab": (0.0, 1.0), "abx": (0.0, 1.0),
    "mushra": (0.0, 100.0), "best_worst": (-1.0, 1.0),
}  # fmt: skip


def published(*parts: str) -> Path:
    """Return the path of a published data set, or skip the test where it is not at hand."""
    path = PUBLISHED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"published ratings are not at hand: {path} is missing")
    return path


def rating(**given: Any) -> dict[str, Any]:
    """Return one row of a ratings frame; pass only what matters."""
    method = given.get("method", "acr")
    low, high = SCALE.get(method, (np.nan, np.nan))
    source, vocoder = ORIGINS.get(given.get("system", "natural"), ("", ""))
    clip = given.get("clip_key", f"{given.get('system', 'natural')}-{given.get('item', 'left')}")
    row = {
        "study": "demo", "study_version": 1, "listener": "listener-1", "is_simulated": False, "block": 0,
        "method": method, "trial_order": 0, "stimulus": f"{method}-{clip}", "clip_sha256": f"sha-{clip}",
        "clip_key": clip, "system": "natural", "item": "left", "talker": "", "source": source,
        "vocoder": vocoder, "role": "sample", "expected": "",
        "tolerance": np.nan, "scale_min": low, "scale_max": high, "response": "4",
        "score": 4.0 if method in SCALE else np.nan, "play_count": 1, "sound_seconds": 1.0,
        "first_shown_at": STARTED_AT, "answered_at": STARTED_AT + pd.Timedelta(seconds=3.5), "response_seconds": 3.5,
        "hidden_seconds": 0.0, "hidden_while_playing_seconds": 0.0, "is_complete_session": True,
        "played_sha256": f"played-{clip}", "probe": "", "exclusion": "", **given,
    }  # fmt: skip
    return {"session": f"session of {row['listener']}", **row}


def scores(values: list[float], *, listeners: list[str], stimuli: list[str]) -> pd.DataFrame:
    """Return ACR ratings with these scores, one a row."""
    cells = zip(values, listeners, stimuli, strict=True)
    return pd.DataFrame(
        [
            rating(listener=listener, clip_key=stimulus, score=value, response=f"{value:g}", trial_order=order)
            for order, (value, listener, stimulus) in enumerate(cells)
        ]
    )


def simulated_ratings(n_listeners: int = 6, takes: int = 2, seed: int = 1) -> pd.DataFrame:
    """Return ratings of both methods: every listener rates and identifies every clip, better systems better."""
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(n_listeners):
        order = 0
        for system, quality in SYSTEMS.items():
            for item in WORDS:
                for take in range(takes):
                    clip = {
                        "listener": f"listener-{number + 1}",
                        "system": system,
                        "item": item,
                        "clip_key": f"{system}-{item}-{take}",
                    }
                    score = float(np.clip(round(generator.normal(quality, 0.8)), 1, 5))
                    rows.append(rating(**clip, score=score, response=f"{score:g}", trial_order=order))
                    heard = item if generator.random() < quality / 5 else generator.choice([*WORDS, NONE_OF_THESE])
                    rows.append(
                        rating(**clip, method="class_identification", block=1, response=str(heard), trial_order=order)
                    )
                    order += 1
    return pd.DataFrame(rows)


def ratings_of_every_method(n_listeners: int = 6, seed: int = 3) -> pd.DataFrame:
    """Return `simulated_ratings` and ratings of every method that compares: better systems better."""
    generator = np.random.default_rng(seed)
    rows = [
        row
        for number in range(n_listeners)
        for order, item in enumerate(WORDS)
        for row in _comparisons(f"listener-{number + 1}", item, order, generator)
    ]
    return pd.concat([simulated_ratings(n_listeners), pd.DataFrame(rows)], ignore_index=True)


def _comparisons(listener: str, item: str, order: int, generator: Any) -> list[dict[str, Any]]:
    rows = []
    heard = {system: float(generator.normal(quality, 1.2)) for system, quality in SYSTEMS.items()}
    for place, (system, quality) in enumerate(heard.items()):
        about = {
            "listener": listener, "item": item, "system": system, "clip_key": f"{system}-{item}-0",
            "trial_order": order * len(SYSTEMS) + place,
        }  # fmt: skip
        point = float(np.clip(round(quality), 1, 5))
        rows += [
            rating(**about, method="dcr", block=2, score=point),
            rating(**about, method="ccr", block=3, score=float(np.clip(point - 3, -3, 3))),
            rating(**about, method="mushra", block=4, score=20 * point - 10),
            rating(**about, method="best_worst", block=5, score=float(np.sign(point - 3))),
            rating(**about, method="abx", block=6, score=float(generator.random() < 0.8)),
            rating(
                **about, method="word_verification", block=7, probe=item if place % 2 else WORDS[order - 1],
                response="yes" if generator.random() < (0.8 if place % 2 else 0.3) else "no",
            ),
            rating(
                **about, method="open_identification", block=9,
                response=f"{item.upper()}." if generator.random() < 0.6 else WORDS[order - 1],
            ),
        ]  # fmt: skip
    pairs = [(first, second) for first in heard for second in heard if first < second]
    for place, (first, second) in enumerate(pairs):
        won = float(heard[first] > heard[second])
        for system, score in ((first, won), (second, 1 - won)):
            rows.append(
                rating(
                    listener=listener, item=item, system=system, clip_key=f"{system}-{item}-0", method="ab", block=8,
                    score=score, trial_order=order * len(pairs) + place,
                )
            )  # fmt: skip
    return rows


def simulated_judgements(takes: int = 2, seed: int = 2) -> pd.DataFrame:
    """Return judgements of one classifier on features and on audio for the clips of `simulated_ratings`."""
    generator = np.random.default_rng(seed)
    rows = []
    for system, quality in SYSTEMS.items():
        for item in WORDS:
            for take in range(takes):
                for stage in ("features", "audio"):
                    rows.append(judgement(system, item, take, stage, generator.dirichlet(np.ones(4)), quality))
    return pd.DataFrame(rows)


def judgement(system: str, item: str, take: int, stage: str, noise: Any, quality: float) -> dict[str, Any]:
    certainty = quality / 5
    shares = {
        word: float((1 - certainty) * share + certainty * (word == item))
        for word, share in zip(WORDS, noise, strict=True)
    }
    return {
        "clip_sha256": f"sha-{system}-{item}-{take}", "clip_key": f"{system}-{item}-{take}", "system": system,
        "item": item, "classifier": "judge", "network": "residual_classifier", "part": "judge", "stage": stage,
        "heard": max(shares, key=lambda word: shares[word]), "probability_of_item": shares[item],
        "probabilities": shares,
    }  # fmt: skip
