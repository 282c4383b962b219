"""Preparing a study asks for the networks it trains, takes those it names, and refuses what does not fit."""

import hashlib
from pathlib import Path

import pytest
import yaml

from generation.actions.shipped import ship
from listening_tests.actions.study_networks import NetworkCannotBeHad, request_networks
from listening_tests.study_file.reading import parse_study_file
from tests.factories import WORDS, make_checkpoint, make_corpus

pytestmark = pytest.mark.django_db

NETWORKS = {
    "classifiers": {
        "paper": {"network": "paper_classifier", "epochs": 15},
        "residual": {"network": "residual_classifier", "epochs": 10},
    },
    "prior": {"network": "half_autoencoder", "epochs": 20},
    "vocoders": {"wavenet": {"steps": 4000}},
}
PLAIN = Path(__file__).parent / "study.yaml"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    for name in ("CHECKPOINTS_DIR", "SHIPPED_DIR"):
        folder = tmp_path / name
        folder.mkdir()
        setattr(settings, name, folder)


def networks_of(corpus=None, **networks):
    """Request the networks of a study like the demo's, some of them others."""
    fields = yaml.safe_load(PLAIN.read_text())
    fields |= {"words": list(WORDS), "networks": {**NETWORKS, **networks}}
    for block in fields["blocks"]:
        block["trials_per_session"] = 8
    study_file = parse_study_file(yaml.safe_dump(fields, sort_keys=False), name="study.yaml")
    found = request_networks(study_file=study_file, corpus=corpus or make_corpus(), requested_by=None)
    found.check_judged(study_file)
    return found


def make_own(**fields):
    """Store a classifier that fits the demo's study."""
    return make_checkpoint(**{"features": "narrowband", "card": {"words": list(WORDS)}, **fields})


def test_each_network_is_asked_for_with_its_seed_and_settings_vocoders_first():
    panel = {
        "paper": {"network": "paper_classifier", "epochs": 5, "recipe": "paper", "seed": 9},
        "residual": {"network": "residual_classifier", "epochs": 4},
        "floor": {"network": "paper_classifier", "epochs": 0},
    }

    found = networks_of(classifiers=panel, vocoders={"wavenet": {"steps": 7, "size": "plain"}})

    asked = [job.items.get().parameters for job in found.jobs]
    assert [(each["network"], each["settings"], each["seed"]) for each in asked] == [
        ("wavenet", {"steps": 7, "size": "plain"}, 1),
        ("half_autoencoder", {"epochs": 20}, 1),
        ("paper_classifier", {"epochs": 5, "recipe": "paper"}, 9),
        ("residual_classifier", {"epochs": 4}, 1),
        ("paper_classifier", {"epochs": 0}, 1),
    ]


def test_a_registered_network_is_taken_as_it_is():
    own, judge = make_own(network="paper_classifier"), make_own()

    found = networks_of(classifiers={"paper": {"checkpoint": own.slug}, "judge": {"checkpoint": judge.slug}})

    assert found.panel == {"paper": own, "judge": judge}
    assert [job.items.get().parameters["network"] for job in found.jobs] == ["wavenet", "half_autoencoder"]


def test_a_shipped_vocoder_is_registered_and_taken():
    card = {"network": "wavenet", "settings": {}, "features": {}, "seed": 1,
            "corpus": {"title": "Digits", "licence": "CC BY-SA 4.0", "is_synthetic": False}}  # fmt: skip
    trained = make_checkpoint(
        network="wavenet", role="vocoder", features="narrowband", card=card, sha256=hashlib.sha256(b"w").hexdigest()
    )
    trained.path.write_bytes(b"w")
    ship(checkpoint=trained, name="digits-wavenet")

    found = networks_of(vocoders={"wavenet": {"shipped": "digits-wavenet"}})

    assert found.vocoders["wavenet"].slug.startswith("digits-wavenet-")
    assert found.for_clips().vocoders == found.vocoders


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"role": "prior"}, "has the kind prior, and classifier is needed"),
        ({"features": "wideband"}, "has the features wideband, and narrowband is needed"),
        ({"card": {"words": ["no", "yes"]}}, r"has the words \['no', 'yes'\]"),
    ],
)
def test_a_registered_network_that_does_not_fit_is_refused(fields, said):
    own = make_own(**fields)

    with pytest.raises(NetworkCannotBeHad, match=rf"networks\.classifiers\.paper: .*{said}"):
        networks_of(
            classifiers={"paper": {"checkpoint": own.slug}, "residual": {"network": "residual_classifier", "epochs": 1}}
        )


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"vocoders": {"wavenet": {"shipped": "nothing"}}}, r"networks\.vocoders\.wavenet: No network 'nothing'"),
        ({"prior": {"checkpoint": "nothing"}}, r"networks\.prior: There is no checkpoint 'nothing'"),
    ],
)
def test_a_network_that_is_not_there_is_named(sections, said):
    with pytest.raises(NetworkCannotBeHad, match=said):
        networks_of(**sections)


def test_a_prior_of_other_words_is_refused():
    other = make_own(network="half_autoencoder", role="prior", card={"words": ["zero", "one"]})

    with pytest.raises(NetworkCannotBeHad, match=r"networks\.prior: .* has the words \['zero', 'one'\]"):
        networks_of(prior={"checkpoint": other.slug})


def test_a_vocoders_network_is_that_vocoders():
    other = make_own(network="half_autoencoder", role="vocoder")

    with pytest.raises(NetworkCannotBeHad, match="has the network half_autoencoder, and wavenet is needed"):
        networks_of(vocoders={"wavenet": {"checkpoint": other.slug}})


def test_a_registered_judge_of_the_same_architecture_is_no_judge():
    own, other = make_own(network="paper_classifier"), make_own(network="paper_classifier")

    with pytest.raises(NetworkCannotBeHad, match="no judge of another architecture"):
        networks_of(classifiers={"paper": {"checkpoint": own.slug}, "other": {"checkpoint": other.slug}})
