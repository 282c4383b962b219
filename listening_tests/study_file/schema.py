"""The schema of a study file: one document that names everything a study is made of.

This and its parts (`study_networks`, `study_systems`) are its only description: validation, error messages and
docs/study-file.md are made from them.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from generation import catalogue
from listening_tests.methods import METHODS
from listening_tests.roles import Role
from listening_tests.stimulus_sets import Member, PlannedSet, SetsCannotBeMade, compose_sets
from listening_tests.study_file.blocks import BlockSection
from listening_tests.study_file.networks import TRAINED_VOCODERS, NetworksSection, Section, Slug, one_of
from listening_tests.study_file.questionnaires import QuestionnaireSection
from listening_tests.study_file.recruitment import StudyRecruitment, default_recruitment
from listening_tests.study_file.rights import RightsSection
from listening_tests.study_file.screenings import StudyScreenings, default_screenings
from listening_tests.study_file.systems import SystemSection, Word

FeatureSlug = Annotated[str, AfterValidator(one_of(catalogue.FEATURES, "feature definition"))]


# The exclusions of analysis.engine, which listening tests never import; tests/contracts keeps the two in step.
ExclusionName = Literal[
    "failed_screening", "gold_failures", "attention_failures", "too_fast", "straight_lining", "hidden_tab",
    "repeats_apart", "low_agreement", "hidden_reference", "p808", "paper_noise_start",
]  # fmt: skip

# The methods whose intervals a half-width is for, as analysis.engine.planning.running takes them; see above.
HALF_WIDTH_METHODS = {
    "score": ("acr", "acr_clarity", "dcr", "ccr", "mushra"),
    "share": ("class_identification",),
}

# BS.1534's low and mid anchors: the reference without what lies above 3.5 and 7 kHz.
ANCHORS = ("anchor-3500", "anchor-7000")


@dataclass(frozen=True)
class SystemsPart:
    """What a system is to a block: its role, its name there, and the system whose clips it takes."""

    role: Role
    system: str
    clips_of: str


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


class ListenersSection(Section):
    """Who is asked, and on what terms."""

    maximum: int | None = Field(None, ge=1, description="No more listeners than this.")
    session_hours: int = Field(24, ge=1, le=24 * 30, description="A begun session can be resumed for this long.")
    languages: list[Literal["en", "fi", "ar"]] = Field(
        ["en"], min_length=1, description="In which languages listeners may read the pages, the first by default."
    )
    minutes: int = Field(10, ge=1, le=240, description="How long it takes, as told to listeners.")
    purpose: str = Field(
        "to learn how speech made by neural networks sounds to people",
        max_length=500,
        description="Why the study is done, as told to listeners.",
    )
    contact: str = Field(
        "the researchers who sent you the link", max_length=200, description="Whom a listener may ask."
    )

    @model_validator(mode="before")
    @classmethod
    def _recruitment_has_its_own_section(cls, fields: Any) -> Any:
        """Leave out what earlier files and stored protocols say here, the one thing that could be said."""
        if isinstance(fields, dict) and fields.get("recruitment") == "open_link":
            return {name: value for name, value in fields.items() if name != "recruitment"}
        return fields


class HalfWidthSection(Section):
    """How narrow every interval has to be before the study may stop: what lies between its middle and either end."""

    score: float | None = Field(None, gt=0, description="Of a system's mean score, in points of its scale.")
    share: float | None = Field(None, gt=0, lt=0.5, description="Of a system's share of right words, as part of 1.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.score is None and self.share is None:
            raise ValueError("give score, share or both, or leave half_width out")
        return self


class AnalysisSection(Section):
    """What will be reported, declared before anybody listens."""

    confidence: float = Field(0.95, gt=0.5, lt=1, description="Level of every interval.")
    statistics: list[str] | None = Field(None, description="Which of the methods' statistics; all, if left out.")
    exclusions: list[ExclusionName] = Field([], description="Which rules leave ratings out, beside the screenings.")
    half_width: HalfWidthSection | None = Field(
        None,
        description="When the study may stop: the results say when every system's interval is as narrow as this. "
        "Stopping so hardly touches how often intervals hold the truth; stopping at a significant difference does.",
    )


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
    questionnaires: list[QuestionnaireSection] = Field([], max_length=10, description="Pages of questions.")
    rights: RightsSection = RightsSection()
    screenings: StudyScreenings = Field(
        default_factory=default_screenings,
        description="The checks that listeners pass, in the order in which they come.",
    )
    recruitment: StudyRecruitment = Field(
        default_factory=default_recruitment, description="Where listeners come from, and what they are paid."
    )
    analysis: AnalysisSection = AnalysisSection()

    @model_validator(mode="after")
    def _nothing_is_named_twice(self) -> Self:
        listed = (
            ("word", self.words),
            ("system", [system.slug for system in self.systems]),
            ("questionnaire", [questionnaire.name for questionnaire in self.questionnaires]),
        )
        for what, names in listed:
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
            for slug in block.training.systems if block.training else []:
                if slug not in known:
                    raise ValueError(f"block {number} trains with {slug!r}, which is not among {', '.join(known)}")
            if block.reference is not None and block.reference not in known:
                raise ValueError(f"block {number} has the reference {block.reference!r}, which is no system")
            self._check_quota(number, block)
        return self

    def _check_quota(self, number: int, block: BlockSection) -> None:
        sets = self._planned_sets(number, block)
        distinct = len({(planned.system, planned.word) for planned in sets})
        if block.trials_per_session > distinct:
            raise ValueError(
                f"block {number} asks for {block.trials_per_session} trials per session, but a listener hears no word "
                f"twice from the same system, and there are {distinct} pairs of system and word: ask for at most that"
            )
        needed = math.ceil(len(sets) * block.ratings_per_stimulus / block.trials_per_session)
        maximum = self.listeners.maximum
        if maximum is not None and needed > maximum:
            raise ValueError(
                f"block {number} needs {needed} listeners for {block.ratings_per_stimulus} ratings of each of its "
                f"{len(sets)} stimuli, but listeners.maximum is {maximum}: raise it, or ask less"
            )

    def _planned_sets(self, number: int, block: BlockSection) -> list[PlannedSet]:
        members = [
            Member(position, part.role, part.system, word, take)
            for position, part in enumerate(self.parts_of(block))
            for word in self.system_named(part.clips_of).words_of(self.words)
            for take in range(self.clips_per_word)
        ]
        try:
            return compose_sets(METHODS[block.method], members, seed=self.seed)
        except SetsCannotBeMade as error:
            raise ValueError(f"block {number}: {error}") from error

    @model_validator(mode="after")
    def _statistics_fit_the_methods(self) -> Self:
        methods = [METHODS[block.method] for block in self.blocks]
        offered = [*self.offered_statistics(), *dict.fromkeys(name for each in methods for name in each.on_request)]
        for name in self.analysis.statistics or []:
            if name not in offered:
                raise ValueError(f"analysis.statistics names {name!r}: the blocks' methods offer {', '.join(offered)}")
        return self

    @model_validator(mode="after")
    def _half_widths_fit_the_methods(self) -> Self:
        targets = self.analysis.half_width
        methods = {block.method for block in self.blocks}
        for kind, wanted in HALF_WIDTH_METHODS.items():
            if targets is not None and getattr(targets, kind) is not None and not methods & set(wanted):
                raise ValueError(
                    f"analysis.half_width.{kind} is for the methods {', '.join(wanted)}, and no block has one: drop it"
                )
        return self

    def offered_statistics(self) -> list[str]:
        """Return the statistics that fit the blocks' methods, in the order of the blocks."""
        return list(dict.fromkeys(name for block in self.blocks for name in METHODS[block.method].statistics))

    def systems_of(self, block: BlockSection) -> list[SystemSection]:
        """Return the systems that a block puts to listeners."""
        return [system for system in self.systems if block.systems is None or system.slug in block.systems]

    def system_named(self, slug: str) -> SystemSection:
        """Return the system of this name."""
        return next(system for system in self.systems if system.slug == slug)

    def parts_of(self, block: BlockSection) -> list[SystemsPart]:
        """Return which systems' clips take which roles in a block; the anchors are made from the reference."""
        roles = METHODS[block.method].roles_per_trial
        slugs = [system.slug for system in self.systems_of(block) if system.slug != block.reference]
        parts = [SystemsPart(Role.SAMPLE, slug, slug) for slug in slugs]
        if block.reference is not None:
            beside = [role for role in (Role.REFERENCE, Role.HIDDEN_REFERENCE) if role in roles]
            parts += [SystemsPart(role, block.reference, block.reference) for role in beside]
            n_anchors = roles.get(Role.ANCHOR, (0, 0))[1]
            parts += [SystemsPart(Role.ANCHOR, anchor, block.reference) for anchor in ANCHORS[:n_anchors]]
        return parts

    def as_protocol(self) -> dict[str, Any]:
        """Return the validated file as plain data, with every default written out."""
        protocol: dict[str, Any] = self.model_dump(mode="json")
        protocol["analysis"]["statistics"] = self.analysis.statistics or self.offered_statistics()
        # There is no half-width by default, and a study that declares none keeps the protocol it was registered with.
        if self.analysis.half_width is None:
            del protocol["analysis"]["half_width"]
        return protocol
