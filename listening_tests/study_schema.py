"""The schema of a study file: one document that names everything a study is made of.

This and its parts (`study_networks`, `study_systems`) are its only description: validation, error messages and
docs/study-file.md are made from them.
"""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from generation import catalogue
from listening_tests.methods import METHODS
from listening_tests.study_networks import TRAINED_VOCODERS, NetworksSection, Section, Slug, one_of
from listening_tests.study_systems import SystemSection, Word

FeatureSlug = Annotated[str, AfterValidator(one_of(catalogue.FEATURES, "feature definition"))]
MethodSlug = Annotated[str, AfterValidator(one_of(METHODS, "test method"))]


class CorpusSection(Section):
    """Where the recordings come from: exactly one of `folder`, `make` and `fetch`."""

    folder: str | None = Field(
        None, description="A folder in the Speech Commands layout, absolute or below HEARSAY_CORPORA."
    )
    make: Literal["espeak"] | None = Field(
        None, description="Speak the words with espeak-ng: synthetic speech, no network needed."
    )
    fetch: Literal["speech-commands"] | None = Field(None, description="Download the Speech Commands corpus (2.3 GB).")
    voices: int = Field(60, ge=6, le=400, description="How many synthetic voices `make` speaks with.")
    skip_broken: bool = Field(False, description="Leave broken files out, listed, instead of stopping.")

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if sum(source is not None for source in (self.folder, self.make, self.fetch)) != 1:
            raise ValueError("give exactly one of folder, make and fetch")
        return self


class BlockSection(Section):
    """A run of trials of one method."""

    method: MethodSlug = Field(description="How a trial is put.")
    title: str = Field(min_length=1, max_length=200, description="What the listener reads above the block.")
    instructions: str = Field("", max_length=2000, description="Replaces the method's own instructions.")
    systems: list[Slug] | None = Field(None, min_length=1, description="Which systems; all, if left out.")
    trials_per_session: int = Field(ge=1, le=500, description="How many trials each listener does.")
    ratings_per_stimulus: int = Field(ge=1, le=1000, description="The quota: how many listeners rate each stimulus.")


class ListenersSection(Section):
    """Who is asked, and on what terms."""

    recruitment: Literal["open_link"] = Field("open_link", description="Anybody with the link may take part.")
    maximum: int | None = Field(None, ge=1, description="No more listeners than this.")
    session_hours: int = Field(24, ge=1, le=24 * 30, description="A begun session can be resumed for this long.")
    minutes: int = Field(10, ge=1, le=240, description="How long it takes, as told to listeners.")
    purpose: str = Field(
        "to learn how speech made by neural networks sounds to people",
        max_length=500,
        description="Why the study is done, as told to listeners.",
    )
    contact: str = Field(
        "the researchers who sent you the link", max_length=200, description="Whom a listener may ask."
    )


class AnalysisSection(Section):
    """What will be reported, declared before anybody listens."""

    confidence: float = Field(0.95, gt=0.5, lt=1, description="Level of every interval.")
    statistics: list[str] | None = Field(None, description="Which of the methods' statistics; all, if left out.")


