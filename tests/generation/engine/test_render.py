"""From requests to clips with recipes and judgements."""

import hashlib
import json
from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch import nn

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.clip_request import ClipRequest
from generation.engine.features import FEATURES
from generation.engine.materials import (
    CheckpointDoesNotFit,
    ClassifierIsMissing,
    Materials,
    NoRecordingLeft,
    WordIsUnknown,
    rows_of_test_recordings,
)
from generation.engine.maximisation.decoding import PriorIsMissing
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.penalties.likeness import Likeness
from generation.engine.maximisation.recipes import PRESETS, PresetIsUnknown
from generation.engine.networks import build
from generation.engine.networks.wavenet import WaveNet, WaveNetConfig
from generation.engine.render import render
from generation.engine.vocoders.griffin_lim import GriffinLim
from generation.engine.vocoders.wavenet import WaveNetCheckpointIsMissing
from tests.generation.engine.small_corpus import SHORT, buzzing_features

NATURAL = ClipRequest("natural", "low", take=1)
COPY = ClipRequest("copy_synthesis", "low", take=1, vocoder="griffin_lim")
DECODED = ClipRequest("reconstruction", "low", take=1, vocoder="griffin_lim")
FROM_NOISE = ClipRequest("maximised", "low", 0, 1, "noise", "features", "paper", "griffin_lim", ("own",))
FROM_RECORDING = ClipRequest("maximised", "low", 1, 1, "recording", "features", "paper", "griffin_lim", ("own",))
THROUGH_DECODER = ClipRequest("maximised", "high", 1, 1, "noise", "decoder", "whitened", "griffin_lim", ("own",))


def ignore(fraction, note):
    """Take no notice of the progress."""


def card(features, **fields):
    return {"features": features.config.as_dict(), "words": list(features.words), **fields}


def classifier(features, seed):
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Flatten(), nn.Linear(SHORT.n_mels * SHORT.n_frames, len(features.words))).eval()
    return LoadedNetwork(network, card(features), "residual_classifier", f"sha-of-{seed}")


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("render"))


@pytest.fixture(scope="module")
def materials(features):
    torch.manual_seed(3)
    prior = build("half_autoencoder", {"n_mels": SHORT.n_mels, "n_frames": SHORT.n_frames})
    prior(features.features[:1])
    wavenet = WaveNet(WaveNetConfig(layers=2, residual_channels=4, skip_channels=4, condition_channels=4))
    return Materials(
        feature_set=features,
        classifiers={"own": classifier(features, 1), "other": classifier(features, 2)},
        prior=LoadedNetwork(prior.eval(), {"features": SHORT.as_dict()}, "half_autoencoder", "sha-of-prior"),
        vocoders={"wavenet": LoadedNetwork(wavenet, {"features": SHORT.as_dict()}, "wavenet", "sha-of-wavenet")},
    )


def test_a_reconstruction_is_what_the_prior_makes_of_the_recording(materials):
    copied, decoded = render([COPY, DECODED], materials, ignore)

    prior = materials.prior.network
    with torch.inference_mode():
        expected = prior.decode(prior.encode(copied.features[None]))[0]
    torch.testing.assert_close(decoded.features, expected)
    assert decoded.recipe["prior_sha256"] == "sha-of-prior"
    assert decoded.recipe["recording"] == copied.recipe["recording"]


def test_a_reconstruction_needs_a_prior(materials):
    with pytest.raises(PriorIsMissing, match="go through a decoder"):
        render([DECODED], replace(materials, prior=None), ignore)


def test_every_system_gives_a_clip_of_one_rate_length_and_level(materials):
    requests = [NATURAL, COPY, FROM_NOISE, FROM_RECORDING, THROUGH_DECODER, replace(COPY, vocoder="wavenet")]

    clips = list(render(requests, materials, ignore))

    assert [clip.request for clip in clips] == requests
    for clip in clips:
        assert clip.waveform.shape == (SHORT.n_samples,)
        assert clip.sample_rate == SHORT.sample_rate
        assert clip.waveform.abs().max() <= 0.95 + 1e-6
        assert clip.features.shape == (SHORT.n_mels, SHORT.n_frames)


