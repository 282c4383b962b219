"""What clips are made of: a corpus's test recordings, the networks, and what runs them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.corpora.talkers import TALKERS
from generation.engine.features import FeatureConfig

# What a network's card must say as the features and classes that clips are made of do.
FITTING = ("features", "words")


class WordIsUnknown(ValueError):
    """The corpus and the networks trained on it do not know the word."""


class NoRecordingLeft(ValueError):
    """The test split has fewer recordings of the word than takes are asked for."""


class ClassifierIsMissing(ValueError):
    """A search is to climb a classifier that the panel does not have."""


class CheckpointDoesNotFit(ValueError):
    """A network was trained on other words or other features than the clip is made of."""


@dataclass(frozen=True)
class Materials:
    """What clips are made of.

    feature_set: of the corpus whose test split lends recordings. classifiers: the panel, checkpoint slug -> network;
    all of it judges every clip, and a search climbs those that its request names. prior: the decoder.
    vocoders: vocoder slug -> its checkpoint, for those that have one.
    Raises CheckpointDoesNotFit.
    """

    feature_set: FeatureSet
    classifiers: Mapping[str, LoadedNetwork]
    prior: LoadedNetwork | None = None
    vocoders: Mapping[str, LoadedNetwork] = field(default_factory=dict)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        for slug, loaded in self.classifiers.items():
            _check_fit(slug, loaded, self.feature_set)
        if self.prior is not None:
            # A prior has heard what was said, whoever the classes of the others are.
            names = ("features",) if self.feature_set.labelled_by == TALKERS else FITTING
            _check_fit("prior", self.prior, self.feature_set, names)

    @property
    def config(self) -> FeatureConfig:
        """Give the configuration of the features everything here works on."""
        return self.feature_set.config

    def climbed(self, names: Sequence[str]) -> dict[str, LoadedNetwork]:
        """Give the classifiers of the panel with these names. Raises ClassifierIsMissing."""
        for name in names:
            if name not in self.classifiers:
                known = ", ".join(self.classifiers)
                raise ClassifierIsMissing(f"A search is to climb {name!r}, and the panel is {known}: choose among it.")
        return {name: self.classifiers[name] for name in names}


def rows_of_test_recordings(feature_set: FeatureSet, word: str) -> list[int]:
    """List the rows of a word's test recordings, every talker's first before any talker's second.

    Raises WordIsUnknown.
    """
    if word not in feature_set.words:
        raise WordIsUnknown(f"The networks do not know {word!r}: choose one of {', '.join(feature_set.words)}.")
    recordings = feature_set.recordings
    rows = [row for row in feature_set.rows(Split.TESTING).tolist() if recordings[row].word == word]
    turns: Counter[str] = Counter()
    order = []
    for row in sorted(rows, key=lambda row: str(recordings[row].path)):
        order.append((turns[recordings[row].talker], recordings[row].talker, row))
        turns[recordings[row].talker] += 1
    return [row for _, _, row in sorted(order)]


def _check_fit(slug: str, loaded: LoadedNetwork, feature_set: FeatureSet, names: Sequence[str] = FITTING) -> None:
    """Raise CheckpointDoesNotFit unless the network was trained on these features and, if it has words, these."""
    known = {"features": feature_set.config.as_dict(), "words": list(feature_set.words)}
    for name, wanted in ((name, known[name]) for name in names):
        found = loaded.card.get(name, wanted)
        if found != wanted:
            raise CheckpointDoesNotFit(
                f"The network {slug} was trained on the {name} {found}, the clips are made of {wanted}: "
                "train it on these, or choose its corpus and features."
            )
