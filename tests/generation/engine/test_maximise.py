"""Activation maximisation: batched, and yet each sample by itself."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from generation.engine.maximisation.decoding import PriorIsMissing
from generation.engine.maximisation.maximise import NetworkIsTraining, SearchDiverged, maximise
from generation.engine.maximisation.objectives.activation import Activation
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.penalties.likeness import Likeness
from generation.engine.maximisation.recipes import preset
from generation.engine.maximisation.starts import noise_start, recording_start

MELS, FRAMES, WORDS, CODE = 6, 12, 4, 5
TARGETS = torch.tensor([0, 1, 2, 3, 1, 2, 0])


class SmallPrior(nn.Module):
    """A decoder with whitening, as the real priors have."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(MELS * FRAMES, CODE)
        self.decoder = nn.Linear(CODE, MELS * FRAMES)

    def encode(self, features):
        return self.encoder(features.flatten(1))

    def decode(self, code):
        return torch.sigmoid(self.decoder(code)).view(-1, MELS, FRAMES)

    def whiten(self, code):
        return (code - 2.0) / 3.0

    def unwhiten(self, whitened):
        return whitened * 3.0 + 2.0


@pytest.fixture
def classifier():
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, 16), nn.Tanh(), nn.Linear(16, WORDS)).eval()


@pytest.fixture
def prior():
    torch.manual_seed(2)
    return SmallPrior().eval()


def generators(count=7):
    return [torch.Generator().manual_seed(100 + index) for index in range(count)]


def the_papers_loop(start, target, classifier, decode, rate):
    """The published procedure for one sample, written out: 20 steps along the gradient over its RMS plus 1e-5."""
    position = start[None].clone()
    for _ in range(20):
        position.requires_grad_()
        chance = classifier(decode(position)).softmax(dim=1)[0, target]
        (gradient,) = torch.autograd.grad(chance, position)
        position = (position + rate * gradient / (gradient.square().mean().sqrt() + 1e-5)).detach()
    return position[0]


def the_whitened_loop(start, target, classifiers, prior, generator):
    """The whitened preset for one sample, with Adam, shell, jitter and noise written out."""
    position, mean, square = start[None].clone(), 0.0, 0.0
    numbers = torch.rand(40, 3, generator=generator)
    table = torch.randn(2**20 + MELS * FRAMES, generator=torch.Generator().manual_seed(1))
    for step in range(1, 41):
        position.requires_grad_()
        features = prior.decode(prior.unwhiten(position))
        shift = int(numbers[step - 1, 0] * 9)
        moved = torch.cat([torch.zeros(1, MELS, 4), features, torch.zeros(1, MELS, 4)], dim=2)
        place = int(numbers[step - 1, 2] * 2**20)
        noise = table[place : place + MELS * FRAMES].view(1, MELS, FRAMES)
        noisy = moved[:, :, shift : shift + FRAMES] + 0.03 * noise
        total = 0.0
        for classifier in classifiers:
            logits = classifier(noisy)[0]
            others = torch.cat([logits[:target], logits[target + 1 :]])
            total = total + (logits[target] - others.exp().sum().log()) / len(classifiers)
        (gradient,) = torch.autograd.grad(total, position)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        step_size = 0.15 * (mean / (1 - 0.9**step)) / ((square / (1 - 0.99**step)).sqrt() + 1e-8)
        position = (position + step_size).detach()
        position = position * min(1.0, CODE**0.5 / position.norm().item())
    return prior.unwhiten(position)[0]


def test_the_papers_batch_gives_what_its_loop_gives_directly_on_features(classifier):
    recipe = preset("paper", "features")
    start = noise_start((MELS, FRAMES), recipe, generators())

    found = maximise(start, TARGETS, [classifier], None, recipe, generators())

    alone = [the_papers_loop(s, t, classifier, lambda x: x, 0.01) for s, t in zip(start, TARGETS, strict=True)]
    assert torch.allclose(found.features, torch.stack(alone), atol=1e-5)
    assert found.code is None


def test_the_papers_batch_gives_what_its_loop_gives_through_the_decoder(classifier, prior):
    recipe = preset("paper", "decoder")
    start = noise_start((CODE,), recipe, generators())

    found = maximise(start, TARGETS, [classifier], prior, recipe, generators())

    alone = [the_papers_loop(s, t, classifier, prior.decode, 0.1) for s, t in zip(start, TARGETS, strict=True)]
    assert torch.allclose(found.code, torch.stack(alone), atol=1e-4)
    assert torch.allclose(found.features, prior.decode(found.code))


def test_the_whitened_batch_gives_what_a_loop_gives(classifier, prior):
    recipe = preset("whitened", "decoder")
    torch.manual_seed(5)
    second = nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, WORDS)).eval()
    start = noise_start((CODE,), recipe, generators())

    found = maximise(start, TARGETS, [classifier, second], prior, recipe, generators())

    alone = [
        the_whitened_loop(s, int(t), [classifier, second], prior, g)
        for s, t, g in zip(start, TARGETS, generators(), strict=True)
    ]
    assert torch.allclose(found.code, torch.stack(alone), atol=1e-3)


def test_a_sample_is_the_same_alone_and_among_others(classifier, prior):
    recipe = preset("whitened", "decoder")
    start = noise_start((CODE,), recipe, generators())

    together = maximise(start, TARGETS, [classifier], prior, recipe, generators())
    alone = maximise(start[3:4], TARGETS[3:4], [classifier], prior, recipe, generators()[3:4])

    assert torch.allclose(together.features[3], alone.features[0], atol=1e-4)


