"""Files to take away: the archive, single tables, figures."""

import tempfile
from contextlib import ExitStack

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analysis.records import Listeners, figures_of, record_in_chunks, record_of, results_of
from analysis.report import report_html
from analysis.views.results import Asked, asked_for


@login_required
@require_safe
def export(request: HttpRequest, slug: str) -> FileResponse:
    """Send the study's archive: ratings, judgements, protocol and data dictionary; neither it nor they fill memory."""
    from analysis.engine.formats import FORMATS

    asked = asked_for(request, slug)
    form = FORMATS["csv"]
    with ExitStack() as closed_on_failure:
        archive = closed_on_failure.enter_context(tempfile.TemporaryFile())
        form.write_in_chunks(record_in_chunks(asked.study, asked.listeners), archive)
        archive.seek(0)
        closed_on_failure.pop_all()
    name = f"{_stem(asked)}.{form.ending}"
    return FileResponse(archive, as_attachment=True, filename=name, content_type=form.media_type)


@login_required
@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the study's report, one HTML file that stands alone."""
    from analysis.engine.ratings import NoRatings

    asked = asked_for(request, slug)
    try:
        text = report_html(record_of(asked.study, asked.listeners))
    except NoRatings as nothing:
        raise Http404(str(nothing)) from nothing
    return _file(text.encode(), "text/html; charset=utf-8", f"{_stem(asked)}-report.html")


@login_required
@require_safe
def table(request: HttpRequest, slug: str, statistic: str, name: str) -> HttpResponse:
    """Send one table of the results as CSV, with every column."""
    from analysis.engine.ratings import NoRatings

    asked = asked_for(request, slug)
    try:
        found = results_of(record_of(asked.study, asked.listeners)).table(statistic, name)
    except NoRatings as nothing:
        raise Http404(str(nothing)) from nothing
    if found is None:
        raise Http404(f"There is no table {name!r} of {statistic!r} in the results of {slug!r}.")
    content = found.to_csv(index=False, lineterminator="\n").encode()
    return _file(content, "text/csv; charset=utf-8", f"{_stem(asked)}-{statistic}-{name}.csv")


@login_required
@require_safe
def figure(request: HttpRequest, slug: str, name: str, kind: str) -> HttpResponse:
    """Send one figure as an SVG or PDF file."""
    from analysis.engine.ratings import NoRatings

    asked = asked_for(request, slug)
    try:
        found = figures_of(record_of(asked.study, asked.listeners)).get(name)
    except NoRatings as nothing:
        raise Http404(str(nothing)) from nothing
    if found is None:
        raise Http404(f"There is no figure {name!r} in the results of {slug!r}.")
    if kind == "svg":
        return _file(found.svg_file(), "image/svg+xml", f"{_stem(asked)}-{name}.svg")
    return _file(found.pdf_file(), "application/pdf", f"{_stem(asked)}-{name}.pdf")


def _stem(asked: Asked) -> str:
    suffix = "-simulated-listeners" if asked.listeners is Listeners.SIMULATED else ""
    return f"{asked.study.slug}{suffix}"


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
