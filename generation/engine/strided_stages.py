"""The convolutions that the half-width autoencoders share: three strided stages down, three upsampled stages back."""

from torch import nn

from generation.engine.pictures import FromPicture, ToPicture
from generation.engine.prior import check_size

CHANNELS = (16, 32, 64)
STRIDES = ((3, 2), (3, 2), (2, 2))  # frames, mel bands
FRAMES_STEP, MELS_STEP = 18, 8


def strided_encoder(n_mels: int, n_frames: int, n_numbers: int) -> nn.Sequential:
    """Make layers that turn features [B, n_mels, n_frames] into numbers [B, n_numbers]. Raises ValueError."""
    channels, frames, mels = _small(n_mels, n_frames)
    return nn.Sequential(
        ToPicture(),
        nn.Conv2d(1, CHANNELS[0], (5, 4), STRIDES[0], (1, 1)), nn.ReLU(),
        nn.Conv2d(CHANNELS[0], CHANNELS[1], (5, 4), STRIDES[1], (1, 1)), nn.ReLU(),
        nn.Conv2d(CHANNELS[1], CHANNELS[2], 4, STRIDES[2], 1), nn.ReLU(),
        nn.Flatten(), nn.Linear(channels * frames * mels, n_numbers),
    )  # fmt: skip


def upsampling_decoder(n_mels: int, n_frames: int, code_size: int) -> nn.Sequential:
    """Make layers that turn a code [B, code_size] into logits of features [B, n_mels, n_frames]. Raises ValueError."""
    channels, frames, mels = small = _small(n_mels, n_frames)
    return nn.Sequential(
        nn.Linear(code_size, channels * frames * mels), nn.Unflatten(1, small),
        *_convolution(CHANNELS[2], CHANNELS[2]), nn.Upsample(scale_factor=STRIDES[2]),
        *_convolution(CHANNELS[2], CHANNELS[1]), nn.Upsample(scale_factor=STRIDES[1]),
        *_convolution(CHANNELS[1], CHANNELS[0]), nn.Upsample(scale_factor=STRIDES[0]),
        nn.Conv2d(CHANNELS[0], 1, 3, padding=1),
        FromPicture(),
    )  # fmt: skip


def _small(n_mels: int, n_frames: int) -> tuple[int, int, int]:
    """Give the channels, frames and mel bands of the smallest picture."""
    check_size(n_mels, n_frames, MELS_STEP, FRAMES_STEP)
    return CHANNELS[2], n_frames // FRAMES_STEP, n_mels // MELS_STEP


def _convolution(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU()
