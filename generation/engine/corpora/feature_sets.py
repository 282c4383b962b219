"""The features of a whole corpus, computed once and kept on disk."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor

from generation.engine.corpora.layout import OpenedCorpus, Recording
from generation.engine.corpora.recordings import RecordingIsBroken, read_waveform
from generation.engine.corpora.splits import Split
from generation.engine.features import FeatureConfig, SilentRecording, log_mel, standardise
from generation.engine.progress import Progress, unwatched
from generation.engine.whole_files import written_whole

BATCH = 64
# Part of the kept file's name: raise it whenever features.py or recordings.py computes something else.
DEFINITION = 1


@dataclass(frozen=True)
class FeatureSet:
    """A corpus's features [R, M, T] (memory-mapped float32) with the index of each recording's word, labels [R].

    labelled_by: "words", or "talkers" where the classes that stand in `words` are those (`corpora/talkers.py`).
    """

    features: Tensor
    labels: Tensor
    recordings: tuple[Recording, ...]
    words: tuple[str, ...]
    config: FeatureConfig
    corpus_digest: str
    corpus_card: dict[str, Any]
    labelled_by: str = "words"

    @property
    def splits(self) -> tuple[Split, ...]:
        """Give the split of each recording."""
        return tuple(each.split for each in self.recordings)

    def rows(self, split: Split) -> Tensor:
        """Give the indices of the recordings of one split."""
        return torch.tensor([row for row, each in enumerate(self.splits) if each == split], dtype=torch.int64)


def feature_set(
    corpus: OpenedCorpus, config: FeatureConfig, cache_dir: Path, progress: Progress = unwatched
) -> FeatureSet:
    """Compute the features of every recording, or take those kept in `cache_dir` from an earlier time.

    Raises RecordingIsBroken if a file changed since the corpus was opened, and CannotBeWritten.
    """
    path = cache_dir / f"{_cache_digest(corpus, config)}.npy"
    if not path.exists():
        _write(path, corpus, config, progress)
    # Mode "c" lets PyTorch take the mapped pages as they are: a read-only array it warns about.
    mapped = numpy.load(path, mmap_mode="c", allow_pickle=False)
    index = {word: position for position, word in enumerate(corpus.words)}
    return FeatureSet(
        features=torch.from_numpy(mapped),
        labels=torch.tensor([index[each.word] for each in corpus.recordings], dtype=torch.int64),
        recordings=corpus.recordings,
        words=corpus.words,
        config=config,
        corpus_digest=corpus.digest,
        corpus_card=corpus.card,
    )


def _cache_digest(corpus: OpenedCorpus, config: FeatureConfig) -> str:
    stated = json.dumps([DEFINITION, corpus.digest, config.as_dict()], sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()


def _write(path: Path, corpus: OpenedCorpus, config: FeatureConfig, progress: Progress) -> None:
    """Append batch by batch to a plain file: writing through a memory map would die of a full disk (SIGBUS)."""
    shape = (len(corpus.recordings), config.n_mels, config.n_frames)
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with written_whole(path) as file:
        numpy.lib.format.write_array_header_1_0(file, header)
        for done, features in _batches(corpus.recordings, config):
            file.write(features.numpy().astype("<f4").tobytes())
            progress(done / shape[0], f"features of {done} of {shape[0]} recordings")


@torch.inference_mode()
def _batches(recordings: tuple[Recording, ...], config: FeatureConfig) -> Iterator[tuple[int, Tensor]]:
    for start in range(0, len(recordings), BATCH):
        batch = recordings[start : start + BATCH]
        waveforms = torch.stack([_standardised(each.path, config) for each in batch])
        yield start + len(batch), log_mel(waveforms, config)


def _standardised(path: Path, config: FeatureConfig) -> Tensor:
    """Read a recording as waveform [n_samples]; what was heard at its own sample rate may not be at a lower one."""
    try:
        return standardise(read_waveform(path, config.sample_rate)[None], config)[0]
    except SilentRecording as error:
        raise RecordingIsBroken(str(path), f"is silent below {config.sample_rate // 2} Hz") from error
