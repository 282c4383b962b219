"""The part of a study file that names what is compared: each system, and how its clips are made."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from generation import catalogue
from listening_tests.questions.words import ChooseWord
from listening_tests.study_file.networks import Section, Slug, one_of


def _is_no_way_out(word: str) -> str:
    """Return a word; raise ValueError if it is what listeners answer who heard none of the words."""
    if word == ChooseWord.NONE:
        raise ValueError(f"{word!r} is the answer of listeners who heard none of the words: no word can be called so")
    return word


Word = Annotated[str, Field(pattern=r"^[a-z][a-z_' -]*$", max_length=60), AfterValidator(_is_no_way_out)]
SourceSlug = Annotated[str, AfterValidator(one_of(catalogue.SOURCES, "source of clips"))]
StartSlug = Annotated[str, AfterValidator(one_of(catalogue.STARTS, "start"))]
SpaceSlug = Annotated[str, AfterValidator(one_of(catalogue.SPACES, "space to search"))]
PresetSlug = Annotated[str, AfterValidator(one_of(catalogue.PRESETS, "maximisation preset"))]
VocoderSlug = Annotated[str, AfterValidator(one_of(catalogue.VOCODERS, "vocoder"))]

_SEARCH = ("climbs", "start", "space", "preset")
_NEEDED = {
    "natural": (),
    "copy_synthesis": ("vocoder",),
    "reconstruction": ("vocoder",),
    "maximised": (*_SEARCH, "vocoder"),
}
_POSSIBLE = (*_SEARCH, "from_word", "vocoder")


class SystemSection(Section):
    """One thing to compare: what made a clip."""

    slug: Slug = Field(description="Its name in tables and exports.")
    title: str = Field(min_length=1, max_length=80, description="Its name on pages and in figures.")
    source: SourceSlug = Field(
        description="The recording itself, its features through a vocoder, the same after the decoder prior, or "
        "maximised features through a vocoder."
    )
    climbs: list[Slug] | None = Field(
        None, min_length=1, description="The classifiers that are maximised, of networks.classifiers; several together."
    )
    start: StartSlug | None = Field(None, description="Where maximisation starts.")
    from_word: Word | None = Field(
        None, description="With `start: other_word`: the word of the recordings it starts from; any other, if left out."
    )
    space: SpaceSlug | None = Field(None, description="What maximisation changes.")
    preset: PresetSlug | None = Field(None, description="How maximisation goes.")
    vocoder: VocoderSlug | None = Field(None, description="What turns features into sound.")

    @model_validator(mode="after")
    def _fields_fit_the_source(self) -> Self:
        needed = _NEEDED[self.source]
        given = {name for name in _POSSIBLE if getattr(self, name) is not None}
        missing, surplus = set(needed) - given, given - set(needed)
        if self.start == "other_word":
            surplus -= {"from_word"}
        if missing:
            raise ValueError(f"a system with source {self.source} needs {', '.join(sorted(missing))}")
        if surplus == {"from_word"} and self.source == "maximised":
            raise ValueError("from_word has a meaning with start: other_word only: take it out")
        if surplus:
            raise ValueError(f"a system with source {self.source} has no {', '.join(sorted(surplus))}: take it out")
        return self

    @model_validator(mode="after")
    def _preset_searches_the_space(self) -> Self:
        if self.preset is not None and self.space is not None:
            spaces = catalogue.PRESETS[self.preset].spaces
            if self.space not in spaces:
                raise ValueError(f"the preset {self.preset} searches {' or '.join(spaces)}, not {self.space}")
        return self

    @model_validator(mode="after")
    def _climbs_each_once(self) -> Self:
        if self.climbs is not None and len(set(self.climbs)) < len(self.climbs):
            raise ValueError(f"climbs names a classifier twice: {', '.join(self.climbs)}")
        return self

    def makes_the_same_clips_as(self, other: "SystemSection") -> bool:
        """Return whether the two differ in name alone."""
        names = {"slug", "title"}
        return self.model_dump(exclude=names) == other.model_dump(exclude=names)

    @property
    def needs_prior(self) -> bool:
        """Tell whether the decoder prior makes the clips."""
        return self.source == "reconstruction" or self.space == "decoder"

    def words_of(self, words: Sequence[str]) -> list[str]:
        """Return which of the words the system makes clips of: all but the one it starts from."""
        return [word for word in words if word != self.from_word]
