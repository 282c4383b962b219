"""How long a full report on a million ratings takes, and in how much memory: `python -m benchmarks.report_scale`.

An archive of a made-up study is written: each listener rates some clips of every system on the opinion scale and
names the word of others; two classifiers judged every clip; the protocol declares the statistics that both methods
have without being asked, and exclusions that leave somebody out, so that every estimate is computed twice.
`analyse --archive ... --report ...` then runs in a process of its own. Stages are in seconds of the processor.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.engine.exchange import UNSAID
from analysis.engine.formats import FORMATS
from analysis.engine.ratings import NONE_OF_THESE
from analysis.engine.record import StudyFacts, StudyRecord, library_versions, study_record
from benchmarks.measured_command import run_measured

SYSTEMS, WORDS, TAKES = 40, ("down", "go", "left", "no", "off"), 5
CLASSIFIERS = ("residual_classifier", "recurrent_classifier")
EXCLUSIONS = ["too_fast", "straight_lining", "low_agreement", "hidden_tab"]
# Deviations of listeners, stimuli and single answers in points: docs/statistics.md has where they come from.
DEVIATIONS = (0.41, 0.36, 0.68)
CARELESS = 0.02
GIB = 2**30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listeners", type=int, default=5000, help="each gives 200 ratings")
    parser.add_argument("--form", choices=list(FORMATS), default="csv", help="of the archive")
    parser.add_argument("--folder", type=Path, help="keep archive and report here (default: a temporary folder)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--analyse", nargs=2, type=Path, metavar=("ARCHIVE", "DIR"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.analyse:
        analyse_with_times(*arguments.analyse)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        archive = folder / f"study.{FORMATS[arguments.form].ending}"
        record = made_up_study(arguments.listeners, np.random.default_rng(arguments.seed))
        n_ratings = len(record.ratings)
        archive.write_bytes(FORMATS[arguments.form].write(record))
        del record
        size = archive.stat().st_size / 2**20
        clips = SYSTEMS * TAKES * len(WORDS)
        print(f"{n_ratings:,} ratings of {arguments.listeners:,} listeners, {SYSTEMS} systems, {clips:,} clips; "
              f"{arguments.form} archive of {size:.0f} MiB", flush=True)  # fmt: skip
        report = str(folder / "report")
        taken = run_measured([sys.executable, "-m", "benchmarks.report_scale", "--analyse", str(archive), report])
        print(f"whole command: {taken.wall:.1f} s wall, {taken.processor:.1f} CPU s, "
              f"peak {taken.peak / GIB:.2f} GiB, {os.cpu_count()} processors")  # fmt: skip


def analyse_with_times(archive: Path, folder: Path) -> None:
    """Run the command `analyse`; print what reading, rules, statistics and figures took, each as it ends.

    Statistics with and without exclusions end in two processes; what the second takes is not in "everything else".
    """
    started = time.process_time()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from analysis.engine import gallery
    from analysis.engine.exclusions import EXCLUSIONS as RULES
    from analysis.engine.statistics import STATISTICS

    spent = [time.process_time() - started]
    print(f"{spent[0]:8.2f} CPU s  start of Django", flush=True)
    for slug, form in FORMATS.items():
        FORMATS[slug] = replace(form, read=timed("reading the archive", form.read, spent))
    for slug, rule in RULES.items():
        RULES[slug] = replace(rule, reasons=timed(f"exclusion {slug}", rule.reasons, spent))
    for slug, statistic in STATISTICS.items():
        STATISTICS[slug] = replace(statistic, tables=timed(f"statistic {slug}", statistic.tables, spent))
    for name, drawing in gallery.DRAWINGS.items():
        gallery.DRAWINGS[name] = replace(drawing, draw=timed(f"figure {name}", drawing.draw, spent))
    with folder.with_suffix(".txt").open("w", encoding="utf-8") as text:
        call_command("analyse", archive=archive, report=folder, stdout=text)
    print(f"{time.process_time() - started - sum(spent):8.2f} CPU s  everything else")


def timed(stage: str, work: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """Return work that prints its seconds of the processor when it ends, and adds them to those spent."""

    def work_and_count(*arguments: Any) -> Any:
        started = time.process_time()
        try:
            return work(*arguments)
        finally:
            spent.append(time.process_time() - started)
            print(f"{spent[-1]:8.2f} CPU s  {stage}", flush=True)

    return work_and_count


def made_up_study(n_listeners: int, generator: np.random.Generator) -> StudyRecord:
    """Return a study of 40 systems with 25 clips each; every listener answers 100 clips by each of two methods."""
    clips = clips_of_the_study()
    ratings = pd.concat([opinions(clips, n_listeners, generator), words_heard(clips, n_listeners, generator)])
    systems = [{"slug": slug, "title": slug.replace("-", " ").capitalize()} for slug in clips["system"].unique()]
    protocol = {
        "systems": systems,
        "blocks": [
            {"method": "acr", "title": "How natural?", "trials_per_session": 100},
            {"method": "class_identification", "title": "Which word?", "trials_per_session": 100},
        ],
        "analysis": {"confidence": 0.95, "statistics": usual_statistics(), "exclusions": EXCLUSIONS},
    }
    facts = StudyFacts(
        study="scale", title="A made-up study", version=1, protocol_sha256="0" * 64, seed=1, listeners="simulated",
        corpus="none", is_synthetic_speech=False, versions=library_versions(),
    )  # fmt: skip
    return study_record(facts, protocol, ratings, judgements(clips, generator))


def usual_statistics() -> list[str]:
    """Return the statistics that both methods have, without those on request."""
    from listening_tests.methods import METHODS

    return [slug for method in ("acr", "class_identification") for slug in METHODS[method].statistics]


def clips_of_the_study() -> pd.DataFrame:
    """Return each clip's system, item and key, and how good it is, in points."""
    systems, words, takes = (place.ravel() for place in np.indices((SYSTEMS, len(WORDS), TAKES)))
    frame = pd.DataFrame({"system": [f"system-{number + 1}" for number in systems], "item": np.array(WORDS)[words]})
    keys = [f"{system}-{item}-{take}" for system, item, take in zip(frame["system"], frame["item"], takes, strict=True)]
    return frame.assign(clip_key=keys, quality=1.8 + 2.6 * systems / (SYSTEMS - 1))


