"""Objective intelligibility and quality of resynthesised recordings: STOI and, where it is installed, PESQ."""

from collections.abc import Callable
from typing import Any

import numpy
import torch
from pystoi import stoi as short_time_objective_intelligibility
from torch import Tensor

PESQ_RATES = {8000: "nb", 16000: "wb"}
PESQ_RATE = 16000


class PesqIsMissing(RuntimeError):
    """The package that computes PESQ is not installed."""


class LengthsDiffer(ValueError):
    """A waveform and what was made of it have different lengths."""


def stoi(originals: Tensor, copies: Tensor, sample_rate: int) -> list[float | None]:
    """Give the short-time objective intelligibility (Taal et al. 2011) of copies [B, N] of originals [B, N].

    From 0 to 1. None for a recording with too little speech in it: the measure needs 0.4 s. Raises LengthsDiffer.
    """
    _check_lengths(originals, copies)
    pairs = zip(originals.cpu().double().numpy(), copies.cpu().double().numpy(), strict=True)
    return [_stoi_of(original, copy, sample_rate) for original, copy in pairs]


def _stoi_of(original: numpy.ndarray, copy: numpy.ndarray, sample_rate: int) -> float | None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return float(short_time_objective_intelligibility(original, copy, sample_rate))
        except RuntimeWarning:
            return None


def pesq(originals: Tensor, copies: Tensor, sample_rate: int) -> list[float | None]:
    """Give the perceptual quality (PESQ, ITU-T P.862) of copies [B, N] of originals [B, N], from -0.5 to 4.64.

    Narrow-band at 8 kHz, wide-band at 16 kHz, and at 16 kHz for any other rate. None where it finds no utterance.
    Raises LengthsDiffer and PesqIsMissing.
    """
    _check_lengths(originals, copies)
    measure, no_utterance = _pesq_package()
    rate = sample_rate if sample_rate in PESQ_RATES else PESQ_RATE
    heard = [_at_rate(each, sample_rate, rate).cpu().numpy() for each in (originals, copies)]
    found: list[float | None] = []
    for original, copy in zip(*heard, strict=True):
        try:
            found.append(float(measure(rate, original, copy, PESQ_RATES[rate])))
        except no_utterance:
            found.append(None)
    return found


def pesq_is_installed() -> bool:
    """Tell whether PESQ can be computed here."""
    try:
        _pesq_package()
    except PesqIsMissing:
        return False
    return True


def _pesq_package() -> tuple[Callable[..., Any], type[Exception]]:
    try:
        import pesq as package
    except ImportError as error:
        raise PesqIsMissing(
            "PESQ needs the package pesq, which a C compiler builds: pip install pesq==0.0.4, or do without it."
        ) from error
    return package.pesq, package.NoUtterancesError


def _at_rate(waveform: Tensor, sample_rate: int, wanted: int) -> Tensor:
    from torchaudio.functional import resample

    resampled: Tensor = waveform.float() if sample_rate == wanted else resample(waveform.float(), sample_rate, wanted)
    return resampled


def _check_lengths(originals: Tensor, copies: Tensor) -> None:
    if originals.shape != copies.shape:
        raise LengthsDiffer(
            f"The originals have the shape {tuple(originals.shape)}, the copies {tuple(copies.shape)}: bring both to "
            "the same length with fit_length."
        )


def mean_of_known(values: list[float | None]) -> float | None:
    """Give the mean of the values that could be measured, None if none could."""
    known = [each for each in values if each is not None]
    return float(torch.tensor(known, dtype=torch.float64).mean()) if known else None
