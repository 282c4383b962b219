"""The same recordings as classes of who speaks instead of what is said: for networks that know talkers."""

import hashlib
from collections import Counter
from dataclasses import replace

import torch

from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.layout import Recording
from generation.engine.corpora.splits import Split

TALKERS = "talkers"
FEWEST_RECORDINGS = 10
TESTING_SHARE, VALIDATION_SHARE = 0.2, 0.1


class TalkersAreTooFew(ValueError):
    """Fewer than two talkers of a corpus have recordings enough to be told apart."""


def by_talkers(feature_set: FeatureSet) -> FeatureSet:
    """Label recordings by their talker, and split each talker's own by file name.

    A corpus's test talkers are never heard in training, so its split serves no network that knows talkers: here a
    fifth of each talker's recordings tests and a tenth validates, those whose names have the smallest SHA-256.
    Talkers with fewer than FEWEST_RECORDINGS are left out. The classes stand where words do. Raises TalkersAreTooFew.
    """
    counts = Counter(recording.talker for recording in feature_set.recordings)
    talkers = sorted(talker for talker, count in counts.items() if count >= FEWEST_RECORDINGS)
    if len(talkers) < 2:
        raise TalkersAreTooFew(
            f"{len(talkers)} of the corpus's {len(counts)} talkers have {FEWEST_RECORDINGS} recordings or more, and "
            "two are needed to be told apart: choose a corpus with more recordings of each."
        )
    splits = {name: split for talker in talkers for name, split in _split_of(talker, feature_set.recordings)}
    rows = [row for row, recording in enumerate(feature_set.recordings) if _name(recording) in splits]
    recordings = tuple(
        replace(each, word=each.talker, split=splits[_name(each)])
        for each in (feature_set.recordings[row] for row in rows)
    )
    labels = torch.tensor([talkers.index(each.talker) for each in recordings], dtype=torch.int64)
    return replace(
        feature_set,
        features=feature_set.features[rows],
        labels=labels,
        recordings=recordings,
        words=tuple(talkers),
        labelled_by=TALKERS,
    )


def _split_of(talker: str, recordings: tuple[Recording, ...]) -> list[tuple[str, Split]]:
    names = [_name(each) for each in recordings if each.talker == talker]
    names.sort(key=lambda name: hashlib.sha256(name.encode()).digest())
    testing = round(TESTING_SHARE * len(names))
    validation = testing + max(1, round(VALIDATION_SHARE * len(names)))
    splits = [Split.TESTING] * testing + [Split.VALIDATION] * (validation - testing)
    return list(zip(names, [*splits, *[Split.TRAINING] * (len(names) - validation)], strict=True))


def _name(recording: Recording) -> str:
    """Give the recording's place in its corpus, whatever class it is counted to."""
    return f"{recording.path.parent.name}/{recording.path.name}"
