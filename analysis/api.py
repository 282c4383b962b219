"""The results of studies as JSON, read-only, for scripts."""

import json
from typing import Any

from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.records import Answered, answered_in, record_of, results_of
from analysis.views.results import asked_for
from listening_tests.models import Study


@api_view(["GET"])
def study_results_list(request: Request) -> Response:
    """Return the studies that have been opened, newest first, with the numbers of listeners and ratings."""
    paginator = PageNumberPagination()
    studies = Study.objects.exclude(opened_at=None).order_by("-created_at", "-pk")
    page = paginator.paginate_queryset(studies, request) or []
    answered = answered_in(page)
    rows = [
        {"study": study.slug, "title": study.title, "state": study.state, **vars(answered.get(study.pk, Answered()))}
        for study in page
    ]
    return paginator.get_paginated_response(rows)


@api_view(["GET"])
def study_results(request: Request, slug: str) -> Response:
    """Return a study's facts and every table of its results; `?listeners=real` or `simulated` says whose.

    A number that does not exist (an interval over one listener) is null, and the row's note says why.
    """
    from analysis.engine.ratings import NoRatings

    asked = asked_for(request, slug)
    record = record_of(asked.study, asked.listeners)
    try:
        computed = results_of(record)
    except NoRatings as nothing:
        raise NotFound(str(nothing)) from nothing
    found = {
        slug: {name: json.loads(table.to_json(orient="records", double_precision=15)) for name, table in named.items()}
        for slug, named in computed.tables.items()
    }
    content: dict[str, Any] = {
        "facts": vars(record.facts),
        "statements": record.facts.statements,
        "answered": vars(asked.answered),
        "confidence": computed.confidence,
        "tables": found,
        "without": computed.without,
    }
    return Response(content)
