"""Tokens of consent pages: whoever agrees twice on one page begins one session.

Each page that asks for consent carries a fresh token, and the session that it begins keeps the random part of it. A
second click, a reload, or a browser that sends again what was never answered brings the same token. It is signed for
the study and for the person whom a recruitment service sent, so it leads nobody else to that session.
"""

import secrets

from django.core.signing import BadSignature, Signer

from listening_tests.models import Study
from listening_tests.recruiter import Arrival


class ConsentTokenIsForged(Exception):
    """A token was not made for this study and this person by this server."""


def new_consent_token(study: Study, arrival: Arrival | None) -> str:
    """Return a token for a page that asks for consent: it cannot be guessed (192 bits)."""
    return _signer(study, arrival).sign(secrets.token_urlsafe(24))


def kept_part(token: str, study: Study, arrival: Arrival | None) -> str:
    """Return what a session keeps of the token of its consent page. Raises ConsentTokenIsForged."""
    try:
        return _signer(study, arrival).unsign(token)
    except BadSignature as error:
        raise ConsentTokenIsForged("The page's token is not one of ours: load the study's page anew.") from error


def _signer(study: Study, arrival: Arrival | None) -> Signer:
    person = arrival.person if arrival else ""
    return Signer(salt=f"listening_tests.consent_tokens/{study.pk}/{person}", sep=".")
