"""Every network that is shipped is the one its card tells of, fits the catalogue, and is small."""

import pytest
from django.conf import settings

from generation.actions.shipped import shipped_networks
from generation.engine.checkpoints import load_checkpoint
from generation.engine.features import feature_config

SHIPPED = [pytest.param(network, id=network.name) for network in shipped_networks()]
MOST_MEGABYTES = 16


@pytest.mark.parametrize("shipped", SHIPPED)
def test_a_shipped_network_is_what_its_card_says(shipped):
    loaded = load_checkpoint(shipped.path, sha256=shipped.card["sha256"])

    assert sum(each.numel() for each in loaded.network.parameters()) == shipped.card["n_parameters"]
    assert shipped.card["features"] == feature_config(shipped.card["feature_definition"]).as_dict()
    assert shipped.card["corpus"]["licence"]


def test_shipped_networks_are_small_together():
    size = sum(path.stat().st_size for path in settings.SHIPPED_DIR.iterdir())

    assert size <= MOST_MEGABYTES * 1_000_000
