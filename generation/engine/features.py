"""The one definition of features: log-mel spectrograms in [0, 1] that hold enough to make a waveform again.

Magnitude spectrogram (Hann window, frames centred) -> mel bands (Slaney 1998) -> 20 log10 -> mapped so that
`floor_db` becomes 0 and `floor_db + range_db` becomes 1, both relative to the reference of 20 dB that the paper's
WaveNet was trained with. The paper keeps the top 100 dB; with its floor the jump from padding to speech decides
most of the variance, so the other two configurations keep 55 dB, placed so that one cell in a thousand of real
recordings (Speech Commands; spoken digits) lies above 0.98.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional
from torchaudio.functional import melscale_fbanks

REFERENCE_DB = 20.0
# The paper's floor under the magnitudes, before the logarithm: -100 dB.
SMALLEST_MAGNITUDE = 1e-5
PEAK = 0.999
# 80 dB under full scale, some three steps of a 16-bit file: nobody hears it, and nothing can be amplified from it.
SILENCE = 1e-4
INVERSION_UPDATES = 20


class FeaturesAreUnknown(ValueError):
    """The catalogue has no features of this name."""


class FeatureConfigIsIncomplete(ValueError):
    """What should describe features lacks a field or has one too many."""


class SilentRecording(ValueError):
    """A recording holds nothing that can be heard."""


class WaveformIsNotFinite(ValueError):
    """A waveform holds values that are not numbers."""


@dataclass(frozen=True)
class FeatureConfig:
    """How waveforms become features. Sizes in samples, frequencies in Hz, levels in dB."""

    sample_rate: int
    fft_size: int
    window_size: int
    hop_size: int
    f_min: float
    f_max: float
    floor_db: float
    range_db: float
    n_mels: int = 80
    n_frames: int = 90

    @property
    def n_samples(self) -> int:
        """Give the length in samples of a waveform that has n_frames centred frames."""
        return (self.n_frames - 1) * self.hop_size

    @property
    def n_frequencies(self) -> int:
        """Give the number of bins of the spectrogram that the mel bands are made of."""
        return self.fft_size // 2 + 1

    @property
    def duration(self) -> float:
        """Give the length in seconds of a waveform of n_samples."""
        return self.n_samples / self.sample_rate

    def as_dict(self) -> dict[str, Any]:
        """Give the fields as plain numbers, for a card or a file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a configuration from what `as_dict` gave. Raises FeatureConfigIsIncomplete."""
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            raise FeatureConfigIsIncomplete(
                f"A feature configuration needs exactly the fields {', '.join(sorted(names))}; "
                f"missing: {sorted(names - set(values))}, unknown: {sorted(set(values) - names)}."
            )
        return cls(**values)


FEATURES: dict[str, FeatureConfig] = {
    "paper": FeatureConfig(
        sample_rate=22050, fft_size=1024, window_size=1024, hop_size=256,
        f_min=125.0, f_max=7600.0, floor_db=-100.0, range_db=100.0,
    ),
    "wideband": FeatureConfig(
        sample_rate=16000, fft_size=512, window_size=400, hop_size=178,
        f_min=60.0, f_max=7600.0, floor_db=-75.0, range_db=55.0,
    ),
    "narrowband": FeatureConfig(
        sample_rate=8000, fft_size=512, window_size=400, hop_size=80,
        f_min=50.0, f_max=4000.0, floor_db=-70.0, range_db=55.0,
    ),
}  # fmt: skip


def feature_config(slug: str) -> FeatureConfig:
    """Give the configuration of that name in the catalogue. Raises FeaturesAreUnknown."""
    if slug not in FEATURES:
        raise FeaturesAreUnknown(f"There are no features {slug!r}: choose one of {', '.join(FEATURES)}.")
    return FEATURES[slug]


def fit_length(waveform: Tensor, config: FeatureConfig) -> Tensor:
    """Bring waveform [B, N] to [B, n_samples]: zeros at the end of a short one, the loudest stretch of a long one.

    The stretch kept is the one of greatest energy, so that a word in a long recording is found wherever it stands
    and its onset is not cut off.
    """
    spare = waveform.shape[-1] - config.n_samples
    if spare <= 0:
        return functional.pad(waveform, (0, -spare))
    energy = functional.pad(waveform.double().square().cumsum(dim=-1), (1, 0))
    starts = (energy[..., config.n_samples :] - energy[..., : spare + 1]).argmax(dim=-1)
    positions = starts.unsqueeze(-1) + torch.arange(config.n_samples, device=waveform.device)
    return waveform.gather(-1, positions)


def peak_normalise(waveform: Tensor) -> Tensor:
    """Scale each waveform of [B, N] to a peak of 0.999. Raises SilentRecording and WaveformIsNotFinite."""
    peaks = waveform.abs().amax(dim=-1, keepdim=True)
    if not peaks.isfinite().all():
        raise WaveformIsNotFinite(
            f"Waveform {_first(~peaks.isfinite())} of {len(peaks)} holds values that are not numbers: look at its file."
        )
    if (peaks < SILENCE).any():
        raise SilentRecording(
            f"Waveform {_first(peaks < SILENCE)} of {len(peaks)} is silent (nothing above {SILENCE} of full scale): "
            "leave it out."
        )
    return waveform * (PEAK / peaks)


def _first(is_at_fault: Tensor) -> int:
    return int(is_at_fault.flatten().nonzero()[0])


def standardise(waveform: Tensor, config: FeatureConfig) -> Tensor:
    """Bring waveform [B, N] to the configuration's length and level [B, n_samples]. Raises what peak_normalise does."""
    return peak_normalise(fit_length(waveform, config))


