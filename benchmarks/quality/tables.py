"""The quality benchmark's numbers as Markdown."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from statsmodels.stats.proportion import proportion_confint

# Decimal places of what is measured of a system's clips together.
MEASURES = {"log_mel_distance": 2, "nearest_training": 3, "diversity": 3}
STAGES = {"features": "On the features, before the vocoder", "audio": "On the re-analysed audio, after the vocoder"}


def report(found: Sequence[dict[str, Any]], *, is_quick: bool) -> str:
    """Write the report of all corpora; `found` is what `steps.run` gave of each."""
    parts = ["# Quality, the whole way", _how_made(is_quick)]
    for each in found:
        parts += [f"## {each['corpus']}", _corpus(each), _networks(each)]
        parts += [f"### {title}\n\n{_systems(each, stage)}" for stage, title in STAGES.items()]
        parts.append(f"### The sounds themselves\n\n{_sounds(each)}")
    return "\n\n".join(parts) + "\n"


def _how_made(is_quick: bool) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "torchaudio", "numpy"))
    warning = "**A quick run: it shows that everything runs, and its numbers mean nothing.**\n\n" if is_quick else ""
    return (
        f"{warning}Made by `python -m benchmarks.quality{' --quick' if is_quick else ''}` on "
        f"{datetime.now(UTC):%Y-%m-%d}: {_machine()}; Python {platform.python_version()}, {packages}.\n\n"
        "A cell is the share of clips that a network takes for the word meant, with its Wilson interval (95 %), and "
        "after the stroke the share of the word that fares worst. **Bold**: the network is one that the search itself "
        "climbed. Networks with the same name but another number differ in their seed alone; `shuffled` was trained on "
        "labels drawn by lot and `untrained` not at all. Seconds are wall time, one thread each, several processes "
        "side by side."
    )


def _machine() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or platform.machine()


def _corpus(found: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {split}" for split, count in found["counts"].items())
    return (
        f"{len(found['words'])} words; recordings: {counts}. Features `{found['features']}`, "
        f"analysed in {found['analysis_seconds']:.0f} s."
    )


def _networks(found: dict[str, Any]) -> str:
    rows = []
    for each in found["networks"].values():
        length = f"{each['length']} {'steps' if each['network'] in {'wavenet', 'vocos'} else 'epochs'}"
        size = f"{each['n_parameters'] / 1e6:.2f} M"
        rows.append([each["name"], each["network"], size, length, _quality(each), f"{each['seconds']:.0f}"])
    return _table(["name", "network", "parameters", "trained for", "quality", "seconds"], rows)


def _quality(network: dict[str, Any]) -> str:
    if network["accuracy"]:
        accuracy = network["accuracy"]
        return f"accuracy {accuracy['testing']:.3f} on test, {accuracy['validation']:.3f} on validation"
    if network["reconstruction"]:
        return f"mean absolute error {network['reconstruction']['testing']['mean_absolute_error']:.3f} on test"
    if network["nll"]:
        return f"{network['nll']['validation']:.2f} nats a sample on validation"
    return "see copy synthesis"


def _systems(found: dict[str, Any], stage: str) -> str:
    judges = [name for name, each in found["networks"].items() if each["accuracy"]]
    rows = []
    for system in found["systems"]:
        cells = [_share(system, judge, stage) for judge in judges]
        vocoder = (system["vocoder"] or "").replace("_", "-")
        rows.append([system["name"], vocoder, str(len(system["clips"])), *cells, f"{system['seconds']:.0f}"])
    return _table(["system", "vocoder", "n", *judges, "seconds"], rows)


def _share(system: dict[str, Any], judge: str, stage: str) -> str:
    clips = system["clips"]
    right = [clip["heard"][judge][stage] == clip["word"] for clip in clips]
    low, high = proportion_confint(sum(right), len(right), method="wilson")
    words = {clip["word"] for clip in clips}
    worst = min(_mean([hit for hit, clip in zip(right, clips, strict=True) if clip["word"] == word]) for word in words)
    share = f"{_mean(right):.2f}"
    return f"{f'**{share}**' if judge in system['climbs'] else share} [{low:.2f}, {high:.2f}] / {worst:.2f}"


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


def _sounds(found: dict[str, Any]) -> str:
    rows = []
    for system in found["systems"]:
        vocoder = (system["vocoder"] or "").replace("_", "-")
        measures = [f"{system[name]:.{places}f}" for name, places in MEASURES.items()]
        rows.append([system["name"], vocoder, *measures])
    return _table(["system", "vocoder", *(name.replace("_", " ") for name in MEASURES)], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
