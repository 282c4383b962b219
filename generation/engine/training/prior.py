"""Training a prior: an autoencoder of a corpus's features, whose decoder gives back only what speech looks like."""

from time import perf_counter
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from generation.catalogue import NetworkRole
from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.networks import build, check_role
from generation.engine.prior import Autoencoder
from generation.engine.progress import Progress, unwatched
from generation.engine.training.augmentation import augment
from generation.engine.training.card import card_of
from generation.engine.training.loop import FITTED, Fitted, fit, on_device, seeded
from generation.engine.training.recipes import Recipe, chosen_recipe
from generation.engine.training.resumption import Resumption

BATCH = 256


def train_prior(
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
    """Train the catalogue's autoencoder on the training split, then keep the statistics of that split's codes.

    The loss is the network's own; as in the paper the binary cross-entropy of each cell. The card's `reconstruction`
    gives it for each held-out split beside the mean absolute error. The recipe is the network's default unless given,
    with `epochs` in place of its own. With a resumption, a training that was interrupted goes on where it was.
    Raises NetworkHasAnotherRole, TrainingDiverged, and what `progress` raises to stop the training.
    """
    check_role(network_slug, NetworkRole.PRIOR)
    recipe = chosen_recipe(network_slug, recipe, epochs)
    settings = {"n_mels": feature_set.config.n_mels, "n_frames": feature_set.config.n_frames}
    started = perf_counter()
    with seeded(seed, device, threads) as generator:
        network = cast(Autoencoder, on_device(build(network_slug, settings), device))
        fitted = _fit(network, feature_set, recipe, device, generator, progress, resumption or Resumption())
        progress(FITTED, "measuring codes and reconstructions")
        network.fit_code_statistics(_codes(network, feature_set))
        reconstruction = {split.value: _errors(network, feature_set, split) for split in _HELD_OUT}
        card = card_of(network_slug, network, feature_set, seed=seed, device=device, seconds=perf_counter() - started)
    card |= {"recipe": recipe.as_dict(), "epochs": fitted.history, "kept_epoch": fitted.kept_epoch}
    progress(1.0, f"a mean error of {reconstruction[Split.TESTING]['mean_absolute_error']:.3f} on the test recordings")
    return TrainedNetwork(network, card | {"reconstruction": reconstruction})


def _fit(
    network: Autoencoder,
    feature_set: FeatureSet,
    recipe: Recipe,
    device: torch.device,
    generator: torch.Generator,
    progress: Progress,
    resumption: Resumption,
) -> Fitted:
    def loss_of(rows: Tensor) -> Tensor:
        features = feature_set.features[rows].to(device)
        varied = augment(features, recipe.augmentation, feature_set.config, generator)
        return network.loss(varied)

    def measure() -> dict[str, float]:
        errors = _errors(network, feature_set, Split.VALIDATION)
        return {f"validation_{name}": value for name, value in errors.items()} | {"score": -errors["cross_entropy"]}

    return fit(network, feature_set.rows(Split.TRAINING), loss_of, measure, recipe, generator, progress, resumption)


@torch.inference_mode()
def _codes(network: Autoencoder, feature_set: FeatureSet) -> Tensor:
    """Encode the training split [R, D]."""
    device = network.code_mean.device
    rows = feature_set.rows(Split.TRAINING)
    return torch.cat([network.encode(feature_set.features[batch].to(device)) for batch in torch.split(rows, BATCH)])


@torch.inference_mode()
def _errors(network: Autoencoder, feature_set: FeatureSet, split: Split) -> dict[str, float]:
    """Compute a split's cross-entropy and mean absolute error, both means over all cells."""
    device = network.code_mean.device
    cross_entropy, absolute_error, n_cells = 0.0, 0.0, 0
    for rows in torch.split(feature_set.rows(split), BATCH):
        features = feature_set.features[rows].to(device)
        logits = network(features)
        cross_entropy += functional.binary_cross_entropy_with_logits(logits, features, reduction="sum").item()
        absolute_error += (logits.sigmoid() - features).abs().sum().item()
        n_cells += features.numel()
    return {"cross_entropy": cross_entropy / n_cells, "mean_absolute_error": absolute_error / n_cells}


_HELD_OUT = (Split.VALIDATION, Split.TESTING)
