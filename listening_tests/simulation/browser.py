"""The browsers of simulated listeners: one inside this process, and one that asks a server over the network."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import requests
from django.conf import settings
from django.db import connection
from django.test import Client

# How long a server may take to answer, and how long a listener tries again while it cannot be reached.
ANSWER_SECONDS = 60
PATIENCE_SECONDS = 120
RETRY_AFTER_SECONDS = 0.2


class ServerCannotBeReached(Exception):
    """The server did not answer for longer than a listener waits."""


@dataclass(frozen=True)
class Reply:
    """What a server answers: its status, its body, and where it leads if it redirects."""

    status: int
    body: bytes
    location: str = ""


class SimulatedBrowser(Protocol):
    """What a simulated listener needs of a browser. Addresses are those of pages, without the server's name."""

    def get(self, address: str) -> Reply:
        """Fetch a page or a sound, following nothing."""

    def post(self, address: str, fields: Mapping[str, str], *, page: str) -> Reply:
        """Send the form of a page."""


class BrowserInProcess:
    """Answers by calling the site itself, with its middleware and its checks against forged forms."""

    def __init__(self) -> None:
        self._client = Client(enforce_csrf_checks=True, SERVER_NAME=_host())

    def get(self, address: str) -> Reply:
        return _reply(self._client.get(address, secure=settings.HTTPS))

    def post(self, address: str, fields: Mapping[str, str], *, page: str) -> Reply:
        scheme = "https" if settings.HTTPS else "http"
        referrer = {"Referer": f"{scheme}://{_host()}{page}"}
        return _reply(self._client.post(address, dict(fields), secure=settings.HTTPS, headers=referrer))


class BrowserOverNetwork:
    """Asks the server at a URL; sends again what stays unanswered because the connection or the server broke down."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        # What the environment says of proxies is not about a server of ours.
        self._session.trust_env = False

    def get(self, address: str) -> Reply:
        return self._ask("GET", address)

    def post(self, address: str, fields: Mapping[str, str], *, page: str) -> Reply:
        return self._ask("POST", address, fields, {"Referer": self._url + page})

    def _ask(
        self,
        method: str,
        address: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        # Who waits for the server keeps no connection to its database: a hundred of them would use up PostgreSQL's.
        if not connection.in_atomic_block:
            connection.close()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._session.request(
                    method,
                    self._url + address,
                    data=fields,
                    headers=headers,
                    allow_redirects=False,
                    timeout=ANSWER_SECONDS,
                )
                return Reply(answer.status_code, answer.content, answer.headers.get("Location", ""))
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                if time.monotonic() > deadline:
                    raise ServerCannotBeReached(
                        f"{self._url}{address} did not answer for {PATIENCE_SECONDS} s: start the server there."
                    ) from error
                time.sleep(RETRY_AFTER_SECONDS)


def _reply(response: object) -> Reply:
    """Return what Django's test client got, read to its end."""
    return Reply(response.status_code, response.getvalue(), response.headers.get("Location", ""))  # type: ignore[attr-defined]


def _host() -> str:
    """Return a name that this server answers to."""
    host = settings.ALLOWED_HOSTS[0]
    return "localhost" if host == "*" else str(host).lstrip(".")
