"""Checkpoints come back as they were saved, or say what is wrong."""

import errno
import json
from pathlib import Path

import pytest
import torch

from generation.engine.checkpoints import (
    CheckpointIsDamaged,
    CheckpointIsMissing,
    TrainedNetwork,
    load_checkpoint,
    save_checkpoint,
)
from generation.engine.features import FEATURES
from generation.engine.networks import NetworkIsUnknown, SettingsDoNotFit, build
from generation.engine.whole_files import CannotBeWritten

SETTINGS = {"n_words": 3, "n_mels": 80, "n_frames": 90}


@pytest.fixture
def trained():
    torch.manual_seed(1)
    network = build("temporal_classifier", SETTINGS)
    features = FEATURES["narrowband"].as_dict()
    return TrainedNetwork(network, {"network": "temporal_classifier", "settings": SETTINGS, "features": features})


def test_a_checkpoint_comes_back_as_it_was_saved(trained, tmp_path):
    features = torch.rand(2, 80, 90)

    saved = save_checkpoint(trained, tmp_path, "listener")
    loaded = load_checkpoint(saved.path, sha256=saved.sha256)

    assert torch.equal(loaded.network(features), trained.network.eval()(features))
    assert not loaded.network.training
    assert (loaded.slug, loaded.sha256) == ("temporal_classifier", saved.sha256)
    assert loaded.card == {**trained.card, "sha256": saved.sha256} == saved.card
    assert sorted(path.name for path in tmp_path.iterdir()) == ["listener.json", "listener.safetensors"]


def test_the_same_weights_give_the_same_file(trained, tmp_path):
    first, second = save_checkpoint(trained, tmp_path, "a"), save_checkpoint(trained, tmp_path, "b")

    assert first.path.read_bytes() == second.path.read_bytes()


def test_a_missing_checkpoint_is_refused_with_its_path(tmp_path):
    with pytest.raises(CheckpointIsMissing, match=r"nobody\.json"):
        load_checkpoint(tmp_path / "nobody.safetensors")


def test_missing_weights_are_refused_with_their_path(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    saved.path.unlink()

    with pytest.raises(CheckpointIsMissing, match=r"listener\.safetensors"):
        load_checkpoint(saved.path)


def test_a_changed_byte_is_found(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    content = bytearray(saved.path.read_bytes())
    content[-1] ^= 1
    saved.path.write_bytes(content)

    with pytest.raises(CheckpointIsDamaged, match=f"expected {saved.sha256}"):
        load_checkpoint(saved.path)


def test_another_checkpoint_than_the_one_known_is_found(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")

    with pytest.raises(CheckpointIsDamaged, match="expected 0000"):
        load_checkpoint(saved.path, sha256="0000")


def change_card(path: Path, **fields):
    card = json.loads(path.with_suffix(".json").read_text()) | fields
    path.with_suffix(".json").write_text(json.dumps({key: value for key, value in card.items() if value is not None}))


def test_a_network_that_the_catalogue_does_not_know_is_refused(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    change_card(saved.path, network="oracle")

    with pytest.raises(NetworkIsUnknown, match=r"no network 'oracle'.*paper_classifier"):
        load_checkpoint(saved.path)


def test_settings_that_do_not_fit_the_network_are_refused(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    change_card(saved.path, settings={"n_ears": 2})

    with pytest.raises(SettingsDoNotFit, match="n_ears"):
        load_checkpoint(saved.path)


def test_weights_of_another_size_are_refused(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    change_card(saved.path, settings=SETTINGS | {"n_words": 4})

    with pytest.raises(CheckpointIsDamaged, match="does not hold the weights of a temporal_classifier"):
        load_checkpoint(saved.path)


def test_a_card_that_lacks_a_field_is_refused_with_its_name(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    change_card(saved.path, features=None)

    with pytest.raises(CheckpointIsDamaged, match="lacks features"):
        load_checkpoint(saved.path)


def test_a_card_that_is_no_json_is_refused(trained, tmp_path):
    saved = save_checkpoint(trained, tmp_path, "listener")
    saved.path.with_suffix(".json").write_text("{")

    with pytest.raises(CheckpointIsDamaged, match="is no JSON"):
        load_checkpoint(saved.path)


def test_a_full_disk_leaves_nothing_half_written(trained, tmp_path, monkeypatch):
    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(CannotBeWritten, match="No space left on device"):
        save_checkpoint(trained, tmp_path, "listener")

    assert list(tmp_path.iterdir()) == []
