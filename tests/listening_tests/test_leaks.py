"""No answer of the server tells what a sound is, or which answer is right, before the listener has answered.

Every method, every screening and every recruitment service of the tables is scanned: a new one by itself.
"""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import recruitment
from listening_tests.actions.building import build_blocks, planned_clips, register_study
from listening_tests.actions.preparing_sounds import prepare_sounds
from listening_tests.actions.studies import close_study, open_study
from listening_tests.checks.stimuli import asks_one_thing
from listening_tests.methods import METHODS
from listening_tests.models import CheckItem, Presentation, Session, Stimulus, Trial
from listening_tests.recruiter import Outcome
from listening_tests.recruitment import RECRUITERS
from listening_tests.roles import Role, TrialRole
from listening_tests.screening import ListeningCheck
from listening_tests.screenings import SCREENINGS
from listening_tests.simulation.taste import SimulatedListener, Taste
from listening_tests.simulation.visit import Visit
from listening_tests.study_file.reading import parse_study_file
from tests import factories
from tests.contracts.test_screenings import FIXED, SETTINGS
from tests.listening_tests.consenting import agree
from tests.listening_tests.leak_scan import ScanningBrowser, everything, words_in

pytestmark = pytest.mark.django_db

WORDS = ("zebra", "xylophone", "yacht")
# Which no page has a reason to say.
NATURAL = "qq-natural"
MADE = {
    "qq-robot": {"start": "noise", "preset": "paper"},
    "qq-copy": {"start": "recording", "preset": "paper"},
    "qq-paper": {"start": "noise", "preset": "robust"},
}
ROLES = {Role.HIDDEN_REFERENCE, Role.ANCHOR, Role.GOLD, Role.TRAP, Role.CATCH, "anchor-3500", "anchor-7000"}
OF_SCREENINGS = {
    **SETTINGS,
    "gold": {"system": NATURAL},
    # In writing, the instruction is the question itself.
    "instructed_response": {"given": "spoken", "blocks": [list(METHODS).index("acr") + 1]},
}
OF_RECRUITERS = {"prolific": {"reward": 900, "places": 4, "screen_outs": 3, "screen_out_reward": 20}}
ARRIVAL = {"PROLIFIC_PID": "somebody", "SESSION_ID": "submission1", "STUDY_ID": "there", "id": "somebody"}


def study_facts():
    """Return a study file with a block of each method, with practice where it can have any, and all screenings."""
    question = {"name": "age", "prompt": "How old are you?", "kind": "number"}
    made = {"source": "maximised", "climbs": ["paper"], "space": "features", "vocoder": "griffin_lim"}
    return {
        "hearsay": 1,
        "slug": "scanned",
        "title": "A study to be scanned",
        "words": list(WORDS),
        "corpus": {"make": "espeak"},
        "features": "narrowband",
        "networks": {"classifiers": dict(map(classifier, ("paper", "residual")))},
        "systems": [
            {"slug": NATURAL, "title": "Qq natural", "source": "natural"},
            *({**made, "slug": slug, "title": slug, **recipe} for slug, recipe in MADE.items()),
        ],
        "listeners": {"minutes": 60},
        "blocks": [block_of(method) for method in METHODS.values()],
        "screenings": [{"check": slug, **OF_SCREENINGS.get(slug, {})} for slug in SCREENINGS],
        "questionnaires": [
            {"name": f"{when}-listening", "title": "You", "when": when, "questions": [question]}
            for when in ("before", "after")
        ],
    }  # fmt: skip


def classifier(slug):
    return slug, {"network": f"{slug}_classifier", "epochs": 1}


def block_of(method):
    block = {"method": method.slug, "title": "Listen", "trials_per_session": 2, "ratings_per_stimulus": 9}
    if method.needs_reference:
        return {**block, "reference": NATURAL}
    if asks_one_thing(method):
        usual = {} if method.question.scale == (None, None) else {"usual": {NATURAL: 5}}
        return {**block, "break_after": 2, "training": {"trials": 1, "systems": [NATURAL], **usual}}
    return block


