"""Reading all that a listener gets before answering, for what it must not tell.

Nothing is looked for by name alone. Each answer of the server is asked for twice: as things stand, and with everything
secret exchanged for something else (`other_secrets`). Where the two differ, the answer depends on a secret.
"""

import random
import re
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.test import Client

from listening_tests.actions.screening import check_named
from listening_tests.models import CheckItem, Rating, Stimulus, StimulusSet, Trial
from listening_tests.roles import Role, TrialRole
from listening_tests.simulation.browser import Reply

# What may differ between two sounds of a block: a mark of its own for each, by which the browser keeps it.
OWN_HEADERS = {"ETag"}
# Which tell when an answer was given.
TIMES = {"Expires", "Date"}
# A consent page has a token of its own each time.
DRAWN_ANEW = re.compile(rb'name="token" value="[^"]*"')
# What an item's page shows of it beside the question: they say which item it is, not what is right.
SHOWN_FACTS = ("question", "digit")


class ScanningBrowser:
    """A simulated listener's browser that keeps what it got, and asks for all of it in the two worlds."""

    def __init__(self, study):
        self.study = study
        self.client = Client()
        self.received = []
        self.leaks = []
        self.headers_of_sounds = {}
        self.exchanged = set()
        self._heard = set()

    def get(self, address):
        return self._ask("GET", address, lambda: self.client.get(address))

    def post(self, address, fields, *, page):
        # What is sent without answers comes back with what is wrong with it.
        blank = {name: value for name, value in fields.items() if not name.startswith("answer-")}
        if blank != fields:
            with undone():
                self._ask("POST", address, lambda: self.client.post(address, blank))
        send = partial(self.client.post, address, dict(fields))
        # Whether a check's last answer was right shows in where it leads, and practice has its feedback.
        is_secret = blank != fields and "/trial/" in address and not _is_practice(self.study, fields)
        there = self._elsewhere(send, with_body=True) if is_secret else None
        response = send()
        if is_secret:
            self._compare("POST", address, _told(response, with_body=True), there)
        return self._keep("POST", address, response)

    def _ask(self, method, address, ask):
        response = ask()
        is_sound = "sound/" in address
        if not is_sound or address not in self._heard:
            told = _told(response, with_body=not is_sound)
            self._compare(method, address, told, self._elsewhere(ask, with_body=not is_sound))
        if is_sound:
            self._heard.add(address)
        return self._keep(method, address, response)

    def _elsewhere(self, ask, *, with_body):
        """Return what the server answers where all secrets are others."""
        with undone():
            self.exchanged |= other_secrets(self.study)
            return _told(ask(), with_body=with_body)

    def _compare(self, method, address, told, there):
        if told != there:
            self.leaks.append(f"{method} {address}: {_difference(told, there)}")

    def _keep(self, method, address, response):
        body = response.getvalue()
        headers = dict(response.items())
        self.received.append((method, address, response.status_code, headers, body))
        if "/sound/" in address:
            block = _block_of(address)
            same = tuple(sorted((name, value) for name, value in headers.items() if name not in OWN_HEADERS | TIMES))
            self.headers_of_sounds.setdefault(block, set()).add((response.status_code, same))
        return Reply(response.status_code, body, headers.get("Location", ""))


@contextmanager
def undone():
    """Take back whatever happens to the database inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def other_secrets(study):
    """Exchange all that listeners of a study must not know before they answer; return what was exchanged.

    What was answered stays: of practice, the right answer is told afterwards.
    """
    answered = Rating.objects.filter(presentation__trial__session__study=study).values("presentation__stimulus")
    stimuli = Stimulus.objects.filter(block__study=study).exclude(pk__in=answered)
    number = Cast("pk", CharField())
    stimuli.update(system=Concat(Value("x-"), number), word=Concat(Value("x"), number), tolerance=F("tolerance") + 1)
    stimuli.exclude(role=Role.REFERENCE).update(role=Role.SAMPLE)
    # No answer on offer: a page that shows it in any form becomes another one.
    stimuli.exclude(expected="").update(expected="other")
    StimulusSet.objects.filter(block__study=study).update(system="x", word="x")
    hidden = Trial.objects.filter(session__study=study, answered_at=None).exclude(role=TrialRole.TRAINING)
    hidden.update(role=TrialRole.SAMPLE, repeat_of=None)
    unanswered = CheckItem.objects.filter(session__study=study, answered_at=None).select_related("session__study")
    return {item.check_slug for item in unanswered if _exchange_facts(item)}


def _exchange_facts(item):
    """Let an item have another right answer, as another listener's has; return whether there is one."""
    check = check_named(item.session, item.check_slug)
    for seed in range(60):
        others = check.items(random.Random(seed))
        facts = dict(others[item.position]) if item.position < len(others) else {}
        is_alike = all(facts.get(name) == item.item.get(name) for name in SHOWN_FACTS)
        if is_alike and check.right_answer(facts) != check.right_answer(item.item):
            CheckItem.objects.filter(pk=item.pk).update(item=facts)
            return True
    return False


def _told(response, *, with_body):
    """Return all that a browser learns from an answer; of a sound, all but the samples."""
    body = DRAWN_ANEW.sub(b"", response.getvalue())
    headers = {name: value for name, value in response.items() if name not in TIMES}
    cookies = {name: morsel.OutputString() for name, morsel in response.cookies.items()}
    return {
        "status": response.status_code,
        **headers,
        "cookies": cookies,
        "size": len(body),
        "body": body if with_body else b"",
    }


def _difference(told, told_there):
    names = [name for name in told if told[name] != told_there.get(name)]
    lines = told["body"].decode("latin-1").splitlines(), told_there["body"].decode("latin-1").splitlines()
    return names, [pair for pair in zip(*lines, strict=False) if pair[0] != pair[1]][:3]


def _is_practice(study, fields):
    trials = Trial.objects.filter(session__study=study, role=TrialRole.TRAINING)
    return trials.filter(presentations__key__in=fields.values()).exists()


def _block_of(address):
    key = urlsplit(address).path.rsplit("/", 1)[-1].partition(".")[0]
    return Trial.objects.get(presentations__key=key).block_id


def words_in(text):
    """Return the words of a text, in which underscores and hyphens part nothing."""
    return set(re.findall(r"[\w-]+", text))


def everything(headers, body):
    """Return all of an answer as one text."""
    return "\n".join(f"{name}: {value}" for name, value in headers.items()) + "\n" + body.decode("latin-1")
