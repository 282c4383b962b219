"""How fast sounds are searched: our batches against the paper's loop over single samples, in one run.

    python -m benchmarks.maximisation_speed [--corpus spoken-digits] [--samples 512] [--rounds 5]
    python -m benchmarks.maximisation_speed --device cuda --samples 8192 --many 350000

First the same networks and the paper's recipe: the loop in one process (with one thread and with all, the faster
counts) against batches in as many processes as there are processors. Then, on the networks that `benchmarks.quality`
trains and keeps in `--folder` (missing ones are trained), the seconds for each sample that the whole panel takes for
its word: the paper's loop through the paper's decoder against the presets `recommended` and `quick`, each on batches.
Loop and batches take turns, so that both meet whatever else the machine has to do; the median of the rounds counts.

On an accelerator one process searches, 8,192 samples at once unless `--batch` says otherwise, and the loop runs on the
faster of it and the processor. With `--many` so many samples are searched by `recommended` and judged, in one go.
"""

import argparse
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import convert_conv2d_weight_memory_format

from benchmarks.paper_loop import maximise_one
from benchmarks.quality.plans import ARCHITECTURES, ENSEMBLE, PANEL, PLANS, default_folder
from benchmarks.quality.steps import Work, checkpoint_path, train, work_on
from generation.engine.checkpoints import load_checkpoint
from generation.engine.devices import DeviceIsMissing, device_named
from generation.engine.distances import mean_pairwise_distance
from generation.engine.features import feature_config
from generation.engine.judging import probabilities
from generation.engine.maximisation import many
from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.recipes import MaximisationRecipe, preset
from generation.engine.maximisation.starts import noise_start
from generation.engine.networks import build

SHARED = Path("../shared/data")
# Samples of the paper's recipe that the loop searches in a round.
LOOPED = 12
# Of 8, 16 and 32 samples of the paper's networks, the cheapest on a processor.
BATCH = 32
# What an accelerator searches at once.
LARGE_BATCH = 8192
GROUP = 8
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Search:
    """One way of searching: the networks climbed, the decoder if any, the recipe, and where they are computed."""

    classifiers: tuple[nn.Module, ...]
    prior: Any
    recipe: MaximisationRecipe
    n_classes: int
    device: torch.device = CPU

    @property
    def networks(self) -> tuple[nn.Module, ...]:
        """Give the classifiers, and the decoder's autoencoder if there is one."""
        return self.classifiers if self.prior is None else (*self.classifiers, self.prior)

    @property
    def shape(self) -> tuple[int, ...]:
        """Give the shape of a start: a code's, or that of features."""
        config = feature_config("narrowband")
        return (self.prior.code_size,) if self.prior is not None else (config.n_mels, config.n_frames)

    def starts(self, first: int, count: int) -> tuple[Tensor, Tensor, list[torch.Generator]]:
        """Give the starts [B, ...], targets [B] and generators of so many samples, from the first of them."""
        generators = [torch.Generator().manual_seed(first + each) for each in range(count)]
        targets = groups_of(first, count) % self.n_classes
        start = noise_start(self.shape, self.recipe, generators)
        return start.to(self.device), targets.to(self.device), generators

    def on(self, device: torch.device) -> "Search":
        """Give the same search elsewhere; its networks move there."""
        for network in self.networks:
            network.to(device)
        return replace(self, device=device)


def groups_of(first: int, count: int) -> Tensor:
    """Number the groups [B] of one word that a recipe may push apart, each of GROUP neighbours."""
    return (first + torch.arange(count)) // GROUP


def main() -> None:
    """Measure and print, as the command line says."""
    options = _options()
    torch.set_num_threads(1)
    with ProcessPoolExecutor(options.processes, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        for space in ("features", "decoder"):
            _same_recipe(space, pool, options)
        if options.corpus != "none":
            _accepted(options, pool)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", choices=[*PLANS, "none"], default="spoken-digits")
    parser.add_argument("--samples", type=int, default=512, help="samples of each process")
    parser.add_argument("--rounds", type=int, default=5, help="turns of loop and batches")
    parser.add_argument("--processes", type=int, help="default: as many as processors; on an accelerator 1")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, help="samples searched at once")
    parser.add_argument("--many", type=int, default=0, help="samples searched and judged in one go, at the end")
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks/quality"))
    options = parser.parse_args()
    if options.samples < 3 * options.rounds:
        parser.error("--samples must be three times --rounds or more: the loop searches some in each part of a round")
    if options.many and options.corpus == "none":
        parser.error("--many searches with trained networks: name a --corpus")
    try:
        options.device = device_named(options.device)
    except DeviceIsMissing as error:
        parser.error(f"--device: {error}")
    if options.processes is None:
        options.processes = (os.cpu_count() or 1) if options.device == CPU else 1
    return options


