"""What is asked for when a clip is asked for."""

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from generation.catalogue import PRESETS, SPACES, STARTS, VOCODERS

NATURAL, COPY_SYNTHESIS, RECONSTRUCTION, MAXIMISED = SOURCES = (
    "natural",
    "copy_synthesis",
    "reconstruction",
    "maximised",
)
NOISE, OTHER_WORD, MISCLASSIFIED = "noise", "other_word", "misclassified"

System = tuple[str | tuple[str, ...] | None, ...]


class RequestIsContradictory(ValueError):
    """A field of the request is missing, unknown, or has no meaning for the request's source."""


@dataclass(frozen=True)
class ClipRequest:
    """One clip to make of a word.

    source: "natural" (a recording), "copy_synthesis" (its features through the vocoder), "reconstruction" (its features
    through the decoder prior and the vocoder) or "maximised".
    take: which recording of the word's test split, from 0; the same for all sources, so that they can be compared.
    seed: decides the noise, jitter and draws of everything random in the clip.
    start, space, preset: of a search, as in `generation.catalogue` and `maximisation.recipes.PRESETS`.
    vocoder: as in `generation.catalogue.VOCODERS`; a natural clip has none.
    climbs: the names of the classifiers of the panel that a search climbs; all of the panel judge the clip.
    from_word: with the start "other_word", the word of the recordings that are pushed to `word`; all others in turn,
    if left out.
    Raises RequestIsContradictory.
    """

    source: str
    word: str
    take: int = 0
    seed: int = 0
    start: str | None = None
    space: str | None = None
    preset: str | None = None
    vocoder: str | None = None
    climbs: tuple[str, ...] | None = None
    from_word: str | None = None

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise RequestIsContradictory(f"source is {self.source!r}: choose one of {', '.join(SOURCES)}.")
        if self.take < 0:
            raise RequestIsContradictory(f"take is {self.take}: takes count from 0.")
        searched = self.source == MAXIMISED
        self._check("start", self.start, searched, list(STARTS))
        self._check("space", self.space, searched, list(SPACES))
        self._check("preset", self.preset, searched, list(PRESETS))
        self._check("climbs", self.climbs or None, searched, None)
        self._check_from_word()
        self._check("vocoder", self.vocoder, self.source != NATURAL, list(VOCODERS))

    def _check(self, name: str, value: str | tuple[str, ...] | None, is_needed: bool, known: list[str] | None) -> None:
        if value is None and is_needed:
            raise RequestIsContradictory(f"A {self.source} clip of {self.word!r} needs a {name}.")
        if value is not None and not is_needed:
            raise RequestIsContradictory(f"A {self.source} clip of {self.word!r} has no {name}: leave out {value!r}.")
        if value is not None and known is not None and value not in known:
            raise RequestIsContradictory(f"{name} is {value!r}: choose one of {', '.join(known)}.")

    def _check_from_word(self) -> None:
        if self.from_word is not None and self.start != OTHER_WORD:
            raise RequestIsContradictory(
                f"from_word is {self.from_word!r}, and only the start {OTHER_WORD} has a meaning for it: leave it out."
            )
        if self.from_word == self.word:
            raise RequestIsContradictory(
                f"from_word is the word itself, {self.word!r}: the start would be no other word."
            )

    @property
    def uses_recording(self) -> bool:
        """Tell whether a recording of the test split enters the clip."""
        return self.source != MAXIMISED or self.start != NOISE

    @property
    def system(self) -> System:
        """Give what requests must share to be rendered in one batch: everything but word, take and seed."""
        return (self.source, self.start, self.space, self.preset, self.vocoder, self.climbs, self.from_word)

    def with_take(self, take: int) -> Self:
        """Give the same request for another take."""
        return replace(self, take=take)

    def stream_seed(self, stream: str) -> int:
        """Derive the seed of one kind of randomness in the clip, so that a search's noise is not a vocoder's too."""
        digest = hashlib.sha256(f"{self.seed}/{self.take}/{self.word}/{stream}".encode()).digest()
        return int.from_bytes(digest[:7], "big")

    def as_dict(self) -> dict[str, Any]:
        """Give the request as plain data, as JSON would."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Make a request from what `as_dict` gave."""
        climbs = fields.get("climbs")
        return cls(**{**fields, "climbs": None if climbs is None else tuple(climbs)})
