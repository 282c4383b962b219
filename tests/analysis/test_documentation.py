"""Documents made from the code are in step with it, and the README names what is there."""

import re

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

from analysis import documentation

README = (settings.BASE_DIR / "README.md").read_text()


def test_the_documents_are_in_step_with_the_code():
    call_command("write_docs", check=True)


def test_a_document_that_is_out_of_step_is_named(monkeypatch):
    stale = settings.BASE_DIR / "docs" / "settings.md"
    monkeypatch.setattr("analysis.management.commands.write_docs.documents", lambda: {stale: "something else"})

    with pytest.raises(CommandError, match=r"docs/settings\.md\. Run `make docs`"):
        call_command("write_docs", check=True)


def test_every_setting_is_documented():
    source = (settings.BASE_DIR / "config" / "settings.py").read_text()

    document = documentation.settings_document()

    for name in re.findall(r'environment\.\w+\("(\w+)"', source):
        assert f"`{name}`" in document
    assert "|  |" not in document


def test_every_command_is_documented():
    document = documentation.commands_document()

    for name, app in get_commands().items():
        assert (f"## {name}\n" in document) == (app in documentation.OUR_APPS)


def test_what_the_readme_links_to_is_there():
    targets = re.findall(r"(?:\]\(|src=\")(?!https?:)([^)\"#]+)", README)

    assert len(targets) > 10
    assert [target for target in targets if not (settings.BASE_DIR / target).exists()] == []


def test_the_commands_of_the_readme_exist():
    makefile = (settings.BASE_DIR / "Makefile").read_text()

    for target in re.findall(r"^make (\w+)", README, flags=re.MULTILINE):
        assert f"\n{target}:" in makefile
    for name in re.findall(
        r"`((?:add|fetch|make)_corpus|train|render|run_study|(?:open|close)_study|\w+_listeners|analyse)\b", README
    ):
        assert name in get_commands()
