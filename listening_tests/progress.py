"""How far long work has come, for a terminal."""

from typing import Any, Protocol

from tqdm import tqdm

PERCENT = 100


class Progress(Protocol):
    """What long work calls to say how far it is."""

    def step(self, title: str) -> None:
        """Say that a step begins."""

    def update(self, fraction: float, note: str) -> None:
        """Say how far the step is, from 0 to 1, and what is being done."""

    def done(self) -> None:
        """Say that the step is over."""


class TerminalProgress:
    """A bar for each step, with the time left; each step stays on the screen with the time it took."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._bar: tqdm[Any] | None = None

    def step(self, title: str) -> None:
        self.done()
        self._bar = tqdm(
            desc=f"{title:<10}", total=PERCENT, unit="%", file=self._stream, mininterval=0.5, ncols=100,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left {postfix}",
        )  # fmt: skip

    def update(self, fraction: float, note: str) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(note[:40], refresh=False)
            self._bar.n = round(PERCENT * fraction)
            self._bar.refresh()

    def done(self) -> None:
        if self._bar is not None:
            self._bar.n = PERCENT
            self._bar.set_postfix_str("")
            self._bar.close()
            self._bar = None