def test_the_search_raises_the_probability_of_every_target_and_tells_the_way(classifier):
    recipe = preset("paper", "features")
    start = noise_start((MELS, FRAMES), recipe, generators())

    found = maximise(start, TARGETS, [classifier], None, recipe, generators())

    assert found.objective.shape == found.probability.shape == (21, len(TARGETS))
    assert (found.probability[-1] > found.probability[0]).all()
    final = classifier(found.features).softmax(dim=1)[range(len(TARGETS)), TARGETS]
    assert torch.allclose(found.probability[-1], final)


def test_the_papers_noise_has_a_deviation_of_a_tenth():
    start = noise_start((80, 90), preset("paper", "features"), generators(10))

    assert start.mean().abs() < 0.002
    assert start.std().item() == pytest.approx(0.1, rel=0.02)


def test_direct_search_leaves_the_range_of_features_as_in_the_paper(classifier):
    recipe = preset("paper", "features")
    start = torch.zeros(len(TARGETS), MELS, FRAMES)

    found = maximise(start, TARGETS, [classifier], None, recipe, generators())

    assert found.features.min() < 0


def test_codes_of_the_whitened_preset_stay_within_the_shell(classifier, prior):
    recipe = preset("whitened", "decoder")
    start = noise_start((CODE,), recipe, generators()) * 10

    found = maximise(start, TARGETS, [classifier], prior, recipe, generators())

    assert (prior.whiten(found.code).norm(dim=1) <= CODE**0.5 + 1e-4).all()


@pytest.mark.parametrize(("name", "expected"), [("paper", "code"), ("whitened", "whitened")])
def test_a_search_through_the_decoder_starts_at_the_recordings_code(prior, name, expected):
    features = torch.rand(3, MELS, FRAMES)

    start = recording_start(features, prior, preset(name, "decoder"))

    code = prior.encode(features)
    assert torch.allclose(start, code if expected == "code" else prior.whiten(code))


def test_a_direct_search_starts_at_the_recording_itself():
    features = torch.rand(3, MELS, FRAMES)

    start = recording_start(features, None, preset("paper", "features"))

    assert torch.equal(start, features)


def test_a_search_through_a_decoder_without_one_is_refused(classifier):
    recipe = preset("paper", "decoder")

    with pytest.raises(PriorIsMissing, match="give a trained decoder prior"):
        maximise(torch.zeros(7, CODE), TARGETS, [classifier], None, recipe, generators())
    with pytest.raises(PriorIsMissing, match="recording's code"):
        recording_start(torch.zeros(7, MELS, FRAMES), None, recipe)


def test_a_network_in_training_mode_is_refused(classifier):
    classifier.train()

    with pytest.raises(NetworkIsTraining, match="call its eval"):
        maximise(torch.zeros(7, MELS, FRAMES), TARGETS, [classifier], None, preset("paper", "features"), generators())


def test_a_search_that_is_no_longer_a_number_says_which_sample_and_when(classifier):
    start = torch.zeros(7, MELS, FRAMES)
    start[4, 0, 0] = float("nan")

    with pytest.raises(SearchDiverged, match=r"objective of sample 4 is not a number at step 0"):
        maximise(start, TARGETS, [classifier], None, preset("paper", "features"), generators())


def test_features_kept_within_range_stay_what_a_recording_could_have(classifier):
    recipe = replace(preset("paper", "features"), within_range=True, rate=0.5)

    found = maximise(torch.rand(7, MELS, FRAMES), TARGETS, [classifier], None, recipe, generators())

    assert found.features.min() == 0.0
    assert found.features.max() == 1.0


def test_only_the_members_of_a_group_move_one_another(classifier, prior):
    recipe = replace(preset("whitened", "decoder"), objective=Margin() - 5.0 * Likeness(group=2))
    start = noise_start((CODE,), recipe, generators())
    groups, targets = torch.tensor([0, 0, 1, 1, 2, 2, 2]), torch.ones(7, dtype=torch.long)
    elsewhere = start.clone()
    elsewhere[0] += 1.0

    found = maximise(start, targets, [classifier], prior, recipe, generators(), groups)
    moved = maximise(elsewhere, targets, [classifier], prior, recipe, generators(), groups)

    distance = (found.features - moved.features).abs().amax(dim=(1, 2))
    assert distance[1] > 1e-3
    assert (distance[2:] < 1e-5).all()


def test_a_unit_within_the_network_can_be_climbed(classifier):
    recipe = replace(preset("paper", "features"), objective=Activation("2", unit=5))
    start = noise_start((MELS, FRAMES), recipe, generators())

    found = maximise(start, TARGETS, [classifier], None, recipe, generators())

    assert (classifier[:3](found.features)[:, 5] > classifier[:3](start)[:, 5] + 0.1).all()
    assert torch.allclose(found.objective[-1], classifier[:3](found.features)[:, 5])


@pytest.mark.parametrize("space", ["features", "decoder"])
def test_what_was_found_no_longer_hangs_on_the_search(classifier, prior, space):
    recipe = preset("paper", space)
    start = noise_start((MELS, FRAMES) if space == "features" else (CODE,), recipe, generators())

    found = maximise(start, TARGETS, [classifier], prior, recipe, generators())

    assert not found.features.requires_grad
