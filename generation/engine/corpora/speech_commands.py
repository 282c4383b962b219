"""Fetching the Speech Commands corpus v0.02 (Warden 2018) over the network: 2.3 GB."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError

from torchaudio.datasets import SPEECHCOMMANDS

from generation.engine.corpora.cards import stands_already, write_card
from generation.engine.whole_files import CannotBeWritten

VERSION = "speech_commands_v0.02"
CARD = {
    "title": "Speech Commands v0.02",
    "origin": "speech_commands",
    "is_synthetic": False,
    "licence": "CC BY 4.0 (Warden 2018, arXiv:1804.03209)",
    "make_again": "python manage.py fetch_corpus speech-commands",
}


class CorpusCannotBeFetched(ConnectionError):
    """The server of a corpus was not reached, or gave something else."""


def fetch_speech_commands(folder: Path) -> bool:
    """Download Speech Commands into the folder; False if it stands there already.

    Whatever goes wrong, nothing half-fetched is left. Raises FolderHoldsOtherContent, CorpusCannotBeFetched and
    CannotBeWritten.
    """
    if stands_already(folder, {"origin": CARD["origin"], "title": CARD["title"]}):
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as unfinished:
            SPEECHCOMMANDS(unfinished, url=VERSION, folder_in_archive="SpeechCommands", download=True)
            fetched = Path(unfinished, "SpeechCommands", VERSION)
            write_card(fetched, CARD)
            fetched.replace(folder)
    except (URLError, ConnectionError, TimeoutError, RuntimeError) as error:
        raise CorpusCannotBeFetched(
            f"Speech Commands could not be fetched from download.tensorflow.org ({error}): check the connection and "
            "start again, or make a synthetic corpus without a network: manage.py make_corpus."
        ) from error
    except OSError as error:
        raise CannotBeWritten(
            error.errno, f"could not be written ({error.strerror or error}): 5 GB are needed there", str(folder)
        ) from error
    return True
