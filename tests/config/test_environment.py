"""Settings come from the environment, with safe defaults and clear errors."""

import stat

import pytest

from config import environment


@pytest.mark.parametrize(("value", "read"), [("1", True), ("yes", True), ("off", False), ("", True)])
def test_a_flag_is_read(monkeypatch, value, read):
    monkeypatch.setenv("HEARSAY_TEST", value)

    assert environment.flag("HEARSAY_TEST", default=True) is read


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch):
    monkeypatch.setenv("HEARSAY_TEST", "maybe")

    with pytest.raises(environment.SettingIsWrong, match="HEARSAY_TEST='maybe' is neither yes nor no"):
        environment.flag("HEARSAY_TEST", default=False)


def test_a_number_is_read(monkeypatch):
    monkeypatch.setenv("HEARSAY_TEST", "1.5")

    assert environment.number("HEARSAY_TEST", 60) == 1.5


@pytest.mark.parametrize(("value", "fault"), [("soon", "no number"), ("0.5", "from 1 up"), ("inf", "out of range")])
def test_what_is_no_number_or_too_small_is_refused(monkeypatch, value, fault):
    monkeypatch.setenv("HEARSAY_TEST", value)

    with pytest.raises(environment.SettingIsWrong, match=fault):
        environment.number("HEARSAY_TEST", 60, at_least=1)


def test_a_list_loses_its_blanks(monkeypatch):
    monkeypatch.setenv("HEARSAY_TEST", " a.example, b.example ,,")

    assert environment.words("HEARSAY_TEST", "") == ["a.example", "b.example"]


def test_a_secret_is_made_once_and_read_by_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("HEARSAY_TEST", raising=False)
    kept_in = tmp_path / "secret_key"

    first = environment.secret("HEARSAY_TEST", kept_in=kept_in)

    assert len(first) >= 50
    assert environment.secret("HEARSAY_TEST", kept_in=kept_in) == first
    assert stat.S_IMODE(kept_in.stat().st_mode) == 0o600


def test_a_secret_from_the_environment_is_not_written_down(monkeypatch, tmp_path):
    monkeypatch.setenv("HEARSAY_TEST", "from outside")

    assert environment.secret("HEARSAY_TEST", kept_in=tmp_path / "secret_key") == "from outside"
    assert not (tmp_path / "secret_key").exists()
