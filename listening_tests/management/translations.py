"""What listeners read, and its translations: which texts there are, and whether each language has them all.

Texts stand in the code in English, marked for gettext. Catalogues are `locale/LANGUAGE/LC_MESSAGES/django.po`; the
compiled `.mo` beside each is kept with the code, so that nobody needs gettext's tools to run Hearsay.
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

MESSAGE = str | tuple[str, str]
MARKED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(?:gettext|_)\(({STRING})\)|\bngettext\(({STRING}),\s*({STRING})")
TEMPLATES = ("templates/base.html", "templates/listener_base.html", "templates/listening_tests/listener/*.html")
SOURCES = ("listening_tests/**/*.py",)
DATED = re.compile(rb'"(POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator|Language-Team): ')
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
# The language that the code is written in needs no catalogue.
SOURCE_LANGUAGE = "en"


class CatalogueIsIncomplete(Exception):
    """A language lacks texts, or has some that nobody reads any more."""


def messages() -> list[MESSAGE]:
    """Return every text that listeners may read, each once; a pair where there is a plural."""
    base = Path(settings.BASE_DIR)
    found: dict[MESSAGE, None] = {}
    for path in _files(base, TEMPLATES):
        found |= dict.fromkeys(_in_template(path.read_text(encoding="utf-8")))
    for path in _files(base, SOURCES):
        found |= dict.fromkeys(_in_python(path.read_text(encoding="utf-8")))
    return list(found)


def languages() -> list[str]:
    """Return the languages that have catalogues."""
    return [code for code, _name in settings.LANGUAGES if code != SOURCE_LANGUAGE]


def update_catalogues() -> list[Path]:
    """Bring every catalogue's texts up to date, keeping what is translated, and compile it; return the files."""
    written = []
    for language in languages():
        path = _path(language)
        old, new = _read(path, language), Catalog(locale=language, project="Hearsay", fuzzy=False, header_comment="#")
        for message in messages():
            translated = old.get(message[0] if isinstance(message, tuple) else message)
            new.add(message, translated.string if translated else None)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_as_po(new))
        path.with_suffix(".mo").write_bytes(_as_mo(new))
        written += [path, path.with_suffix(".mo")]
    return written


def check_catalogues() -> None:
    """Raise CatalogueIsIncomplete unless every language has every text, and its compiled file is that of its texts."""
    wanted = {message[0] if isinstance(message, tuple) else message for message in messages()}
    for language in languages():
        catalogue = _read(_path(language), language)
        done = {_first(each.id) for each in catalogue if each.id and _is_translated(each.string)}
        missing, stale = sorted(wanted - done), sorted(done - wanted)
        if missing or stale:
            raise CatalogueIsIncomplete(
                f"{_path(language)} lacks {len(missing)} texts ({missing[:1]}) and has {len(stale)} that are not used "
                f"({stale[:1]}): run `make messages`, translate what is empty, and run it again."
            )
        if _path(language).with_suffix(".mo").read_bytes() != _as_mo(catalogue):
            raise CatalogueIsIncomplete(f"{_path(language)} is not what was compiled: run `make messages`.")


def _files(base: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(base.glob(pattern))


def _in_template(source: str) -> Iterator[MESSAGE]:
    for single, one, many in CALL.findall(templatize(source)):
        yield ast.literal_eval(single) if single else (ast.literal_eval(one), ast.literal_eval(many))


def _in_python(source: str) -> Iterator[MESSAGE]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKED:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if texts:
                yield (texts[0], texts[1]) if node.func.id.startswith("ngettext") else texts[0]


def _path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def _as_po(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=False, sort_output=True)
    # When and by whom a catalogue was written is no news.
    kept = [line for line in buffer.getvalue().splitlines(keepends=True) if not DATED.match(line)]
    return b"".join(kept)


def _as_mo(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    same = read_po(io.BytesIO(_as_po(catalogue)), locale=catalogue.locale)
    # Babel writes both dates, and dates a catalogue without any to this minute: the same texts give the same file.
    same.creation_date = same.revision_date = UNDATED
    write_mo(buffer, same)
    return buffer.getvalue()


def _first(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _is_translated(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)
