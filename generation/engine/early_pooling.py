"""Max pooling before rectification instead of after it: the same numbers and gradients of a quarter of the picture.

The greatest of some rectified numbers is the rectified greatest of them, and the gradient goes to the same one of them
or, where none is positive, nowhere. So pooling first changes no bit, and rectifying back and forth, which waits for
memory more than it computes, has so much less to read and write.
"""

from copy import copy
from itertools import pairwise

from torch import nn


def with_early_pooling(network: nn.Module) -> nn.Module:
    """Give a network that computes the same and shares all weights: in its sequences, max pooling precedes ReLU.

    Names of modules mean others in it. A network that has no such place is given back itself.
    """
    inner = {name: with_early_pooling(child) for name, child in network.named_children()}
    if isinstance(network, nn.Sequential):
        inner = dict(zip(inner, _swapped(list(inner.values())), strict=True))
    if all(inner[name] is child for name, child in network.named_children()):
        return network
    twin = copy(network)
    # Only the children are its own; parameters and buffers stay those of the network.
    vars(twin)["_modules"] = {**vars(network)["_modules"], **inner}
    return twin


def _swapped(layers: list[nn.Module]) -> list[nn.Module]:
    for place, (layer, following) in enumerate(pairwise(layers)):
        if isinstance(layer, nn.ReLU) and isinstance(following, nn.MaxPool2d) and not following.return_indices:
            return [*layers[:place], following, layer, *_swapped(layers[place + 2 :])]
    return layers
