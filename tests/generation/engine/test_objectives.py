"""What maximisation climbs, and what it keeps away from."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import nn

from generation.engine.maximisation.objective import (
    Moment,
    Objective,
    ObjectiveIsUnknown,
    objective_as_data,
    objective_from_data,
)
from generation.engine.maximisation.objectives.activation import Activation, UnitIsMissing
from generation.engine.maximisation.objectives.log_probability import LogProbability
from generation.engine.maximisation.objectives.logit import Logit
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.objectives.probability import Probability
from generation.engine.maximisation.objectives.random_direction import RandomDirection
from generation.engine.maximisation.penalties.likeness import Likeness
from generation.engine.maximisation.penalties.mahalanobis import CodeIsNotWhitened, Mahalanobis
from generation.engine.maximisation.penalties.roughness import Roughness
from generation.engine.maximisation.responses import LayerIsMissing, Response, respond

TARGETS = torch.arange(6)


def random(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def moment(*logits, features=None, whitened=None, groups=None, targets=None):
    count = 6 if features is None else len(features)
    return Moment(
        targets=TARGETS[:count] if targets is None else targets,
        responses=[Response(each) for each in logits],
        features=torch.zeros(count, 4, 5) if features is None else features,
        whitened=whitened,
        groups=torch.zeros(count, dtype=torch.long) if groups is None else groups,
    )


def test_the_probability_is_the_softmax_of_the_target():
    logits = torch.tensor([[0.0, math.log(3.0)], [math.log(9.0), 0.0]])

    found = Probability().of_response(Response(logits), torch.tensor([1, 1]))

    assert found.tolist() == pytest.approx([0.75, 0.1])


def test_the_log_probability_and_the_margin_are_made_of_the_probability():
    response = Response(random(6, 10))

    chance = Probability().of_response(response, TARGETS)

    assert torch.allclose(LogProbability().of_response(response, TARGETS), chance.log(), atol=1e-5)
    assert torch.allclose(Margin().of_response(response, TARGETS), torch.log(chance / (1 - chance)), atol=1e-5)


def test_the_logit_is_the_targets_own():
    logits = random(6, 10)

    assert torch.equal(Logit().of_response(Response(logits), TARGETS), logits.diagonal())


def test_the_margins_gradient_lives_where_the_probabilitys_has_died():
    logits = torch.tensor([[-60.0, 60.0]], requires_grad=True)
    target = torch.tensor([0])

    (of_probability,) = torch.autograd.grad(Probability().of_response(Response(logits), target).sum(), logits)
    (of_margin,) = torch.autograd.grad(Margin().of_response(Response(logits), target).sum(), logits)

    assert of_probability.abs().max() == 0
    assert of_margin.abs().max() == 1


def test_a_margin_that_is_enough_asks_for_no_more():
    logits = torch.tensor([[1.0, 0.0], [9.0, 0.0]], requires_grad=True)

    found = Margin(enough=4.0).of_response(Response(logits), torch.tensor([0, 0]))
    (gradient,) = torch.autograd.grad(found.sum(), logits)

    assert found.tolist() == pytest.approx([1.0, 4.0])
    assert gradient.tolist() == [[1.0, -1.0], [0.0, 0.0]]


def test_objectives_can_be_added_subtracted_and_scaled():
    at = moment(random(6, 10))

    found = (2 * Margin() + Logit() * 0.5 - (Probability() + Logit()) * 3).value(at)

    margin, logit, probability = (each.value(at) for each in (Margin(), Logit(), Probability()))
    assert torch.allclose(found, 2 * margin + 0.5 * logit - 3 * probability - 3 * logit, atol=1e-5)


def test_several_classifiers_count_as_their_mean():
    first, second = random(6, 10), random(6, 10).flip(1)

    found = Logit().value(moment(first, second))

    assert torch.allclose(found, (first.diagonal() + second.diagonal()) / 2)


def test_an_objective_survives_being_written_down():
    objective = 2 * Margin() + Activation("stages.1", unit=3) - 0.5 * Roughness(frames=0.25)

    stated = objective_as_data(objective)

    assert stated[1] == {"name": "activation", "weight": 1.0, "layer": "stages.1", "unit": 3}
    assert objective_from_data(stated) == objective
    assert objective_from_data(objective_as_data(Probability())) == Probability()


@dataclass(frozen=True)
class Unlisted(Objective):
    def value(self, moment):
        return moment.features.mean(dim=(1, 2))


def test_an_objective_that_the_catalogue_does_not_know_is_refused():
    with pytest.raises(ObjectiveIsUnknown, match="no objective or penalty 'loudness': choose one of probability"):
        objective_from_data([{"name": "loudness", "weight": 1.0}])
    with pytest.raises(ObjectiveIsUnknown, match="'activation' cannot be made of"):
        objective_from_data([{"name": "activation", "weight": 1.0}])
    with pytest.raises(ObjectiveIsUnknown, match="Unlisted stands in neither"):
        objective_as_data(Margin() + Unlisted())


class Small(nn.Module):
    """A network with a convolution, a recurrent layer and two linear ones."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.convolution = nn.Conv1d(4, 3, 1)
        self.recurrent = nn.GRU(3, 7, batch_first=True)
        self.hidden = nn.Linear(7, 5)
        self.output = nn.Linear(5, 6)

    def forward(self, features):
        hidden, _ = self.recurrent(self.convolution(features).transpose(1, 2))
        return self.output(torch.tanh(self.hidden(hidden.mean(dim=1))))


