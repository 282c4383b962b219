"""Drawing a waveform to the features it should have, without a new search for its phase."""

import torch
from torch import Tensor

from generation.engine.features import FeatureConfig, filter_bank, mel_magnitude

# No band is raised or lowered by more than about 30 dB in one round.
MOST = 30.0
SMALLEST = 1e-7


def refine(waveform: Tensor, features: Tensor, config: FeatureConfig, rounds: int) -> Tensor:
    """Bring the mel bands of waveform [B, N] nearer to features [B, M, T], so many rounds, keeping its phase.

    Each round multiplies every bin of the short-time spectrum by what its bands lack (the geometric mean of theirs,
    weighted by the filters) and turns the spectrum back into a waveform. Where features are clipped, at 0 or 1, a
    band is only lowered to the floor, or only raised to the ceiling.
    """
    bank = filter_bank(config, waveform.device).to(waveform.dtype)
    weights = (bank / bank.sum(dim=0).clamp(min=SMALLEST)).t()
    window = torch.hann_window(config.window_size, dtype=waveform.dtype, device=waveform.device)
    sizes = (config.fft_size, config.hop_size, config.window_size, window)
    wanted = mel_magnitude(features.to(waveform.dtype), config)
    for _ in range(rounds):
        spectrum = torch.stft(waveform, *sizes, return_complex=True)
        lacking = (wanted / (bank @ spectrum.abs()).clamp(min=SMALLEST)).clamp(1 / MOST, MOST)
        lacking = torch.where(features <= 0, lacking.clamp(max=1.0), lacking)
        lacking = torch.where(features >= 1, lacking.clamp(min=1.0), lacking)
        raised = spectrum * (weights @ lacking.log()).exp()
        waveform = torch.istft(raised, *sizes, length=waveform.shape[1])
    return waveform