class StudyFile(Section):
    """A whole study, from the corpus to the analysis."""

    hearsay: Literal[1] = Field(description="Version of this format.")
    slug: Slug = Field(description="The study's name in addresses and files.")
    title: str = Field(min_length=1, max_length=200, description="The study's name on pages.")
    seed: int = Field(1, ge=0, lt=2**31, description="Decides everything that is random.")
    words: list[Word] = Field(min_length=2, max_length=100, description="The words, all in the corpus.")
    corpus: CorpusSection
    features: FeatureSlug = Field(description="The definition of the features.")
    networks: NetworksSection
    systems: list[SystemSection] = Field(min_length=1, max_length=100)
    clips_per_word: int = Field(1, ge=1, le=100, description="How many clips of each word each system makes.")
    blocks: list[BlockSection] = Field(min_length=1, max_length=20)
    listeners: ListenersSection = ListenersSection()
    analysis: AnalysisSection = AnalysisSection()

    @model_validator(mode="after")
    def _nothing_is_named_twice(self) -> Self:
        for what, names in (("word", self.words), ("system", [system.slug for system in self.systems])):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"the {what} {twice[0]!r} is listed twice")
        return self

    @model_validator(mode="after")
    def _systems_differ(self) -> Self:
        for position, system in enumerate(self.systems):
            for other in self.systems[:position]:
                if system.makes_the_same_clips_as(other):
                    raise ValueError(f"the systems {other.slug!r} and {system.slug!r} make the same clips: drop one")
        return self

    @model_validator(mode="after")
    def _systems_have_their_networks(self) -> Self:
        for system in self.systems:
            if system.needs_prior and self.networks.prior is None:
                raise ValueError(f"the system {system.slug!r} goes through the decoder, but networks has no prior")
            if system.vocoder in TRAINED_VOCODERS and system.vocoder not in self.networks.vocoders:
                raise ValueError(
                    f"the system {system.slug!r} uses the vocoder {system.vocoder!r}, which is not in networks.vocoders"
                )
            self._check_climbs(system)
        return self

    def _check_climbs(self, system: SystemSection) -> None:
        for name in system.climbs or []:
            if name not in self.networks.classifiers:
                known = ", ".join(self.networks.classifiers)
                raise ValueError(f"the system {system.slug!r} climbs {name!r}, which is not among {known}")
        if system.from_word is not None and system.from_word not in self.words:
            raise ValueError(
                f"the system {system.slug!r} starts from {system.from_word!r}, which is not among the words"
            )
        if system.climbs is not None:
            self.networks.check_judged(system.slug, system.climbs, self.networks.architectures())

    @model_validator(mode="after")
    def _blocks_can_be_filled(self) -> Self:
        known = [system.slug for system in self.systems]
        for number, block in enumerate(self.blocks, start=1):
            for slug in block.systems or []:
                if slug not in known:
                    raise ValueError(f"block {number} names the system {slug!r}, which is not among {', '.join(known)}")
            self._check_quota(number, block)
        return self

    def _check_quota(self, number: int, block: BlockSection) -> None:
        distinct = sum(len(system.words_of(self.words)) for system in self.systems_of(block))
        if block.trials_per_session > distinct:
            raise ValueError(
                f"block {number} asks for {block.trials_per_session} trials per session, but a listener hears no word "
                f"twice from the same system, and there are {distinct} pairs of system and word: ask for at most that"
            )
        needed = math.ceil(distinct * self.clips_per_word * block.ratings_per_stimulus / block.trials_per_session)
        maximum = self.listeners.maximum
        if maximum is not None and needed > maximum:
            raise ValueError(
                f"block {number} needs {needed} listeners for {block.ratings_per_stimulus} ratings of each of its "
                f"{distinct * self.clips_per_word} stimuli, but listeners.maximum is {maximum}: raise it, or ask less"
            )

    @model_validator(mode="after")
    def _statistics_fit_the_methods(self) -> Self:
        offered = self.offered_statistics()
        for name in self.analysis.statistics or []:
            if name not in offered:
                raise ValueError(f"analysis.statistics names {name!r}: the blocks' methods offer {', '.join(offered)}")
        return self

    def offered_statistics(self) -> list[str]:
        """Return the statistics that fit the blocks' methods, in the order of the blocks."""
        return list(dict.fromkeys(name for block in self.blocks for name in METHODS[block.method].statistics))

    def systems_of(self, block: BlockSection) -> list[SystemSection]:
        """Return the systems that a block puts to listeners."""
        return [system for system in self.systems if block.systems is None or system.slug in block.systems]

    def as_protocol(self) -> dict[str, Any]:
        """Return the validated file as plain data, with every default written out."""
        protocol: dict[str, Any] = self.model_dump(mode="json")
        protocol["analysis"]["statistics"] = self.analysis.statistics or self.offered_statistics()
        return protocol
