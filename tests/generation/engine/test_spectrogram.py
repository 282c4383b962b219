"""Pictures of features."""

import torch
from matplotlib.image import imread

from generation.engine.spectrogram import CELL, write_png


def test_a_picture_shows_low_bands_below_and_loud_cells_bright(tmp_path):
    features = torch.zeros(80, 90)
    features[0, :45] = 1.0

    write_png(features, tmp_path / "picture.png")

    picture = imread(tmp_path / "picture.png")[..., :3].sum(axis=2)
    assert picture.shape == (80 * CELL, 90 * CELL)
    assert picture[-1, 0] > 2 > picture[0, 0]
    assert picture[-1, -1] < 1


def test_the_same_features_give_the_same_bytes(tmp_path):
    features = torch.rand(80, 90)

    write_png(features, tmp_path / "a.png")
    write_png(features, tmp_path / "b.png")

    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
