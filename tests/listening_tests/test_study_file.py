"""A study file is read whole or refused with a line for each fault."""

from collections import Counter
from pathlib import Path

import pytest

from listening_tests.actions.building import planned_clips
from listening_tests.study_file.reading import StudyFileIsWrong, parse_study_file, protocol_digest, read_study_file

RESIDUAL = "networks.classifiers.residual"
STUDIES = Path(__file__).parents[2] / "studies"
DEMO = STUDIES / "demo.yaml"
PLAIN = Path(__file__).parent / "study.yaml"


def changed(tmp_path, *changes):
    """Return the path of a study file with some text replaced, each replacement once."""
    text = PLAIN.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "study.yaml"
    path.write_text(text)
    return path


def line_of(path, text):
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_the_demo_study_file_is_valid():
    study_file = read_study_file(DEMO)

    assert len(study_file.words) == 10
    assert {system.source for system in study_file.systems} == {"natural", "copy_synthesis", "maximised"}


def test_on_off_yes_and_no_are_words_without_quotes():
    assert {"on", "off", "yes", "no"} <= set(read_study_file(DEMO).words)


def test_the_protocol_writes_every_default_out(tmp_path):
    protocol = read_study_file(changed(tmp_path, ("  confidence: 0.95\n", "  confidence: 0.9\n"))).as_protocol()

    assert protocol["listeners"]["session_hours"] == 24
    assert protocol["analysis"] == {
        "confidence": 0.9,
        "exclusions": [],
        "statistics": [
            "word_identification",
            "identification_information",
            "classifier_human_agreement",
            "error_consistency",
            "vocoder_and_network",
            "mean_opinion_score",
            "mixed_model",
            "pairwise_differences",
            "reliability",
            "standard_deviation_of_scores",
            "listener_bias",
        ],
    }


