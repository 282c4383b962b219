"""Features as pictures for 2-D convolutions, time first as in the paper, and back."""

from torch import Tensor, nn


class ToPicture(nn.Module):
    """Turns features [B, M, T] into a picture [B, 1, T, M]."""

    def forward(self, features: Tensor) -> Tensor:
        """Put time first and add a channel."""
        return features.transpose(1, 2).unsqueeze(1)


class FromPicture(nn.Module):
    """Turns a picture [B, 1, T, M] into features [B, M, T]."""

    def forward(self, picture: Tensor) -> Tensor:
        """Drop the channel and put the mel bands first."""
        return picture.squeeze(1).transpose(1, 2)
