"""Fetching Speech Commands: the call to torchaudio is right, and a failure is clear. There is no network here."""

import errno
import inspect
import io
from pathlib import Path
from urllib.error import URLError

import pytest
from django.core.management import CommandError, call_command
from torchaudio.datasets import SPEECHCOMMANDS

from generation.engine.corpora import speech_commands
from generation.engine.corpora.layout import open_corpus
from tests.generation.engine.small_corpus import write_buzzing_corpus


def fetch(folder):
    out = io.StringIO()
    call_command("fetch_corpus", "speech-commands", folder=folder, stdout=out)
    return out.getvalue()


class Archive:
    """Stands for torchaudio's data set: it is called alike, and leaves a corpus where torchaudio leaves its own."""

    calls = []

    def __init__(self, root, url, folder_in_archive, download):
        self.calls.append({"url": url, "download": download})
        write_buzzing_corpus(Path(root, folder_in_archive, url))
        Path(root, f"{url}.tar.gz").write_bytes(b"the archive")


def refuse(error):
    def call(*args, **options):
        raise error

    return call


@pytest.fixture
def archive(monkeypatch):
    monkeypatch.setattr(Archive, "calls", [])
    monkeypatch.setattr(speech_commands, "SPEECHCOMMANDS", Archive)
    return Archive


def test_the_stand_in_takes_what_torchaudios_data_set_takes():
    ours = list(inspect.signature(Archive).parameters)

    assert set(ours) <= set(inspect.signature(SPEECHCOMMANDS).parameters)


def test_torchaudio_downloads_from_where_it_is_told(tmp_path, monkeypatch):
    asked = []

    def download(url, archive, hash_prefix):
        asked.append((url, hash_prefix))
        raise URLError("no network in tests")

    monkeypatch.setattr("torchaudio.datasets.speechcommands.download_url_to_file", download)

    with pytest.raises(CommandError, match=r"could not be fetched.*no network in tests.*make_corpus"):
        fetch(tmp_path / "speech-commands")

    assert asked == [
        (
            "http://download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
            "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
        )
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_corpus_stands_in_its_folder_with_a_card_and_without_the_archive(archive, tmp_path):
    told = fetch(tmp_path / "speech-commands")

    assert told.startswith("Fetched: ")
    assert archive.calls == [{"url": "speech_commands_v0.02", "download": True}]
    card = open_corpus(tmp_path / "speech-commands").card
    assert (card["origin"], card["is_synthetic"]) == ("speech_commands", False)
    assert "CC BY 4.0" in card["licence"]
    assert [path.name for path in tmp_path.iterdir()] == ["speech-commands"]


def test_a_corpus_that_was_fetched_is_not_fetched_again(archive, tmp_path):
    fetch(tmp_path / "speech-commands")

    assert fetch(tmp_path / "speech-commands").startswith("Already there: ")

    assert len(archive.calls) == 1


def test_a_folder_of_other_content_is_not_overwritten(archive, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(CommandError, match="something other"):
        fetch(tmp_path)

    assert archive.calls == []


def test_a_damaged_download_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(speech_commands, "SPEECHCOMMANDS", refuse(RuntimeError("invalid hash value")))

    with pytest.raises(CommandError, match="invalid hash value"):
        fetch(tmp_path / "speech-commands")


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(speech_commands, "SPEECHCOMMANDS", refuse(OSError(errno.ENOSPC, "No space left on device")))

    with pytest.raises(CommandError, match=r"No space left on device.*5 GB"):
        fetch(tmp_path / "speech-commands")

    assert list(tmp_path.iterdir()) == []
