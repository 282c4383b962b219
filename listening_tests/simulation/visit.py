"""A simulated listener's way through a study's pages: they are fetched, heard, filled in and sent as by a person."""

import json
import time
from urllib.parse import urlencode, urlsplit

from django.urls import Resolver404, resolve, reverse

from listening_tests.actions.screening import check_named
from listening_tests.asked_trials import asked_trial
from listening_tests.checks.items import ANSWER, ASKED
from listening_tests.models import Presentation, Session, Study
from listening_tests.simulation.browser import Reply, SimulatedBrowser
from listening_tests.simulation.entry_pass import simulation_pass
from listening_tests.simulation.page_reading import Form, Page, read_page
from listening_tests.simulation.taste import SimulatedListener
from listening_tests.states import SessionState


class PageIsWrong(Exception):
    """A page did not offer what a listener needs to go on."""


class StudyTakesNobody(Exception):
    """The study's pages let no further listener begin: it is full or closed."""


class Visit:
    """One listener in one study, with a browser of their own; `pause` is how many seconds each trial takes."""

    def __init__(
        self, study: Study, listener: SimulatedListener, browser: SimulatedBrowser, *, pause: float = 0.0
    ) -> None:
        self._study = study
        self._listener = listener
        self._browser = browser
        self._pause = pause
        self._address = ""

    def take(self) -> Session:
        """Go through the pages until they end or patience does; return the session as it then stands.

        Raises StudyTakesNobody, ServerCannotBeReached, or PageIsWrong, naming the page.
        """
        page = self._consent()
        session = Session.objects.get(key=self._session_key())
        presentations = _presentations(session)
        n_left = self._listener.stops_after(len({each.trial_id for each in presentations.values()}))
        while page.next_address or page.form_to_send():
            heard = [presentations[key] for key in self._listen(page) if key in presentations]
            if heard and n_left == 0:
                return session
            page = self._go_on(page, session, heard)
            n_left -= bool(heard)
        session.refresh_from_db()
        if session.state != SessionState.COMPLETED:
            raise PageIsWrong(f"{self._address} leads no further, but the session is {session.state}.")
        return session

    def _consent(self) -> Page:
        # The pass in the address says that no recruitment service sent this one.
        own = {"simulation_pass": simulation_pass(self._study)}
        page = self._open(f"{reverse('take_study', args=[self._study.slug])}?{urlencode(own)}")
        form = page.form_to_send()
        if form is None:
            raise StudyTakesNobody(f"{self._address} does not ask for consent: the study takes no listeners.")
        return self._send(form, {"agree": "on", **own})

    def _session_key(self) -> str:
        """Return which session the present page belongs to. Raises StudyTakesNobody if it is none's."""
        try:
            parts = resolve(urlsplit(self._address).path).kwargs
        except Resolver404:
            parts = {}
        if "session_key" not in parts:
            raise StudyTakesNobody(f"{self._address} began no session: the study takes no listeners.")
        return str(parts["session_key"])

    def _go_on(self, page: Page, session: Session, heard: list[Presentation]) -> Page:
        if page.next_address:
            return self._open(page.next_address)
        form = page.form_to_send()
        assert form is not None
        if heard:
            time.sleep(self._pause)
            return self._send(form, {**self._answers(form, heard), "evidence": _evidence(heard)})
        if "questionnaire" in form.values:
            return self._send(form, _questionnaire_answers(form))
        return self._send(form, _check_answers(form, session))

    def _listen(self, page: Page) -> list[str]:
        """Fetch every sound of the page to its end; return the last parts of their addresses."""
        for sound in page.sounds:
            reply = self._browser.get(sound)
            if reply.status != 200 or not reply.body:
                raise PageIsWrong(f"{sound} gives {reply.status} instead of a sound.")
        # What follows the key, up to the signature, is for the server alone.
        return [sound.rstrip("/").rsplit("/", 1)[-1].partition(".")[0] for sound in page.sounds]

    def _answers(self, form: Form, heard: list[Presentation]) -> dict[str, str]:
        """Return what the listener answers, in fields that the page has and with values that it offers."""
        trial = heard[0].trial
        asked = asked_trial(trial, heard)
        stimuli = {each.position: each.stimulus for each in heard}
        answers = self._listener.answers(trial.block.test_method.question, asked, stimuli)
        for name, value in answers.items():
            if name not in form.values and value not in form.choices.get(name, []):
                raise PageIsWrong(f"{self._address} has no field {name} that takes {value!r}.")
        return answers

    def _open(self, address: str) -> Page:
        return self._arrive(address, self._browser.get(address))

    def _send(self, form: Form, answers: dict[str, str]) -> Page:
        address = form.action or self._address
        return self._arrive(address, self._browser.post(address, {**form.values, **answers}, page=self._address))

    def _arrive(self, address: str, reply: Reply) -> Page:
        """Return the page that a reply leads to, and remember where that is."""
        while reply.status == 302:
            address = reply.location
            reply = self._browser.get(address)
        if reply.status != 200:
            raise PageIsWrong(f"{address} answers {reply.status}: {reply.body[:300].decode()}")
        self._address = address
        return read_page(reply.body.decode())


def _presentations(session: Session) -> dict[str, Presentation]:
    """Return what will be put to the listener, by its key: who hears a sound knows what it is."""
    rows = Presentation.objects.filter(trial__session=session).select_related(
        "stimulus__clip", "trial__block", "trial__session"
    )
    return {presentation.key: presentation for presentation in rows}


def _check_answers(form: Form, session: Session) -> dict[str, str]:
    """Return the right answers to what a check's page asks."""
    asked = [name.removeprefix(ASKED) for name in form.values if name.startswith(ASKED)]
    items = session.check_items.filter(key__in=asked)
    return {f"{ANSWER}{item.key}": check_named(session, item.check_slug).right_answer(item.item) for item in items}


def _questionnaire_answers(form: Form) -> dict[str, str]:
    """Return the first answer on offer to each question, and to those without any a number, which also is a text."""
    typed = {name: "1" for name, value in form.values.items() if not value}
    return typed | {name: values[0] for name, values in form.choices.items()}


def _evidence(heard: list[Presentation]) -> str:
    """Return what a browser reports when each sound was played once."""
    return json.dumps(
        {"hidden_seconds": 0.0, "sounds": {presentation.key: {"play_count": 1} for presentation in heard}}
    )
