"""Batch normalisation as part of the convolution before it: the same numbers, but for rounding, with less to compute.

Outside training, normalisation scales and shifts each channel by fixed numbers, which the convolution's weights can
take over. What is left out there and back takes a third of a residual classifier's time on a processor.
"""

from copy import copy
from typing import Any

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def with_folded_norms(network: nn.Module) -> nn.Module:
    """Give a network in evaluation mode that computes the same, its convolutions joined with what normalises them.

    A module says in its attribute `NORMS` which child normalises what which other child convolves, with nothing in
    between. A network in which none says so is given back itself; weights of the others are shared.
    """
    inner = {name: with_folded_norms(child) for name, child in network.named_children()}
    norms: dict[str, str] = getattr(network, "NORMS", {})
    for name, norm in norms.items():
        inner |= {name: _joined(inner[name], inner[norm]), norm: nn.Identity()}
    if all(inner[name] is child for name, child in network.named_children()):
        return network
    twin = copy(network)
    # Only the children are its own; parameters and buffers stay those of the network.
    vars(twin)["_modules"] = {**vars(network)["_modules"], **inner}
    return twin


def _joined(convolution: Any, norm: Any) -> nn.Module:
    """Give one convolution that does both; its gradient is asked for of its input alone."""
    joined: nn.Module = fuse_conv_bn_eval(convolution, norm)
    return joined.requires_grad_(requires_grad=False)
