"""Where the files of clips stand: first aside, then all at once in their places, under names that say nothing."""

import errno
import hashlib
import io
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generation.actions.clips import MadeClip

if TYPE_CHECKING:
    from generation.engine.render import RenderedClip

UNFINISHED = ".unfinished"
DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT}


class ClipStoreIsFull(OSError):
    """There is no room for clips."""


class ClipShelf:
    """The files of one attempt at an item: written into a folder of its own, moved to the clips when it commits."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._aside = folder / UNFINISHED / name
        self._moved: list[Path] = []

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Remove what earlier attempts left, and what this one wrote if it fails.

        Raises ClipStoreIsFull instead of the system's error.
        """
        try:
            self._remove_earlier_attempts()
            self._aside.mkdir(parents=True)
            yield
        except OSError as error:
            self.discard()
            raise self._told(error) from error
        except BaseException:
            self.discard()
            raise

    def put(self, clip: "RenderedClip", *, digest: str) -> MadeClip:
        """Write a clip's sound (FLAC, 16 bits), features (.npy, float32) and picture (PNG) aside."""
        from generation.engine.spectrogram import write_png

        key = str(uuid.uuid4())
        names = {kind: f"{key[:2]}/{key}.{ending}" for kind, ending in ENDINGS.items()}
        audio = _flac(clip)
        self._write(names["audio"], audio)
        self._write(names["features"], _npy(clip))
        write_png(clip.features, self._aside / Path(names["spectrogram"]).name)
        return MadeClip(
            digest=digest,
            key=key,
            word=clip.request.word,
            talker=clip.talker,
            recipe=clip.recipe,
            sha256=hashlib.sha256(audio).hexdigest(),
            sample_rate=clip.sample_rate,
            duration=clip.waveform.shape[-1] / clip.sample_rate,
            judgements=clip.judgements,
            **names,
        )

    def move_in(self, made: MadeClip) -> None:
        """Move a clip's files to their places. Raises ClipStoreIsFull."""
        for name in (made.audio, made.features, made.spectrogram):
            place = self._folder / name
            try:
                place.parent.mkdir(exist_ok=True)
                (self._aside / Path(name).name).replace(place)
            except OSError as error:
                raise self._told(error) from error
            self._moved.append(place)

    def tidy(self) -> None:
        """Remove what still stands aside."""
        shutil.rmtree(self._aside, ignore_errors=True)

    def discard(self) -> None:
        """Remove everything that was written."""
        self.tidy()
        for path in self._moved:
            path.unlink(missing_ok=True)
        self._moved.clear()

    def _write(self, name: str, content: bytes) -> None:
        (self._aside / Path(name).name).write_bytes(content)

    def _remove_earlier_attempts(self) -> None:
        """Remove what attempts at the same item left that were killed; one that lives on fails, as it must."""
        item = self._aside.name.partition("-")[0]
        for path in self._aside.parent.glob(f"{item}-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _told(self, error: OSError) -> OSError:
        if error.errno not in DISK_IS_FULL:
            return error
        free = shutil.disk_usage(self._folder).free
        return ClipStoreIsFull(
            error.errno,
            f"There is no room for clips in {self._folder}: {free:,} bytes are free. Make room there, or move the "
            "folder and set HEARSAY_CLIPS, then retry the job; nothing half-written is left",
        )


ENDINGS = {"audio": "flac", "features": "npy", "spectrogram": "png"}


def _flac(clip: "RenderedClip") -> bytes:
    """Encode a clip's waveform. In memory: the library says of a full disk only that something went wrong."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, clip.waveform.numpy(), clip.sample_rate, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def _npy(clip: "RenderedClip") -> bytes:
    import numpy

    buffer = io.BytesIO()
    numpy.save(buffer, clip.features.numpy().astype("<f4"), allow_pickle=False)
    return buffer.getvalue()