def _same_recipe(space: str, pool: ProcessPoolExecutor, options: argparse.Namespace) -> None:
    """Print what a sample costs by the paper's recipe, in the loop and in batches."""
    costs = []
    for _ in range(options.rounds):
        _, looped = _looped_fast(untrained(space), 0, LOOPED, options)
        _, batched = _batched_by_all(pool, (untrained, (space,)), options)
        costs.append((looped, batched))
    looped, batched = (median(each) for each in zip(*costs, strict=True))
    ratios = sorted(loop / batch for loop, batch in costs)
    print(
        f"paper's recipe, {space}: loop {looped * 1e3:.0f} ms a sample, batches of {BATCH} in {options.processes} "
        f"processes {batched * 1e3:.0f} ms: {median(ratios):.1f} x ({ratios[0]:.1f} to {ratios[-1]:.1f} in "
        f"{options.rounds} rounds, load average {os.getloadavg()[0]:.1f})"
    )


def untrained(space: str) -> Search:
    """Give the paper's networks with drawn weights, whose speed is that of trained ones."""
    torch.manual_seed(1)
    config = feature_config("narrowband")
    sizes = {"n_mels": config.n_mels, "n_frames": config.n_frames}
    classifier = build("paper_classifier", {"n_words": 10, **sizes})
    prior = _frozen(build("paper_autoencoder", sizes)) if space == "decoder" else None
    return Search((_frozen(classifier),), prior, preset("paper", space), 10)


def _frozen(network: nn.Module) -> nn.Module:
    return network.eval().requires_grad_(requires_grad=False)


def _looped_fast(search: Search, first: int, count: int, options: argparse.Namespace) -> tuple[Tensor, float]:
    """Give what the paper's loop finds from the first of so many samples on [B, M, T], and its seconds for one: some of
    them with one thread, some with all, some on the accelerator, if any; the fastest part counts."""
    is_plain = options.device == CPU
    threads = sorted({1, options.processes if is_plain else os.cpu_count() or 1})
    places = [(CPU, each) for each in threads] + ([] if is_plain else [(options.device, 1)])
    parts = torch.arange(first, first + count).tensor_split(len(places))
    found, seconds = zip(
        *(_looped(search, part, *place) for part, place in zip(parts, places, strict=True)), strict=True
    )
    return torch.cat(found), min(each / len(part) for each, part in zip(seconds, parts, strict=True))


def _looped(search: Search, rows: Tensor, device: torch.device, threads: int) -> tuple[Tensor, float]:
    """Give what the paper's loop finds for samples [B] there, with so many threads, [B, M, T], and its seconds."""
    search = search.on(device)
    starts, targets, _ = search.starts(int(rows[0]), len(rows))
    decode: Callable[[Tensor], Tensor] = (lambda each: each) if search.prior is None else search.prior.decode
    torch.set_num_threads(threads)
    try:
        started = time.perf_counter()
        found = [
            maximise_one(start[None], int(target), search.classifiers[0], decode, search.recipe.rate)
            for start, target in zip(starts, targets, strict=True)
        ]
        return torch.cat(found).cpu(), time.perf_counter() - started
    finally:
        torch.set_num_threads(1)


Searched = tuple[Callable[..., Search], tuple[Any, ...]]


def _batched_by_all(pool: ProcessPoolExecutor, searched: Searched, options: argparse.Namespace) -> tuple[Tensor, float]:
    """Give what all processes find when each searches batches [B, M, T], and the seconds for one sample; each starts
    when its networks are loaded."""
    search = partial(_batched, searched, options)
    list(pool.map(search, [0] * options.processes, [1] * options.processes))
    firsts = [number * options.samples for number in range(options.processes)]
    found, seconds = zip(*pool.map(search, firsts, [options.samples] * options.processes), strict=True)
    return torch.cat(found), max(seconds) / (options.processes * options.samples)


def _batched(searched: Searched, options: argparse.Namespace, first: int, count: int) -> tuple[Tensor, float]:
    """Give what batches find for so many samples from the first on [B, M, T], and the seconds it took."""
    search_by, arguments = searched
    search = search_by(*arguments).on(options.device)
    for network in search.networks:
        # As `load_checkpoint` lays its networks out.
        convert_conv2d_weight_memory_format(network, torch.channels_last)
    started = time.perf_counter()
    found = []
    batch = options.batch or _batch(search)
    for offset in range(0, count, batch):
        at, size = first + offset, min(batch, count - offset)
        starts, targets, generators = search.starts(at, size)
        asked = (starts, targets, search.classifiers, search.prior, search.recipe, generators)
        found.append(maximise(*asked, groups_of(at, size).to(options.device), from_noise=True).features.cpu())
    return torch.cat(found), time.perf_counter() - started


