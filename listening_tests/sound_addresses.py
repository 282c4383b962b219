"""Addresses of sounds: opaque, signed, and good for some hours.

An address carries the random key of a presentation and the time until which it is good, under a signature made with
the server's secret. Nothing of the sound is in it.
"""

from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from listening_tests.actions.trials import PresentationIsUnknown

# Addresses given out within one span are the same, so that a browser which loaded a block's sounds has them for its
# pages. Each is good until the next span ends: for six hours at least.
SPAN = timedelta(hours=6)


def signed_address(key: str, now: datetime) -> str:
    """Return the last part of the address at which a presentation's sound is to be had."""
    n_spans = int(now.timestamp() // SPAN.total_seconds()) + 2
    return _signer().sign(f"{key}.{n_spans}")


def key_in_address(address: str, now: datetime) -> str:
    """Return the key of the presentation to which an address leads.

    Raises PresentationIsUnknown if the address is forged or its time is over.
    """
    try:
        key, n_spans = _signer().unsign(address).split(".")
    except (BadSignature, ValueError) as error:
        raise PresentationIsUnknown("The sound's address is not one of ours: go back to your session.") from error
    good_until = datetime.fromtimestamp(int(n_spans) * SPAN.total_seconds(), UTC)
    if good_until <= now:
        raise PresentationIsUnknown("The sound's address is too old: load the page anew, which has a fresh one.")
    return key


class SoundAddressConverter:
    """Makes addresses of presentations' keys wherever one is asked for; the view gets the address as it was sent.

    So a forged address is answered as every other wrong address is, by a page in the listener's language.
    """

    regex = "[^/]+"

    def to_url(self, key: str) -> str:
        return signed_address(key, timezone.now())

    def to_python(self, address: str) -> str:
        return address


def _signer() -> Signer:
    return Signer(salt="listening_tests.sound_addresses", sep=".")
