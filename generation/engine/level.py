"""One loudness for all clips, so that listeners judge what is said and not how loud."""

from dataclasses import dataclass

from torch import Tensor

TARGET = 0.07
HIGHEST_PEAK = 0.95
BLOCK_SECONDS = 0.02
ACTIVE_WITHIN = 1e-4  # of the loudest block's power: 40 dB


class WaveformIsSilent(ValueError):
    """A waveform has no sound whose level could be set."""


@dataclass(frozen=True)
class Levelled:
    """A waveform [N] at the common level, and the factor that took it there."""

    waveform: Tensor
    gain: float


def set_level(waveform: Tensor, sample_rate: int) -> Levelled:
    """Bring waveform [N] to a root mean square of 0.07 (-23 dB) where it is active, but to no peak above 0.95.

    Active are the blocks of 20 ms within 40 dB of the loudest: silence around a short word does not make it louder
    than a sound that fills the clip. Raises WaveformIsSilent.
    """
    block = round(BLOCK_SECONDS * sample_rate)
    power = waveform[: len(waveform) // block * block].view(-1, block).square().mean(dim=1)
    peak = float(waveform.abs().max())
    loudest = float(power.max())
    if not loudest > 0:
        raise WaveformIsSilent("The waveform is silent: there is no level to set. Check the features it was made from.")
    active = float(power[power > ACTIVE_WITHIN * loudest].mean()) ** 0.5
    gain = min(TARGET / active, HIGHEST_PEAK / peak)
    return Levelled(waveform * gain, gain)
