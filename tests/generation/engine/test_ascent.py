"""Steps uphill are those of torch.optim, to the last bit, and loading them loads no compiler."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from generation.engine.maximisation.ascent import ascent
from generation.engine.maximisation.recipes import preset

RECIPES = {"steepest": preset("paper", "decoder"), "adam": preset("whitened", "decoder")}


def of_torch(name, position, rate):
    if name == "adam":
        return torch.optim.Adam([position], lr=rate, betas=(0.9, 0.99), maximize=True)
    return torch.optim.SGD([position], lr=rate, maximize=True)


def gradients(count, rows):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(rows, 20, generator=generator) * 10**step for step in range(-count // 2, count // 2)]


@pytest.mark.parametrize("name", RECIPES)
def test_every_step_has_the_bits_of_torchs_own(name):
    position, other = torch.zeros(8, 20), torch.zeros(8, 20, requires_grad=True)
    own, reference = ascent(RECIPES[name], position), of_torch(name, other, RECIPES[name].rate)

    for gradient in gradients(6, rows=8):
        own.step(position, gradient)
        other.grad = gradient
        reference.step()

        assert torch.equal(position, other)


@pytest.mark.parametrize("name", RECIPES)
def test_rows_that_are_kept_go_on_as_if_nobody_had_left(name):
    kept = torch.tensor([5, 0, 3])
    whole, part = torch.zeros(8, 20), torch.zeros(8, 20)
    for_whole, for_part = (ascent(RECIPES[name], each) for each in (whole, part))
    first, second, third, _ = gradients(4, rows=8)

    for gradient in (first, second):
        for_whole.step(whole, gradient)
        for_part.step(part, gradient)
    part = part[kept]
    for_part.keep(kept)
    for_whole.step(whole, third)
    for_part.step(part, third[kept])

    assert torch.equal(part, whole[kept])


@pytest.mark.parametrize("name", RECIPES)
def test_a_decaying_rate_is_multiplied_after_every_step(name):
    position, other = torch.zeros(8, 20), torch.zeros(8, 20, requires_grad=True)
    rate = RECIPES[name].rate
    own, reference = ascent(replace(RECIPES[name], decay=0.5), position), of_torch(name, other, rate)

    for step, gradient in enumerate(gradients(6, rows=8)):
        own.step(position, gradient)
        other.grad = gradient
        reference.param_groups[0]["lr"] = rate * 0.5**step
        reference.step()

        assert torch.equal(position, other)


@pytest.mark.parametrize("name", RECIPES)
def test_rows_that_begin_again_take_a_first_step_and_the_others_their_next(name):
    recipe, again, others = replace(RECIPES[name], decay=0.5), torch.tensor([2, 4]), torch.tensor([0, 1, 3, 5, 6, 7])
    position, usual, fresh = (torch.zeros(8, 20) for _ in range(3))
    for_position, for_usual, for_fresh = (ascent(recipe, each) for each in (position, usual, fresh))
    first, second, third, _ = gradients(4, rows=8)

    for gradient in (first, second, third):
        for_usual.step(usual, gradient)
        if gradient is third:
            position[again] = 0.0
            for_position.begin_again(again)
        for_position.step(position, gradient)
    for_fresh.step(fresh, third)

    assert torch.equal(position[again], fresh[again])
    assert torch.equal(position[others], usual[others])


def test_a_search_loads_no_compiler():
    asked = (
        "import sys, torch; from generation.engine.maximisation.maximise import maximise;"
        "from generation.engine.maximisation.starts import noise_start;"
        "from generation.engine.maximisation.recipes import preset;"
        "network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(6, 2)).eval();"
        "recipe, seeds = preset('robust', 'features'), [torch.Generator()];"
        "maximise(noise_start((2, 3), recipe, seeds), torch.tensor([0]), [network], None, recipe, seeds);"
        "sys.exit('torch._dynamo' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