def test_a_protocol_has_the_same_digest_however_its_file_is_laid_out(tmp_path):
    plain = read_study_file(changed(tmp_path))
    reordered = read_study_file(changed(tmp_path, ("slug: demo\n", ""), ("seed: 1\n", "seed: 1\nslug: demo\n")))

    assert protocol_digest(plain.as_protocol()) == protocol_digest(reordered.as_protocol())


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("seed: 1", "seeds: 1", "seeds", "no such field"),
        ("title: What does", "titel: What does", "title", "missing"),
        ("epochs: 10", "epochs: ten", "networks.classifiers.residual.epochs", "valid integer (found 'ten')"),
        ("clips_per_word: 2", "clips_per_word: 0", "clips_per_word", "greater than or equal to 1"),
        ("network: residual_classifier", "network: perceptron", RESIDUAL + ".network", "choose one of"),
        ("network: residual_classifier", "network: paper_classifier", "the file", "no judge of another architecture"),
        ("epochs: 10", "epochs: 0", "the file", "'classifier-noise' climbs paper, and the panel has no judge"),
        ("epochs: 10", "epochs: 10, shuffled_labels: true", "the file", "one that learnt no words judges nothing"),
        ("epochs: 10", "epochs: 0, shuffled_labels: true", RESIDUAL, "no labels to shuffle"),
        ("epochs: 10", "seed: 3", RESIDUAL, "needs epochs"),
        ("epochs: 10", "epochs: 10, checkpoint: mine", RESIDUAL, "exactly one way"),
        ("residual_classifier, epochs: 10", "paper_classifier, epochs: 15", "networks", "give one another seed"),
        ("wavenet: {steps: 4000}", "wavenet: {}", "networks.vocoders.wavenet", "exactly one way: steps to train it"),
        ("wavenet: {steps: 4000}", "griffin_lim: {steps: 4000}", "networks.vocoders.griffin_lim", "to train: choose"),
        ("climbs: [paper]", "climbs: [papers]", "the file", "climbs 'papers', which is not among paper, residual"),
        ("climbs: [paper]", "climbs: [paper, paper]", "systems.3", "names a classifier twice"),
        ("climbs: [paper], ", "", "systems.3", "needs climbs"),
        ("climbs: [paper]", "climbs: [paper], from_word: go", "systems.3", "start: other_word only"),
        (
            "  prior: {network: half_autoencoder, epochs: 20}\n",
            "",
            "the file",
            "'decoder-noise' goes through the decoder",
        ),
        ("source: copy_synthesis, vocoder: griffin_lim", "source: reconstruction", "systems.1", "needs vocoder"),
        ("preset: paper", "preset: whitened", "systems.3", "the preset whitened searches decoder, not features"),
        ("start: recording", "start: other_word, from_word: bird", "the file", "'bird', which is not among the words"),
        ("start: noise", "start: nowhere", "systems.3.start", "choose one of noise, recording"),
        ("vocoder: griffin_lim", "vocoder: lpc", "systems.1.vocoder", "choose one of griffin_lim, wavenet"),
        ("preset: paper, vocoder: griffin_lim", "preset: paper", "systems.3", "needs vocoder"),
        ("source: natural", "source: natural, start: noise", "systems.0", "take it out"),
        ("words: [down, go,", "words: [none of these, go,", "words.0", "no word can be called so"),
        ("words: [down, go,", "words: [down, down,", "the file", "the word 'down' is listed twice"),
        (
            "space: decoder, preset: whitened, vocoder: wavenet",
            "space: decoder, preset: whitened, vocoder: griffin_lim",
            "the file",
            "'decoder-noise' and 'decoder-noise-wavenet' make the same clips",
        ),
        ("  vocoders:\n    wavenet: {steps: 4000}\n", "", "the file", "which is not in networks.vocoders"),
        ("  make: espeak\n", "  make: espeak\n  folder: here\n", "corpus", "exactly one of folder, make and fetch"),
        ("method: acr", "method: acrr", "blocks.1.method", "is not a test method"),
        ("trials_per_session: 16", "trials_per_session: 81", "the file", "there are 80 pairs"),
        ("maximum: 100", "maximum: 10", "the file", "needs 60 listeners"),
        ("  confidence: 0.95", "  statistics: [anova]", "the file", "offer word_identification"),
    ],
)
def test_a_fault_is_told_with_its_field_and_what_to_do(tmp_path, old, new, field, said):
    path = changed(tmp_path, (old, new))

    with pytest.raises(StudyFileIsWrong) as caught:
        read_study_file(path)

    assert f": {field}: " in str(caught.value)
    assert said in str(caught.value)


def test_a_fault_names_its_line(tmp_path):
    path = changed(tmp_path, ("epochs: 10", "epochs: ten"))

    with pytest.raises(
        StudyFileIsWrong, match=f"line {line_of(path, 'epochs: ten')}: networks.classifiers.residual.epochs"
    ):
        read_study_file(path)


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_file_takes_the_fields_it_lacks_from_the_one_it_extends(tmp_path):
    (tmp_path / "below").mkdir()
    base = changed(tmp_path / "below", ("confidence: 0.95", "confidence: 0.9"))
    write(tmp_path / "below", "middle.yaml", "extends: study.yaml\nwords: [go, no]\nclips_per_word: 3\n")
    path = write(tmp_path, "study.yaml", "extends: below/middle.yaml\nslug: short\nwords: [up, yes, 'no', on]\n")

    short, demo = read_study_file(path), read_study_file(base)

    assert (short.slug, short.words, short.clips_per_word) == ("short", ["up", "yes", "no", "on"], 3)
    assert (short.systems, short.networks, short.corpus) == (demo.systems, demo.networks, demo.corpus)
    assert short.analysis.confidence == 0.9