def answered(clips: pd.DataFrame, n_listeners: int, method: str, generator: np.random.Generator) -> pd.DataFrame:
    """Return one row for each of 100 clips that each listener hears, without the answer; `listener_code` beside."""
    order = np.argsort(generator.random((n_listeners, len(clips))), axis=1)[:, :100]
    listeners = np.repeat(np.arange(n_listeners), 100)
    heard = clips.iloc[order.ravel()].reset_index(drop=True)
    names = pd.Series([f"listener-{number:05d}" for number in range(n_listeners)], dtype="str")
    listener = names.iloc[listeners].reset_index(drop=True)
    block = 0 if method == "acr" else 1
    place = np.tile(np.arange(100), n_listeners)
    seconds = np.round(generator.gamma(6.0, 0.6, len(heard)) + 0.8, 3)
    shown = pd.Timestamp("2026-01-05T09:00:00Z") + pd.to_timedelta(6000 * block + 60 * place, unit="s")
    given = {name: value for name, value in UNSAID.items() if name != "item"}
    said = {
            "study": "scale", "listener": listener, "session": "of-" + listener, "is_simulated": True,
            "block": block, "method": method, "trial_order": place + 100 * block,
            "stimulus": f"{block}:sample:" + heard["clip_key"], "clip_sha256": "sha-" + heard["clip_key"],
            "played_sha256": "played-" + heard["clip_key"], "play_count": 1.0 + generator.poisson(0.3, len(heard)),
            "first_shown_at": shown, "answered_at": shown + pd.to_timedelta(seconds, unit="s"),
            "response_seconds": seconds, "hidden_seconds": 0.0, "listener_code": listeners,
    }  # fmt: skip
    return heard.assign(**{**given, **said})


def opinions(clips: pd.DataFrame, n_listeners: int, generator: np.random.Generator) -> pd.DataFrame:
    """Return opinion scores with the deviations of a real study; a few listeners answer at random."""
    frame = answered(clips, n_listeners, "acr", generator)
    of_listener, of_clip, residual = DEVIATIONS
    quality = frame["quality"] + generator.normal(0, residual, len(frame))
    quality += generator.normal(0, of_listener, n_listeners)[frame["listener_code"]]
    by_clip = dict(zip(clips["clip_key"], generator.normal(0, of_clip, len(clips)), strict=True))
    is_careless = (generator.random(n_listeners) < CARELESS)[frame["listener_code"]]
    score = (quality + frame["clip_key"].map(by_clip)).where(~is_careless, generator.uniform(0.5, 5.5, len(frame)))
    score = score.round().clip(1, 5)
    named = score.astype(int).astype("str")
    return frame.assign(score=score, response=named, scale_min=1.0, scale_max=5.0).drop(
        columns=["quality", "listener_code"]
    )


def words_heard(clips: pd.DataFrame, n_listeners: int, generator: np.random.Generator) -> pd.DataFrame:
    """Return words heard: the better the system, the more often the one that was meant."""
    frame = answered(clips, n_listeners, "class_identification", generator)
    is_right = generator.random(len(frame)) < 0.2 + 0.75 * (frame["quality"] - 1) / 4
    others = np.array([*WORDS, NONE_OF_THESE])[generator.integers(0, len(WORDS) + 1, len(frame))]
    return frame.assign(response=frame["item"].where(is_right, others)).drop(columns=["quality", "listener_code"])


def judgements(clips: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Return what two classifiers make of each clip before and after the vocoder."""
    rows = []
    for clip in clips.to_dict("records"):
        for classifier in CLASSIFIERS:
            for stage, sure in (("features", 0.8), ("audio", 0.5)):
                shares = (1 - sure) * generator.dirichlet(np.ones(len(WORDS)))
                told = {
                    word: float(share + sure * (word == clip["item"]))
                    for word, share in zip(WORDS, shares, strict=True)
                }
                rows.append(
                    {
                        "clip_sha256": f"sha-{clip['clip_key']}", "clip_key": clip["clip_key"],
                        "system": clip["system"], "item": clip["item"], "classifier": classifier,
                        "network": classifier, "part": "judge", "stage": stage,
                        "heard": max(told, key=lambda word: told[word]), "probability_of_item": told[clip["item"]],
                        "probabilities": told,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
