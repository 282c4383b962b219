"""Sending a sound, or the part of it that a player asks for (RFC 9110, section 14).

Safari plays only what answers range requests, and every player seeks with them. The address decides what a listener
may learn: neither headers nor body tell the file's name or age.
"""

import re
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

SINGLE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


class SoundFileIsMissing(FileNotFoundError):
    """A clip's file is no longer where it was put."""


def audio_response(request: HttpRequest, path: Path, *, etag: str, content_type: str = "audio/flac") -> HttpResponse:
    """Answer with a sound file, as `sound_response` does. Raises SoundFileIsMissing."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise SoundFileIsMissing(f"{path} is gone: restore HEARSAY_CLIPS from its backup.") from error
    return sound_response(request, content, etag=etag, content_type=content_type)


def sound_response(request: HttpRequest, content: bytes, *, etag: str, content_type: str) -> HttpResponse:
    """Answer with a whole file's content, with one range of it, or with 416 if the range lies beyond its end.

    Ranges that are no single range of bytes are ignored, as the standard allows. `etag` is the caller's: a listener
    must not be able to tell from it that two addresses lead to one clip. Sounds are short, so they are in memory.
    """
    quoted = f'"{etag}"'
    response = _respond(request, content, quoted, content_type)
    response.headers["ETag"] = quoted
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _respond(request: HttpRequest, content: bytes, etag: str, content_type: str) -> HttpResponse:
    size = len(content)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    wanted = _wanted_range(request, size, etag)
    if wanted is None:
        return _body(content, 200, content_type)
    if not wanted:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _body(content[wanted.start : wanted.stop], 206, content_type)
    response.headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return response


def _wanted_range(request: HttpRequest, size: int, etag: str) -> range | None:
    """Return the bytes that are asked for, none of them if they lie beyond the end, or None for the whole file."""
    match = SINGLE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or match[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def _body(part: bytes, status: int, content_type: str) -> HttpResponse:
    return HttpResponse(part, status=status, content_type=content_type, headers={"Content-Length": str(len(part))})
