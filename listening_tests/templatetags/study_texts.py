"""Showing a study's own texts on pages in another language than theirs."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def isolated(text: object) -> SafeString:
    """Return a study's own text so that it runs in its own direction: an English question on an Arabic page."""
    return format_html("<bdi>{}</bdi>", text)
