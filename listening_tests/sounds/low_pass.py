"""A low-pass filter without delay."""

import numpy
from numpy.typing import NDArray
from scipy.signal import fftconvolve, firwin, kaiserord

# What is stopped lies at least this far down; the pass band is flat to a thousandth.
STOP_DB = 60.0
# Pass band and stop band of BS.1534's anchor, 3.5 and 4 kHz, with the same ratio at other limits.
STOP_TO_PASS = 4 / 3.5


def low_passed(samples: NDArray[numpy.float64], rate: int, limit_hz: float) -> NDArray[numpy.float64]:
    """Return a sound [N] or [N, C] without what lies above a limit, nothing of it later than before.

    Passed unchanged (within 0.01 dB) up to the limit; stopped by 60 dB from 8/7 of it on. The filter is an odd,
    symmetric FIR, whose constant delay is taken out again. A sound that has nothing above the limit is left as it is.
    """
    nyquist = rate / 2
    stop_hz = min(limit_hz * STOP_TO_PASS, nyquist)
    if limit_hz >= nyquist:
        return samples
    n_taps, beta = kaiserord(STOP_DB, (stop_hz - limit_hz) / nyquist)
    taps = firwin(n_taps | 1, (limit_hz + stop_hz) / 2, window=("kaiser", beta), fs=rate)
    shape = (-1, *(1,) * (samples.ndim - 1))
    # mode "full" and a cut, because "same" would be as long as the filter where the sound is the shorter one
    filtered: NDArray[numpy.float64] = fftconvolve(samples, taps.reshape(shape), mode="full", axes=0)
    return filtered[len(taps) // 2 : len(taps) // 2 + len(samples)]
