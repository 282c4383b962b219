"""Simulated listeners visit a running server, several at once, and send again what was not answered."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command

from listening_tests.actions.simulation import Crowd, Visiting, simulate_listeners
from listening_tests.methods import METHODS
from listening_tests.models import Rating, Session
from listening_tests.simulation import browser as simulated_browser
from listening_tests.simulation.browser import BrowserInProcess, BrowserOverNetwork, Reply, ServerCannotBeReached
from listening_tests.simulation.taste import Taste
from listening_tests.simulation.visit import PageIsWrong
from listening_tests.states import SessionState
from tests import factories

TASTE = Taste({"natural": 4.0, "robot": 2.0})


class UnsteadyServer(BaseHTTPRequestHandler):
    """Hangs up on the first request and answers the second."""

    requests: list[str]

    def do_POST(self):
        self.requests.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if len(self.requests) > 1:
            self.send_response(302)
            self.send_header("Location", "/next")
            self.send_header("Content-Length", "0")
            self.end_headers()
        self.close_connection = True

    def log_message(self, *_):
        pass


def test_what_was_not_answered_is_sent_again(monkeypatch):
    monkeypatch.setattr(simulated_browser, "RETRY_AFTER_SECONDS", 0)
    handler = type("Handler", (UnsteadyServer,), {"requests": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    reply = BrowserOverNetwork(f"http://127.0.0.1:{server.server_port}/").post("/trial", {"a": "1"}, page="/trial")

    server.shutdown()
    server.server_close()
    assert reply == Reply(302, b"", "/next")
    assert handler.requests == ["a=1", "a=1"]


def test_a_server_that_stays_away_is_named(monkeypatch):
    monkeypatch.setattr(simulated_browser, "RETRY_AFTER_SECONDS", 0)
    monkeypatch.setattr(simulated_browser, "PATIENCE_SECONDS", 0)

    with pytest.raises(ServerCannotBeReached, match=r"127.0.0.1:9/trial did not answer"):
        BrowserOverNetwork("http://127.0.0.1:9").get("/trial")


@pytest.mark.django_db(transaction=True)
def test_several_at_once_take_a_study_at_a_running_server(live_server):
    study = factories.make_open_study(methods=["acr"], block={"ratings_per_stimulus": 3})
    visiting = Visiting(lambda: BrowserOverNetwork(live_server.url), at_once=4)

    attendance = simulate_listeners(study=study, crowd=Crowd(8), taste=TASTE, visiting=visiting)

    assert (attendance.n_completed, attendance.is_full) == (6, True)
    assert Session.objects.filter(state=SessionState.COMPLETED, listener__is_simulated=True).count() == 6
    assert Rating.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_one_who_cannot_go_on_sends_the_others_home():
    study = factories.make_open_study(methods=["acr"], block={"ratings_per_stimulus": 30})

    class NoSounds(BrowserInProcess):
        def get(self, address):
            return Reply(503, b"") if "/sound/" in address else super().get(address)

    with pytest.raises(PageIsWrong, match="gives 503 instead of a sound"):
        simulate_listeners(study=study, crowd=Crowd(40), taste=TASTE, visiting=Visiting(NoSounds, at_once=2))

    assert Session.objects.count() < 40


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_they_answer_what_every_method_asks(method):
    study = factories.make_open_study(
        methods=[method],
        systems=["natural", "robot", "copy", "paper", "recommended"],
        block={"trials_per_session": 3},
        protocol={"systems": []},
    )

    attendance = simulate_listeners(study=study, crowd=Crowd(1, careless=1.0), taste=TASTE)
    attendance.sessions += simulate_listeners(study=study, crowd=Crowd(1), taste=TASTE).sessions

    assert attendance.n_completed == 2


@pytest.mark.django_db
def test_they_answer_questionnaires_in_words_and_numbers():
    questions = [
        {"name": "years", "prompt": "How old are you?", "kind": "number"},
        {"name": "remarks", "prompt": "What did you notice?", "kind": "text"},
        {"name": "place", "prompt": "Where are you?", "kind": "choice", "choices": ["home", "elsewhere"]},
    ]
    questionnaire = {"name": "you", "title": "About you", "when": "before", "questions": questions}
    study = factories.make_open_study(methods=["acr"], protocol={"questionnaires": [questionnaire]})

    attendance = simulate_listeners(study=study, crowd=Crowd(1), taste=TASTE)

    assert attendance.sessions[0].questionnaire_answers.get().answers == {
        "years": "1.0",
        "remarks": "1",
        "place": "home",
    }


@pytest.mark.django_db(transaction=True)
def test_the_command_visits_a_server_by_its_address(live_server, capsys):
    study = factories.make_open_study(
        methods=["acr"], protocol={"systems": [{"slug": each, "source": "natural"} for each in ("natural", "robot")]}
    )
    checkpoint = factories.make_checkpoint(network="residual_classifier")
    for stimulus in study.blocks.get().stimuli.select_related("clip__corpus"):
        factories.make_judgement(clip=stimulus.clip, checkpoint=checkpoint)

    call_command("simulate_listeners", study.slug, "--listeners=2", "--at-once=2", f"--url={live_server.url}")

    assert "2 simulated listeners finished, 0 dropped out." in capsys.readouterr().out