def test_a_fault_is_told_in_the_file_where_it_stands(tmp_path):
    base = changed(tmp_path, ("epochs: 10", "epochs: ten"))
    path = write(tmp_path, "own.yaml", "slug: own\nextends: study.yaml\nclips_per_word: 0\n")

    with pytest.raises(StudyFileIsWrong) as caught:
        read_study_file(path)

    own, extended = sorted(str(caught.value).splitlines())
    assert own.startswith(f"{path}, line 3: clips_per_word")
    assert extended.startswith(f"{base}, line {line_of(base, 'epochs: ten')}: {RESIDUAL}.epochs")


@pytest.mark.parametrize(
    ("extended", "said"), [("nowhere.yaml", r"nowhere\.yaml: No such file"), ("own.yaml", "leads back to it")]
)
def test_a_file_extends_another_one_that_is_there(tmp_path, extended, said):
    path = write(tmp_path, "own.yaml", f"extends: {extended}\n")

    with pytest.raises(StudyFileIsWrong, match=said):
        read_study_file(path)


def test_only_files_extend_one_another():
    with pytest.raises(StudyFileIsWrong, match="the study file: only a file can extend another one"):
        parse_study_file("extends: demo.yaml\n", name="the study file")


def test_the_controls_climb_networks_that_learnt_no_words_and_no_direction():
    study_file = read_study_file(STUDIES / "controls.yaml")

    controls = {name for name, section in study_file.networks.classifiers.items() if section.is_control}
    climbed = {name for system in study_file.systems for name in system.climbs or []}
    assert controls == {"untrained", "shuffled"} < climbed
    assert "random_direction" in {system.preset for system in study_file.systems}


@pytest.mark.parametrize(
    ("name", "n_clips"), [("paper", 630), ("paper-espeak", 630), ("paper-ten-words", 180), ("paper-digits", 180)]
)
def test_the_papers_set_has_as_many_clips_of_each_system_as_of_any_other(name, n_clips):
    study_file = read_study_file(STUDIES / f"{name}.yaml")

    planned = planned_clips(study_file)

    assert (study_file.slug, len(planned)) == (name, n_clips)
    per_system = Counter(each.system for each in planned)
    assert set(per_system.values()) == {n_clips / 6}
    searched = Counter((each.get("space"), each.get("start")) for each in planned.values())
    assert searched == {
        (None, None): n_clips / 3,
        **{(space, start): n_clips / 6 for space in ("features", "decoder") for start in ("noise", "recording")},
    }


def test_a_system_says_no_word_that_it_starts_from(tmp_path):
    path = changed(tmp_path, ("start: recording", "start: other_word, from_word: go"))

    planned = planned_clips(read_study_file(path))

    pushed = {each.word for each, request in planned.items() if request.get("from_word") == "go"}
    assert pushed == {"down", "left", "no", "off", "on", "right", "stop", "up", "yes"}


def test_a_word_that_a_system_starts_from_is_none_of_its_pairs(tmp_path):
    path = changed(
        tmp_path,
        ("start: recording", "start: other_word, from_word: go"),
        ("trials_per_session: 16", "trials_per_session: 80"),
    )

    with pytest.raises(StudyFileIsWrong, match="there are 79 pairs"):
        read_study_file(path)


def test_every_fault_is_told_at_once(tmp_path):
    path = changed(tmp_path, ("epochs: 10", "epochs: ten"), ("method: acr", "method: acrr"), ("seed: 1", "seed: -1"))

    with pytest.raises(StudyFileIsWrong) as caught:
        read_study_file(path)

    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"words: [a", "not YAML"), (b"- a\n- b\n", "no list of fields"), (b"title: \xff", "not UTF-8"), (b"", "no list")],
)
def test_a_file_that_is_no_study_file_is_refused(tmp_path, content, said):
    path = tmp_path / "study.yaml"
    path.write_bytes(content)

    with pytest.raises(StudyFileIsWrong, match=said):
        read_study_file(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StudyFileIsWrong, match=r"nowhere\.yaml: No such file"):
        read_study_file(tmp_path / "nowhere.yaml")
