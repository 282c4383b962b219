"""What the pages of generation share: who asks, and cutting long lists into pages."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Researcher

ROWS = 25


class ResearcherRequest(HttpRequest):
    """A request to a page that only researchers who have logged in reach."""

    user: Researcher


def page_of(request: HttpRequest, rows: QuerySet[Any], *, rows_per_page: int = ROWS) -> Page[Any]:
    """Return the page of the rows that the address asks for; the nearest there is, if it asks for none that exists."""
    return Paginator(rows, rows_per_page).get_page(request.GET.get("page"))
