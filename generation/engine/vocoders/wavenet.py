"""WaveNet as a vocoder: one sample after another, each layer's past kept in a ring and nothing computed twice."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Self

import torch
from torch import Tensor, nn
from torchaudio.functional import deemphasis

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.devices import threads
from generation.engine.features import FeatureConfig
from generation.engine.linear_prediction import Prediction, inputs_of, prediction
from generation.engine.networks.wavenet import INPUTS, ResidualLayer, WaveNet, gate
from generation.engine.refinement import refine
from generation.engine.vocoder import FeaturesDoNotFit, check_shape

# Layers of so few channels are computed in microseconds; a second thread would only be waited for.
SMALL = 64
# Steps that CUDA runs eagerly before one is captured, so that its libraries have set themselves up.
WARM_UP = 3


class WaveNetCheckpointIsMissing(ValueError):
    """No trained WaveNet was given."""


class WaveNetVocoder:
    """Turns features into a waveform with a trained WaveNet, sampled in double precision.

    Rounding depends on how many clips are computed at once, and a WaveNet that is led a little astray goes on to
    say something else. In double precision the difference is too small to be heard of, so that a clip's seed
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
        config = self._network.config
        return {
            "temperature": config.temperature,
            "refinements": config.refinements,
            "checkpoint_sha256": self._sha256,
        }

    @torch.inference_mode()
    def __call__(self, features: Tensor, *, seeds: Sequence[int]) -> Tensor:
        """Sample features [B, M, T] in [0, 1] -> waveform [B, N]; each clip is decided by its own seed."""
        check_shape(features, self._config)
        size, network = self._config, self._network.config
        n_framed = size.n_frames * size.hop_size
        draws = torch.stack([uniform_draws(seed, n_framed) for seed in seeds]).to(features.device)
        precise = features.double()
        sampled = sample(self._network, precise, prediction(precise, size, network.prediction_order), draws)
        before = size.hop_size // 2
        waveform = sampled[:, before : before + size.n_samples]
        if network.pre_emphasis:
            waveform = deemphasis(waveform, network.pre_emphasis)
        return refine(waveform, precise, size, network.refinements).float()


