"""The part of a study file that names its networks: which are trained for it, and which are taken as they are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from generation import catalogue


class Section(BaseModel):
    """What all sections share: unknown fields are refused, and nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def one_of(table: Mapping[str, Any], what: str) -> Callable[[str], str]:
    """Return a check that a name stands in the table."""

    def check(value: str) -> str:
        if value not in table:
            raise ValueError(f"{value!r} is not a {what}: choose one of {', '.join(table)}")
        return value

    return check


def _networks_of(role: catalogue.NetworkRole) -> dict[str, catalogue.Entry]:
    return {slug: entry for slug, entry in catalogue.NETWORKS.items() if entry.role == role}


TRAINED_VOCODERS = {
    slug: entry
    for slug, entry in catalogue.VOCODERS.items()
    if slug in _networks_of(catalogue.NetworkRole.VOCODER)
}  # fmt: skip

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=50)]
RecipeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=50)]
CheckpointSlug = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]+$", max_length=140)]
ClassifierSlug = Annotated[
    str, AfterValidator(one_of(_networks_of(catalogue.NetworkRole.CLASSIFIER), "classifier network"))
]
PriorSlug = Annotated[str, AfterValidator(one_of(_networks_of(catalogue.NetworkRole.PRIOR), "decoder prior"))]
VocoderSlug = Annotated[str, AfterValidator(one_of(TRAINED_VOCODERS, "vocoder with a network to train"))]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


_RECIPE = (
    "How it is trained, by the name of a recipe: `paper`, where the paper trained such a network; else its default."
)


class NetworkSection(Section):
    """A network: trained for the study, or taken as it is."""

    seed: Seed | None = Field(None, description="Decides its training; the study's seed, if left out.")
    checkpoint: CheckpointSlug | None = Field(
        None, description="Train nothing: take the registered network of this name, as its page shows it."
    )
    shipped: Slug | None = Field(None, description="Train nothing: take the network of this name shipped with Hearsay.")

    @property
    def is_taken_as_it_is(self) -> bool:
        """Tell whether nothing is trained."""
        return self.checkpoint is not None or self.shipped is not None

    def training(self) -> dict[str, Any]:
        """Return the settings of the training, without those that say nothing."""
        return self.model_dump(exclude={"network", "seed", "checkpoint", "shipped"}, exclude_defaults=True)

    def _check_origin(self, *needed: str) -> None:
        """Raise ValueError unless exactly one origin is given, a training with all that it needs."""
        taken = [name for name in ("checkpoint", "shipped") if getattr(self, name) is not None]
        to_train = bool(self.model_dump(exclude={"checkpoint", "shipped"}, exclude_defaults=True))
        if len(taken) + to_train != 1:
            raise ValueError(
                f"say where the network comes from in exactly one way: {' and '.join(needed)} to train it, or "
                "checkpoint, or shipped"
            )
        missing = [name for name in needed if getattr(self, name) is None]
        if to_train and missing:
            raise ValueError(f"a network that is to be trained needs {' and '.join(missing)}")


class ClassifierSection(NetworkSection):
    """A classifier of the panel, under a name of your choice. All of the panel judge every clip."""

    network: ClassifierSlug | None = Field(None, description="A classifier of the catalogue.")
    epochs: int | None = Field(
        None, ge=0, le=1000, description="Passes over the training recordings; 0 leaves it untrained, as a control."
    )
    recipe: RecipeName | None = Field(None, description=_RECIPE)
    shuffled_labels: bool = Field(
        False, description="Deal the labels of the training recordings out at random, as a control."
    )

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        self._check_origin("network", "epochs")
        if self.shuffled_labels and not self.epochs:
            raise ValueError("epochs: 0 leaves the network untrained, so there are no labels to shuffle: drop one")
        return self

    @property
    def is_control(self) -> bool:
        """Tell whether it has learnt nothing of the words, and so judges nothing."""
        return self.epochs == 0 or self.shuffled_labels


class PriorSection(NetworkSection):
    """The decoder prior."""

    network: PriorSlug | None = Field(None, description="A decoder prior of the catalogue.")
    epochs: int | None = Field(None, ge=1, le=1000, description="Passes over the training recordings.")
    recipe: RecipeName | None = Field(None, description=_RECIPE)

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        self._check_origin("network", "epochs")
        return self


class VocoderSection(NetworkSection):
    """A vocoder that has a network, under its name in the catalogue."""

    steps: int | None = Field(None, ge=1, le=10_000_000, description="Training steps.")
    size: RecipeName | None = Field(
        None, description="How large a network, where the vocoder has several; its default, if left out."
    )

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        self._check_origin("steps")
        return self


class NetworksSection(Section):
    """The networks that clips are made and judged with."""

    classifiers: dict[Slug, ClassifierSection] = Field(
        min_length=1, description="The panel, by names of your choice; each judges every clip, and systems climb some."
    )
    prior: PriorSection | None = Field(None, description="The decoder prior, for systems that use the decoder.")
    vocoders: dict[VocoderSlug, VocoderSection] = Field(
        default_factory=dict, description="Each trained vocoder that a system uses, by its name in the catalogue."
    )

    @model_validator(mode="after")
    def _classifiers_differ(self) -> Self:
        panel = list(self.classifiers.items())
        for position, (name, section) in enumerate(panel):
            for other, earlier in panel[:position]:
                if section == earlier:
                    raise ValueError(f"the classifiers {other!r} and {name!r} are the same: give one another seed")
        return self

    def architectures(self) -> dict[str, str]:
        """Return the architectures of the panel as far as the file tells them, by name."""
        return {name: section.network for name, section in self.classifiers.items() if section.network is not None}

    def check_judged(self, system: str, climbs: Sequence[str], architectures: Mapping[str, str]) -> None:
        """Raise ValueError unless the panel holds a judge of another architecture than those the system climbs.

        A classifier whose architecture is not known yet may be such a judge.
        """
        climbed = {architectures.get(name) for name in climbs}
        judges = [name for name, section in self.classifiers.items() if name not in climbs and not section.is_control]
        if not any(name not in architectures or architectures[name] not in climbed for name in judges):
            raise ValueError(
                f"the system {system!r} climbs {', '.join(climbs)}, and the panel has no judge of another "
                "architecture: one of the same architecture is fooled by the same sounds, and one that learnt no words "
                "judges nothing, so add another network to networks.classifiers"
            )
