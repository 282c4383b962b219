"""A whole examination in one call, its tables and its pictures."""

import csv
import io
import json
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy
import pytest
import torch

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.corpora.recordings import read_waveform
from generation.engine.corpora.splits import Split
from generation.engine.examination import copy_synthesis, examine, files
from generation.engine.examination.copy_synthesis import measure_copies
from generation.engine.examination.examine import CODES_PER_PART
from generation.engine.examination.panel import Panel
from generation.engine.examination.picture_scale import picture_scale
from generation.engine.examination.question import ExaminationQuestion, QuestionDoesNotFit
from generation.engine.examination.tables import as_csv, diversities, nearest, panel_rows, word_rows
from generation.engine.features import FEATURES, filter_bank, standardise
from generation.engine.maximisation.decoding import PriorIsMissing
from generation.engine.maximisation.recipes import preset
from generation.engine.networks import build
from generation.engine.progress import unwatched
from tests.generation.engine.small_corpus import SHORT, buzzing_features

CPU = torch.device("cpu")
QUESTION = ExaminationQuestion(climbs=("own",), preset="paper", space="features", codes_per_word=3, seed=1)


def untrained(network, seed):
    torch.manual_seed(seed)
    built = build(network, {"n_words": 2, "n_mels": 80, "n_frames": SHORT.n_frames}).eval().requires_grad_(False)
    return LoadedNetwork(built, {}, network, f"sha of {seed}")


@pytest.fixture(scope="module")
def buzzes(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("examined"))


@pytest.fixture(scope="module")
def panel():
    return {"judge": untrained("residual_classifier", 1), "own": untrained("temporal_classifier", 2)}


