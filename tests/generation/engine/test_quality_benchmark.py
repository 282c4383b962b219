"""The benchmarks of generation, at smoke size, and the paper's loop that they measure against."""

import shutil
from dataclasses import replace

import pytest
import torch

from benchmarks.maximisation_speed import untrained
from benchmarks.paper_loop import maximise_one
from benchmarks.quality.plans import PLANS, System, quick
from benchmarks.quality.steps import InThisProcess, run
from benchmarks.quality.tables import report
from generation.engine.corpora.splits import LIST_NAMES
from generation.engine.maximisation.maximise import maximise

WORDS = {"speech-commands-ten-words": ("no", "yes"), "spoken-digits": ("one", "zero")}
RECORDINGS = 12
SYSTEMS = (
    System("natural", takes=2),
    System("copy_synthesis", "griffin_lim", takes=2),
    System("maximised", "griffin_lim", "recording", "features", "paper", ("paper",), takes=2),
    System("maximised", "griffin_lim", "noise", "decoder", "recommended", ("residual", "temporal"), takes=2),
)
BY_WAVENET = System("copy_synthesis", "wavenet", takes=2)


def part_of(corpus, words, folder):
    """Copy so many recordings of each word and split, with the lists that say which is which."""
    lists = {name: (corpus / name).read_text(encoding="utf-8").split() for name in LIST_NAMES.values()}
    listed = {entry for entries in lists.values() for entry in entries}
    unlisted = [f"{word}/{path.name}" for word in words for path in sorted((corpus / word).iterdir())]
    groups = [*lists.values(), [name for name in unlisted if name not in listed]]
    for group in groups:
        for word in words:
            for name in [name for name in group if name.startswith(f"{word}/")][:RECORDINGS]:
                (folder / word).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(corpus / name, folder / name)
    for name, entries in lists.items():
        kept = [entry for entry in entries if (folder / entry).exists()]
        (folder / name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_whole_way_runs_on_real_speech(name, real_corpus, tmp_path):
    everything = real_corpus(name)
    trainings = tuple(replace(each, length=min(each.length, 1)) for each in quick(PLANS[name]).trainings)
    # At 16 kHz sampling takes too long for a test.
    systems = (*SYSTEMS, BY_WAVENET) if PLANS[name].features == "narrowband" else SYSTEMS
    plan = replace(PLANS[name], trainings=trainings, systems=systems, words=WORDS[name])
    corpus = part_of(everything, WORDS[name], tmp_path / name)

    found = run(plan, corpus, tmp_path / "kept", InThisProcess())

    assert found["counts"] == {"training": 24, "validation": 24, "testing": 24}
    assert [len(system["clips"]) for system in found["systems"]] == [4] * len(systems)
    for network in found["networks"].values():
        assert network["seconds"] > 0
    text = report([found], is_quick=True)
    assert text.count("| maximised, recommended, decoder, from noise, climbing residual + temporal |") == 3
    again = run(plan, corpus, tmp_path / "kept", InThisProcess())
    assert again["systems"] == found["systems"]


@pytest.mark.parametrize("space", ["features", "decoder"])
def test_the_papers_loop_finds_what_the_preset_paper_finds(space):
    search = untrained(space)
    classifier, prior = search.classifiers[0].double(), search.prior and search.prior.double()
    starts, targets, generators = search.starts(0, 3)
    starts = starts.double()

    found = maximise(starts, targets, [classifier], prior, search.recipe, generators).features

    decode = prior.decode if prior else lambda each: each
    looped = [
        maximise_one(start[None], int(target), classifier, decode, search.recipe.rate)
        for start, target in zip(starts, targets, strict=True)
    ]
    torch.testing.assert_close(torch.cat(looped), found, atol=1e-9, rtol=0)
