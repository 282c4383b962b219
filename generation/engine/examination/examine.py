"""A whole examination in one call and without a database: searched, judged, measured, and drawn into a folder.

Its folder then holds words.csv, the pictures that `pictures` names, and result.json, which is what `examine` returns:

question: as `ExaminationQuestion.as_dict` gives it.
words: those searched, the rows of a heat map. classes: all that the networks tell apart, its columns.
networks: name -> {sha256, network (its slug in the catalogue), is_climbed}.
per_word: name -> [{word, n, accepted, share, low, high, mean_probability}], the interval Wilson's at 95 %.
panel: the same, for the agreement of all networks on the word; the last row, its word None, is the total.
heat_maps: name -> rows of mean probabilities. answers: name -> rows of the share of codes heard as each class.
nearest: {maximised, test_recordings: mean distance to the nearest training recording, root mean square of
features; examples: each word's nearest of the codes shown, [{word, distance, recording, talker}]}.
diversity: {maximised, recordings: mean distance between two of a word, or None where each word has only one}.
copy_synthesis: vocoder -> {n, stoi, pesq, pesq_note, log_mel_distance (dB)}; stoi and pesq None if unmeasured.
pictures: {heat_maps: {name: file}, latent_maps: [file], features: {word: file}}, the SVG of `generation.figures`.

Distances and maps are of the first codes of each word, and of as many of its test recordings.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.examination.copy_synthesis import measure_copies
from generation.engine.examination.drawn import draw
from generation.engine.examination.files import examine_part
from generation.engine.examination.panel import Panel
from generation.engine.examination.question import ExaminationQuestion, QuestionDoesNotFit
from generation.engine.examination.search import Part
from generation.engine.examination.summary import summarise
from generation.engine.examination.tables import as_csv, diversities, nearest, panel_rows, word_rows
from generation.engine.materials import rows_of_test_recordings
from generation.engine.maximisation.decoding import PriorIsMissing
from generation.engine.maximisation.recipes import Space, preset
from generation.engine.progress import Progress, unwatched
from generation.engine.vocoder import load_vocoder
from generation.engine.whole_files import written_whole

RESULT = "result.json"
TABLE = "words.csv"
PARTS = "parts"
# What an interruption costs at most.
CODES_PER_PART = 1000
# Searching takes nearly all of the time.
SEARCHING = 0.9
# Recordings that each vocoder copies, spread over the words.
COPIED = 40


def examine(
    question: ExaminationQuestion,
    panel: Mapping[str, LoadedNetwork],
    prior: LoadedNetwork | None,
    feature_set: FeatureSet,
    vocoders: Mapping[str, LoadedNetwork | None],
    folder: Path,
    device: torch.device,
    progress: Progress = unwatched,
) -> dict[str, Any]:
    """Search the codes that the question asks for, have the panel judge them, measure, draw; write all into the folder.

    panel: name -> classifier, on the device; those that the question does not climb only judge. prior: a decoder, on
    the device; without one codes cannot be searched, and maps are of features. vocoders: slug -> its checkpoint, None
    for one that has none; through each, test recordings are copied. Asked the same again with the same folder, what
    parts an interrupted examination finished are not searched again.
    Raises QuestionDoesNotFit, PresetIsUnknown, PriorIsMissing, CannotBeWritten, and what searches and vocoders raise.
    """
    examined = _put_together(question, panel, prior, feature_set, device)
    words = question.words or feature_set.words
    parts_folder = folder / PARTS / _identity(question, examined)
    parts = _search(question, words, examined, parts_folder, progress)
    progress(SEARCHING, "mapping the codes")
    summary = summarise(parts, examined, question.seed, parts_folder)
    result = {
        "question": question.as_dict(),
        "words": summary["words"],
        "classes": summary["all_words"],
        "networks": _networks(examined),
        "per_word": {name: word_rows(summary, name) for name in panel},
        "panel": panel_rows(summary),
        "heat_maps": {name: found["scores"] for name, found in summary["confusion"].items()},
        "answers": {name: found["heard"] for name, found in summary["confusion"].items()},
        "nearest": nearest(summary),
        "diversity": diversities(summary),
        "copy_synthesis": _copies(vocoders, words, examined, progress),
        "pictures": draw(summary, examined, parts_folder, folder),
    }
    _write(result, folder)
    progress(1.0, "examined")
    return result


def _put_together(
    question: ExaminationQuestion, panel: Mapping[str, LoadedNetwork], prior: LoadedNetwork | None,
    feature_set: FeatureSet, device: torch.device,
) -> Panel:  # fmt: skip
    """Give the panel, the climbed first. Raises QuestionDoesNotFit, PresetIsUnknown and PriorIsMissing."""
    for asked, known, what in (
        (question.climbs, tuple(panel), "network"),
        (question.words or (), feature_set.words, "word"),
    ):
        for name in asked:
            if name not in known:
                raise QuestionDoesNotFit(f"There is no {what} {name!r} to examine: choose among {', '.join(known)}.")
    recipe = preset(question.preset, question.space)
    if recipe.space is Space.DECODER and prior is None:
        raise PriorIsMissing("The examination searches a decoder's code: give a trained decoder prior.")
    climbed = {name: panel[name] for name in question.climbs}
    judges = {name: loaded for name, loaded in panel.items() if name not in climbed}
    return Panel(feature_set, climbed, judges, prior, recipe, device)


def _identity(question: ExaminationQuestion, panel: Panel) -> str:
    """Tell this examination's parts from any other's, which must not be taken for its own."""
    used = {name: loaded.sha256 for name, loaded in panel.classifiers.items()}
    prior = "" if panel.prior is None else panel.prior.sha256
    recipe = json.dumps(panel.recipe.as_dict(), sort_keys=True)
    searched = {"prior": prior, "recipe": recipe, "corpus": panel.feature_set.corpus_digest}
    return question.digest({"networks": used, **searched})[:16]


def _search(
    question: ExaminationQuestion, words: Sequence[str], panel: Panel, folder: Path, progress: Progress
) -> list[Part]:
    """Search and measure part after part, each kept in a folder of its own."""
    codes = question.codes_per_word
    parts = [
        Part(word, first, min(CODES_PER_PART, codes - first))
        for word in words
        for first in range(0, codes, CODES_PER_PART)
    ]
    for number, part in enumerate(parts):

        def report(fraction: float, note: str, number: int = number, word: str = part.word) -> None:
            progress(SEARCHING * (number + fraction) / len(parts), f"{word}: {note}")

        examine_part(part, panel, question.seed, folder, report)
    return parts


def _networks(panel: Panel) -> dict[str, Any]:
    return {
        name: {"sha256": loaded.sha256, "network": loaded.slug, "is_climbed": name in panel.climbed}
        for name, loaded in panel.classifiers.items()
    }


def _copies(
    vocoders: Mapping[str, LoadedNetwork | None], words: Sequence[str], panel: Panel, progress: Progress
) -> dict[str, Any]:
    """Copy some test recordings of each word with each vocoder."""
    each = max(1, COPIED // len(words))
    rows = [row for word in words for row in rows_of_test_recordings(panel.feature_set, word)[:each]]
    measured = {}
    for slug, checkpoint in vocoders.items():
        progress(SEARCHING, f"copying {len(rows)} recordings with {slug}")
        vocoder = load_vocoder(slug, panel.feature_set.config, checkpoint, panel.device)
        measured[slug] = measure_copies(vocoder, panel.feature_set, rows, panel.device, progress)
    return measured


def _write(result: dict[str, Any], folder: Path) -> None:
    for name, text in (
        (TABLE, as_csv(result["per_word"], result["panel"])),
        (RESULT, json.dumps(result, indent=1, allow_nan=False)),
    ):
        with written_whole(folder / name) as file:
            file.write(text.encode())
