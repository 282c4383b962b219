"""Files and folders that are there completely or not at all."""

import errno

import pytest

from generation.engine.whole_files import CannotBeWritten, folder_written_whole, written_whole


def test_a_file_appears_when_all_of_it_is_written(tmp_path):
    path = tmp_path / "below" / "file"

    with written_whole(path) as file:
        file.write(b"first ")
        was_there = path.exists()
        file.write(b"second")

    assert not was_there
    assert path.read_bytes() == b"first second"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def write_half():
        with written_whole(path) as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_with_the_path_and_what_to_do(tmp_path):
    path = tmp_path / "file"

    with pytest.raises(CannotBeWritten, match=r"No space left on device.*make room.*file") as told, written_whole(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert told.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_fails_half_way_leaves_nothing(tmp_path):
    folder = tmp_path / "folder"

    def write_half():
        with folder_written_whole(folder) as unfinished:
            (unfinished / "a").write_text("a")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CannotBeWritten):
        write_half()

    assert list(tmp_path.iterdir()) == []
