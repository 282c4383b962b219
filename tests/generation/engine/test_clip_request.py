"""What may be asked for."""

import json

import pytest

from generation.engine.clip_request import ClipRequest, RequestIsContradictory

SEARCH = {"start": "noise", "space": "decoder", "preset": "whitened", "vocoder": "griffin_lim", "climbs": ("a", "b")}


def test_a_request_survives_being_written_down():
    request = ClipRequest("maximised", "yes", take=3, seed=9, **SEARCH)

    assert ClipRequest.from_dict(json.loads(json.dumps(request.as_dict()))) == request


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"source": "sung"}, "source is 'sung': choose one of natural"),
        ({"source": "natural", "take": -1}, "takes count from 0"),
        ({"source": "natural", "vocoder": "griffin_lim"}, "has no vocoder: leave out 'griffin_lim'"),
        ({"source": "copy_synthesis"}, "needs a vocoder"),
        ({"source": "copy_synthesis", "vocoder": "organ"}, "vocoder is 'organ': choose one of griffin_lim"),
        ({"source": "maximised", **SEARCH, "start": None}, "needs a start"),
        ({"source": "maximised", **SEARCH, "space": "dreams"}, "space is 'dreams': choose one of features"),
        ({"source": "maximised", **SEARCH, "preset": None}, "needs a preset"),
        ({"source": "maximised", **SEARCH, "preset": "deep"}, "preset is 'deep': choose one of paper"),
        ({"source": "maximised", **SEARCH, "climbs": ()}, "needs a climbs"),
        ({"source": "natural", "climbs": ("a",)}, "has no climbs"),
        ({"source": "maximised", **SEARCH, "from_word": "no"}, "only the start other_word has a meaning for it"),
        ({"source": "maximised", **SEARCH, "start": "other_word", "from_word": "yes"}, "no other word"),
    ],
)
def test_a_contradictory_request_is_refused(fields, complaint):
    with pytest.raises(RequestIsContradictory, match=complaint):
        ClipRequest(word="yes", **fields)


def test_requests_that_differ_in_word_take_and_seed_alone_are_of_one_system():
    first = ClipRequest("maximised", "yes", take=0, seed=1, **SEARCH)
    second = ClipRequest("maximised", "no", take=2, seed=5, **SEARCH)

    assert first.system == second.system


@pytest.mark.parametrize(("start", "uses"), [("noise", False), ("recording", True), ("other_word", True)])
def test_only_a_search_from_noise_needs_no_recording(start, uses):
    assert ClipRequest("maximised", "yes", **{**SEARCH, "start": start}).uses_recording is uses
    assert ClipRequest("natural", "yes").uses_recording