@pytest.fixture(scope="module")
def examined(buzzes, panel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    return folder, examine.examine(QUESTION, panel, None, buzzes, {"griffin_lim": None}, folder, CPU)


def test_the_result_is_what_the_file_says(examined):
    folder, result = examined

    assert json.loads((folder / "result.json").read_text()) == result
    assert ExaminationQuestion.from_dict(result["question"]) == QUESTION
    assert result["words"] == result["classes"] == ["high", "low"]
    assert result["networks"] == {
        "own": {"sha256": "sha of 2", "network": "temporal_classifier", "is_climbed": True},
        "judge": {"sha256": "sha of 1", "network": "residual_classifier", "is_climbed": False},
    }


def test_every_network_and_the_panel_have_a_row_for_each_word(examined):
    _, result = examined

    for name in ("own", "judge"):
        assert [(row["word"], row["n"]) for row in result["per_word"][name]] == [("high", 3), ("low", 3)]
        for row, chances in zip(result["per_word"][name], result["heat_maps"][name], strict=True):
            assert row["mean_probability"] == chances[result["classes"].index(row["word"])]
            assert sum(chances) == pytest.approx(1)
    assert [(row["word"], row["n"]) for row in result["panel"]] == [("high", 3), ("low", 3), (None, 6)]


def test_the_pictures_named_are_there(examined):
    folder, result = examined
    pictures = result["pictures"]

    named = [*pictures["heat_maps"].values(), *pictures["latent_maps"], *pictures["features"].values()]

    assert sorted(named) == sorted(path.name for path in folder.glob("*.svg"))
    assert set(pictures["heat_maps"]) == {"own", "judge"}
    assert set(pictures["features"]) == {"high", "low"}
    assert len(pictures["latent_maps"]) == 2
    features = ElementTree.parse(folder / pictures["features"]["high"])
    images = features.findall(".//{http://www.w3.org/2000/svg}image")
    assert [image.get("href").split(",")[0] for image in images] == ["data:image/png;base64"] * 3


def test_what_was_searched_is_not_searched_again_and_another_question_is(examined, buzzes, panel, monkeypatch):
    folder, result = examined
    monkeypatch.setattr(files, "search", lambda part, *_: pytest.fail(f"searched {part}"))

    again = examine.examine(QUESTION, panel, None, buzzes, {"griffin_lim": None}, folder, CPU)

    assert again == result
    other = ExaminationQuestion(**{**QUESTION.as_dict(), "climbs": ("own",), "seed": 2})
    with pytest.raises(pytest.fail.Exception, match="searched"):
        examine.examine(other, panel, None, buzzes, {}, folder, CPU)


def test_an_examination_goes_on_after_an_interruption(buzzes, panel, tmp_path, monkeypatch):
    monkeypatch.setattr(examine, "CODES_PER_PART", 2)
    asked = (QUESTION, panel, None, buzzes, {}, tmp_path, CPU)
    told = []

    def interrupt(fraction, note):
        told.append(fraction)
        if fraction > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine.examine(*asked, interrupt)
    kept = {path.name for path in tmp_path.glob("parts/*/*")}
    result = examine.examine(*asked)

    assert kept == {"high-0", "high-2"}
    assert not list(tmp_path.glob("parts/*/.*"))
    assert [row["n"] for row in result["panel"]] == [3, 3, 6]
    assert told == sorted(told)


def test_a_question_must_fit_what_it_is_put_to(buzzes, panel, tmp_path):
    def ask(**fields):
        question = ExaminationQuestion(**{**vars(QUESTION), **fields})
        return examine.examine(question, panel, None, buzzes, {}, tmp_path, CPU)

    with pytest.raises(QuestionDoesNotFit, match="network 'stranger'"):
        ask(climbs=("stranger",))
    with pytest.raises(QuestionDoesNotFit, match="word 'middle'"):
        ask(words=("high", "middle"))
    with pytest.raises(PriorIsMissing):
        ask(space="decoder")


@pytest.mark.parametrize(
    "fields",
    [{"climbs": ()}, {"codes_per_word": 0}, {"start": "test"}, {"words": ()}],
    ids=lambda each: next(iter(each)),
)
def test_a_question_that_makes_no_sense_is_refused(fields):
    with pytest.raises(QuestionDoesNotFit):
        ExaminationQuestion(**{**vars(QUESTION), **fields})


def counted(word, agreed, own, judge):
    def classifier(hits, score):
        return {"features": {"hits": hits, "n": 100, "score": score}}

    return {
        "word": word,
        "agreed": {"features": {"hits": agreed, "n": 100}},
        "classifiers": {"own": classifier(*own), "judge": classifier(*judge)},
    }


def a_summary():
    measures = {"nearest": 0.1, "diversity": None}, {"nearest": 0.3, "diversity": 0.2}
    shown = [
        {"distance": distance, "nearest": {"word": "no", "file": f"{talker}.wav", "talker": talker}}
        for distance, talker in ((0.2, "ann"), (0.1, "bob"))
    ]
    return {
        "table": [counted("yes", 80, (100, 0.9), (80, 0.7)), counted("no", 10, (90, 0.6), (20, 0.2))],
        "measures": {word: {"maximised": each, "recordings": each} for word, each in zip("yn", measures, strict=True)},
        "shown": {"yes": shown},
    }


def test_a_panels_rows_count_what_all_accept_and_end_with_the_total():
    rows = panel_rows(a_summary())

    assert [(row["word"], row["accepted"], row["n"]) for row in rows] == [
        ("yes", 80, 100), ("no", 10, 100), (None, 90, 200),
    ]  # fmt: skip
    assert [row["mean_probability"] for row in rows] == pytest.approx([0.8, 0.4, 0.6])
    # Wilson 1927 by hand: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), n = 100, p = 0.8, z = 1.95996.
    assert (rows[0]["low"], rows[0]["high"]) == pytest.approx((0.7112, 0.8666), abs=1e-4)


def test_the_csv_holds_every_row():
    summary = a_summary()
    per_word = {name: word_rows(summary, name) for name in ("own", "judge")}

    rows = list(csv.DictReader(io.StringIO(as_csv(per_word, panel_rows(summary)))))

    assert [(row["network"], row["word"], row["accepted"]) for row in rows] == [
        ("own", "yes", "100"), ("own", "no", "90"), ("judge", "yes", "80"), ("judge", "no", "20"),
        ("panel", "yes", "80"), ("panel", "no", "10"), ("panel", "", "90"),
    ]  # fmt: skip


def test_measures_are_averaged_over_the_words_that_have_them():
    summary = a_summary()

    assert nearest(summary)["maximised"] == pytest.approx(0.2)
    assert nearest(summary)["examples"] == [
        {"word": "yes", "distance": 0.1, "recording": "no/bob.wav", "talker": "bob"}
    ]
    assert diversities(summary) == {"maximised": 0.2, "recordings": 0.2}


def test_a_vocoder_that_gives_the_recordings_back_makes_perfect_copies(buzzes, monkeypatch):
    monkeypatch.setattr(copy_synthesis, "BATCH", 2)
    monkeypatch.setattr(copy_synthesis, "pesq_is_installed", lambda: False)
    rows = buzzes.rows(Split.TESTING).tolist()
    read = [read_waveform(buzzes.recordings[row].path, SHORT.sample_rate)[None] for row in rows]
    originals = torch.cat([standardise(each, SHORT) for each in read])

    found = measure_copies(lambda features, *, seeds: originals[seeds] * 0.1, buzzes, rows, CPU, unwatched)

    assert found["n"] == len(rows) == 4
    assert found["log_mel_distance"] == pytest.approx(0, abs=1e-3)
    assert found["pesq"] is None
    assert "not installed" in found["pesq_note"]


def test_codes_are_mapped_whitened():
    prior = SimpleNamespace(network=SimpleNamespace(whiten=lambda codes: codes / 10))
    with_prior = Panel(None, {}, {}, prior, preset("paper", "decoder"), CPU)
    without = Panel(None, {}, {}, None, preset("paper", "features"), CPU)
    codes = torch.ones(2, 3)

    assert with_prior.whitened(codes).tolist() == (codes / 10).tolist()
    assert without.whitened(codes) is codes


@pytest.mark.parametrize("name", FEATURES)
def test_a_frequencys_place_is_the_band_that_a_tone_of_it_is_loudest_in(name):
    config = FEATURES[name]
    bins = numpy.linspace(0, config.sample_rate / 2, config.n_frequencies)

    scale = picture_scale(config)

    assert scale["seconds"] == config.duration
    assert len(scale["ticks"]) >= 4
    for height, hertz in scale["ticks"]:
        nearest_bin = int(numpy.abs(bins - hertz).argmin())
        loudest = int(filter_bank(config, CPU)[:, nearest_bin].argmax())
        assert height * config.n_mels == pytest.approx(loudest + 0.5, abs=1.5)


def test_parts_hold_whole_groups():
    assert CODES_PER_PART % preset("recommended", "decoder").objective.group_size == 0
