"""Going on with a training that was interrupted, to the same weights, bit for bit, as one that was not."""

import io
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from generation.engine.whole_files import written_whole

logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 20.0


@dataclass(frozen=True)
class Fitting:
    """Everything that decides how a training goes on: what is fitted and by what, and where random numbers stand."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    schedule: LRScheduler
    generator: torch.Generator

    def state(self) -> dict[str, Any]:
        """Give the present state, the processor's and the GPUs' own random numbers with it."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "processor": torch.get_rng_state(),
            "devices": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to a state that `state` gave."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["processor"])
        if state["devices"] and torch.cuda.is_available():
            torch.cuda.set_rng_state_all(state["devices"])


@dataclass
class Resumption:
    """Where a training keeps its state: a file, or nowhere.

    identity: of the training (what is trained on what, and how); the state of another one is left alone.
    seconds_between: a state is kept no more often.
    """

    path: Path | None = None
    identity: str = ""
    seconds_between: float = SECONDS_BETWEEN
    _kept_at: float = field(default_factory=time.monotonic, init=False)

    def resume(self, fitting: Fitting) -> dict[str, Any] | None:
        """Bring a fitting to the state that was kept, and give what was kept beside it; None if nothing fits."""
        state = self._read()
        if state is None or state["identity"] != [self.identity, str(torch.__version__)]:
            return None
        fitting.restore(state["fitting"])
        beside: dict[str, Any] = state["beside"]
        return beside

    def keep(self, fitting: Fitting, beside: Mapping[str, Any]) -> None:
        """Keep the state of a fitting, and plain data or tensors beside it, if it is time. Raises CannotBeWritten."""
        if self.path is None or time.monotonic() - self._kept_at < self.seconds_between:
            return
        buffer = io.BytesIO()
        identity = [self.identity, str(torch.__version__)]
        torch.save({"identity": identity, "fitting": fitting.state(), "beside": dict(beside)}, buffer)
        with written_whole(self.path) as file:
            file.write(buffer.getbuffer())
        self._kept_at = time.monotonic()

    def forget(self) -> None:
        """Remove the state, once the training is done and stored."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        if self.path is None or not self.path.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(self.path, weights_only=True, map_location="cpu")
        except (RuntimeError, EOFError, LookupError, ValueError, OSError, UnpicklingError) as error:
            logger.warning("%s cannot be read (%s): the training starts anew.", self.path, type(error).__name__)
            return None
        return state