def _batch(search: Search) -> int:
    """Tell how many samples are best searched at once."""
    if search.device != CPU:
        return LARGE_BATCH
    return BATCH if search.recipe.patience is None else many.BATCH


def _accepted(options: argparse.Namespace, pool: ProcessPoolExecutor) -> None:
    """Print the seconds for each sample that the whole panel takes for its word: loop against recommended recipe."""
    plan = PLANS[options.corpus]
    work, _ = work_on(plan, default_folder(plan.corpus, SHARED, options.folder), options.folder)
    needed = {*PANEL, *ENSEMBLE, "prior", "paper-prior"}
    list(pool.map(train, [work] * len(needed), [each for each in plan.trainings if each.name in needed]))
    loop = _trained(work, ("paper",), "paper-prior", preset("paper", "decoder"))
    climbed = {"recommended": ENSEMBLE, "quick": ARCHITECTURES}
    ours: dict[str, Searched] = {
        name: (_trained, (work, networks, "prior", preset(name, "decoder"))) for name, networks in climbed.items()
    }
    found_by_loop, found = [], {}
    seconds: dict[str, list[float]] = defaultdict(list)
    for rows in torch.arange(options.samples).tensor_split(options.rounds):
        part, of_one = _looped_fast(loop, int(rows[0]), len(rows), options)
        found_by_loop.append(part)
        seconds["loop"].append(of_one)
        for name, searched in ours.items():
            found[name], of_one = _batched_by_all(pool, searched, options)
            seconds[name].append(of_one)
    of_loop = _costs("paper's loop", loop, torch.cat(found_by_loop), seconds["loop"], work)
    for name, (searched_by, arguments) in ours.items():
        of_batches = _costs(name, searched_by(*arguments), found[name], seconds[name], work)
        ratios = sorted(looped / batched for looped, batched in zip(of_loop, of_batches, strict=True))
        print(
            f"{name}, seconds for each accepted sample: {median(ratios):.1f} x less than the paper's loop "
            f"({ratios[0]:.1f} to {ratios[-1]:.1f} in {options.rounds} rounds)"
        )
    if options.many:
        searched_by, arguments = ours["recommended"]
        _in_one_go(searched_by(*arguments).on(options.device), work, options)


def _in_one_go(search: Search, work: Work, options: argparse.Namespace) -> None:
    """Print how long it takes to search so many samples and to have the whole panel judge each."""
    panel = [_load(work, judge).to(options.device) for judge in PANEL]
    targets = groups_of(0, options.many) % search.n_classes
    asked = {"shape": search.shape, "seed": 1, "device": options.device, "batch": options.batch or _batch(search)}
    started = time.perf_counter()
    accepted = 0
    for chunk in many.maximise_many(targets, search.classifiers, search.prior, search.recipe, **asked):
        heard = [probabilities(judge, chunk.found.features).argmax(dim=1) == chunk.targets for judge in panel]
        accepted += int(torch.stack(heard).all(dim=0).sum())
    print(
        f"in one go on {options.device}: {options.many} samples searched by recommended and judged by {len(panel)} "
        f"networks in {time.perf_counter() - started:.1f} s, {accepted} accepted by all"
    )


def _trained(work: Work, climbed: tuple[str, ...], prior: str, recipe: MaximisationRecipe) -> Search:
    networks = {each: _frozen(_load(work, each)) for each in (*climbed, prior)}
    return Search(tuple(networks[each] for each in climbed), networks[prior], recipe, len(work.plan.words or range(10)))


def _load(work: Work, name: str) -> nn.Module:
    training = next(each for each in work.plan.trainings if each.name == name)
    return load_checkpoint(checkpoint_path(work, training), device=CPU).network


def _costs(title: str, search: Search, found: Tensor, seconds: Sequence[float], work: Work) -> list[float]:
    """Print what a sample costs in the median round and what becomes of it; give each round's seconds for a sample that
    every judge takes for its word."""
    _, targets, _ = search.starts(0, len(found))
    heard = torch.stack([probabilities(_load(work, judge), found).argmax(dim=1) == targets for judge in PANEL])
    accepted = int(heard.all(dim=0).sum())
    shares = ", ".join(f"{judge} {share:.2f}" for judge, share in zip(PANEL, heard.float().mean(dim=1), strict=True))
    diverse = mean_pairwise_distance(found, targets.tolist())
    print(
        f"{title}: {median(seconds) * 1e3:.0f} ms a sample, {diverse:.3f} apart, "
        f"{accepted} of {len(found)} accepted by all ({shares})"
    )
    return [each * len(found) / accepted if accepted else math.inf for each in seconds]


if __name__ == "__main__":
    main()
