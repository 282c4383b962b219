"""Contradictory settings are told before anything is served."""

import pytest

from config import checks


@pytest.mark.parametrize(
    ("check", "changed", "said"),
    [
        (checks.debugging_stays_at_home, {"DEBUG": True, "ALLOWED_HOSTS": ["hearsay.example"]}, "HEARSAY_DEBUG is on"),
        (checks.a_public_server_uses_https, {"ALLOWED_HOSTS": ["hearsay.example"]}, "HEARSAY_HTTPS is off"),
        (checks.origins_fit_https, {"HTTPS": True, "CSRF_TRUSTED_ORIGINS": ["http://a.example"]}, "names http://a"),
    ],
)
def test_a_contradiction_is_told_with_what_to_do(settings, check, changed, said):
    for name, value in changed.items():
        setattr(settings, name, value)

    (message,) = check()

    assert said in message.msg
    assert message.hint


@pytest.mark.parametrize(
    "check", [checks.debugging_stays_at_home, checks.a_public_server_uses_https, checks.origins_fit_https]
)
def test_the_defaults_contradict_nothing(check):
    assert check() == []
