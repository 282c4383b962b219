"""The initial weights of the paper's networks, which were built with Keras."""

from torch import nn


def start_as_keras_does(layer: nn.Module) -> None:
    """Draw a layer's weights uniformly after Glorot & Bengio 2010, its bias zero; PyTorch's own are smaller.

    With PyTorch's the paper's classifier stays at chance for its first epochs.
    """
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
