"""Training a classifier to tell a corpus's words apart."""

from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.catalogue import NetworkRole
from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.judging import probabilities
from generation.engine.networks import build, check_role
from generation.engine.progress import Progress, unwatched
from generation.engine.training.augmentation import augment
from generation.engine.training.card import card_of
from generation.engine.training.loop import FITTED, Fitted, fit, on_device, seeded
from generation.engine.training.recipes import Recipe, chosen_recipe
from generation.engine.training.resumption import Resumption


class WordsCannotBeLearnt(ValueError):
    """The training split lacks recordings of a word, or there are no two words to tell apart."""


def train_classifier(
    network_slug: str,
    feature_set: FeatureSet,
    *,
    epochs: int | None = None,
    seed: int,
    device: torch.device,
    progress: Progress = unwatched,
    recipe: Recipe | None = None,
    threads: int | None = None,
    resumption: Resumption | None = None,
) -> TrainedNetwork:
    """Train the catalogue's classifier on the training split and measure it on the two others.

    The recipe is the network's default unless given, with `epochs` in place of its own. The same arguments give the
    same weights on the same kind of machine. The card's `accuracy` are shares of recordings recognised.
    With a resumption, a training that was interrupted goes on where it was.
    Raises NetworkHasAnotherRole, WordsCannotBeLearnt, TrainingDiverged, and what `progress` raises to stop it.
    """
    check_role(network_slug, NetworkRole.CLASSIFIER)
    recipe = chosen_recipe(network_slug, recipe, epochs)
    _check_learnable(feature_set)
    config = feature_set.config
    settings = {"n_words": len(feature_set.words), "n_mels": config.n_mels, "n_frames": config.n_frames}
    started = perf_counter()
    with seeded(seed, device, threads) as generator:
        network = on_device(build(network_slug, settings), device)
        fitted = _fit(network, feature_set, recipe, device, generator, progress, resumption or Resumption())
        progress(FITTED, "measuring the accuracy")
        measured = _measure(network, feature_set)
        card = card_of(network_slug, network, feature_set, seed=seed, device=device, seconds=perf_counter() - started)
    card |= {"recipe": recipe.as_dict(), "epochs": fitted.history, "kept_epoch": fitted.kept_epoch, **measured}
    progress(1.0, f"recognises {measured['accuracy'][Split.TESTING]:.1%} of the test recordings")
    return TrainedNetwork(network, card)


def _fit(
    network: nn.Module,
    feature_set: FeatureSet,
    recipe: Recipe,
    device: torch.device,
    generator: torch.Generator,
    progress: Progress,
    resumption: Resumption,
) -> Fitted:
    labels_learnt = _dealt_out(feature_set, generator) if recipe.shuffled_labels else feature_set.labels

    def loss_of(rows: Tensor) -> Tensor:
        features = feature_set.features[rows].to(device)
        varied = augment(features, recipe.augmentation, feature_set.config, generator)
        labels = labels_learnt[rows].to(device)
        return functional.cross_entropy(network(varied), labels, label_smoothing=recipe.label_smoothing)

    def measure() -> dict[str, float]:
        accuracy = _recognised(network, feature_set, feature_set.rows(Split.VALIDATION)).mean().item()
        return {"validation_accuracy": accuracy, "score": accuracy}

    return fit(network, feature_set.rows(Split.TRAINING), loss_of, measure, recipe, generator, progress, resumption)


def _dealt_out(feature_set: FeatureSet, generator: torch.Generator) -> Tensor:
    """Give the labels [R] with those of the training split dealt out at random among its recordings."""
    rows, labels = feature_set.rows(Split.TRAINING), feature_set.labels.clone()
    labels[rows] = labels[rows[torch.randperm(len(rows), generator=generator)]]
    return labels


def _check_learnable(feature_set: FeatureSet) -> None:
    counts = feature_set.labels[feature_set.rows(Split.TRAINING)].bincount(minlength=len(feature_set.words))
    unheard = [word for word, count in zip(feature_set.words, counts.tolist(), strict=True) if not count]
    if unheard:
        raise WordsCannotBeLearnt(
            f"The training split holds no recording of {', '.join(unheard)}: look at the corpus's list files."
        )
    if len(feature_set.words) < 2:
        raise WordsCannotBeLearnt(f"A classifier needs two words or more, not {', '.join(feature_set.words)} alone.")


def _recognised(network: nn.Module, feature_set: FeatureSet, rows: Tensor) -> Tensor:
    """Say for each row whether its word is the most probable one, 1.0 or 0.0."""
    heard = probabilities(network, feature_set.features[rows]).argmax(dim=1)
    return (heard == feature_set.labels[rows]).double()


def _measure(network: nn.Module, feature_set: FeatureSet) -> dict[str, dict[str, float]]:
    """Compute the accuracy on both held-out splits, and word by word on the testing split."""
    recognised = {split: _recognised(network, feature_set, feature_set.rows(split)) for split in _HELD_OUT}
    labels = feature_set.labels[feature_set.rows(Split.TESTING)]
    by_word = {
        word: recognised[Split.TESTING][labels == index].mean().item()
        for index, word in enumerate(feature_set.words)
        if (labels == index).any()
    }
    return {
        "accuracy": {split.value: each.mean().item() for split, each in recognised.items()},
        "accuracy_by_word": by_word,
    }


_HELD_OUT = (Split.VALIDATION, Split.TESTING)
