"""The steps of the quality benchmark on one corpus: analyse, train, render, judge; each kept, so none is done twice."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch

from benchmarks.quality.plans import DEMO_WORDS, ESPEAK, Plan, System, Training
from generation.catalogue import NETWORKS, NetworkRole
from generation.engine.checkpoints import TrainedNetwork, load_checkpoint, save_checkpoint
from generation.engine.corpora.feature_sets import FeatureSet, feature_set
from generation.engine.corpora.layout import open_corpus
from generation.engine.corpora.splits import Split
from generation.engine.distances import log_mel_distance, mean_pairwise_distance, nearest_recordings
from generation.engine.features import feature_config, log_mel
from generation.engine.materials import Materials
from generation.engine.maximisation.recipes import preset
from generation.engine.progress import unwatched
from generation.engine.render import RenderedClip, render
from generation.engine.training.classifier import train_classifier
from generation.engine.training.prior import train_prior
from generation.engine.training.recipes import recipe_for
from generation.engine.training.vocoders import train_vocoder

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


def run(plan: Plan, corpus: Path, folder: Path, pool: Executor | InThisProcess) -> dict[str, Any]:
    """Go the whole way on one corpus and give what was measured, as plain data."""
    (work, features), seconds = _timed(lambda: work_on(plan, corpus, folder))
    _say(f"{plan.corpus}: {len(features.labels)} recordings analysed in {seconds:.0f} s")
    trained = {each.name: pool.submit(train, work, each) for each in plan.trainings}
    networks = {}
    for name, future in trained.items():
        networks[name] = future.result()
        _say(f"{plan.corpus}: {name} trained in {networks[name]['seconds']:.0f} s")
    rendered = {system: pool.submit(_render, work, system) for system in plan.systems}
    systems = []
    for system, future in rendered.items():
        systems.append({**asdict(system), "name": system.name, **future.result()})
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


def work_on(plan: Plan, corpus: Path, folder: Path) -> tuple[Work, FeatureSet]:
    """Open a plan's corpus, and give its features with the work that knows its digest."""
    work = Work(plan, corpus, folder / plan.corpus)
    features = _features(work)
    return replace(work, corpus_digest=features.corpus_digest), features


def speak_corpus(folder: Path) -> None:
    """Have espeak-ng speak the demo's words in many voices, unless it has. Its library is used by one command alone."""
    command = [sys.executable, "manage.py", "make_corpus", "--voices", "100", "--folder", str(folder)]
    subprocess.run([*command, "--words", *DEMO_WORDS], check=True)


def _features(work: Work) -> FeatureSet:
    if work.plan.corpus == ESPEAK:
        speak_corpus(work.corpus)
    corpus = open_corpus(work.corpus, words=work.plan.words)
    return feature_set(corpus, feature_config(work.plan.features), work.folder / "features")


def train(work: Work, training: Training) -> dict[str, Any]:
    """Train a network unless its checkpoint is there; give its card with the wall time of the training."""
    path = checkpoint_path(work, training)
    if not path.exists():
        features = _features(work)
        trained, seconds = _timed(lambda: _train_network(training, features))
        card = {**trained.card, "wall_seconds": seconds}
        save_checkpoint(TrainedNetwork(trained.network, card), path.parent, path.stem)
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return {
        **asdict(training),
        "seconds": card["wall_seconds"],
        "n_parameters": card["n_parameters"],
        **{name: card.get(name) for name in ("accuracy", "reconstruction", "nll")},
    }


def _train_network(training: Training, features: FeatureSet) -> TrainedNetwork:
    asked: dict[str, Any] = {"seed": training.seed, "device": CPU, "progress": unwatched}
    role = NETWORKS[training.network].role
    if role == NetworkRole.VOCODER:
        return train_vocoder(training.network, features, {"steps": training.length, **training.settings}, **asked)
    recipe = recipe_for(training.network, {"epochs": training.length, **training.settings})
    return (train_prior if role == NetworkRole.PRIOR else train_classifier)(
        training.network, features, recipe=recipe, **asked
    )


def _render(work: Work, system: System) -> dict[str, Any]:
    """Render and judge a system's clips unless that is done; give what was heard, clip by clip."""
    decides = [work.corpus_digest, _used(work, system), system, _recipe(system)]
    path = work.folder / "systems" / f"{_digest(decides)}.json"
    if not path.exists():
        materials = _materials(work, system)
        requests = system.requests(materials.feature_set.words)
        clips, seconds = _timed(lambda: list(render(requests, materials, unwatched)))
        _write(path, {"seconds": seconds, "clips": [_heard(clip) for clip in clips], **_measured(clips, materials)})
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _recipe(system: System) -> str:
    """Give the recipe behind a system's preset, written out: another recipe is another step."""
    return repr(preset(system.preset, system.space)) if system.preset and system.space else ""


def _used(work: Work, system: System) -> list[Training]:
    """List the networks that decide a system's clips or judge them: all classifiers, its own prior and vocoder."""
    roles = {each.name: NETWORKS[each.network].role for each in work.plan.trainings}
    return [
        each
        for each in work.plan.trainings
        if roles[each.name] == NetworkRole.CLASSIFIER or each.name in (system.prior, system.vocoder)
    ]


def _materials(work: Work, system: System) -> Materials:
    used = _used(work, system)
    loaded = {each.name: load_checkpoint(checkpoint_path(work, each), device=CPU) for each in used}
    prior = loaded.pop(system.prior, None)
    vocoders = {each: loaded.pop(each) for each in list(loaded) if each == system.vocoder}
    return Materials(_features(work), loaded, prior, vocoders, CPU)


def _measured(clips: list[RenderedClip], materials: Materials) -> dict[str, Any]:
    """Measure what needs a system's clips together: how far the sound is from its features, and how near to copies."""
    features = torch.stack([clip.features for clip in clips])
    sound = log_mel(torch.stack([clip.waveform for clip in clips]), materials.config)
    words = [clip.request.word for clip in clips]
    return {
        "log_mel_distance": float(log_mel_distance(sound, features, materials.config).nanmean()),
        "nearest_training": float(nearest_recordings(features, materials.feature_set, Split.TRAINING)[0].mean()),
        "diversity": mean_pairwise_distance(features, words),
    }


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


def checkpoint_path(work: Work, training: Training) -> Path:
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
