"""Sound files are sent whole or in the part that a player asks for, and tell nothing about themselves."""

import pytest

from generation.audio_response import SoundFileIsMissing, audio_response

CONTENT = bytes(range(200))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "classifier-noise-yes.flac"
    path.write_bytes(CONTENT)
    return path


def ask(rf, path, method="get", **headers):
    return audio_response(getattr(rf, method)("/sound/", headers=headers), path, etag="of this address")


def test_without_a_range_the_whole_file_is_sent(rf, path):
    response = ask(rf, path)

    assert response.status_code == 200
    assert response.content == CONTENT
    assert response["Content-Length"] == "200"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "audio/flac"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=0-0", 0, 0),
        ("bytes=-1", 199, 199),
        ("bytes=-500", 0, 199),
        ("bytes=150-", 150, 199),
        ("bytes=190-900", 190, 199),
        ("bytes=199-199", 199, 199),
    ],
)
def test_a_range_is_sent_alone(rf, path, wanted, first, last):
    response = ask(rf, path, Range=wanted)

    assert response.status_code == 206
    assert response.content == CONTENT[first : last + 1]
    assert response["Content-Range"] == f"bytes {first}-{last}/200"
    assert response["Content-Length"] == str(last + 1 - first)


@pytest.mark.parametrize("wanted", ["bytes=200-", "bytes=500-600", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_satisfied(rf, path, wanted):
    response = ask(rf, path, Range=wanted)

    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */200"
    assert response.content == b""


@pytest.mark.parametrize("wanted", ["bytes=-", "bytes=5-2", "bytes=0-1,4-5", "seconds=0-1", "bytes=a-b", "bytes=٣-"])
def test_what_is_no_single_range_of_bytes_is_ignored(rf, path, wanted):
    request = rf.get("/sound/")
    request.META["HTTP_RANGE"] = wanted

    response = audio_response(request, path, etag="of this address")

    assert response.status_code == 200
    assert response.content == CONTENT


def test_the_head_of_a_file_tells_its_length(rf, path):
    response = ask(rf, path, method="head", Range="bytes=0-9")

    assert response.status_code == 206
    assert response["Content-Length"] == "10"  # The server leaves out the body of every answer to HEAD.


def test_a_file_that_the_browser_has_is_not_sent_again(rf, path):
    response = ask(rf, path, **{"If-None-Match": '"of this address"'})

    assert response.status_code == 304
    assert response.content == b""


def test_a_range_of_another_version_gets_the_whole_file(rf, path):
    response = ask(rf, path, Range="bytes=0-1", **{"If-Range": '"another"'})

    assert response.status_code == 200
    assert response.content == CONTENT


def test_the_response_tells_neither_name_nor_age_of_the_file(rf, path):
    response = ask(rf, path)

    assert "classifier" not in str(dict(response.items()))
    assert "Content-Disposition" not in response
    assert "Last-Modified" not in response
    assert response["ETag"] == '"of this address"'
    assert response["Cache-Control"].startswith("private")


def test_a_file_that_is_gone_is_told_with_its_place(rf, path):
    path.unlink()

    with pytest.raises(SoundFileIsMissing, match=str(path)):
        ask(rf, path)
