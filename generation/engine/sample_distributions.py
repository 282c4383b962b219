"""What a WaveNet says of the next sample: a distribution over its value, as classes or as a smooth mixture."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional
from torchaudio.functional import mu_law_decoding, mu_law_encoding

# The narrowest a mixture's part may become, in nepers: narrower ones chase single training samples.
NARROWEST = -6.0
# Uniform draws nearer to 0 or 1 than this would give values without bounds.
EDGE = 1e-6


class SampleDistribution(Protocol):
    """A family of distributions over one number, whose parameters a network gives."""

    @property
    def n_parameters(self) -> int:
        """Give how many numbers the network gives for each sample."""

    def negative_log_likelihood(self, parameters: Tensor, values: Tensor) -> Tensor:
        """Give the nats [B, N] that values [B, N] cost under parameters [B, C, N]."""

    def draw(self, parameters: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Draw values [B] from parameters [B, C], decided by uniform [B] in [0, 1); cooler draws stay likelier."""


@dataclass(frozen=True)
class MuLaw:
    """One of 256 classes, spaced by the mu-law between -reach and reach (van den Oord et al. 2016)."""

    reach: float
    classes: int = 256

    @property
    def n_parameters(self) -> int:
        """Give the number of classes, each of which has a score."""
        return self.classes

    def negative_log_likelihood(self, parameters: Tensor, values: Tensor) -> Tensor:
        """Give the nats [B, N] that the classes of values [B, N] cost under scores [B, classes, N]."""
        wanted = mu_law_encoding((values / self.reach).clamp(-1.0, 1.0), self.classes)
        return functional.cross_entropy(parameters, wanted, reduction="none")

    def draw(self, parameters: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Draw the class at which the sum of the probabilities passes `uniform`, its scores divided by temperature."""
        cumulative = (parameters / temperature).softmax(dim=1).cumsum(dim=1)
        drawn = torch.searchsorted(cumulative, uniform.unsqueeze(1).contiguous()).clamp(max=self.classes - 1)[:, 0]
        decoded: Tensor = mu_law_decoding(drawn, self.classes)
        return self.reach * decoded.to(parameters.dtype)


@dataclass(frozen=True)
class LogisticMixture:
    """A weighted sum of logistic densities (Salimans et al. 2017), here of a number that is not rounded."""

    reach: float
    parts: int

    @property
    def n_parameters(self) -> int:
        """Give the number of parameters: a weight, a mean and a width for each part."""
        return 3 * self.parts

    def negative_log_likelihood(self, parameters: Tensor, values: Tensor) -> Tensor:
        """Give the nats [B, N] of the density at values [B, N] under parameters [B, 3 * parts, N]."""
        weight, mean, width = self._read(parameters)
        standing = (values.unsqueeze(1) - mean) * torch.exp(-width)
        density = weight - width - functional.softplus(standing) - functional.softplus(-standing)
        return -torch.logsumexp(density, dim=1)

    def draw(self, parameters: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Draw a part by `uniform`, then its value by what is left of the same number; widths times temperature."""
        weight, mean, width = self._read(parameters)
        ends = weight.exp().cumsum(dim=1)
        part = torch.searchsorted(ends, uniform.unsqueeze(1).contiguous()).clamp(max=self.parts - 1)
        share = weight.exp().gather(1, part)
        left = ((uniform.unsqueeze(1) - (ends.gather(1, part) - share)) / share).clamp(EDGE, 1 - EDGE)
        drawn = mean.gather(1, part) + temperature * width.gather(1, part).exp() * left.logit()
        return drawn[:, 0].clamp(-self.reach, self.reach)

    def _read(self, parameters: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weight, mean, width = parameters.chunk(3, dim=1)
        return weight.log_softmax(dim=1), mean, width.clamp(min=NARROWEST)


def distribution_named(name: str, reach: float, parts: int) -> SampleDistribution:
    """Give the distribution of that name: mu_law or logistic_mixture. Raises ValueError."""
    if not math.isfinite(reach) or reach <= 0:
        raise ValueError(f"The largest value a sample may have is {reach}: give a number above 0.")
    if name == "mu_law":
        return MuLaw(reach)
    if name == "logistic_mixture":
        return LogisticMixture(reach, parts)
    raise ValueError(f"There is no output {name!r}: choose mu_law or logistic_mixture.")
