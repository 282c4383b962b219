"""Networks that are shipped with Hearsay: whole files with whole cards, used without any training."""

import hashlib
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from generation.actions.shipped import (
    ShippedNetworkIsDamaged,
    ShippedNetworkIsUnknown,
    register_shipped,
    ship,
    shipped_networks,
)
from generation.models import Checkpoint
from tests.factories import make_checkpoint, make_corpus, make_researcher

pytestmark = pytest.mark.django_db

WEIGHTS = b"weights of a tiny network"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SHIPPED_DIR = tmp_path / "shipped"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.CHECKPOINTS_DIR.mkdir()


def make_trained(**card):
    """Store a trained vocoder with a file of weights; what is shipped of it is its file and its card."""
    checkpoint = make_checkpoint(
        network="wavenet",
        role="vocoder",
        features="narrowband",
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        card={
            "network": "wavenet",
            "settings": {},
            "features": {},
            "seed": 3,
            "corpus": {"title": "Ten words", "licence": "CC BY 4.0", "is_synthetic": False, "digest": "d" * 64},
            **card,
        },
    )
    checkpoint.path.write_bytes(WEIGHTS)
    return checkpoint


@pytest.fixture
def shipped():
    """Ship a network, and forget that it was trained here."""
    trained = make_trained()
    network = ship(checkpoint=trained, name="small-wavenet")
    trained.path.unlink()
    trained.delete()
    return network


def test_a_shipped_network_is_registered_once_with_its_card(shipped):
    checkpoint, again = register_shipped(name="small-wavenet"), register_shipped(name="small-wavenet")

    assert checkpoint == again
    assert (checkpoint.network, checkpoint.role, checkpoint.features) == ("wavenet", "vocoder", "narrowband")
    assert checkpoint.path.read_bytes() == WEIGHTS
    assert json.loads(checkpoint.path.with_suffix(".json").read_text()) == checkpoint.card
    assert checkpoint.corpus is None
    assert checkpoint.trained_on["title"] == "Ten words"


def test_a_shipped_network_knows_its_corpus_where_that_is_here(shipped):
    corpus = make_corpus(digest="d" * 64)

    assert register_shipped(name="small-wavenet").corpus == corpus


def test_a_registered_network_is_restored_if_its_file_is_gone(shipped):
    checkpoint = register_shipped(name="small-wavenet")
    checkpoint.path.unlink()

    assert register_shipped(name="small-wavenet") == checkpoint
    assert checkpoint.path.read_bytes() == WEIGHTS


def test_a_file_with_another_hash_is_refused(shipped):
    shipped.path.write_bytes(b"other weights")

    with pytest.raises(ShippedNetworkIsDamaged, match=r"has the SHA-256 .*, its card says .*: the file is not the one"):
        register_shipped(name="small-wavenet")
    assert not Checkpoint.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"network": "perceptron"}, "names the network 'perceptron', which the catalogue does not know"),
        ({"feature_definition": "broad"}, "names the features 'broad'"),
        ({"corpus": {"title": "Ten words"}}, "lacks corpus.licence, corpus.is_synthetic"),
    ],
)
def test_a_card_that_says_too_little_is_refused(shipped, change, said):
    path = shipped.path.with_suffix(".json")
    path.write_text(json.dumps(shipped.card | change))

    with pytest.raises(ShippedNetworkIsDamaged, match=said):
        register_shipped(name="small-wavenet")


def test_a_card_that_is_no_json_is_refused(shipped):
    shipped.path.with_suffix(".json").write_text("{")

    with pytest.raises(ShippedNetworkIsDamaged, match="is no card"):
        shipped_networks()


def test_an_unknown_name_is_told_what_there_is(shipped):
    with pytest.raises(ShippedNetworkIsUnknown, match="there are: small-wavenet"):
        register_shipped(name="large-wavenet")


def test_shipped_networks_are_listed_registered_and_added_from_the_terminal(shipped, capsys):
    trained = make_trained()

    call_command("shipped", "register", "small-wavenet")
    call_command("shipped", "add", "another", checkpoint=trained.slug)
    call_command("shipped")

    told = capsys.readouterr().out
    assert Checkpoint.objects.exclude(pk=trained.pk).get().slug in told
    assert "small-wavenet: wavenet, narrowband, 0 kB, trained on Ten words (CC BY 4.0)" in told
    assert "another: wavenet" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["register"], "Say which to register"),
        (["register", "nothing"], "there are: small-wavenet"),
        (["add", "another"], "Say what to add"),
        (["add", "another", "--checkpoint", "nothing"], "no checkpoint 'nothing'"),
    ],
)
def test_the_command_says_what_is_wrong(shipped, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("shipped", *arguments)


def test_a_name_is_not_shipped_twice(shipped):
    trained = make_trained()

    with pytest.raises(CommandError, match="is there already"):
        call_command("shipped", "add", "small-wavenet", checkpoint=trained.slug)


def test_nothing_is_shipped_without_saying_where_it_comes_from():
    trained = make_trained(corpus={})

    with pytest.raises(CommandError, match=r"lacks corpus\.title"):
        call_command("shipped", "add", "small-wavenet", checkpoint=trained.slug)
    assert shipped_networks() == []


def test_a_shipped_networks_page_says_what_it_was_trained_on(shipped, client):
    client.force_login(make_researcher())
    checkpoint = register_shipped(name="small-wavenet")

    page = client.get(reverse("checkpoint_detail", args=[checkpoint.slug])).content.decode()
    listed = client.get(reverse("checkpoint_list")).content.decode()

    for said in ("Ten words", "CC BY 4.0", checkpoint.sha256):
        assert said in page
    assert "Ten words" in listed
