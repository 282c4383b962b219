"""Training networks."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from generation.actions.checkpoints import checkpoint_name, register_checkpoint
from generation.catalogue import NETWORKS, NetworkRole
from generation.models import Corpus
from generation.tasks.corpora import opened
from generation.tasks.devices import names_lost_device
from generation.work import Outcome, Work

if TYPE_CHECKING:
    from generation.engine.checkpoints import SavedCheckpoint, TrainedNetwork
    from generation.engine.corpora.feature_sets import FeatureSet
    from generation.engine.training.resumption import Resumption

# Computing features, which are kept, is a small part of training.
FEATURES_PART = 0.1


@names_lost_device
def train_network(work: Work) -> Outcome:
    """Train a network on a corpus, write its weights, and register its checkpoint."""
    from generation.engine.checkpoints import save_checkpoint
    from generation.engine.devices import use_threads

    use_threads(settings.THREADS)
    wanted = work.parameters
    corpus = Corpus.objects.get(pk=wanted["corpus"])
    features = feature_set_of(corpus, wanted["features"], work)
    unfinished = _unfinished(wanted["digest"])
    trained = _train(wanted, features, work, unfinished)
    named = {"corpus": corpus, **{name: wanted[name] for name in ("network", "features", "digest")}}
    # Of several attempts each writes files of its own; the one that commits is the one that is registered.
    name = f"{checkpoint_name(network=wanted['network'], digest=wanted['digest'])}-{work.name}"
    saved = save_checkpoint(trained, settings.CHECKPOINTS_DIR, name)
    return Outcome(partial(_store, saved, named, unfinished), discard=partial(_remove, saved.path))


def _unfinished(digest: str) -> "Resumption":
    """Say where a training keeps its state, so that whoever takes it over goes on where it was interrupted."""
    from generation.engine.training.resumption import Resumption

    return Resumption(settings.CHECKPOINTS_DIR / "unfinished" / f"{digest}.pt", identity=digest)


def feature_set_of(corpus: Corpus, features: str, work: Work) -> "FeatureSet":
    """Return a corpus's features, computed or kept from before."""
    from generation.engine.corpora.feature_sets import feature_set
    from generation.engine.features import feature_config

    work.report(0.0, "opening the corpus")
    return feature_set(
        opened(corpus), feature_config(features), settings.FEATURES_DIR, partial(_report_part, work, 0.0, FEATURES_PART)
    )


def _train(wanted: dict[str, Any], features: "FeatureSet", work: Work, unfinished: "Resumption") -> "TrainedNetwork":
    from generation.engine.corpora.talkers import TALKERS, by_talkers
    from generation.engine.devices import device_named
    from generation.engine.training.classifier import train_classifier
    from generation.engine.training.prior import train_prior
    from generation.engine.training.recipes import recipe_for
    from generation.engine.training.vocoders import train_vocoder

    network = wanted["network"]
    common: dict[str, Any] = {
        "seed": wanted["seed"],
        "device": device_named(settings.DEVICE),
        "progress": partial(_report_part, work, FEATURES_PART, 1.0),
        "resumption": unfinished,
    }
    asked = dict(wanted["settings"])
    if asked.pop("labels", "words") == TALKERS:
        features = by_talkers(features)
    if NETWORKS[network].role == NetworkRole.VOCODER:
        return train_vocoder(network, features, asked, **common)
    recipe = recipe_for(network, asked)
    train = train_classifier if NETWORKS[network].role == NetworkRole.CLASSIFIER else train_prior
    return train(network, features, recipe=recipe, **common)


def _report_part(work: Work, low: float, high: float, fraction: float, note: str) -> None:
    work.report(low + (high - low) * fraction, note)


def _store(saved: "SavedCheckpoint", named: dict[str, Any], unfinished: "Resumption") -> dict[str, Any]:
    checkpoint, is_new = register_checkpoint(file=saved.path.name, sha256=saved.sha256, card=saved.card, **named)
    if not is_new:
        _remove(saved.path)
    unfinished.forget()
    return {"checkpoint": checkpoint.pk}


def _remove(path: Path) -> None:
    for each in (path, path.with_suffix(".json")):
        each.unlink(missing_ok=True)