def test_every_classifier_judges_every_clip_before_and_after_the_vocoder(materials):
    (clip,) = render([THROUGH_DECODER], materials, ignore)

    assert set(clip.judgements) == {"own", "other"}
    for stages in clip.judgements.values():
        assert set(stages) == {"features", "audio"}
        for chances in stages.values():
            assert set(chances) == {"high", "low"}
            assert sum(chances.values()) == pytest.approx(1.0)


def test_natural_copy_synthesis_and_a_search_share_the_recording_of_a_take(materials, features):
    clips = list(render([NATURAL, COPY, FROM_RECORDING], materials, ignore))

    row = rows_of_test_recordings(features, "low")[1]
    path = features.recordings[row].path
    expected = {
        "name": f"low/{path.name}", "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "split": "testing",
    }  # fmt: skip
    assert [clip.recipe["recording"] for clip in clips] == [expected] * 3
    assert [clip.talker for clip in clips] == ["talker3"] * 3
    assert torch.equal(clips[0].features, features.features[row])


def test_the_recipe_holds_everything_that_decides_a_clip_and_can_be_written_down(materials):
    (clip,) = render([THROUGH_DECODER], materials, ignore)

    recipe = json.loads(json.dumps(clip.recipe, allow_nan=False))
    assert ClipRequest.from_dict(recipe["request"]) == THROUGH_DECODER
    assert recipe["search"]["classifiers_sha256"] == {"own": "sha-of-1"}
    assert recipe["search"]["prior_sha256"] == "sha-of-prior"
    assert recipe["search"]["steps"] == 40
    assert len(recipe["search"]["probability_trajectory"]) == 41
    assert recipe["vocoder"]["slug"] == "griffin_lim"
    assert recipe["vocoder"]["iterations"] == 60
    assert recipe["features"] == SHORT.as_dict()
    assert recipe["level"]["gain"] > 0
    assert recipe["versions"]["torch"]
    assert "recording" not in recipe


def test_a_search_climbs_the_classifiers_that_its_request_names(materials):
    by_own, by_other, by_both = (
        replace(FROM_NOISE, climbs=climbs) for climbs in (("own",), ("other",), ("own", "other"))
    )

    clips = {clip.request: clip for clip in render([by_own, by_other, by_both], materials, ignore)}

    on_own = {request: clip.judgements["own"]["features"]["low"] for request, clip in clips.items()}
    on_other = {request: clip.judgements["other"]["features"]["low"] for request, clip in clips.items()}
    assert on_own[by_own] > on_own[by_both] > on_own[by_other]
    assert on_other[by_other] > on_other[by_both] > on_other[by_own]
    assert clips[by_both].recipe["search"]["classifiers_sha256"] == {"own": "sha-of-1", "other": "sha-of-2"}


def test_the_wavenets_checkpoint_stands_in_the_recipe(materials):
    (clip,) = render([replace(COPY, vocoder="wavenet")], materials, ignore)

    assert clip.recipe["vocoder"]["checkpoint_sha256"] == "sha-of-wavenet"


def test_a_clip_is_the_same_alone_and_among_others(materials):
    others = [replace(THROUGH_DECODER, word=word, take=take) for word in ("low", "high") for take in range(3)]

    together = {clip.request: clip for clip in render(others, materials, ignore)}
    (alone,) = render([THROUGH_DECODER], materials, ignore)

    assert torch.equal(together[THROUGH_DECODER].features, alone.features)
    assert together[THROUGH_DECODER].recipe["search"] == alone.recipe["search"]


def test_takes_and_words_differ_under_one_seed(materials):
    first, second = render([THROUGH_DECODER, replace(THROUGH_DECODER, take=2)], materials, ignore)

    assert not torch.allclose(first.features, second.features)