def log_mel(waveform: Tensor, config: FeatureConfig) -> Tensor:
    """Analyse waveform [B, N] of the configuration's sample rate into features [B, M, T] in [0, 1].

    Length and level are standardised first, so that the same sound gives the same features however loud it is and
    however much silence follows. Raises SilentRecording and WaveformIsNotFinite.
    """
    spectrum = torch.stft(
        standardise(waveform, config),
        config.fft_size,
        hop_length=config.hop_size,
        win_length=config.window_size,
        window=torch.hann_window(config.window_size, dtype=waveform.dtype, device=waveform.device),
        return_complex=True,
    )
    mel = filter_bank(config, waveform.device).to(waveform.dtype) @ spectrum.abs()
    decibels = 20 * mel.clamp(min=SMALLEST_MAGNITUDE).log10() - REFERENCE_DB
    features: Tensor = (decibels - config.floor_db) / config.range_db
    return features.clamp(0.0, 1.0)


def mel_magnitude(features: Tensor, config: FeatureConfig) -> Tensor:
    """Turn features [B, M, T] back into the magnitudes of their mel bands [B, M, T]."""
    decibels = features.clamp(0.0, 1.0) * config.range_db + config.floor_db + REFERENCE_DB
    magnitude: Tensor = 10 ** (decibels / 20)
    return magnitude


def linear_magnitude(features: Tensor, config: FeatureConfig) -> Tensor:
    """Estimate the magnitude spectrogram [B, F, T] whose mel bands are features [B, M, T].

    The non-negative least-squares solution, approached from the pseudo-inverse by multiplicative updates (Lee &
    Seung 2001), which keep every magnitude non-negative.
    """
    bank = filter_bank(config, features.device).to(features.dtype)
    mel = mel_magnitude(features, config)
    magnitude = (_pseudo_inverse(config, features.device).to(features.dtype) @ mel).clamp(min=SMALLEST_MAGNITUDE)
    wanted = bank.t() @ mel
    for _ in range(INVERSION_UPDATES):
        magnitude = magnitude * wanted / (bank.t() @ (bank @ magnitude)).clamp(min=1e-12)
    return magnitude


@lru_cache(maxsize=16)
def filter_bank(config: FeatureConfig, device: torch.device) -> Tensor:
    """Give the mel filters [M, F]; kept, and outside inference mode so that gradients may pass through them."""
    with torch.inference_mode(False):
        bank: Tensor = melscale_fbanks(
            config.n_frequencies, config.f_min, config.f_max, config.n_mels, config.sample_rate,
            norm="slaney", mel_scale="slaney",
        )  # fmt: skip
        return bank.t().contiguous().to(device)


@lru_cache(maxsize=16)
def _pseudo_inverse(config: FeatureConfig, device: torch.device) -> Tensor:
    with torch.inference_mode(False):
        inverse: Tensor = torch.linalg.pinv(filter_bank(config, device))
        return inverse
