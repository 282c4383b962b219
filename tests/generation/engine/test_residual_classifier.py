"""The residual classifier's shortcuts."""

import pytest
import torch
from torch.nn import functional

from generation.engine.networks.residual_classifier import Shortcut


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(90, 80), (45, 41)])
def test_a_shortcut_is_a_strided_convolution(channels, size):
    torch.manual_seed(1)
    shortcut, hidden = Shortcut(channels, 16), torch.randn(4, channels, *size)

    through = shortcut(hidden)

    assert torch.equal(through, functional.conv2d(hidden, shortcut.weight, stride=2))
