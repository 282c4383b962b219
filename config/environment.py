"""Readers for the environment, one for each type; only settings.py calls them."""

import os
import secrets
from pathlib import Path


class SettingIsWrong(Exception):
    """An environment variable holds something that cannot be read as its type."""


def text(name: str, default: str) -> str:
    """Return the variable, or the default when it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool) -> bool:
    """Return the variable read as yes or no."""
    value = text(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingIsWrong(f"{name}={value!r} is neither yes nor no: write 1 or 0.")


def number(name: str, default: float, at_least: float = 0) -> float:
    """Return the variable read as a number that is not too small."""
    value = text(name, str(default))
    try:
        found = float(value)
    except ValueError as error:
        raise SettingIsWrong(f"{name}={value!r} is no number: write one such as {default:g}.") from error
    if not at_least <= found < float("inf"):
        raise SettingIsWrong(f"{name}={value!r} is out of range: write a number from {at_least:g} up.")
    return found


def words(name: str, default: str) -> list[str]:
    """Return the variable split at commas, without empty parts."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """Return the variable as a folder, made if it is not there."""
    path = Path(text(name, str(default))).expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def secret(name: str, kept_in: Path) -> str:
    """Return the variable, or a random secret made once and kept in a file that only its owner reads."""
    given = os.environ.get(name)
    if given:
        return given
    try:
        descriptor = os.open(kept_in, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return kept_in.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return kept_in.read_text().strip()
