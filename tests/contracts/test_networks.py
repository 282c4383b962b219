"""Every network of the catalogue keeps its role's contract."""

import pytest
import torch

from generation.catalogue import NETWORKS, NetworkRole
from generation.engine.networks import NetworkIsUnknown, SettingsDoNotFit, build
from generation.engine.prior import Autoencoder
from generation.engine.training.recipes import RECIPES, recipe_for

SHAPE = {"n_mels": 80, "n_frames": 90}
# WaveNet's contract is kept by its vocoder's tests.
SLUGS = {role: [entry.slug for entry in NETWORKS.values() if entry.role is role] for role in NetworkRole}
classifiers = pytest.mark.parametrize("slug", SLUGS[NetworkRole.CLASSIFIER])
priors = pytest.mark.parametrize("slug", SLUGS[NetworkRole.PRIOR])
# What `build` needs for a network of each role.
SETTINGS = {
    NetworkRole.CLASSIFIER: SHAPE | {"n_words": 4},
    NetworkRole.PRIOR: SHAPE,
    NetworkRole.VOCODER: {"n_mels": 80, "hop_size": 80},
}


@classifiers
def test_a_classifier_scores_each_word_of_each_sample(slug):
    network = build(slug, SETTINGS[NetworkRole.CLASSIFIER]).eval()
    features = torch.rand(3, 80, 90, requires_grad=True)

    logits = network(features)

    assert logits.shape == (3, 4)
    assert torch.allclose(logits[1:2], network(features[1:2]), atol=1e-5)
    logits.sum().backward()
    assert features.grad.abs().sum() > 0


@priors
def test_a_prior_encodes_and_decodes_features(slug):
    network = build(slug, SETTINGS[NetworkRole.PRIOR]).eval()
    code = network.encode(torch.rand(3, 80, 90)).detach().requires_grad_()

    features = network.decode(code)

    assert isinstance(network, Autoencoder)
    assert code.shape == (3, network.code_size)
    assert features.shape == (3, 80, 90)
    assert 0 <= features.min() <= features.max() <= 1
    features.sum().backward()
    assert code.grad.abs().sum() > 0


@priors
def test_a_priors_codes_are_whitened_and_back(slug):
    torch.manual_seed(2)
    network = build(slug, SETTINGS[NetworkRole.PRIOR])
    mixing = torch.eye(network.code_size) + 0.3 * torch.randn(network.code_size, network.code_size) / 16
    codes = torch.randn(2000, network.code_size) @ mixing + 5

    network.fit_code_statistics(codes)
    whitened = network.whiten(codes)

    assert torch.allclose(whitened.mean(dim=0), torch.zeros(network.code_size), atol=1e-2)
    assert torch.allclose(whitened.T.cov(), torch.eye(network.code_size), atol=0.05)
    assert torch.allclose(network.unwhiten(whitened), codes, atol=1e-2)
    assert torch.allclose(network.code_covariance, codes.T.cov(), rtol=1e-3, atol=1e-2)


@priors
def test_codes_that_never_vary_can_be_whitened(slug):
    network = build(slug, SETTINGS[NetworkRole.PRIOR])
    codes = torch.randn(50, network.code_size)
    codes[:, 0] = 7.0

    network.fit_code_statistics(codes)

    assert network.whiten(codes).isfinite().all()


@pytest.mark.parametrize("slug", list(NETWORKS))
def test_a_network_is_built_again_from_its_settings(slug):
    network = build(slug, SETTINGS[NETWORKS[slug].role])

    again = build(slug, network.settings)

    assert {name: value.shape for name, value in again.state_dict().items()} == {
        name: value.shape for name, value in network.state_dict().items()
    }


@pytest.mark.parametrize("slug", [*SLUGS[NetworkRole.CLASSIFIER], *SLUGS[NetworkRole.PRIOR]])
def test_every_classifier_and_prior_has_a_default_recipe(slug):
    assert recipe_for(slug).epochs > 0


def test_every_recipe_is_of_a_network_in_the_catalogue():
    assert set(RECIPES) <= set(NETWORKS)


def test_the_papers_networks_have_the_papers_sizes():
    """1.64 and 3.43 million parameters: the layers of Soomro et al. 2019 added up by hand."""
    classifier = build("paper_classifier", SHAPE | {"n_words": 10})
    autoencoder = build("paper_autoencoder", SHAPE)

    convolutions = (4 * 1 + 1) * 8 + (4 * 8 + 1) * 16 + (4 * 16 + 1) * 32
    dense = (32 * 10 * 9 + 1) * 512 + 513 * 256 + 257 * 128 + 129 * 10
    assert sum(each.numel() for each in classifier.parameters()) == convolutions + dense
    encoder = (4 + 1) * 16 + (64 + 1) * 32 + (128 + 1) * 64 + (256 + 1) * 128 + 6401 * 256
    decoder = 257 * 6400 + (512 + 1) * 128 + (512 + 1) * 64 + (256 + 1) * 32 + (9 * 32 + 1)
    assert sum(each.numel() for each in autoencoder.parameters()) == encoder + decoder


@pytest.mark.parametrize(
    ("slug", "impossible"),
    [
        ("paper_classifier", {"n_words": 3, "n_mels": 5, "n_frames": 90}),
        ("paper_autoencoder", {"n_mels": 81, "n_frames": 90}),
        ("half_autoencoder", {"n_mels": 80, "n_frames": 91}),
        ("residual_classifier", {"n_words": 3}),
    ],
)
def test_settings_a_network_cannot_have_are_refused(slug, impossible):
    with pytest.raises(SettingsDoNotFit, match=slug):
        build(slug, impossible)


def test_an_unknown_network_is_refused_with_those_there_are():
    with pytest.raises(NetworkIsUnknown, match=r"'perceptron'.*paper_classifier"):
        build("perceptron", {})
