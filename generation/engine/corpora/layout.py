"""Opening a corpus: a folder of recordings in the Speech Commands layout (Warden 2018).

    WORD/TALKER_nohash_TAKE.wav (or .flac), testing_list.txt, validation_list.txt, and, if Hearsay made or fetched it,
    CORPUS.json: its card.

Every recording is read once, so that a corrupt or silent one is found when the corpus is opened and not in the middle
of training.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.engine.corpora.cards import read_card
from generation.engine.corpora.recordings import RecordingIsBroken, decode
from generation.engine.corpora.splits import LIST_NAMES, TAKE_MARK, Split

AUDIO_SUFFIXES = (".wav", ".flac")
LISTED_BROKEN = 5


@dataclass(frozen=True)
class Recording:
    """One word said once by somebody."""

    path: Path
    word: str
    talker: str
    take: int
    split: Split


@dataclass(frozen=True)
class BrokenFile:
    """A file that is left out: its path below the corpus's folder, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class OpenedCorpus:
    """What is in a corpus's folder. The words are sorted: their order is the order of class indices."""

    folder: Path
    words: tuple[str, ...]
    recordings: tuple[Recording, ...]
    broken: tuple[BrokenFile, ...]
    card: dict[str, Any]
    digest: str

    @property
    def counts(self) -> dict[str, int]:
        """Count the recordings of each split."""
        return {split.value: sum(each.split is split for each in self.recordings) for split in Split}


class CorpusIsMissing(FileNotFoundError):
    """There is no such folder."""


class CorpusIsEmpty(ValueError):
    """A folder, or one of its splits, holds no recording."""


class CorpusListIsMissing(FileNotFoundError):
    """A folder does not say which recordings are kept for testing or validation."""


class CorpusListsOverlap(ValueError):
    """A recording is in the testing and in the validation list."""


class WordNotInCorpus(ValueError):
    """A corpus holds no intact recording of a word."""


class BrokenRecordings(ValueError):
    """Some files of a corpus cannot be used; `broken` lists them all."""

    def __init__(self, folder: Path, broken: Sequence[BrokenFile]) -> None:
        first = "; ".join(f"{each.path} {each.reason}" for each in broken[:LISTED_BROKEN])
        more = f"; and {len(broken) - LISTED_BROKEN} more" if len(broken) > LISTED_BROKEN else ""
        super().__init__(
            f"{len(broken)} of the files in {folder} cannot be used: {first}{more}. "
            "Mend or remove them, or leave them out with --skip-broken."
        )
        self.broken = tuple(broken)


def open_corpus(folder: Path, words: Sequence[str] | None = None, skip_broken: bool = False) -> OpenedCorpus:
    """Read what is in a folder: all its words, or those given.

    Broken files raise BrokenRecordings, or are listed in `broken` and left out if `skip_broken` is set. The digest is
    the SHA-256 over the names, splits and contents of the recordings. Raises CorpusIsMissing, CorpusListIsMissing,
    CorpusListsOverlap, CorpusCardIsDamaged, CorpusIsEmpty and WordNotInCorpus.
    """
    if not folder.is_dir():
        raise CorpusIsMissing(f"There is no folder {folder}: make a corpus with make_corpus, or give another folder.")
    chosen = _choose_words(folder, words)
    splits = _read_lists(folder)
    recordings, broken = [], _missing_files(folder, chosen, splits)
    digest = hashlib.sha256()
    for path in _files_of(folder, chosen):
        name = path.relative_to(folder).as_posix()
        try:
            recording = _describe(path, splits.get(name, Split.TRAINING))
            content = path.read_bytes()
            decode(content, name)
        except RecordingIsBroken as error:
            broken.append(BrokenFile(name, error.reason))
            continue
        recordings.append(recording)
        digest.update(f"{name}\0{recording.split}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    if broken and not skip_broken:
        raise BrokenRecordings(folder, broken)
    _check_complete(folder, chosen, recordings)
    return OpenedCorpus(folder, chosen, tuple(recordings), tuple(broken), read_card(folder), digest.hexdigest())


def _choose_words(folder: Path, words: Sequence[str] | None) -> tuple[str, ...]:
    there = sorted(
        each.name
        for each in folder.iterdir()
        if each.is_dir() and not each.name.startswith(("_", ".")) and any(_is_audio(path) for path in each.iterdir())
    )
    if not there:
        raise CorpusIsEmpty(f"{folder} holds no recording: expected files such as WORD/TALKER{TAKE_MARK}0.wav.")
    missing = sorted(set(words or ()) - set(there))
    if missing:
        raise WordNotInCorpus(
            f"{folder} holds no recording of {', '.join(missing)}: choose among its words {', '.join(there)}."
        )
    return tuple(sorted(set(words))) if words else tuple(there)


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def _files_of(folder: Path, words: Iterable[str]) -> list[Path]:
    """List the files of the words in the order of their names; hidden files are none of ours."""
    return [
        path
        for word in words
        for path in sorted((folder / word).iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]


def _describe(path: Path, split: Split) -> Recording:
    """Read who speaks and which take it is from a file's name. Raises RecordingIsBroken."""
    if not _is_audio(path):
        raise RecordingIsBroken(str(path), "is no WAV or FLAC file")
    talker, mark, take = path.stem.rpartition(TAKE_MARK)
    if not mark or not talker or not take.isdecimal():
        raise RecordingIsBroken(str(path), f"is not named TALKER{TAKE_MARK}NUMBER")
    return Recording(path, path.parent.name, talker, int(take), split)


def _read_lists(folder: Path) -> dict[str, Split]:
    """Read which recordings are kept for testing and validation, by name below the folder."""
    splits: dict[str, Split] = {}
    for split, list_name in LIST_NAMES.items():
        path = folder / list_name
        if not path.exists():
            raise CorpusListIsMissing(
                f"{path} is missing: write into it the recordings kept for {split}, one WORD/FILE a line."
            )
        for name in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
            if splits.setdefault(name, split) is not split:
                raise CorpusListsOverlap(f"{name} is in both {' and '.join(LIST_NAMES.values())} of {folder}.")
    return splits


def _missing_files(folder: Path, words: Sequence[str], splits: dict[str, Split]) -> list[BrokenFile]:
    return [
        BrokenFile(name, f"is named in {LIST_NAMES[split]} but is not there")
        for name, split in splits.items()
        if name.partition("/")[0] in words and not (folder / name).is_file()
    ]


def _check_complete(folder: Path, words: Sequence[str], recordings: Sequence[Recording]) -> None:
    silent_words = sorted(set(words) - {each.word for each in recordings})
    if silent_words:
        raise WordNotInCorpus(
            f"{folder} holds no intact recording of {', '.join(silent_words)}: mend the broken files, or leave the "
            "word out."
        )
    for split in Split:
        if not any(each.split is split for each in recordings):
            raise CorpusIsEmpty(f"{folder} holds no recording for {split}: look at {', '.join(LIST_NAMES.values())}.")
