"""A narrower autoencoder: a fifth of the paper's training time, and a better prior of the same recordings."""

from torch import nn

from generation.engine.pictures import FromPicture, ToPicture
from generation.engine.prior import Autoencoder, check_size

CHANNELS = (16, 32, 64)
STRIDES = ((3, 2), (3, 2), (2, 2))  # frames, mel bands
FRAMES_STEP, MELS_STEP = 18, 8
CODE_SIZE = 128


class HalfAutoencoder(Autoencoder):
    """Three strided convolutions to a linear code of 128, and back through upsampling at half the paper's widths."""

    def __init__(self, n_mels: int, n_frames: int) -> None:
        check_size(n_mels, n_frames, MELS_STEP, FRAMES_STEP)
        small = (CHANNELS[2], n_frames // FRAMES_STEP, n_mels // MELS_STEP)
        n_flat = small[0] * small[1] * small[2]
        encoder = nn.Sequential(
            ToPicture(),
            nn.Conv2d(1, CHANNELS[0], (5, 4), STRIDES[0], (1, 1)), nn.ReLU(),
            nn.Conv2d(CHANNELS[0], CHANNELS[1], (5, 4), STRIDES[1], (1, 1)), nn.ReLU(),
            nn.Conv2d(CHANNELS[1], CHANNELS[2], 4, STRIDES[2], 1), nn.ReLU(),
            nn.Flatten(), nn.Linear(n_flat, CODE_SIZE),
        )  # fmt: skip
        decoder = nn.Sequential(
            nn.Linear(CODE_SIZE, n_flat), nn.Unflatten(1, small),
            *_convolution(CHANNELS[2], CHANNELS[2]), nn.Upsample(scale_factor=STRIDES[2]),
            *_convolution(CHANNELS[2], CHANNELS[1]), nn.Upsample(scale_factor=STRIDES[1]),
            *_convolution(CHANNELS[1], CHANNELS[0]), nn.Upsample(scale_factor=STRIDES[0]),
            nn.Conv2d(CHANNELS[0], 1, 3, padding=1),
            FromPicture(),
        )  # fmt: skip
        super().__init__(encoder, decoder, CODE_SIZE, {"n_mels": n_mels, "n_frames": n_frames})


def _convolution(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU()