def test_a_layers_units_are_heard_as_their_mean_over_positions():
    network, features = Small(), random(6, 4, 9)

    response = respond(network, features, ["convolution", "recurrent", "penultimate", "logits"])

    convolved = network.convolution(features)
    assert torch.allclose(response.output("convolution"), convolved.mean(dim=2))
    assert torch.allclose(response.output("recurrent"), network.recurrent(convolved.transpose(1, 2))[0].mean(dim=1))
    assert torch.allclose(network.output(response.output("penultimate")), response.logits)
    assert response.output("logits") is response.logits


def test_nothing_stays_hung_on_a_network_that_was_listened_to():
    network = Small()

    respond(network, random(6, 4, 9), ["convolution", "penultimate"])

    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())


def test_an_unknown_layer_names_those_there_are():
    with pytest.raises(LayerIsMissing, match="no layer 'ear': choose among convolution, recurrent, hidden, output"):
        respond(Small(), random(6, 4, 9), ["ear"])


def test_an_activation_is_a_units_or_the_mean_of_the_layers():
    outputs = random(6, 3)
    response = Response(random(6, 10), {"middle": outputs})

    assert torch.equal(Activation("middle", unit=2).of_response(response, TARGETS), outputs[:, 2])
    assert torch.allclose(Activation("middle").of_response(response, TARGETS), outputs.mean(dim=1))
    with pytest.raises(UnitIsMissing, match="has the units 0 to 2, not 3"):
        Activation("middle", unit=3).of_response(response, TARGETS)


@pytest.mark.parametrize("layer", ["logits", "penultimate"])
def test_a_random_direction_is_one_for_each_word_of_length_one_and_fixed_by_its_seed(layer):
    size = {"logits": 10, "penultimate": 3}[layer]
    basis = torch.eye(size)

    def direction(seed, word):
        response = Response(basis if layer == "logits" else torch.zeros(size, 10), {"penultimate": basis})
        return RandomDirection(seed, layer).of_response(response, torch.full((size,), word))

    assert torch.equal(direction(4, 2), direction(4, 2))
    assert direction(4, 2).norm().item() == pytest.approx(1.0)
    assert not torch.allclose(direction(4, 2), direction(5, 2))
    assert not torch.allclose(direction(4, 2), direction(4, 3))


def test_roughness_is_the_total_variation_over_time_and_over_bands():
    flat, striped = torch.full((4, 5), 0.3), torch.zeros(4, 5)
    striped[:, ::2] = 1.0

    found = Roughness(frames=2.0, bands=3.0).value(moment(features=torch.stack([flat, striped, striped])))

    assert found.tolist() == pytest.approx([0.0, 2.0, 2.0])
    turned = Roughness(frames=2.0, bands=3.0).value(moment(features=striped.T[None]))
    assert turned.tolist() == pytest.approx([3.0])


def test_the_mahalanobis_penalty_is_one_for_a_typical_recording():
    whitened = random(6, 1000)

    found = Mahalanobis().value(moment(whitened=whitened))

    assert found.tolist() == pytest.approx([1.0] * 6, abs=0.2)
    with pytest.raises(CodeIsNotWhitened, match="whitened=True"):
        Mahalanobis().value(moment())


def test_likeness_looks_alone_at_the_others_of_the_group_and_the_word():
    features = random(6, 4, 5)
    features[1:] = features[0] + torch.tensor([0.0, 0.2, 0.1, 0.0, 0.0])[:, None, None]

    found = Likeness(reach=0.1).value(
        moment(
            features=features,
            groups=torch.tensor([0, 0, 1, 1, 1, 2]),
            targets=torch.tensor([3, 3, 3, 3, 4, 3]),
        )
    )

    assert found.tolist() == pytest.approx([1.0, 1.0, math.exp(-1), math.exp(-1), 0.0, 0.0], abs=0.02)


def test_the_gradient_of_likeness_pushes_equal_samples_nowhere_and_near_ones_apart():
    features = torch.zeros(2, 4, 5)
    features[1, 0, 0] = 0.1
    features.requires_grad_()

    at = moment(features=features, targets=torch.tensor([1, 1]))
    (gradient,) = torch.autograd.grad(Likeness().value(at).sum(), features)

    assert gradient.isfinite().all()
    assert gradient[1, 0, 0] < 0 < gradient[0, 0, 0]
