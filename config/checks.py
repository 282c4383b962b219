"""Settings that contradict each other, told when the server or a command starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


@register
def debugging_stays_at_home(**_: Any) -> list[CheckMessage]:
    """Refuse debugging pages, which show settings and data, on a server that others reach."""
    strangers = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL]
    if settings.DEBUG and strangers:
        return [
            Error(
                f"HEARSAY_DEBUG is on while HEARSAY_HOSTS lets in {', '.join(strangers)}.",
                hint="Take HEARSAY_DEBUG away: its error pages show what listeners answered.",
                id="hearsay.E001",
            )
        ]
    return []


@register
def a_public_server_uses_https(**_: Any) -> list[CheckMessage]:
    """Warn of passwords and answers that travel in the clear."""
    strangers = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL]
    if strangers and not settings.HTTPS and not settings.DEBUG:
        return [
            Warning(
                f"HEARSAY_HOSTS lets in {', '.join(strangers)}, but HEARSAY_HTTPS is off.",
                hint="Serve behind HTTPS and set HEARSAY_HTTPS=1, so that cookies and answers are not read on the way.",
                id="hearsay.W001",
            )
        ]
    return []


@register
def origins_fit_https(**_: Any) -> list[CheckMessage]:
    """Refuse trusted origins that say http where everything is sent to https."""
    plain = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if origin.startswith("http://")]
    if settings.HTTPS and plain:
        return [
            Error(
                f"HEARSAY_ORIGINS names {', '.join(plain)}, but HEARSAY_HTTPS is on.",
                hint="Write https:// there, or forms sent to this server will be refused.",
                id="hearsay.E002",
            )
        ]
    return []
