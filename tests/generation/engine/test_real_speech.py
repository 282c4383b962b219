"""The whole way on real speech, at smoke size: load, train, search, vocode, judge."""

import shutil
from dataclasses import replace

import pytest

from benchmarks.real_speech import InThisProcess, run
from benchmarks.real_speech_plans import PLANS, System, quick
from benchmarks.real_speech_tables import report
from generation.engine.corpora.splits import LIST_NAMES

WORDS = {"speech-commands-ten-words": ("no", "yes"), "spoken-digits": ("one", "zero")}
RECORDINGS = 12
SYSTEMS = (
    System("natural"),
    System("copy_synthesis", vocoder="griffin_lim"),
    System("maximised", "recording", "features", "paper", "griffin_lim"),
    System("maximised", "noise", "decoder", "whitened", "griffin_lim"),
)
BY_WAVENET = System("copy_synthesis", vocoder="wavenet")


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
@pytest.mark.parametrize("name", sorted(PLANS))
def test_the_whole_way_runs_on_real_speech(name, real_corpus, tmp_path):
    everything = real_corpus(name)
    trainings = tuple(
        replace(each, length=3 if each.network == "wavenet" else 1) for each in quick(PLANS[name]).trainings
    )
    # At 16 kHz sampling takes too long for a test.
    systems = (*SYSTEMS, BY_WAVENET) if PLANS[name].features == "narrowband" else SYSTEMS
    plan = replace(PLANS[name], trainings=trainings, systems=systems, takes=1, words=WORDS[name])
    corpus = part_of(everything, WORDS[name], tmp_path / name)

    found = run(plan, corpus, tmp_path / "kept", InThisProcess())

    assert found["counts"] == {"training": 24, "validation": 24, "testing": 24}
    assert [len(system["clips"]) for system in found["systems"]] == [2] * len(systems)
    for network in found["networks"].values():
        assert network["seconds"] > 0
    text = report([found], is_quick=True)
    assert text.count("| maximised, whitened, decoder, from noise |") == 2
    again = run(plan, corpus, tmp_path / "kept", InThisProcess())
    assert again["systems"] == found["systems"]
