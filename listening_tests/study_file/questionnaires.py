"""The part of a study file that asks listeners about themselves and the study."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from listening_tests.study_file.networks import Section, Slug

Words = Annotated[str, Field(min_length=1, max_length=200)]


class QuestionSection(Section):
    """One question of a questionnaire."""

    name: Slug = Field(description="Its column in the export.")
    prompt: str = Field(min_length=1, max_length=500, description="What the listener reads.")
    kind: Literal["choice", "text", "number"] = Field("choice", description="How it is answered.")
    choices: list[Words] | None = Field(None, min_length=2, max_length=40, description="The answers of a choice.")
    required: bool = Field(True, description="Whether the listener must answer it to go on.")

    @model_validator(mode="after")
    def _choices_are_for_choosing(self) -> Self:
        if (self.kind == "choice") != (self.choices is not None):
            raise ValueError(f"the question {self.name!r} is of the kind {self.kind!r}: choices are for a choice alone")
        return self


class QuestionnaireSection(Section):
    """A page of questions before the first sound or after the last one."""

    name: Slug = Field(description="Its name in the export.")
    title: str = Field(min_length=1, max_length=200, description="What stands above it.")
    introduction: str = Field("", max_length=2000, description="What stands below the title.")
    when: Literal["before", "after"] = Field("after", description="Before the first sound, or after the last one.")
    questions: list[QuestionSection] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [question.name for question in self.questions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the question {twice[0]!r} stands twice in the questionnaire {self.name!r}")
        return self
