"""What a classifier makes of features: its logits, and the outputs of whichever of its layers are asked for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

LOGITS = "logits"
# The input of the last linear layer: what a classifier of any architecture decides by.
PENULTIMATE = "penultimate"


class LayerIsMissing(ValueError):
    """The classifier has no layer of this name."""


@dataclass(frozen=True)
class Response:
    """Logits [B, W], and by layer the mean output [B, C] of its units over all positions."""

    logits: Tensor
    outputs: dict[str, Tensor] = field(default_factory=dict)

    def output(self, layer: str) -> Tensor:
        """Give the layer's output [B, C]; the layer "logits" is the last one."""
        return self.logits if layer == LOGITS else self.outputs[layer]


def respond(classifier: Callable[[Tensor], Tensor], features: Tensor, layers: Sequence[str]) -> Response:
    """Let a classifier hear features [B, M, T], and listen at the layers (names as `named_modules` has them).

    "penultimate" is the input of the last linear layer. Raises LayerIsMissing.
    """
    outputs: dict[str, Tensor] = {}
    with ExitStack() as stack:
        for layer in layers:
            if layer != LOGITS:
                stack.enter_context(_listening(classifier, layer, outputs))
        logits = classifier(features)
    return Response(logits, outputs)


@contextmanager
def _listening(classifier: Any, layer: str, outputs: dict[str, Tensor]) -> Iterator[None]:
    def keep(module: nn.Module, given: tuple[Any, ...], output: Any = None) -> None:
        outputs[layer] = _mean_over_positions(given[0] if layer == PENULTIMATE else output)

    modules = dict(classifier.named_modules()) if isinstance(classifier, nn.Module) else {}
    linear = [module for module in modules.values() if isinstance(module, nn.Linear)]
    if layer == PENULTIMATE and linear:
        handle = linear[-1].register_forward_pre_hook(keep)
    elif layer in modules:
        handle = modules[layer].register_forward_hook(keep)
    else:
        known = ", ".join(name for name in modules if name) or "none"
        raise LayerIsMissing(f"The {type(classifier).__name__} has no layer {layer!r}: choose among {known}.")
    try:
        yield
    finally:
        handle.remove()


def _mean_over_positions(output: Any) -> Tensor:
    """Average [B, C, ...] to [B, C]; a recurrent layer gives a tuple, whose first [B, T, C] has its units last."""
    if isinstance(output, tuple):
        recurrent: Tensor = output[0]
        return recurrent.flatten(1, -2).mean(dim=1)
    flat: Tensor = output.flatten(2) if output.dim() > 2 else output[..., None]
    return flat.mean(dim=2)
