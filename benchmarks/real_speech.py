"""The whole way on real speech: train, search, vocode, judge, and write down what came of it.

    python -m benchmarks.real_speech [--corpus ../shared/data/spoken-digits] [--quick]

Every step is kept in `--folder` under a name made from what it depends on, so that a run that was stopped goes on
where it was. It reports what it measures and asserts nothing.
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import torch

from benchmarks.real_speech_plans import PLANS, Plan, System, Training, quick
from benchmarks.real_speech_tables import report
from generation.engine.checkpoints import TrainedNetwork, load_checkpoint, save_checkpoint
from generation.engine.corpora.feature_sets import FeatureSet, feature_set
from generation.engine.corpora.layout import open_corpus
from generation.engine.features import feature_config
from generation.engine.materials import Materials
from generation.engine.progress import unwatched
from generation.engine.render import RenderedClip, render
from generation.engine.training.classifier import train_classifier
from generation.engine.training.prior import train_prior
from generation.engine.training.wavenet import train_wavenet

SHARED = Path("../shared/data")
Result = TypeVar("Result")
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Work:
    """One corpus's plan, where the corpus stands and what is in it, and the folder in which its steps are kept."""

    plan: Plan
    corpus: Path
    folder: Path
    corpus_digest: str = ""


class InThisProcess:
    """Runs tasks at once, one after another, where a test wants no further processes."""

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run the task and give its result as a future that is done."""
        done: Future[Any] = Future()
        done.set_result(task(*arguments))
        return done


def main() -> None:
    """Run the benchmark as the command line says."""
    options = _options()
    plans = [PLANS[name] for name in (PLANS if options.corpus == "all" else [Path(options.corpus).name])]
    found = []
    with ProcessPoolExecutor(options.workers, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        for plan in plans:
            folder = SHARED if options.corpus == "all" else Path(options.corpus).parent
            found.append(run(quick(plan) if options.quick else plan, folder / plan.corpus, options.folder, pool))
    text = report(found, is_quick=options.quick)
    print(text)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="all", help="the folder of one of the two corpora, or all")
    parser.add_argument("--quick", action="store_true", help="a few words and steps, to see that everything runs")
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks/real_speech"), help="where steps are kept")
    parser.add_argument("--output", type=Path, help="the Markdown file (quick: in the folder)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes, of one thread each")
    options = parser.parse_args()
    if options.corpus != "all" and Path(options.corpus).name not in PLANS:
        parser.error(f"--corpus must end in one of {', '.join(PLANS)}, or be all")
    if options.output is None:
        options.output = options.folder / "quick.md" if options.quick else Path("docs/benchmarks/real_speech.md")
    return options


def run(plan: Plan, corpus: Path, folder: Path, pool: Executor | InThisProcess) -> dict[str, Any]:
    """Go the whole way on one corpus and give what was measured, as plain data."""
    work = Work(plan, corpus, folder / plan.corpus)
    features, seconds = _timed(lambda: _features(work))
    work = replace(work, corpus_digest=features.corpus_digest)
    _say(f"{plan.corpus}: {len(features.labels)} recordings analysed in {seconds:.0f} s")
    trained = {each.name: pool.submit(_train, work, each) for each in plan.trainings}
    networks = {}
    for name, future in trained.items():
        networks[name] = future.result()
        _say(f"{plan.corpus}: {name} trained in {networks[name]['seconds']:.0f} s")
    rendered = {system: pool.submit(_render, work, system) for system in plan.systems}
    systems = []
    for system, future in rendered.items():
        systems.append({**asdict(system), "name": system.name, "own": system.own, **future.result()})
        _say(f"{plan.corpus}: {system.name}, {system.vocoder}, rendered in {systems[-1]['seconds']:.0f} s")
    return {
        "corpus": plan.corpus,
        "features": plan.features,
        "counts": {split: features.splits.count(split) for split in ("training", "validation", "testing")},
        "words": features.words,
        "analysis_seconds": seconds,
        "networks": networks,
        "systems": systems,
    }


def _features(work: Work) -> FeatureSet:
    corpus = open_corpus(work.corpus, words=work.plan.words)
    return feature_set(corpus, feature_config(work.plan.features), work.folder / "features")


def _train(work: Work, training: Training) -> dict[str, Any]:
    """Train a network unless its checkpoint is there; give its card with the wall time of the training."""
    path = _checkpoint_path(work, training)
    if not path.exists():
        features = _features(work)
        trained, seconds = _timed(lambda: _train_network(training, features))
        card = {**trained.card, "wall_seconds": seconds}
        save_checkpoint(TrainedNetwork(trained.network, card), path.parent, path.stem)
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return {
        **asdict(training),
        "seconds": card["wall_seconds"],
        **{name: card.get(name) for name in ("accuracy", "reconstruction", "nll")},
    }


def _train_network(training: Training, features: FeatureSet) -> TrainedNetwork:
    asked: dict[str, Any] = {"seed": training.seed, "device": CPU, "progress": unwatched}
    if training.network == "wavenet":
        return train_wavenet(features, steps=training.length, **asked)
    train = train_prior if training.name == "prior" else train_classifier
    return train(training.network, features, epochs=training.length, **asked)


def _render(work: Work, system: System) -> dict[str, Any]:
    """Render and judge a system's clips unless that is done; give what was heard, clip by clip."""
    path = (
        work.folder
        / "systems"
        / f"{_digest([work.corpus_digest, work.plan.features, work.plan.trainings, work.plan.takes, system])}.json"
    )
    if not path.exists():
        features = _features(work)
        materials = _materials(work, features)
        requests = system.requests(features.words, work.plan.takes)
        heard, seconds = _timed(lambda: [_heard(clip) for clip in render(requests, materials, unwatched)])
        _write(path, {"seconds": seconds, "clips": heard})
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _materials(work: Work, features: FeatureSet) -> Materials:
    loaded = {each.name: load_checkpoint(_checkpoint_path(work, each), device=CPU) for each in work.plan.trainings}
    prior, wavenet = loaded.pop("prior"), loaded.pop("wavenet")
    return Materials(features, loaded, prior, {"wavenet": wavenet}, CPU)


def _heard(clip: RenderedClip) -> dict[str, Any]:
    """Shorten a clip's judgements to the word that each network hears, and the probability of the word meant."""
    word = clip.request.word
    return {
        "word": word,
        "heard": {
            name: {stage: max(chances, key=lambda each: chances[each]) for stage, chances in stages.items()}
            for name, stages in clip.judgements.items()
        },
        "probability": {
            name: {stage: round(chances[word], 4) for stage, chances in stages.items()}
            for name, stages in clip.judgements.items()
        },
    }


def _checkpoint_path(work: Work, training: Training) -> Path:
    digest = _digest([work.corpus_digest, work.plan.features, training])
    return work.folder / "checkpoints" / f"{training.name}-{digest}.safetensors"


def _digest(what: Any) -> str:
    stated = json.dumps(what, sort_keys=True, default=asdict)
    return hashlib.sha256(stated.encode()).hexdigest()[:16]


def _timed(task: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    return task(), time.perf_counter() - started


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    temporary.replace(path)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    main()
