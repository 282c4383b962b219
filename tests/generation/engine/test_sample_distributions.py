"""What a WaveNet says of the next sample."""

import pytest
import torch

from generation.engine.sample_distributions import LogisticMixture, MuLaw, distribution_named

DRAWS = (torch.arange(20000, dtype=torch.float64) + 0.5) / 20000
FAMILIES = [MuLaw(4.0), LogisticMixture(16.0, 3)]


def parameters_of(family, count=1):
    generator = torch.Generator().manual_seed(2)
    return torch.randn(1, family.n_parameters, dtype=torch.float64, generator=generator).expand(count, -1)


def test_a_mixtures_density_adds_up_to_one():
    family = LogisticMixture(16.0, 3)
    values = torch.linspace(-60, 60, 200001, dtype=torch.float64)
    parameters = parameters_of(family).unsqueeze(2).expand(-1, -1, len(values))

    density = (-family.negative_log_likelihood(parameters, values[None])).exp()

    assert torch.trapezoid(density[0], values) == pytest.approx(1.0, abs=1e-6)


def test_mu_law_classes_have_probabilities_that_add_up_to_one():
    family = MuLaw(4.0)
    values = family.draw(torch.eye(256) * 1e4, torch.full((256,), 0.5), 1.0)
    parameters = parameters_of(family).unsqueeze(2).expand(-1, -1, 256)

    probabilities = (-family.negative_log_likelihood(parameters, values[None].double())).exp()

    assert probabilities.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("family", FAMILIES, ids=["mu_law", "logistic_mixture"])
def test_even_draws_fall_as_the_likelihood_says(family):
    drawn = family.draw(parameters_of(family, len(DRAWS)), DRAWS, 1.0)

    nats = family.negative_log_likelihood(parameters_of(family).unsqueeze(2).expand(-1, -1, len(DRAWS)), drawn[None])
    other = family.negative_log_likelihood(
        parameters_of(family).unsqueeze(2).expand(-1, -1, len(DRAWS)), drawn.flip(0)[None] + 1.0
    )

    assert nats.mean() < other.mean()
    assert len(drawn.unique()) > 100


def test_a_single_parts_draws_are_the_logistics_quantiles():
    family = LogisticMixture(100.0, 1)
    parameters = torch.tensor([[0.0, 2.0, 0.0]], dtype=torch.float64).expand(3, -1)

    drawn = family.draw(parameters, torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64), 1.0)

    torch.testing.assert_close(drawn, 2.0 + torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64).logit())


def test_cooler_draws_stay_nearer_to_the_means():
    family = LogisticMixture(100.0, 1)
    parameters = torch.tensor([[0.0, 2.0, 0.0]], dtype=torch.float64).expand(len(DRAWS), -1)

    warm, cool = (family.draw(parameters, DRAWS, temperature) for temperature in (1.0, 0.5))

    torch.testing.assert_close((cool - 2.0).std(), 0.5 * (warm - 2.0).std())


def test_no_draw_is_beyond_the_reach():
    for family in FAMILIES:
        drawn = family.draw(10 * parameters_of(family, len(DRAWS)), DRAWS, 5.0)

        assert drawn.abs().max() <= family.reach


def test_a_reach_of_nothing_is_refused():
    with pytest.raises(ValueError, match="give a number above 0"):
        distribution_named("mu_law", 0.0, 1)
