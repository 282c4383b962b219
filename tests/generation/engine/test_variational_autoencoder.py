"""The variational autoencoder."""

import torch

from generation.engine.networks import build
from generation.engine.training.prior import train_prior
from tests.generation.engine.small_corpus import buzzing_features

CPU = torch.device("cpu")


def network():
    torch.manual_seed(1)
    return build("variational_autoencoder", {"n_mels": 80, "n_frames": 36})


def features(count=4):
    return torch.rand(count, 80, 36, generator=torch.Generator().manual_seed(2))


def test_a_code_is_the_mean_of_its_distribution():
    fixed = network().eval()

    assert fixed.encode(features()).shape == (4, fixed.code_size)
    assert torch.equal(fixed.encode(features()), fixed.encode(features()))
    assert torch.equal(fixed.decode(fixed.encode(features())), fixed(features()).sigmoid())


def test_the_loss_draws_a_code_anew_each_time():
    drawing = network()

    assert drawing.loss(features()) != drawing.loss(features())


def test_codes_far_from_the_others_cost_more():
    near, far = network(), network()
    with torch.no_grad():
        far.encoder[-1].bias[: far.code_size] += 30.0
        far.decoder[0].weight.zero_()
        near.decoder[0].weight.zero_()

    assert far.loss(features()) > near.loss(features()) + 0.01


def test_it_is_trained_as_the_other_priors_are(tmp_path):
    corpus = buzzing_features(tmp_path)

    trained = train_prior("variational_autoencoder", corpus, seed=1, device=CPU, epochs=8)

    losses = [each["loss"] for each in trained.card["epochs"]]
    assert losses[-1] < losses[0]
    codes = trained.network.whiten(trained.network.encode(corpus.features.clone()))
    assert codes.isfinite().all()
