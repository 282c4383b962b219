"""What maximisation climbs."""

import math

import pytest
import torch

from generation.engine.maximisation.objectives import margin, probability


def test_the_probability_is_the_softmax_of_the_target():
    logits = torch.tensor([[0.0, math.log(3.0)], [math.log(9.0), 0.0]])

    found = probability(logits, torch.tensor([1, 1]))

    assert found.tolist() == pytest.approx([0.75, 0.1])


def test_the_margin_is_the_log_odds_of_the_target():
    logits = torch.randn(6, 10, generator=torch.Generator().manual_seed(1))
    targets = torch.arange(6)

    found = margin(logits, targets)

    chance = probability(logits, targets)
    assert torch.allclose(found, torch.log(chance / (1 - chance)), atol=1e-5)


def test_the_margins_gradient_lives_where_the_probabilitys_has_died():
    logits = torch.tensor([[-60.0, 60.0]], requires_grad=True)

    (of_probability,) = torch.autograd.grad(probability(logits, torch.tensor([0])).sum(), logits)
    (of_margin,) = torch.autograd.grad(margin(logits, torch.tensor([0])).sum(), logits)

    assert of_probability.abs().max() == 0
    assert of_margin.abs().max() == 1
