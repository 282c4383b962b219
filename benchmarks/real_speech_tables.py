"""The real-speech benchmark's numbers as Markdown."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from statsmodels.stats.proportion import proportion_confint

STAGES = {"features": "On the features, before the vocoder", "audio": "On the re-analysed audio, after the vocoder"}


def report(found: Sequence[dict[str, Any]], *, is_quick: bool) -> str:
    """Write the report of all corpora; `found` is what `real_speech.run` gave of each."""
    parts = ["# Real speech, the whole way", _how_made(is_quick)]
    for each in found:
        parts += [f"## {each['corpus']}", _corpus(each), _networks(each)]
        parts += [f"### {title}\n\n{_systems(each, stage)}" for stage, title in STAGES.items()]
    return "\n\n".join(parts) + "\n"


def _how_made(is_quick: bool) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "torchaudio", "numpy"))
    warning = "**A quick run: it shows that everything runs, and its numbers mean nothing.**\n\n" if is_quick else ""
    return (
        f"{warning}Made by `python -m benchmarks.real_speech{' --quick' if is_quick else ''}` on "
        f"{datetime.now(UTC):%Y-%m-%d}: {_machine()}; Python {platform.python_version()}, {packages}.\n\n"
        "A cell is the share of clips that a network takes for the word meant, with its Wilson interval (95 %). "
        "**Bold**: the network is one that the search itself climbed. Networks with the same name but another "
        "number differ in their seed alone. `paper` searches climb paper-1, `whitened` searches residual-1 and "
        "temporal-1. Seconds are wall time, one thread each, several processes side by side."
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
        length = f"{each['length']} {'steps' if each['network'] == 'wavenet' else 'epochs'}"
        rows.append([each["name"], each["network"], length, _quality(each), f"{each['seconds']:.0f}"])
    return _table(["name", "network", "trained for", "quality", "seconds"], rows)


def _quality(network: dict[str, Any]) -> str:
    if network["accuracy"]:
        accuracy = network["accuracy"]
        return f"accuracy {accuracy['testing']:.3f} on test, {accuracy['validation']:.3f} on validation"
    if network["reconstruction"]:
        return f"mean absolute error {network['reconstruction']['testing']['mean_absolute_error']:.3f} on test"
    return f"{network['nll']['validation']:.2f} nats a sample on validation"


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
    right = sum(clip["heard"][judge][stage] == clip["word"] for clip in clips)
    low, high = proportion_confint(right, len(clips), method="wilson")
    share = f"{right / len(clips):.2f}"
    return f"{f'**{share}**' if judge in system['own'] else share} [{low:.2f}, {high:.2f}]"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
