"""Reading a page as a browser does: its sounds, its forms with their fields, and its link to the next page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form: where it goes, the values it sends as it stands, and the values each choice offers."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Page:
    """What of a page can be heard, sent and followed."""

    sounds: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    next_address: str | None = None

    def form_to_send(self) -> Form | None:
        """Return the first form that posts."""
        return next((form for form in self.forms if form.method == "post"), None)


def read_page(html: str) -> Page:
    """Return the sounds and forms of a page, in the order they stand in, and its link with rel="next"."""
    reader = _Reader()
    reader.feed(html)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in ("audio", "source") and attributes.get("src"):
            self.page.sounds.append(attributes["src"])
        elif tag == "a" and attributes.get("rel") == "next":
            self.page.next_address = attributes["href"]
        elif tag == "form":
            self._form = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.page.forms.append(self._form)
        elif tag in ("input", "button", "textarea") and self._form is not None and attributes.get("name"):
            _add_field(self._form, tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def _add_field(form: Form, tag: str, attributes: dict[str, str]) -> None:
    name = attributes["name"]
    if tag == "button" or attributes.get("type") in ("radio", "checkbox", "submit"):
        # A box without a value sends "on".
        form.choices.setdefault(name, []).append(attributes.get("value", "on"))
    else:
        form.values[name] = attributes.get("value", "")
