"""What an examination asks."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

NOISE = "noise"


class QuestionDoesNotFit(ValueError):
    """An examination asks for something that cannot be done."""


@dataclass(frozen=True)
class ExaminationQuestion:
    """What to examine: `codes_per_word` searches for each of the words, from noise.

    climbs: the names of the panel's networks that a search climbs together; all others judge. preset, space: of the
    search, as the catalogue names them. words: those searched; None for all of the corpus.
    Raises QuestionDoesNotFit.
    """

    climbs: tuple[str, ...]
    preset: str
    space: str
    codes_per_word: int
    seed: int
    start: str = NOISE
    words: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not self.climbs:
            raise QuestionDoesNotFit("The examination climbs no network: name at least one of its panel.")
        if self.codes_per_word < 1:
            raise QuestionDoesNotFit(f"{self.codes_per_word} codes of a word were asked for: ask for 1 or more.")
        if self.words is not None and not self.words:
            raise QuestionDoesNotFit("No word is to be searched: name at least one, or none at all for all of them.")
        if self.start != NOISE:
            raise QuestionDoesNotFit(f"An examination starts from {NOISE}, not from {self.start!r}.")

    @classmethod
    def from_dict(cls, stated: Mapping[str, Any]) -> Self:
        """Make a question of what `as_dict` gave, also after it was JSON. Raises QuestionDoesNotFit."""
        words = stated["words"]
        return cls(**{**stated, "climbs": tuple(stated["climbs"]), "words": None if words is None else tuple(words)})

    def as_dict(self) -> dict[str, Any]:
        """Give the question as plain data."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def digest(self, put_to: Mapping[str, Any]) -> str:
        """Give the SHA-256 of the question and of what it is put to, as plain data."""
        return hashlib.sha256(json.dumps([self.as_dict(), put_to], sort_keys=True).encode()).hexdigest()
