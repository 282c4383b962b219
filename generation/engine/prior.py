"""What decoder priors share: an autoencoder whose codes can be whitened."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.engine.phased_upsampling import with_phased_upsampling

# A direction that no recording uses gets this share of the mean variance, or whitening would divide by nothing.
RIDGE = 1e-4


class Autoencoder(nn.Module):
    """Encodes features into a code and decodes them again; a sibling in `networks/` gives the two halves.

    The encoder takes features [B, M, T]; the decoder gives logits of features [B, M, T]. After training,
    `fit_code_statistics` keeps the mean and the covariance of the training recordings' codes, so that a code can be
    expressed in coordinates in which speech has mean 0 and covariance I.
    """

    code_mean: Tensor
    code_covariance: Tensor
    code_factor: Tensor

    def __init__(self, encoder: nn.Module, decoder: nn.Module, code_size: int, settings: dict[str, Any]) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.code_size = code_size
        self.settings = settings
        self.register_buffer("code_mean", torch.zeros(code_size))
        self.register_buffer("code_covariance", torch.eye(code_size))
        self.register_buffer("code_factor", torch.eye(code_size))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Make an untrained network from what `settings` gave."""
        return cls(**settings)

    def encode(self, features: Tensor) -> Tensor:
        """Encode features [B, M, T] -> code [B, D]."""
        code: Tensor = self.encoder(features)
        return code

    def decode(self, code: Tensor) -> Tensor:
        """Decode code [B, D] -> features [B, M, T] in [0, 1]."""
        logits: Tensor = self.decoder(code)
        return logits.sigmoid()

    def decoder_for_search(self) -> Callable[[Tensor], Tensor]:
        """Give a function that computes what `decode` does, but for rounding, with fewer steps there and back."""
        layers = with_phased_upsampling(self.decoder)
        return lambda code: layers(code).sigmoid()

    def forward(self, features: Tensor) -> Tensor:
        """Encode and decode features [B, M, T] -> logits of features [B, M, T], as training wants them."""
        logits: Tensor = self.decoder(self.encoder(features))
        return logits

    def loss(self, features: Tensor) -> Tensor:
        """Give what training lowers: the binary cross-entropy of features [B, M, T], a mean over their cells."""
        return functional.binary_cross_entropy_with_logits(self(features), features)

    @torch.no_grad()
    def fit_code_statistics(self, codes: Tensor) -> None:
        """Keep the mean, the covariance and its Cholesky factor of codes [R, D], computed in double precision."""
        centred = codes.double() - codes.double().mean(dim=0)
        covariance = centred.T @ centred / max(1, len(codes) - 1)
        ridge = RIDGE * covariance.diagonal().mean() * torch.eye(len(covariance)).to(covariance)
        self.code_mean.copy_(codes.double().mean(dim=0))
        self.code_covariance.copy_(covariance)
        self.code_factor.copy_(torch.linalg.cholesky(covariance + ridge))

    def whiten(self, code: Tensor) -> Tensor:
        """Express code [B, D] in coordinates of mean 0 and covariance I over the training recordings."""
        centred = (code - self.code_mean).T
        whitened: Tensor = torch.linalg.solve_triangular(self.code_factor, centred, upper=False)
        return whitened.T

    def unwhiten(self, whitened: Tensor) -> Tensor:
        """Turn what `whiten` gave [B, D] back into code [B, D]."""
        return whitened @ self.code_factor.T + self.code_mean


def check_size(n_mels: int, n_frames: int, mels_step: int, frames_step: int) -> None:
    """Raise ValueError unless the picture divides into the steps by which a prior shrinks it."""
    if n_mels % mels_step or n_frames % frames_step:
        raise ValueError(f"n_mels must be a multiple of {mels_step} and n_frames of {frames_step}")
