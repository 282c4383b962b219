"""Trained networks: asking for one, and registering one that was trained."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import Researcher
from generation.actions.jobs import request_job
from generation.catalogue import FEATURES, NETWORKS, NetworkRole
from generation.digests import request_digest
from generation.models import Checkpoint, Corpus, Job
from generation.states import JobState


class CannotBeTrained(ValueError):
    """A network or a definition of features that the catalogue does not know was asked for."""


class CheckpointIsUnknown(LookupError):
    """No network of this name is registered."""


class CheckpointCannotBeUsed(ValueError):
    """A registered network is of another kind, of other features or of other words than it is wanted for."""


def find_checkpoint(slug: str) -> Checkpoint:
    """Return the registered network of this name. Raises CheckpointIsUnknown."""
    try:
        return Checkpoint.objects.select_related("corpus").get(slug=slug)
    except Checkpoint.DoesNotExist as error:
        raise CheckpointIsUnknown(
            f"There is no checkpoint {slug!r}: train one, or look its name up on the networks' page."
        ) from error


def check_usable(
    checkpoint: Checkpoint, *, role: NetworkRole, network: str | None, features: str, words: Sequence[str]
) -> None:
    """Raise CheckpointCannotBeUsed unless a network is of this role and these features and, but for vocoders, words.

    network: which one of the catalogue it must be; any, if None.
    """
    wanted: list[tuple[str, Any, Any]] = [
        ("kind", checkpoint.role, role.value),
        ("features", checkpoint.features, features),
    ]
    if network is not None:
        wanted.append(("network", checkpoint.network, network))
    if role is not NetworkRole.VOCODER:
        wanted.append(("words", checkpoint.card.get("words"), list(words)))
    for what, found, needed in wanted:
        if found != needed:
            raise CheckpointCannotBeUsed(
                f"The checkpoint {checkpoint.slug} has the {what} {found}, and {needed} is needed: choose another one."
            )


def request_training(
    *,
    corpus: Corpus,
    network: str,
    features: str,
    settings: Mapping[str, Any],
    seed: int,
    requested_by: Researcher | None = None,
) -> tuple[Checkpoint | None, Job | None]:
    """Return the network trained so, or the job that is asked to train it (it may have failed).

    settings: `epochs` of a classifier or prior, `steps` of a WaveNet. The same request is trained once.
    Raises CannotBeTrained.
    """
    for what, name, table in (("network", network, NETWORKS), ("features", features, FEATURES)):
        if name not in table:
            raise CannotBeTrained(f"The catalogue has no {what} {name!r}: choose one of {', '.join(table)}.")
    digest = training_digest(corpus=corpus, network=network, features=features, settings=settings, seed=seed)
    checkpoint = Checkpoint.objects.filter(request_digest=digest).first()
    if checkpoint is not None:
        return checkpoint, None
    job = Job.objects.asked_with(digest)
    if job is not None and job.state != JobState.DONE:
        return None, job
    wanted = {"network": network, "features": features, "settings": dict(settings), "seed": seed, "digest": digest}
    return None, request_job(
        kind="train_network",
        title=f"Train {NETWORKS[network].title} on {corpus.title}",
        item_parameters=[{"corpus": corpus.pk, **wanted}],
        digest=digest,
        requested_by=requested_by,
    )


def training_digest(*, corpus: Corpus, network: str, features: str, settings: Mapping[str, Any], seed: int) -> str:
    """Return the SHA-256 of everything that decides a training."""
    return request_digest(
        {
            "kind": "train_network", "corpus": corpus.digest, "network": network, "features": features,
            "settings": dict(settings), "seed": seed,
        }
    )  # fmt: skip


def checkpoint_name(*, network: str, digest: str) -> str:
    """Return the slug of a trained network: what it is, and enough of the request's digest to be the only one."""
    return f"{network.replace('_', '-')}-{digest[:8]}"


def register_checkpoint(
    *,
    corpus: Corpus | None,
    network: str,
    features: str,
    digest: str,
    file: str,
    sha256: str,
    card: Mapping[str, Any],
    slug: str | None = None,
    role: NetworkRole | None = None,
) -> tuple[Checkpoint, bool]:
    """Store a trained network; return it, and False if the same request had been trained before.

    corpus: None if the corpus it was trained on is not here. slug: made of the network and the digest, unless given.
    role: of a network that the catalogue does not know.
    """
    role = role or NETWORKS[network].role
    if role is None:
        raise CannotBeTrained(f"The catalogue does not say what {network!r} is for: give it a role.")
    return Checkpoint.objects.get_or_create(
        request_digest=digest,
        defaults={
            "slug": slug or checkpoint_name(network=network, digest=digest),
            "network": network,
            "role": role.value,
            "corpus": corpus,
            "features": features,
            "file": file,
            "card": dict(card),
            "sha256": sha256,
        },
    )
