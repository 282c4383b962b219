"""Opening a study and closing it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from listening_tests.actions import studies
from listening_tests.models import Study
from listening_tests.states import StudyState
from tests import factories

pytestmark = pytest.mark.django_db


def open_now(study):
    studies.open_study(study=study, now=timezone.now())


def test_a_study_can_be_closed_and_opened_again():
    study = factories.make_open_study()
    opened_at = study.opened_at

    studies.close_study(study=study, now=timezone.now())
    open_now(study)

    study.refresh_from_db()
    assert study.state == StudyState.OPEN
    assert study.opened_at == opened_at
    assert study.closed_at is None


def test_a_study_without_stimuli_cannot_be_opened():
    study = factories.make_study()

    with pytest.raises(studies.StudyCannotOpen, match="no stimuli yet: prepare it first"):
        open_now(study)

    assert Study.objects.get().state == StudyState.DRAFT


def test_a_block_with_too_few_stimuli_is_named():
    study = factories.make_study()
    factories.make_set(stimulus=factories.make_stimulus(block=factories.make_block(study=study, title="Quality")))

    with pytest.raises(studies.StudyCannotOpen, match=r"Block 1 \(Quality\) has stimuli for 1 pairs .* but 4 trials"):
        open_now(study)


def test_a_missing_sound_file_is_named(settings):
    study = factories.make_open_study()
    studies.close_study(study=study, now=timezone.now())
    clip = study.blocks.first().stimuli.order_by("pk").first().clip
    Path(settings.CLIPS_DIR, clip.audio).unlink()

    with pytest.raises(studies.StudyCannotOpen, match=f"lacks 1 of 8 sound files, the first of them .*{clip.audio}"):
        open_now(study)


def test_every_reason_is_told_at_once(settings):
    study = factories.make_study()
    stimulus = factories.make_stimulus(block=factories.make_block(study=study))
    Path(settings.CLIPS_DIR, stimulus.clip.audio).unlink()

    with pytest.raises(studies.StudyCannotOpen) as caught:
        open_now(study)

    assert len(caught.value.reasons) == 2


def test_an_open_study_cannot_be_opened():
    with pytest.raises(studies.StudyCannotOpen, match="It is open already"):
        open_now(factories.make_open_study())


def test_a_draft_cannot_be_closed():
    with pytest.raises(studies.StudyCannotClose, match="only an open study can be closed"):
        studies.close_study(study=factories.make_study(), now=timezone.now())


def test_a_study_is_closed_and_opened_from_the_command_line(capsys):
    study = factories.make_open_study(slug="vowels")

    call_command("close_study", "vowels")
    call_command("open_study", "vowels")

    study.refresh_from_db()
    assert study.is_open
    assert "Listeners take it at /take/vowels/" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["open_study", "close_study", "simulate_listeners"])
def test_a_command_for_an_unknown_study_names_those_there_are(command):
    factories.make_study(slug="vowels")

    with pytest.raises(CommandError, match="There is no study 'consonants'"):
        call_command(command, "consonants")


def test_commands_say_why_a_study_cannot_be_opened_or_closed():
    factories.make_study(slug="vowels")

    with pytest.raises(CommandError, match="no stimuli yet"):
        call_command("open_study", "vowels")
    with pytest.raises(CommandError, match="only an open study"):
        call_command("close_study", "vowels")
