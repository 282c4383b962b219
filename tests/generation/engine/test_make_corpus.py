"""Making a corpus with espeak-ng, through the command."""

import errno
import io
import json
import re
from pathlib import Path

import pytest
import soundfile
from django.core.management import CommandError, call_command

from generation.engine.corpora.layout import open_corpus

WANTED = {"words": ["no", "yes"], "voices": 5, "takes": 2, "seed": 3}


def make(folder, **changes):
    out = io.StringIO()
    call_command("make_corpus", folder=folder, stdout=out, **(WANTED | changes))
    return out.getvalue()


def content_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "corpus"
    make(folder)
    return folder


def test_a_corpus_is_made_in_the_layout_with_three_splits_of_different_voices(made):
    corpus = open_corpus(made)

    assert corpus.words == ("no", "yes")
    assert len(corpus.recordings) == 2 * 5 * 2
    splits = {}
    for recording in corpus.recordings:
        splits.setdefault(recording.talker, set()).add(recording.split)
    assert len(splits) == 5
    assert all(len(each) == 1 for each in splits.values())
    assert all(corpus.counts.values())


def test_recordings_are_audible_words_at_the_synthesisers_rate(made):
    for recording in open_corpus(made).recordings:
        samples, rate = soundfile.read(recording.path)

        assert soundfile.info(recording.path).subtype == "PCM_16"
        assert rate == 22050
        assert 0.3 < len(samples) / rate < 2.0
        assert abs(samples).max() > 0.15


def test_the_card_says_that_nobody_spoke_and_how_to_make_it_again(made):
    card = open_corpus(made).card

    assert card["is_synthetic"] is True
    assert card["origin"] == "espeak"
    assert card["plan"] == WANTED
    assert card["make_again"] == "python manage.py make_corpus --words no yes --voices 5 --takes 2 --seed 3"
    assert "GPL" in card["licence"]
    assert len(card["licence"]) <= 200
    assert card["versions"]["espeak-ng"].startswith("1.")


def test_the_same_arguments_give_the_same_bytes(made, tmp_path):
    make(tmp_path / "again")

    assert content_of(tmp_path / "again") == content_of(made)


def test_a_corpus_that_stands_already_is_left_alone(made):
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}

    assert make(made).startswith("Already there: ")

    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_another_corpus_is_not_overwritten(made):
    before = content_of(made)

    with pytest.raises(CommandError, match="holds something other than this corpus: give another --folder"):
        make(made, seed=4)

    assert content_of(made) == before


def test_a_folder_of_somebodys_files_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(CommandError, match="something other"):
        make(tmp_path)

    assert content_of(tmp_path) == {Path("thesis.txt"): b"years of work"}


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    write = Path.write_bytes

    def full_after_a_while(self, content):
        if "_nohash_1" in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", full_after_a_while)

    with pytest.raises(CommandError, match=r"No space left on device.*make room"):
        make(tmp_path / "corpus")

    assert list(tmp_path.iterdir()) == []


def test_impossible_arguments_are_told(tmp_path):
    with pytest.raises(CommandError, match="5 to 469 voices"):
        make(tmp_path / "corpus", voices=1)


def test_the_folder_is_named_after_what_is_made_unless_given(settings, tmp_path):
    settings.CORPORA_DIR = tmp_path

    make(None)

    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith("espeak-2-words-5-voices-")
    assert json.loads((folder / "CORPUS.json").read_text())["plan"] == WANTED


def test_only_the_commands_that_speak_import_the_gpl_synthesiser():
    apps = ("config", "accounts", "generation", "listening_tests", "analysis")
    paths = [path for app in apps for path in files_of(app)]
    allowed = {
        "espeakng_loader": {"espeak.py"},
        "corpora.espeak": {"synthesis.py", "make_corpus.py", "speak.py"},
        "corpora.synthesis": {"make_corpus.py"},
    }

    for word, makers in allowed.items():
        importing = {path.name for path in paths if re.search(rf"^\s*(from|import) \S*{word}", path.read_text(), re.M)}
        assert importing <= makers, word


def files_of(app):
    return sorted((Path(__file__).resolve().parents[3] / app).rglob("*.py"))