def test_the_features_searched_directly_reach_the_vocoder_clipped_but_the_judges_unclipped(materials):
    (clip,) = render([FROM_NOISE], materials, ignore)

    assert clip.features.min() < 0
    with torch.no_grad():
        own = materials.classifiers["own"].network(clip.features[None]).softmax(dim=1)[0]
    assert clip.judgements["own"]["features"]["low"] == pytest.approx(own[1].item(), abs=1e-5)


def test_progress_goes_from_nothing_to_everything(materials):
    told = []

    list(render([NATURAL, COPY], materials, lambda fraction, note: told.append((fraction, note))))

    assert [fraction for fraction, _ in told] == [0.0, 0.5, 1.0]
    assert told[1][1] == "copy synthesis, griffin lim"


def test_takes_go_round_the_talkers_before_any_talker_returns(tmp_path):
    features = buzzing_features(tmp_path, talkers=6)
    everybody = replace_split(features, "testing")

    talkers = [everybody.recordings[row].talker for row in rows_of_test_recordings(everybody, "low")]

    assert talkers[:6] == [f"talker{index}" for index in range(6)]
    assert talkers[6:] == talkers[:6]


def replace_split(features, split):
    every = tuple(replace(each, split=type(each.split)(split)) for each in features.recordings)
    return replace(features, recordings=every)


@pytest.mark.parametrize(
    ("request_", "error", "complaint"),
    [
        (replace(NATURAL, word="sideways"), WordIsUnknown, "do not know 'sideways': choose one of high, low"),
        (replace(NATURAL, take=2), NoRecordingLeft, "Take 2 of 'low' .* the test split has 2 recordings"),
        (replace(FROM_RECORDING, take=9), NoRecordingLeft, "ask for fewer clips"),
        (replace(FROM_NOISE, preset="whitened"), PresetIsUnknown, "choose one of decoder"),
        (replace(FROM_NOISE, climbs=("third",)), ClassifierIsMissing, "climb 'third', and the panel is own, other"),
    ],
)
def test_what_cannot_be_made_is_refused_before_any_clip_is_made(materials, request_, error, complaint):
    with pytest.raises(error, match=complaint):
        render([NATURAL, request_], materials, ignore)


def test_clips_for_want_of_recordings_heard_wrongly_are_left_out_and_counted(materials, features):
    own = materials.classifiers["own"]
    rows = rows_of_test_recordings(features, "low")
    always_high = replace(own, network=nn.Sequential(own.network, Certain()).eval())
    fooled = replace(materials, classifiers={**materials.classifiers, "own": always_high})
    asked = [
        replace(FROM_RECORDING, start="misclassified", word=word, take=take)
        for word in ("low", "high")
        for take in range(3)
    ]
    told = []

    clips = list(render(asked, fooled, lambda fraction, note: told.append(note)))

    assert [clip.request for clip in clips] == asked[: len(rows)]
    assert told[-1] == "2 clips are ready; 4 left out, for want of recordings heard wrongly"


class Certain(nn.Module):
    """Hears the first word in everything."""

    def forward(self, logits):
        return logits * torch.tensor([0.0, 1e-3]) + torch.tensor([10.0, 0.0])


def test_a_search_from_noise_needs_no_recording_for_its_take(materials):
    (clip,) = render([replace(FROM_NOISE, take=50)], materials, ignore)

    assert clip.talker == ""


def test_missing_networks_are_told_before_any_clip_is_made(materials):
    bare = replace(materials, prior=None, vocoders={})

    with pytest.raises(PriorIsMissing, match="give a trained prior"):
        render([THROUGH_DECODER], bare, ignore)
    with pytest.raises(WaveNetCheckpointIsMissing, match="train one"):
        render([replace(COPY, vocoder="wavenet")], bare, ignore)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"words": ["left", "right"]}, r"network own was trained on the words \['left', 'right'\]"),
        ({"features": FEATURES["wideband"].as_dict()}, "network own was trained on the features"),
    ],
)
def test_networks_of_other_words_or_features_are_refused(materials, features, fields, complaint):
    foreign = replace(classifier(features, 1), card=card(features) | fields)

    with pytest.raises(CheckpointDoesNotFit, match=complaint):
        replace(materials, classifiers={"own": foreign})


