"""Which recording enters a clip."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.clip_request import ClipRequest
from generation.engine.materials import Materials, NoRecordingLeft, WordIsUnknown, rows_of_test_recordings
from generation.engine.takes import Takes
from tests.generation.engine.small_corpus import buzzing_features

WORDS = ("high", "low", "middle")
SEARCH = ClipRequest("maximised", "low", 0, 1, "recording", "features", "paper", "griffin_lim", ("deaf",))
OTHER = replace(SEARCH, start="other_word")
WRONG = replace(SEARCH, start="misclassified")


class HearsOne(nn.Module):
    """Takes everything for one word, except for the recordings it was told of."""

    def __init__(self, word, known):
        super().__init__()
        self.word, self.known = word, nn.Parameter(known.clone())

    def forward(self, features):
        logits = torch.zeros(len(features), len(WORDS))
        logits[:, self.word] = 1.0
        is_known = (features[:, None] == self.known[None]).flatten(2).all(dim=2).any(dim=1)
        logits[is_known, 1] = 2.0
        return logits


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("takes"), words=WORDS, takes=3)


@pytest.fixture(scope="module")
def takes(features):
    return takes_heard_by(features, HearsOne(0, features.features[rows_of_test_recordings(features, "low")[1:2]]))


def takes_heard_by(features, network):
    card = {"features": features.config.as_dict(), "words": list(features.words)}
    return Takes(Materials(features, {"deaf": LoadedNetwork(network, card, "residual_classifier", "sha")}))


def test_a_take_is_the_same_recording_whatever_is_made_of_it(takes, features):
    rows = rows_of_test_recordings(features, "low")

    for source in (SEARCH, ClipRequest("natural", "low"), ClipRequest("copy_synthesis", "low", vocoder="griffin_lim")):
        assert [takes.row(replace(source, take=take)) for take in range(3)] == rows
    assert takes.row(replace(SEARCH, start="noise", take=99)) is None


def test_recordings_of_the_word_named_are_pushed_to_another(takes, features):
    asked = replace(OTHER, from_word="middle", take=2)

    assert takes.row(asked) == rows_of_test_recordings(features, "middle")[2]


def test_left_out_all_other_words_take_turns(takes, features):
    rows = [takes.row(replace(OTHER, take=take)) for take in range(6)]

    said = [features.recordings[row].word for row in rows]
    assert said == ["middle", "high", "middle", "high", "middle", "high"]
    assert len(set(rows)) == 6
    assert features.recordings[takes.row(replace(OTHER, word="middle"))].word == "high"


def test_recordings_that_the_climbed_classifier_gets_wrong_are_found(takes, features):
    low = rows_of_test_recordings(features, "low")

    assert [takes.row(replace(WRONG, take=take)) for take in range(2)] == [low[0], low[2]]


def test_where_too_few_recordings_are_heard_wrongly_the_others_are_left_out(takes):
    asked = [replace(WRONG, word=word, take=take) for word in ("low", "high") for take in range(3)]

    assert [takes.is_left_out(request) for request in asked] == [False, False, True, True, True, True]
    assert not takes.is_left_out(replace(SEARCH, take=99))


def test_a_classifier_that_gets_nothing_wrong_leaves_nothing_to_start_at(features):
    only_high = replace_words(features, "high")

    with pytest.raises(NoRecordingLeft, match=r"No test recording is heard wrongly by deaf.*choose another start"):
        takes_heard_by(only_high, HearsOne(0, features.features[:0])).is_left_out(replace(WRONG, word="high"))


def replace_words(features, word):
    """Keep the recordings of one word alone."""
    rows = [row for row, recording in enumerate(features.recordings) if recording.word == word]
    kept = tuple(features.recordings[row] for row in rows)
    return replace(features, words=(word,), recordings=kept, features=features.features[rows])


@pytest.mark.parametrize(
    ("request_", "error", "complaint"),
    [
        (replace(SEARCH, take=3), NoRecordingLeft, "Take 3 of 'low' .* the test split has 3 recordings"),
        (replace(OTHER, take=6), NoRecordingLeft, "Take 3 of 'middle'"),
        (replace(OTHER, word="sideways"), WordIsUnknown, "do not know 'sideways'"),
        (replace(OTHER, from_word="sideways"), WordIsUnknown, "do not know 'sideways'"),
        (replace(SEARCH, start="noise", word="sideways"), WordIsUnknown, "do not know 'sideways'"),
        (replace(WRONG, take=2), NoRecordingLeft, "Take 2 .* of 'low' that deaf gets wrong, and there are 2"),
        (replace(WRONG, word="high"), NoRecordingLeft, "Take 0 .* of 'high' that deaf gets wrong, and there are 0"),
    ],
)
def test_a_recording_that_is_not_there_is_refused(takes, request_, error, complaint):
    with pytest.raises(error, match=complaint):
        takes.row(request_)


def test_a_group_is_decided_by_the_request_alone(takes):
    from_noise = replace(SEARCH, start="noise")

    assert takes.group(replace(from_noise, take=5), 4) == [replace(from_noise, take=take) for take in (4, 5, 6, 7)]
    assert takes.group(replace(from_noise, take=5), 1) == [replace(from_noise, take=5)]


def test_a_group_ends_where_no_recording_is_left(takes):
    assert takes.group(replace(SEARCH, take=1), 8) == [replace(SEARCH, take=take) for take in (0, 1, 2)]
    assert takes.group(replace(WRONG, take=1), 8) == [replace(WRONG, take=take) for take in (0, 1)]
