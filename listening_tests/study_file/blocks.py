"""The part of a study file that describes a block: a run of trials of one method."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from listening_tests.checks.stimuli import asks_one_thing
from listening_tests.methods import METHODS
from listening_tests.study_file.networks import Section, Slug, one_of
from listening_tests.study_file.systems import Word

MethodSlug = Annotated[str, AfterValidator(one_of(METHODS, "test method"))]


class TrainingSection(Section):
    """Practice trials, each followed by feedback; they count for nothing."""

    trials: int = Field(ge=1, le=50, description="How many, before the block's first trial.")
    systems: list[Slug] = Field(min_length=1, description="Whose clips are practised with.")
    usual: dict[Slug, float] = Field(
        {}, description="On a scale: about what listeners answer to a system's clips, told as feedback."
    )


class BlockSection(Section):
    """A run of trials of one method."""

    method: MethodSlug = Field(description="How a trial is put.")
    title: str = Field(min_length=1, max_length=200, description="What the listener reads above the block.")
    instructions: str = Field("", max_length=2000, description="Replaces the method's own instructions.")
    systems: list[Slug] | None = Field(None, min_length=1, description="Which systems; all, if left out.")
    reference: Slug | None = Field(None, description="Which system is the reference, where the method has one.")
    labels: list[Word] | None = Field(
        None, min_length=2, max_length=100, description="The words to choose from; the study's words, if left out."
    )
    label_order: Literal["alphabetical", "shuffled"] = Field(
        "alphabetical", description="How words to choose from stand: shuffled is each listener's own order."
    )
    break_after: int | None = Field(None, ge=2, le=200, description="A rest after every so many trials.")
    minimum_plays: int = Field(1, ge=1, le=20, description="How often each sound is heard before an answer opens.")
    maximum_plays: int | None = Field(None, ge=1, le=100, description="How often each sound can be played.")
    trials_per_session: int = Field(ge=1, le=500, description="How many trials each listener does.")
    ratings_per_stimulus: int = Field(ge=1, le=1000, description="The quota: how many listeners rate each stimulus.")

    training: TrainingSection | None = Field(None, description="Practice before the first trial that counts.")

    @model_validator(mode="after")
    def _plays_are_possible(self) -> Self:
        if self.maximum_plays is not None and self.maximum_plays < self.minimum_plays:
            raise ValueError(f"maximum_plays is {self.maximum_plays}, less than the {self.minimum_plays} it takes")
        return self

    @model_validator(mode="after")
    def _has_its_reference(self) -> Self:
        method = METHODS[self.method]
        if method.needs_reference and self.reference is None:
            raise ValueError(f"the method {self.method!r} compares with a reference: say which system is the reference")
        if self.reference is not None and not method.needs_reference:
            raise ValueError(f"the method {self.method!r} has no reference: leave it out")
        return self

    @model_validator(mode="after")
    def _training_has_feedback(self) -> Self:
        if self.training is None:
            return self
        method = METHODS[self.method]
        if not asks_one_thing(method):
            raise ValueError(f"training tells the right answer, which the method {self.method!r} has not: leave it out")
        missing = [slug for slug in self.training.systems if slug not in self.training.usual]
        if method.question.scale != (None, None) and missing:
            raise ValueError(f"training tells what listeners usually answer: give training.usual of {missing[0]!r}")
        return self