@pytest.fixture
def by_groups(monkeypatch):
    """Make the whitened preset look at groups of three."""
    recipe = replace(PRESETS["whitened"]["decoder"], objective=Margin() - 3.0 * Likeness(group=3), steps=5)
    monkeypatch.setitem(PRESETS["whitened"], "decoder", recipe)


@pytest.mark.usefixtures("by_groups")
def test_a_clip_of_a_group_is_the_same_whoever_of_it_is_asked_for(materials):
    asked = [replace(THROUGH_DECODER, word=word, take=take) for take in range(4) for word in ("low", "high")]

    together = {clip.request: clip for clip in render(asked, materials, ignore)}
    alone = list(render(asked[3:5], materials, ignore))

    assert set(together) == set(asked)
    assert [clip.request for clip in alone] == asked[3:5]
    for clip in alone:
        assert torch.allclose(together[clip.request].features, clip.features, atol=1e-3)
        assert torch.allclose(
            torch.tensor(clip.recipe["search"]["objective_trajectory"]),
            torch.tensor(together[clip.request].recipe["search"]["objective_trajectory"]),
            atol=1e-2,
        )


def test_generation_that_was_interrupted_goes_on_with_the_same_bits(materials):
    recommended = replace(THROUGH_DECODER, preset="recommended", climbs=("own", "other"))
    asked = [replace(recommended, word=word, take=take) for take in range(10) for word in ("low", "high")]

    whole = {clip.request: clip for clip in render(asked, materials, ignore)}
    begun = list(islice(render(asked, materials, ignore), 7))
    left = [request for request in asked if request not in {clip.request for clip in begun}]
    resumed = [*begun, *render(left, materials, ignore)]

    assert {clip.request for clip in resumed} == set(asked)
    for clip in resumed:
        assert torch.equal(clip.features, whole[clip.request].features)
        assert torch.equal(clip.waveform, whole[clip.request].waveform)
        assert clip.recipe == whole[clip.request].recipe


class Cramped(nn.Module):
    """A network that has memory for so many clips while it is searched on."""

    def __init__(self, network, size):
        super().__init__()
        self.network, self.size = network, size

    def forward(self, features):
        if features.requires_grad and len(features) > self.size:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return self.network(features)


def test_a_search_that_runs_out_of_memory_goes_on_in_smaller_batches_and_says_so(materials):
    own = materials.classifiers["own"]
    cramped = replace(own, network=Cramped(own.network, 3).eval())
    little = replace(materials, classifiers={**materials.classifiers, "own": cramped})
    requests = [replace(FROM_NOISE, take=take) for take in range(5)]
    told = []

    clips = list(render(requests, little, lambda fraction, note: told.append((fraction, note))))

    assert [clip.request for clip in clips] == requests
    for clip, other in zip(clips, render(requests, materials, ignore), strict=True):
        assert torch.allclose(clip.features, other.features, atol=1e-4)
    assert (0.0, "out of memory: going on with 2 at a time") in told
    assert told[-1] == (1.0, "5 clips are ready")


def test_a_vocoder_that_runs_out_of_memory_goes_on_in_smaller_batches(materials, monkeypatch):
    speak, seen = GriffinLim.__call__, []

    def cramped(self, features, *, seeds):
        seen.append(len(features))
        if len(features) > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return speak(self, features, seeds=seeds)

    requests = [replace(FROM_NOISE, take=take) for take in range(5)]
    expected = list(render(requests, materials, ignore))
    monkeypatch.setattr(GriffinLim, "__call__", cramped)

    clips = list(render(requests, materials, ignore))

    assert seen == [5, 2, 2, 1]
    for clip, other in zip(clips, expected, strict=True):
        assert torch.allclose(clip.waveform, other.waveform, atol=1e-4)