def make_study():
    study_file = parse_study_file(json.dumps(study_facts()), name="scanned.json")
    study = register_study(study_file=study_file)
    corpus = factories.make_corpus(words=list(WORDS))
    clips = {
        # Clips of other systems are shorter or longer, as they are.
        planned: factories.make_clip(word=planned.word, corpus=corpus, duration=0.1 + len(planned.system) / 100)
        for planned in planned_clips(study_file)
    }
    build_blocks(study=study, clips=clips)
    prepare_sounds(study=study)
    open_study(study=study, now=timezone.now())
    return study


def names_of_what_is_secret(study):
    """Return what no answer may contain: systems, files, roles."""
    stimuli = Stimulus.objects.filter(block__study=study).select_related("clip")
    files = {name for each in stimuli for name in (each.audio, each.audio.rpartition("/")[2], each.sha256)}
    clips = {name for each in stimuli if each.clip for name in (str(each.clip.key), each.clip.audio, each.clip.sha256)}
    return {NATURAL, *MADE, "Qq natural", *files, *clips} - {""}


def found_in(told, secrets):
    return {name for name in secrets if name in told} | (ROLES & words_in(told))


def attentive_listener():
    quiet = {"listener_bias_sd": 0.0, "stimulus_sd": 0.0, "residual_sd": 0.0, "lapse_rate": 0.0}
    taste = Taste({NATURAL: 5.0, **dict.fromkeys(MADE, 3.0)}, {word: {word: 1.0} for word in WORDS}, **quiet)
    return SimulatedListener(taste, seed=1, number=0, careless_share=0.0, dropout_share=0.0)


@pytest.fixture
def scan():
    """Give a study and the browser of a listener who has gone through all of it."""
    study = make_study()
    browser = ScanningBrowser(study)
    session = Visit(study, attentive_listener(), browser).take()
    assert session.state == "completed"
    return study, browser


def test_what_a_listener_gets_depends_on_nothing_secret_and_names_nothing_secret(scan):
    study, browser = scan

    assert browser.leaks == []
    told = [f"{address}\n{everything(headers, body)}" for _, address, _, headers, body in browser.received]
    secrets = names_of_what_is_secret(study)
    assert set().union(*(found_in(each, secrets) for each in told)) == set()
    check_that_all_was_scanned(study, browser)
    check_that_sounds_of_a_block_look_alike(browser)
    check_that_the_code_comes_last(browser)


def check_that_all_was_scanned(study, browser):
    trials = Trial.objects.filter(session__study=study)
    assert set(trials.values_list("block__method", flat=True)) == set(METHODS)
    assert set(trials.values_list("role", flat=True)) == set(TrialRole)
    checks = {slug for slug, screening in SCREENINGS.items() if issubclass(screening, ListeningCheck)}
    assert set(CheckItem.objects.values_list("check_slug", flat=True)) == checks
    # A check that asks everybody the same has no other right answer to be exchanged for.
    assert browser.exchanged >= checks - FIXED
    pages = {address.partition("?")[0].rstrip("/").rpartition("/")[2] for _, address, *_ in browser.received}
    assert pages >= {"check", "questions", "trial", "feedback", "thanks"}
    assert {status for _, _, status, *_ in browser.received} == {200, 302, 400}


def check_that_sounds_of_a_block_look_alike(browser):
    assert len(browser.headers_of_sounds) == len(METHODS)
    assert [len(seen) for seen in browser.headers_of_sounds.values()] == [1] * len(METHODS)
    etags = [headers["ETag"] for _, address, _, headers, _ in browser.received if "sound/" in address]
    addresses = {address for _, address, *_ in browser.received if "sound/" in address}
    assert len(set(etags)) == len(addresses)


def check_that_the_code_comes_last(browser):
    code = Session.objects.get().completion_code
    telling = [index for index, (*_, body) in enumerate(browser.received) if code.encode() in body]
    assert telling == [len(browser.received) - 1]


def trace_of_a_system():
    return len(Stimulus.objects.order_by("pk").last().system)


def trace_of_a_right_answer():
    return Stimulus.objects.exclude(expected__in=("", "5")).count()


