"""A stand-in for Prolific on this machine: a real server that speaks its protocol, refuses what it refuses, and
remembers.

Only HTTP leads to it, as to the real one; tests play the people who take part (`somebody_arrives`, `set_status`) and
the bad days (`fail_next`).
"""

import itertools
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from tests.listening_tests.recruitment import prolific_protocol as protocol

TOKEN = "a token for tests"
PAGE_SIZE = 3
PREFIX = "/api/v1"


class Refused(Exception):
    def __init__(self, status, detail):
        self.status, self.detail = status, detail


class ProlificStandIn:
    """The service's memory. Used as a context: it answers at `address` until the end."""

    def __init__(self):
        self.studies, self.submissions, self.bulk_payments, self.requests = {}, {}, {}, []
        self._failures, self._numbers, self._lock = [], itertools.count(1), threading.Lock()

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}{PREFIX}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail_next(self, status, *, times=1, retry_after=None):
        """Answer the next requests with a failure of the service."""
        self._failures += [(status, retry_after)] * times

    def somebody_arrives(self, study_id, person, status="ACTIVE"):
        """Let a person take a place; return the submission's id. The study's page is opened by the test."""
        submission_id = f"submission{next(self._numbers)}"
        fields = {"id": submission_id, "participant_id": person, "study_id": study_id, "status": status}
        self.submissions[submission_id] = fields
        return submission_id

    def set_status(self, submission_id, status):
        self.submissions[submission_id]["status"] = status

    def answer(self, method, target, body, token):
        """Return status, body and headers of the answer to a request."""
        with self._lock:
            self.requests.append((method, target, body))
            if self._failures:
                status, retry_after = self._failures.pop(0)
                return status, {"error": {"title": "No"}}, {"Retry-After": retry_after} if retry_after else {}
            if token != f"Token {TOKEN}":
                return 401, _error(401, "Invalid token"), {}
            try:
                return 200, self._route(method, urlsplit(target), body), {}
            except Refused as refused:
                return refused.status, _error(refused.status, refused.detail), {}
            except ValidationError as error:
                return 400, _error(400, str(error)), {}

    def _route(self, method, target, body):
        query = parse_qs(target.query)
        for verb, pattern, answer in self._routes():
            found = re.fullmatch(PREFIX + pattern, target.path)
            if found and verb == method:
                return answer(*found.groups(), query) if method == "GET" else answer(*found.groups(), body)
        raise Refused(404, f"{method} {target.path} is not there")

    def _routes(self):
        return (
            ("POST", "/studies/", self._create_study),
            ("GET", r"/studies/(\w+)/", lambda study_id, _query: self._study(study_id)),
            ("PATCH", r"/studies/(\w+)/", self._change_study),
            ("POST", r"/studies/(\w+)/transition/", self._move_study),
            ("POST", r"/studies/(\w+)/screen-out-submissions/", self._screen_out),
            ("GET", "/submissions/", self._list_submissions),
            ("POST", r"/submissions/(\w+)/transition/", self._move_submission),
            ("POST", "/submissions/bonus-payments/", self._prepare_bonuses),
            ("POST", r"/bulk-bonus-payments/(\w+)/pay/", self._pay_bonuses),
        )

    def _create_study(self, body):
        request = protocol.StudyRequest.model_validate(body)
        study_id = f"study{next(self._numbers)}"
        self.studies[study_id] = {"id": study_id, "status": "UNPUBLISHED", **request.model_dump()}
        return self.studies[study_id]

    def _study(self, study_id):
        if study_id not in self.studies:
            raise Refused(404, "No such study")
        return self.studies[study_id]

    def _change_study(self, study_id, body):
        study = self._study(study_id)
        places = protocol.StudyChange.model_validate(body).total_available_places
        if places < study["total_available_places"]:
            raise Refused(400, "total_available_places can only be increased")
        study["total_available_places"] = places
        return study

    def _move_study(self, study_id, body):
        study, action = self._study(study_id), protocol.StudyTransition.model_validate(body).action
        if (study["status"], action) not in protocol.STUDY_MOVES:
            raise Refused(400, f"A study that is {study['status']} cannot {action}")
        study["status"] = protocol.STUDY_MOVES[study["status"], action]
        return study

    def _list_submissions(self, query):
        study_id, page = query.get("study", [""])[0], int(query.get("page", ["1"])[0])
        self._study(study_id)
        rows = [row for row in self.submissions.values() if row["study_id"] == study_id]
        shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        more = f"{self.address}/submissions/?study={study_id}&page={page + 1}" if page * PAGE_SIZE < len(rows) else None
        return {"results": shown, "_links": {"next": {"href": more}}, "meta": {"count": len(rows)}}

    def _move_submission(self, submission_id, body):
        submission = self._submission(submission_id)
        request = protocol.SubmissionTransition.model_validate({"request": body}).request
        if submission["status"] != "AWAITING REVIEW":
            raise Refused(400, f"A submission that is {submission['status']} cannot be reviewed")
        submission["status"] = {"APPROVE": "APPROVED", "REJECT": "REJECTED"}[request.action]
        return submission

    def _submission(self, submission_id):
        if submission_id not in self.submissions:
            raise Refused(404, "No such submission")
        return self.submissions[submission_id]

    def _screen_out(self, study_id, body):
        study, request = self._study(study_id), protocol.ScreenOut.model_validate(body)
        if not study["is_custom_screening"]:
            raise Refused(400, "The study does not declare in-study screening")
        for submission_id in request.submission_ids:
            if self._submission(submission_id)["status"] != "ACTIVE":
                raise Refused(400, f"{submission_id} cannot be screened out")
        for submission_id in request.submission_ids:
            self.submissions[submission_id]["status"] = "SCREENED OUT"
        return {"message": "The submissions are screened out"}

    def _prepare_bonuses(self, body):
        request = protocol.Bonuses.model_validate(body)
        self._study(request.study_id)
        paid = {
            row["participant_id"]
            for row in self.submissions.values()
            if row["study_id"] == request.study_id and row["status"] in ("APPROVED", "SCREENED OUT")
        }
        lines = [line.split(",") for line in request.csv_bonuses.split("\n")]
        if strangers := {person for person, _amount in lines} - paid:
            raise Refused(400, f"{sorted(strangers)} have no approved submission")
        bulk_id = f"bulk{next(self._numbers)}"
        self.bulk_payments[bulk_id] = {"amount": sum(round(float(amount) * 100) for _, amount in lines), "paid": False}
        return {"id": bulk_id, "study": request.study_id, **self.bulk_payments[bulk_id]}

    def _pay_bonuses(self, bulk_id, _body):
        if bulk_id not in self.bulk_payments or self.bulk_payments[bulk_id]["paid"]:
            raise Refused(400, "There is nothing to pay")
        self.bulk_payments[bulk_id]["paid"] = True
        return {"message": "The bonuses are on their way"}


def _error(status, detail):
    return {"error": {"status": status, "error_code": 140100, "title": "Request refused", "detail": detail}}


def _handler(stand_in):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _speak(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer, headers = stand_in.answer(
                self.command, self.path, body, self.headers.get("Authorization", "")
            )
            sent = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(sent)),
                **headers,
            }.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = _speak  # noqa: N815

        def log_message(self, *_):
            """Say nothing: tests read `requests`."""

    return Handler
