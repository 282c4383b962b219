"""WaveNet as a vocoder: one sample after another, each layer's past kept in a ring and nothing computed twice."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Self

import torch
from torch import Tensor, nn
from torchaudio.functional import deemphasis, mu_law_decoding

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.features import FeatureConfig
from generation.engine.networks.wavenet import CLASSES, ResidualLayer, WaveNet, class_values, gate
from generation.engine.vocoder import FeaturesDoNotFit, check_shape

TEMPERATURE = 0.85


class WaveNetCheckpointIsMissing(ValueError):
    """No trained WaveNet was given."""


class WaveNetVocoder:
    """Turns features into a waveform with a trained WaveNet, sampled in double precision.

    Rounding depends on how many clips are computed at once, and a WaveNet that draws one other class goes on to
    say something else. In double precision the difference is too small to move a draw, so that a clip's seed
    decides it, whatever clips stand beside it and on whatever processor.
    """

    def __init__(self, network: WaveNet, config: FeatureConfig, sha256: str = "") -> None:
        self._network = deepcopy(network).double().eval()
        self._config = config
        self._sha256 = sha256

    @classmethod
    def load(cls, config: FeatureConfig, checkpoint: LoadedNetwork | None, device: torch.device) -> Self:
        """Make the vocoder of a checkpoint. Raises WaveNetCheckpointIsMissing and FeaturesDoNotFit."""
        if checkpoint is None or not isinstance(checkpoint.network, WaveNet):
            raise WaveNetCheckpointIsMissing("The WaveNet vocoder needs a checkpoint of a wavenet: train one.")
        if checkpoint.card["features"] != config.as_dict():
            raise FeaturesDoNotFit(
                f"The WaveNet was trained on the features {checkpoint.card['features']}, these are {config.as_dict()}: "
                "train a WaveNet on these, or make the features with its configuration."
            )
        return cls(checkpoint.network.to(device), config, checkpoint.sha256)

    @property
    def settings(self) -> dict[str, Any]:
        """Give what decides the waveform beside the features and the seed."""
        return {"temperature": TEMPERATURE, "checkpoint_sha256": self._sha256}

    @torch.inference_mode()
    def __call__(self, features: Tensor, *, seeds: Sequence[int]) -> Tensor:
        """Sample features [B, M, T] in [0, 1] -> waveform [B, N]; each clip is decided by its own seed."""
        check_shape(features, self._config)
        draws = torch.stack([uniform_draws(seed, self._config.n_samples) for seed in seeds]).to(features.device)
        classes = sample_classes(self._network, features.double(), draws)
        emphasised = mu_law_decoding(classes, CLASSES)
        waveform: Tensor = deemphasis(emphasised, self._network.config.pre_emphasis)
        return waveform.float()


def uniform_draws(seed: int, n_samples: int) -> Tensor:
    """Draw the numbers [N] in [0, 1) that pick a clip's classes."""
    return torch.rand(n_samples, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def sample_classes(network: WaveNet, features: Tensor, draws: Tensor) -> Tensor:
    """Draw classes [B, N] (int64) for features [B, M, T] by inverting each distribution at `draws` [B, N].

    The logits are divided by TEMPERATURE first: a little below 1 it leaves out the improbable classes, which a
    shortly trained network overrates and which are heard as hiss.
    """
    state = SamplingState(network, features)
    drawn = []
    for position, draw in enumerate(draws.t().unsqueeze(-1).contiguous()):
        cumulative = state.logits(position).div_(TEMPERATURE).softmax(dim=1).cumsum(dim=1)
        classes = torch.searchsorted(cumulative, draw).clamp_(max=CLASSES - 1)
        state.append(classes)
        drawn.append(classes)
    return torch.cat(drawn, dim=1)


class SamplingState:
    """What a WaveNet remembers between two samples: the last inputs, and each layer's past in a ring."""

    def __init__(self, network: WaveNet, features: Tensor) -> None:
        config = network.config
        self._hop_size = config.hop_size
        self._condition = network.condition(features).permute(3, 1, 0, 2).contiguous()  # [T, L, B, 2R]
        self._inputs = features.new_zeros(len(features), 2, config.first_kernel_size)
        self._first_weight = network.first.weight.flatten(1).t().contiguous()
        self._first_bias = _bias(network.first)
        self._layers = [
            LayerState(layer, len(features), features) for layer in network.layers if isinstance(layer, ResidualLayer)
        ]
        self._head = [_transposed(layer) for layer in (network.skip, network.hidden, network.output)]

    def logits(self, position: int) -> Tensor:
        """Score the class at `position` [B, 256] from the classes appended so far."""
        hidden = torch.addmm(self._first_bias, self._inputs.flatten(1), self._first_weight)
        gated_outputs = []
        condition = self._condition[position // self._hop_size]
        for layer, layer_condition in zip(self._layers, condition, strict=True):
            hidden, gated = layer.step(hidden, layer_condition, position)
            gated_outputs.append(gated)
        (skip, skip_bias), (inner, inner_bias), (output, output_bias) = self._head
        scores = torch.addmm(skip_bias, torch.cat(gated_outputs, dim=1), skip).relu_()
        scores = torch.addmm(inner_bias, scores, inner).relu_()
        return torch.addmm(output_bias, scores, output)

    def append(self, classes: Tensor) -> None:
        """Remember the classes [B, 1] at the position just scored."""
        self._inputs = torch.cat([self._inputs[..., 1:], class_values(classes, self._inputs.dtype)], dim=2)


class LayerState:
    """One layer's weights as matrices and its past inputs [P, B, R] in a ring of as many places as it looks back."""

    def __init__(self, layer: ResidualLayer, batch: int, like: Tensor) -> None:
        dilated = layer.dilated
        self._offsets = [tap * dilated.dilation[0] for tap in range(dilated.kernel_size[0] - 1)]
        self._past = like.new_zeros(layer.history, batch, dilated.in_channels)
        self._dilated = dilated.weight.permute(2, 1, 0).flatten(0, 1).contiguous()
        self._dilated_bias = _bias(dilated)
        self._residual, self._residual_bias = _transposed(layer.residual)

    def step(self, hidden: Tensor, condition: Tensor, position: int) -> tuple[Tensor, Tensor]:
        """Advance one sample: hidden [B, R], condition [B, 2R] -> the next layer's input and gated output [B, R]."""
        places = len(self._past)
        taps = [self._past[(position + offset) % places] for offset in self._offsets]
        filtered = torch.addmm(condition + self._dilated_bias, torch.cat([*taps, hidden], dim=1), self._dilated)
        gated = gate(filtered, dim=1)
        self._past[position % places] = hidden
        return torch.addmm(self._residual_bias, gated, self._residual).add_(hidden), gated


def _transposed(layer: nn.Conv1d) -> tuple[Tensor, Tensor]:
    """Give a convolution of width one as the matrix [in, out] and bias [out] of its product from the right."""
    return layer.weight[..., 0].t().contiguous(), _bias(layer)


def _bias(layer: nn.Conv1d) -> Tensor:
    return layer.weight.new_zeros(layer.out_channels) if layer.bias is None else layer.bias
