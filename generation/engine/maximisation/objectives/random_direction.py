"""A control: what comes of climbing toward nothing in particular, by the same means."""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import LOGITS, Response


@dataclass(frozen=True)
class RandomDirection(ResponseObjective):
    """The layer's output along a random direction of length 1, one direction for each word, fixed by the seed.

    layer: "logits", "penultimate", or any as `named_modules` of the classifier has it.
    """

    seed: int = 0
    layer: str = LOGITS

    @property
    def layers(self) -> tuple[str, ...]:
        """Name the layer."""
        return (self.layer,)

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the output [B] along the target's direction."""
        output = response.output(self.layer)
        directions = _directions(self.seed, response.logits.shape[1], output.shape[1], output.device)
        return (output * directions[targets]).sum(dim=1)


@lru_cache(maxsize=16)
def _directions(seed: int, n_words: int, n_units: int, device: torch.device) -> Tensor:
    """Draw a unit vector for each word [W, C], on the processor, so that all devices have the same."""
    drawn = torch.randn(n_words, n_units, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(drawn, dim=1).to(device)
