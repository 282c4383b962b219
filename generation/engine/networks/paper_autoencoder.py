"""The autoencoder of Soomro et al. 2019, whose decoder is the learned prior of natural speech."""

from torch import nn

from generation.engine.initial_weights import start_as_keras_does
from generation.engine.pictures import FromPicture, ToPicture
from generation.engine.prior import Autoencoder, check_size

CHANNELS = (16, 32, 64, 128)
POOLING = ((3, 2), (3, 2), (2, 2))  # frames, mel bands
FRAMES_STEP, MELS_STEP = 18, 8
CODE_SIZE = 256
# A 2x2 kernel keeps the size if the right and the lower edge are padded by one.
SAME = (0, 1, 0, 1)


class PaperAutoencoder(Autoencoder):
    """Four 2x2 convolutions with three poolings to a linear code of 256, and back (Soomro et al. 2019)."""

    def __init__(self, n_mels: int, n_frames: int) -> None:
        check_size(n_mels, n_frames, MELS_STEP, FRAMES_STEP)
        small = (CHANNELS[3], n_frames // FRAMES_STEP, n_mels // MELS_STEP)
        n_flat = small[0] * small[1] * small[2]
        encoder = nn.Sequential(
            ToPicture(),
            *_convolution(1, CHANNELS[0]), nn.MaxPool2d(POOLING[0]),
            *_convolution(CHANNELS[0], CHANNELS[1]), nn.MaxPool2d(POOLING[1]),
            *_convolution(CHANNELS[1], CHANNELS[2]), nn.MaxPool2d(POOLING[2]),
            *_convolution(CHANNELS[2], CHANNELS[3]),
            nn.Flatten(), nn.Linear(n_flat, CODE_SIZE),
        )  # fmt: skip
        decoder = nn.Sequential(
            nn.Linear(CODE_SIZE, n_flat), nn.Unflatten(1, small),
            *_convolution(CHANNELS[3], CHANNELS[3]), nn.Upsample(scale_factor=POOLING[2]),
            *_convolution(CHANNELS[3], CHANNELS[2]), nn.Upsample(scale_factor=POOLING[1]),
            *_convolution(CHANNELS[2], CHANNELS[1]), nn.Upsample(scale_factor=POOLING[0]),
            nn.Conv2d(CHANNELS[1], 1, 3, padding=1),
            FromPicture(),
        )  # fmt: skip
        super().__init__(encoder, decoder, CODE_SIZE, {"n_mels": n_mels, "n_frames": n_frames})
        self.apply(start_as_keras_does)


def _convolution(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    return nn.ZeroPad2d(SAME), nn.Conv2d(channels_in, channels_out, 2), nn.ReLU()
