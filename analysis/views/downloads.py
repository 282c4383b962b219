"""Files to take away: the archive, single tables, figures."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analysis.records import Listeners, figures_of, record_of, results_of
from analysis.report import report_html
from analysis.views.results import Asked, asked_for


@login_required
@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the study's archive: ratings, judgements, protocol and data dictionary."""
    from analysis.engine.formats import FORMATS

    asked = asked_for(request, slug)
    form = FORMATS["csv"]
    archive = form.write(record_of(asked.study, asked.listeners))
    return _file(archive, form.media_type, f"{_stem(asked)}.{form.ending}")


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