def uniform_draws(seed: int, n_samples: int) -> Tensor:
    """Draw the numbers [N] in [0, 1) that pick a clip's samples from their distributions."""
    return torch.rand(n_samples, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def sample(network: WaveNet, features: Tensor, ahead: Prediction, draws: Tensor) -> Tensor:
    """Draw a waveform [B, N] for features [B, M, T] and their prediction, by inverting each distribution at `draws`.

    draws: [B, N] in [0, 1), N at most T * hop_size. On CUDA the steps after the first few are one captured graph.
    """
    with threads(1 if network.config.residual_channels <= SMALL else 0):
        state = SamplingState(network, features, ahead, draws)
        n_eager = min(WARM_UP, draws.shape[1]) if features.is_cuda else draws.shape[1]
        for _ in range(n_eager):
            state.step()
        if n_eager < draws.shape[1]:
            _replay(state, draws.shape[1] - n_eager)
    return state.waveform.t()


def _replay(state: "SamplingState", steps: int) -> None:
    """Capture one step as a CUDA graph and replay it: the launches of a step's many small kernels cost most."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        state.step()
    for _ in range(steps):
        graph.replay()


class SamplingState:
    """What a WaveNet remembers between two samples: the last samples, and each layer's past in a ring.

    Everything, the position too, lies in tensors that a step changes in place, so that a step can be captured.
    """

    def __init__(self, network: WaveNet, features: Tensor, ahead: Prediction, draws: Tensor) -> None:
        config = network.config
        batch = len(features)
        self.waveform = features.new_zeros(draws.shape[1], batch)
        self._draws = draws.t().contiguous()
        self._distribution, self._temperature = config.distribution, config.temperature
        self._position = torch.zeros(1, dtype=torch.int64, device=features.device)
        self._hop_size = config.hop_size
        self._condition = network.condition(features).permute(3, 1, 0, 2).contiguous()  # [T, L, B, 2G]
        self._coefficients = ahead.coefficients.transpose(0, 1).contiguous()  # [T, B, P]
        self._gain = ahead.gain.t().contiguous()  # [T, B]
        self._past = features.new_zeros(batch, max(1, config.prediction_order))  # the last sample first
        self._inputs = features.new_zeros(batch, INPUTS, config.first_kernel_size)
        self._left = features.new_zeros(batch)
        self._expected = self._unit = self._left
        self._first_weight = network.first.weight.flatten(1).t().contiguous()
        self._first_bias = _bias(network.first)
        self._layers = [
            LayerState(layer, batch, features) for layer in network.layers if isinstance(layer, ResidualLayer)
        ]
        self._head = [_transposed(layer) for layer in (network.skip, network.hidden, network.output)]

    def step(self) -> None:
        """Draw the next sample of every clip."""
        draw = self._draws.index_select(0, self._position)[0]
        self.append(self._distribution.draw(self.parameters(), draw, self._temperature))

    def parameters(self) -> Tensor:
        """Give the parameters [B, C] of the next sample's distribution, from the samples appended so far."""
        frame = self._position // self._hop_size
        coefficients = self._coefficients.index_select(0, frame)[0]
        self._unit = self._gain.index_select(0, frame)[0]
        self._expected = (self._past[:, : coefficients.shape[1]] * coefficients).sum(dim=1)
        told = inputs_of(self._left, self._past[:, 0] / self._unit, self._expected / self._unit)
        self._inputs.copy_(torch.cat([self._inputs[..., 1:], told.unsqueeze(2)], dim=2))
        hidden = torch.addmm(self._first_bias, self._inputs.flatten(1), self._first_weight)
        gated_outputs = []
        for layer, condition in zip(self._layers, self._condition.index_select(0, frame)[0], strict=True):
            hidden, gated = layer.step(hidden, condition, self._position)
            gated_outputs.append(gated)
        (skip, skip_bias), (inner, inner_bias), (output, output_bias) = self._head
        scores = torch.addmm(skip_bias, torch.cat(gated_outputs, dim=1), skip).relu_()
        scores = torch.addmm(inner_bias, scores, inner).relu_()
        return torch.addmm(output_bias, scores, output)

    def append(self, left: Tensor) -> None:
        """Go on by what the prediction of the sample just scored leaves [B], in gains."""
        reached = self._expected + self._unit * left
        self.waveform.index_copy_(0, self._position, reached.unsqueeze(0))
        self._left.copy_(left)
        self._past.copy_(torch.cat([reached.unsqueeze(1), self._past[:, :-1]], dim=1))
        self._position += 1


class LayerState:
    """One layer's weights as matrices and its past inputs [P, B, R] in a ring of as many places as it looks back."""

    def __init__(self, layer: ResidualLayer, batch: int, like: Tensor) -> None:
        dilated = layer.dilated
        taps = range(dilated.kernel_size[0] - 1)
        self._offsets = torch.tensor([tap * dilated.dilation[0] for tap in taps], device=like.device)
        self._past = like.new_zeros(layer.history, batch, dilated.in_channels)
        self._dilated = dilated.weight.permute(2, 1, 0).flatten(0, 1).contiguous()
        self._dilated_bias = _bias(dilated)
        self._residual, self._residual_bias = _transposed(layer.residual)

    def step(self, hidden: Tensor, condition: Tensor, position: Tensor) -> tuple[Tensor, Tensor]:
        """Advance one sample: hidden [B, R], condition [B, 2G] -> the next layer's input and gated output [B, G]."""
        places = len(self._past)
        taps = self._past.index_select(0, (position + self._offsets) % places)
        seen = torch.cat([*taps, hidden], dim=1)
        filtered = torch.addmm(condition + self._dilated_bias, seen, self._dilated)
        gated = gate(filtered, dim=1)
        self._past.index_copy_(0, position % places, hidden.unsqueeze(0))
        return torch.addmm(self._residual_bias, gated, self._residual).add_(hidden), gated


def _transposed(layer: nn.Conv1d) -> tuple[Tensor, Tensor]:
    """Give a convolution of width one as the matrix [in, out] and bias [out] of its product from the right."""
    return layer.weight[..., 0].t().contiguous(), _bias(layer)


def _bias(layer: nn.Conv1d) -> Tensor:
    return layer.weight.new_zeros(layer.out_channels) if layer.bias is None else layer.bias
