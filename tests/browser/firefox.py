"""Firefox, driven by Marionette: its own remote control, a few messages in JSON over a local socket.

Playwright drives only its own build of Firefox and Selenium needs geckodriver, which Debian does not have; Marionette
is in every Firefox. Protocol: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import itertools
import json
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "ArrowRight": "\ue014", "Space": " "}
PATIENCE = 15.0
START_PATIENCE = 60.0
PREFERENCES = {
    # Sounds start by a person's key or touch only, as for everybody.
    "media.autoplay.default": 1,
    "dom.w3c_touch_events.enabled": 1,
    # What goes through a proxy that is not there does not arrive, as set_offline() wants it.
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.allow_hijacking_localhost": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "services.settings.server": "data:,",
}


class FirefoxRefuses(Exception):
    """Firefox answers a command with an error."""


class NothingCame(Exception):
    """What a page was to show did not come in time."""


class Firefox:
    """A headless Firefox with a profile of its own, in a folder that need not exist."""

    def __init__(self, program: str, profile: Path, environment: dict[str, str]) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        port = _free_port()
        preferences = {**PREFERENCES, "marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        profile.joinpath("user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            [
                program,
                "--headless",
                "--marionette",
                "--remote-allow-system-access",
                "--no-remote",
                "--profile",
                profile,
            ],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self._socket = self._connect(port)
        self._answers = self._socket.makefile("rb")
        self._read()
        self.command("WebDriver:NewSession", capabilities={})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._answers.close()
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=PATIENCE)

    def command(self, name: str, **parameters: Any) -> Any:
        """Send a command and return what it gives. Raises FirefoxRefuses."""
        message = json.dumps([0, next(self._numbers), name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _kind, _number, fault, result = self._read()
        if fault:
            raise FirefoxRefuses(f"{name}: {fault['message']}")
        return result.get("value") if isinstance(result, dict) else result

    def open(self, address: str) -> None:
        self.command("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script gives that runs beside the page, out of reach of its security policy."""
        return self.command("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def run_to_end(self, script: str) -> Any:
        """Return what a script hands to `done`."""
        return self.command("WebDriver:ExecuteAsyncScript", script=f"const done = arguments[0]; {script}", args=[])

    def wait_for(self, condition: str) -> None:
        """Wait until an expression holds on the page, whichever page that is by then. Raises NothingCame."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if self.run(f"return Boolean({condition})"):
                    return
            except FirefoxRefuses:
                # Between two pages there is none to ask.
                pass
            time.sleep(0.05)
        raise NothingCame(
            f"{condition} did not come to hold; the page says: {self.run('return document.body.innerText')}"
        )

    def wait_for_text(self, text: str) -> None:
        self.wait_for(f"document.body.innerText.includes({json.dumps(text)})")

    def wait_for_title(self, title: str) -> None:
        self.wait_for(f"document.title === {json.dumps(title)}")

    def press(self, key: str) -> None:
        """Press and let go a key, by its name or as what it types."""
        value = KEYS.get(key, key)
        strokes = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self._perform({"type": "key", "id": "keyboard", "actions": strokes})

    def click(self, selector: str) -> None:
        self.command("WebDriver:ElementClick", id=self._find(selector))

    def tap(self, selector: str) -> None:
        """Touch the middle of an element with a finger."""
        element = self._find(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", {ELEMENT: element})
        touch = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": {ELEMENT: element}},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": touch})

    def set_offline(self, is_offline: bool) -> None:
        """Cut the network, or bring it back. Firefox's own offline state leaves out servers on this machine."""
        self._run_in_browser(
            f"Services.prefs.setIntPref('network.proxy.type', {int(is_offline)});"
            "Services.obs.notifyObservers(null, 'net:cancel-all-connections');"
        )

    def set_width(self, pixels: int | None) -> None:
        """Make pages as wide as a phone's screen, or as the window again."""
        width = "" if pixels is None else f"{pixels}px"
        self._run_in_browser(f"document.querySelector('browser[primary]').style.maxWidth = {json.dumps(width)}")

    def _run_in_browser(self, script: str) -> None:
        self.command("Marionette:SetContext", value="chrome")
        try:
            self.run(script)
        finally:
            self.command("Marionette:SetContext", value="content")

    def _find(self, selector: str) -> str:
        return str(self.command("WebDriver:FindElement", using="css selector", value=selector)[ELEMENT])

    def _perform(self, source: dict[str, Any]) -> None:
        self.command("WebDriver:PerformActions", actions=[source])

    def _connect(self, port: int) -> socket.socket:
        until = time.monotonic() + START_PATIENCE
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port), timeout=START_PATIENCE)
            except ConnectionRefusedError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return connection

    def _read(self) -> Any:
        """Return the next message: its length in digits, a colon, and JSON."""
        digits = b"".join(iter(lambda: self._answers.read(1), b":"))
        return json.loads(self._answers.read(int(digits)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
