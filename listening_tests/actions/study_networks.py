"""The networks of a study: trained for it, shipped with Hearsay, or registered before."""

from dataclasses import dataclass, field

from accounts.models import Researcher
from generation.actions.checkpoints import (
    CheckpointCannotBeUsed,
    CheckpointIsUnknown,
    check_usable,
    find_checkpoint,
    request_training,
)
from generation.actions.clips import ClipNetworks
from generation.actions.shipped import ShippedNetworkIsDamaged, ShippedNetworkIsUnknown, register_shipped
from generation.catalogue import NetworkRole
from generation.models import Checkpoint, Corpus, Job
from listening_tests.study_file.networks import NetworkSection
from listening_tests.study_file.schema import StudyFile


class NetworkCannotBeHad(Exception):
    """A network that the study file names is not there, is damaged, or does not fit the study."""


@dataclass
class StudyNetworks:
    """A study's networks that are there, by their names in the study file, and the jobs that make the others."""

    panel: dict[str, Checkpoint] = field(default_factory=dict)
    prior: Checkpoint | None = None
    vocoders: dict[str, Checkpoint] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)

    def for_clips(self) -> ClipNetworks:
        """Return them as generation takes them."""
        return ClipNetworks(panel=list(self.panel.values()), prior=self.prior, vocoders=self.vocoders)

    def check_judged(self, study_file: StudyFile) -> None:
        """Raise NetworkCannotBeHad unless each system has a judge of another architecture, now that all are known."""
        architectures = {name: checkpoint.network for name, checkpoint in self.panel.items()}
        for system in study_file.systems:
            if system.climbs is not None:
                try:
                    study_file.networks.check_judged(system.slug, system.climbs, architectures)
                except ValueError as error:
                    raise NetworkCannotBeHad(f"{error}.") from error


def request_networks(*, study_file: StudyFile, corpus: Corpus, requested_by: Researcher | None) -> StudyNetworks:
    """Return the study's networks, those that are not there yet asked for. Raises NetworkCannotBeHad.

    Vocoders take longest, so they come first: others are trained beside them.
    """
    found, wanted = StudyNetworks(), study_file.networks

    def get(where: str, section: NetworkSection, network: str | None, role: NetworkRole) -> Checkpoint | None:
        if section.is_taken_as_it_is:
            return _taken(where, section, role, network, study_file.features, corpus)
        checkpoint, job = request_training(
            corpus=corpus,
            network=str(network),
            features=study_file.features,
            settings=section.training(),
            seed=study_file.seed if section.seed is None else section.seed,
            requested_by=requested_by,
        )
        found.jobs += [job] if job is not None else []
        return checkpoint

    vocoders = {
        slug: get(f"vocoders.{slug}", each, slug, NetworkRole.VOCODER) for slug, each in wanted.vocoders.items()
    }
    if wanted.prior is not None:
        found.prior = get("prior", wanted.prior, wanted.prior.network, NetworkRole.PRIOR)
    panel = {
        name: get(f"classifiers.{name}", each, each.network, NetworkRole.CLASSIFIER)
        for name, each in wanted.classifiers.items()
    }
    found.vocoders = {slug: checkpoint for slug, checkpoint in vocoders.items() if checkpoint is not None}
    found.panel = {name: checkpoint for name, checkpoint in panel.items() if checkpoint is not None}
    return found


def _taken(
    where: str, section: NetworkSection, role: NetworkRole, network: str | None, features: str, corpus: Corpus
) -> Checkpoint:
    """Return a network that is registered or shipped, if it fits. Raises NetworkCannotBeHad."""
    try:
        if section.checkpoint is not None:
            checkpoint = find_checkpoint(section.checkpoint)
        else:
            checkpoint = register_shipped(name=str(section.shipped))
        check_usable(checkpoint, role=role, network=network, features=features, words=corpus.words)
    except (
        CheckpointIsUnknown, CheckpointCannotBeUsed, ShippedNetworkIsUnknown, ShippedNetworkIsDamaged,
    ) as error:  # fmt: skip
        raise NetworkCannotBeHad(f"networks.{where}: {error}") from error
    return checkpoint
