"""How far sounds are apart."""

import torch

from generation.engine.distances import log_mel_distance
from generation.engine.features import FEATURES

CONFIG = FEATURES["narrowband"]


def test_the_distance_is_in_decibels_over_the_cells_where_the_reference_sounds() -> None:
    reference = torch.zeros(1, 2, 2)
    reference[0, 0] = 0.5
    features = torch.full((1, 2, 2), 0.4)

    distance = log_mel_distance(features, reference, CONFIG)

    torch.testing.assert_close(distance, torch.tensor([0.1 * CONFIG.range_db]))


def test_a_silent_reference_has_no_distance() -> None:
    silent = torch.zeros(1, 2, 2)

    assert log_mel_distance(silent, silent, CONFIG).isnan().all()
