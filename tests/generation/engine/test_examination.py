"""Counts, distances, maps and measures of examinations."""

import numpy
import pytest
import torch

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.examination import intelligibility, search
from generation.engine.examination.files import examine_part
from generation.engine.examination.intelligibility import LengthsDiffer, PesqIsMissing, pesq, stoi
from generation.engine.examination.latent_map import TooFewCodes, latent_map
from generation.engine.examination.panel import Panel
from generation.engine.examination.search import Part
from generation.engine.examination.tallies import Tally, agreed, share, total
from generation.engine.maximisation.recipes import preset
from generation.engine.networks import build
from generation.engine.progress import unwatched
from tests.generation.engine.small_corpus import buzz, buzzing_features


def test_tallies_of_chunks_add_to_the_tally_of_all():
    probabilities = torch.rand(10, 3).softmax(dim=1)

    added = total([Tally.of(probabilities[:4]), Tally.of(probabilities[4:])])

    assert added.answers == Tally.of(probabilities).answers
    assert added.mean_probabilities() == pytest.approx(probabilities.mean(dim=0).tolist())
    assert sum(added.answer_shares()) == pytest.approx(1)


def test_a_share_has_wilsons_interval():
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3: 81 of 263.
    found = share(81, 263)

    assert (round(found["low"], 4), round(found["high"], 4)) == (0.2553, 0.3662)


def test_a_panel_agrees_only_where_all_hear_the_target():
    one = torch.tensor([[0.9, 0.1], [0.9, 0.1]])
    other = torch.tensor([[0.6, 0.4], [0.2, 0.8]])

    assert agreed([one, other], 0).tolist() == [True, False]


def test_a_map_is_the_same_for_the_same_seed_and_keeps_groups_apart():
    codes = numpy.random.default_rng(1).normal(size=(40, 60)).astype("float32")
    codes[20:] += 20

    points = latent_map(codes, seed=3)

    assert numpy.array_equal(points, latent_map(codes, seed=3))
    centres = points[:20].mean(axis=0), points[20:].mean(axis=0)
    assert numpy.linalg.norm(centres[0] - centres[1]) > 2 * points[:20].std()
    with pytest.raises(TooFewCodes, match="4 codes"):
        latent_map(codes[:2], seed=3)


def test_a_copy_without_loss_is_fully_intelligible_and_noise_makes_it_less_so():
    original = torch.tensor(buzz(120, 1.0), dtype=torch.float32)[None]
    noise = torch.randn(original.shape, generator=torch.Generator().manual_seed(1))

    assert stoi(original, original, 8000)[0] == pytest.approx(1.0, abs=1e-6)
    assert stoi(original, original + 0.3 * noise, 8000)[0] < 0.9
    with pytest.raises(LengthsDiffer, match="fit_length"):
        stoi(original, original[:, :-1], 8000)


def test_pesq_says_how_to_install_it_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pesq", None)

    with pytest.raises(PesqIsMissing, match="pip install pesq"):
        pesq(torch.ones(1, 10), torch.ones(1, 10), 8000)
    assert not intelligibility.pesq_is_installed()


def panel_of_one(folder):
    """Give a panel of an untrained classifier, which is climbed."""
    torch.manual_seed(1)
    network = build("temporal_classifier", {"n_words": 2, "n_mels": 80, "n_frames": 36}).eval()
    loaded = LoadedNetwork(network.requires_grad_(False), {}, "temporal_classifier", "")
    features = buzzing_features(folder)
    return Panel(features, {"own": loaded}, {}, None, preset("paper", "features"), torch.device("cpu"))


def test_a_part_that_another_worker_finishes_meanwhile_is_taken_as_it_is(tmp_path):
    panel, part, folder = panel_of_one(tmp_path), Part("high", 0, 5), tmp_path / "examination"
    others = []

    def finish_elsewhere(fraction, note):
        if not others:
            others.append(None)
            others.append(examine_part(part, panel, 1, folder, unwatched))

    found = examine_part(part, panel, 1, folder, finish_elsewhere)

    assert found == others[1]


def test_a_search_in_chunks_counts_every_code_and_keeps_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "KEPT", 2)
    panel = panel_of_one(tmp_path)

    searched = search.search(Part("high", 0, 5), panel, seed=1)
    later = search.search(Part("high", 5, 2), panel, seed=1)

    assert searched.tallies["own"].n == 5
    assert searched.n_agreed == searched.tallies["own"].answers[0]
    assert searched.kept.features.shape == (2, 80, 36)
    assert later.kept is None
    assert search.part_seed(Part("high", 0, 5), 1) != search.part_seed(Part("high", 5, 2), 1)
