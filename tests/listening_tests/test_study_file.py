"""A study file is read whole or refused with a line for each fault."""

from pathlib import Path

import pytest

from listening_tests.study_file import StudyFileIsWrong, protocol_digest, read_study_file

RESIDUAL = "networks.classifiers.residual"
DEMO = Path(__file__).parents[2] / "studies" / "demo.yaml"


def changed(tmp_path, *changes):
    """Return the path of the demo's study file with some text replaced, each replacement once."""
    text = DEMO.read_text()
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
        "statistics": ["word_identification", "classifier_human_agreement", "mean_opinion_score"],
    }


def test_a_protocol_has_the_same_digest_however_its_file_is_laid_out(tmp_path):
    reordered = changed(tmp_path, ("slug: demo\n", ""), ("seed: 1\n", "seed: 1\nslug: demo\n"))

    digests = {protocol_digest(read_study_file(path).as_protocol()) for path in (DEMO, reordered)}

    assert len(digests) == 1


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
        ("start: noise", "start: nowhere", "systems.3.start", "choose one of noise, recording"),
        ("vocoder: griffin_lim", "vocoder: lpc", "systems.1.vocoder", "choose one of griffin_lim, wavenet"),
        ("preset: paper, vocoder: griffin_lim", "preset: paper", "systems.3", "needs vocoder"),
        ("source: natural", "source: natural, start: noise", "systems.0", "take it out"),
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
