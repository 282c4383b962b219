"""Upsampling and the convolution after it as one convolution of the small picture, exact but for rounding.

Every pixel that nearest-neighbour upsampling by (p, q) makes is one of p x q *phases* of a small pixel, and a kernel
over the upsampled picture meets, in each phase, a few small pixels, some of them more than once. So the convolution
of the large picture is one of the small picture with p x q as many output channels, whose kernels are sums of the old
one's taps, interleaved afterwards: the large picture with all its channels is never made, nor its gradient.
"""

from collections.abc import Iterator
from itertools import product
from typing import TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional


class PhasedUpsampling(nn.Module):
    """Upsamples a picture [B, C, T, M] by (p, q), pads it with zeros and convolves it: -> [B, C', p T, q M]."""

    weight: Tensor
    bias: Tensor | None

    def __init__(self, factors: tuple[int, int], before: tuple[int, int], convolution: nn.Conv2d) -> None:
        """Take over a convolution that is preceded by upsampling and by so many zeros above and to the left."""
        super().__init__()
        self.factors = factors
        weight = convolution.weight.detach()
        self.padding = [
            _reach(size, zeros, factor)
            for size, zeros, factor in zip(weight.shape[2:], before, factors, strict=True)
        ]  # fmt: skip
        phased = [
            _phase(weight, place, before, factors, self.padding) for place in product(*map(range, factors))
        ]  # fmt: skip
        # Interleaving expects the channels of a phase side by side: they stay so.
        self.register_buffer("weight", torch.cat(phased).contiguous(memory_format=torch.channels_last))
        bias = None if convolution.bias is None else convolution.bias.detach().repeat(len(phased))
        self.register_buffer("bias", bias)

    def forward(self, picture: Tensor) -> Tensor:
        """Map [B, C, T, M] -> [B, C', p T, q M]."""
        (above, below), (left, right) = self.padding
        if above == below and left == right:
            phases = functional.conv2d(picture, self.weight, self.bias, padding=(above, left))
        else:
            phases = functional.conv2d(functional.pad(picture, (left, right, above, below)), self.weight, self.bias)
        return self._interleaved(phases)

    def _interleaved(self, phases: Tensor) -> Tensor:
        """Put the phases [B, p q C', T, M] in their places [B, C', p T, q M], channels last in memory.

        Moved as they lie in memory, they and their gradient are copied once, a few cells of all channels at a time.
        """
        p, q = self.factors
        batch, _, frames, mels = phases.shape
        apart = phases.permute(0, 2, 3, 1).reshape(batch, frames, mels, p, q, -1)
        together = apart.transpose(2, 3).flatten(3, 4).flatten(1, 2)
        return together.permute(0, 3, 1, 2)


def _reach(size: int, before: int, factor: int) -> tuple[int, int]:
    """Tell how many small pixels a kernel of this size can reach beyond its own, before and behind."""
    return -(-before // factor), (factor - 1 + size - 1 - before) // factor


def _phase(
    weight: Tensor, place: tuple[int, ...], before: tuple[int, int], factors: tuple[int, int],
    padding: list[tuple[int, int]],
) -> Tensor:  # fmt: skip
    """Sum the taps of weight [C', C, h, w] that meet the same small pixel, for one phase: [C', C, h', w']."""
    sizes = [first + 1 + last for first, last in padding]
    summed = weight.new_zeros(*weight.shape[:2], *sizes)
    for taps in product(*map(range, weight.shape[2:])):
        row, column = ((place[axis] + taps[axis] - before[axis]) // factors[axis] + padding[axis][0] for axis in (0, 1))
        summed[:, :, row, column] += weight[:, :, taps[0], taps[1]]
    return summed


def with_phased_upsampling(layers: nn.Module) -> nn.Module:
    """Give the same layers, those that upsample and then convolve being replaced; the others are shared."""
    if not isinstance(layers, nn.Sequential):
        return layers
    return nn.Sequential(*_replaced(list(layers))).train(layers.training)


def _replaced(layers: list[nn.Module]) -> Iterator[nn.Module]:
    while layers:
        upsampling, *others = layers
        padding = others.pop(0) if others and isinstance(others[0], nn.ZeroPad2d) else nn.ZeroPad2d(0)
        phased = _phased(upsampling, padding, others[0]) if others else None
        yield phased or upsampling
        layers = others[1:] if phased else layers[1:]


def _phased(upsampling: nn.Module, padding: nn.Module, convolution: nn.Module) -> PhasedUpsampling | None:
    """Give one layer for three, unless it could not stand for them: the convolution has to keep the picture's size."""
    factors = _factors(upsampling)
    if factors is None or not isinstance(padding, nn.ZeroPad2d) or not _is_plain(convolution):
        return None
    left, right, above, below = padding.padding
    inner_above, inner_left = map(int, convolution.padding)
    before = (above + inner_above, left + inner_left)
    around = (before[0] + below + inner_above, before[1] + right + inner_left)
    keeps_size = around == tuple(side - 1 for side in convolution.kernel_size)
    return PhasedUpsampling(factors, before, convolution) if keeps_size else None


def _factors(layer: nn.Module) -> tuple[int, int] | None:
    """Tell by what whole numbers a layer repeats each pixel, if it does that."""
    if not isinstance(layer, nn.Upsample) or layer.mode != "nearest" or not isinstance(layer.scale_factor, tuple):
        return None
    first, second = layer.scale_factor
    return (int(first), int(second)) if first.is_integer() and second.is_integer() else None


def _is_plain(layer: nn.Module) -> TypeGuard[nn.Conv2d]:
    return (
        isinstance(layer, nn.Conv2d)
        and isinstance(layer.padding, tuple)
        and layer.stride == layer.dilation == (1, 1)
        and (layer.groups, layer.padding_mode) == (1, "zeros")
    )