@pytest.mark.parametrize("trace", [trace_of_a_system, trace_of_a_right_answer])
def test_the_scan_notices_an_answer_that_depends_on_a_secret(trace):
    study = factories.make_study_with_training(expected="5")
    browser = ScanningBrowser(study)
    ask = browser.client.get

    def ask_and_be_told(address):
        response = ask(address)
        if "/trial/" in address:
            response.headers["X-Trace"] = str(trace())
        return response

    browser.client.get = ask_and_be_told

    Visit(study, attentive_listener(), browser).take()

    assert "X-Trace" in browser.leaks[0]


@pytest.mark.parametrize("recruiter", RECRUITERS)
def test_no_way_of_arriving_tells_anything(recruiter):
    study = factories.make_open_study(
        systems=(NATURAL, *MADE),
        words=WORDS,
        slug=f"arriving-{recruiter.replace('_', '-')}",
        protocol={
            "recruitment": {"service": recruiter, **OF_RECRUITERS.get(recruiter, {})},
            "listeners": {"minutes": 60},
        },
    )
    codes = recruitment.recruitment_of(study=study, now=timezone.now()).codes
    worth_pay = {codes.get(outcome) for outcome in (Outcome.COMPLETED, Outcome.SCREENED_OUT)} - {None}

    answers = list(arrivals(study))

    secrets = names_of_what_is_secret(study)
    for response in answers:
        told = everything(dict(response.items()), response.getvalue())
        assert found_in(told, secrets) == set()
        assert not [word for word in WORDS if word in told]
        assert not [code for code in worth_pay if code in told]


def arrivals(study):
    """Yield what somebody gets who comes, comes incompletely, twice, under another name, too late, and in vain."""
    address, client = reverse("take_study", args=[study.slug]), Client()
    yield client.get(address)
    yield client.get(address, ARRIVAL)
    yield client.post(address, {"agree": "on"})
    yield agree(client, f"{address}?{'&'.join(f'{name}={value}' for name, value in ARRIVAL.items())}")
    yield client.get(address, ARRIVAL)
    yield client.get(address, {**ARRIVAL, "PROLIFIC_PID": "made up", "id": "made up"})
    Session.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    yield client.get(address, ARRIVAL)
    close_study(study=study, now=timezone.now())
    yield Client().get(address, {**ARRIVAL, "PROLIFIC_PID": "late", "SESSION_ID": "submission2", "id": "late"})


def test_no_error_tells_anything(client, settings):
    study = make_study()
    session = factories.make_session(study=study)
    secrets = names_of_what_is_secret(study)
    for response in errors(client, session, settings):
        told = everything(dict(response.items()), response.getvalue())
        assert response.status_code >= 400
        assert found_in(told, secrets) == set()


def errors(client, session, settings):
    """Yield answers to what no browser asks for by itself."""
    yield from wrong_addresses(client, session)
    yield from wrong_answers(client, session)
    sounds = Presentation.objects.filter(trial__session=session).order_by("trial__position", "pk")
    yield client.get(reverse("sound", args=[sounds[0].key]), headers={"range": "bytes=99999999-"})
    settings.CLIPS_DIR = settings.CLIPS_DIR / "elsewhere"
    yield client.get(reverse("sound", args=[sounds[0].key]))
    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now())
    for name in ("session", "check", "questionnaire", "trial", "feedback", "thanks"):
        yield client.get(reverse(name, args=[session.key]))
    yield client.get(reverse("sound", args=[sounds[0].key]))
    item = CheckItem.objects.create(session=session, check_slug="sound_check", position=0, item={"right": "left"})
    yield client.get(reverse("check_sound", args=[item.key, 0]))


def wrong_addresses(client, session):
    key = session.trials.order_by("position").first().presentations.first().key
    yield client.get(f"/sound/{key}")
    yield client.get(reverse("sound", args=["nobody's"]))
    yield client.get(reverse("check_sound", args=["nobody's", 0]))
    yield client.get(reverse("trial", args=["nobody's"]))


def wrong_answers(client, session):
    """Answer the last trial first, another session's, and none."""
    address, last = reverse("trial", args=[session.key]), session.trials.order_by("-position").first()
    other = factories.make_session(study=session.study).next_trial()
    for trial in (last, other):
        yield client.post(address, {"sound": trial.presentations.first().key, "answer-0": "5"})
    yield client.post(address, {"sound": "nobody's", "answer-0": "5"})
    yield client.post(address, {})
