"""What a question is told of a stored trial."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from listening_tests.models import Presentation, Trial
from listening_tests.questions import AnswerField, AskedSound, AskedTrial
from listening_tests.roles import TrialRole


def asked_trial(trial: Trial, presentations: Iterable[Presentation]) -> AskedTrial:
    """Return a trial as its question sees it. The presentations bring their stimuli."""
    sounds = [
        AskedSound(each.position, each.name, each.stimulus_id, each.stimulus.role)
        for each in sorted(presentations, key=lambda each: each.position)
    ]
    is_shuffled = trial.block.settings.get("label_order") == "shuffled"
    return AskedTrial(
        tuple(sounds), tuple(trial.block.labels), trial.probe, trial.session.seed if is_shuffled else None
    )


def asked_fields(trial: Trial, presentations: Sequence[Presentation]) -> tuple[AnswerField, ...]:
    """Return what a trial's page asks. Where it checks attention in writing, the question says what to choose.

    The instruction takes the question's place: recruiters allow none that stands where nobody looks.
    """
    fields = trial.block.test_method.question.fields(asked_trial(trial, presentations))
    # Where the platform speaks the instruction there is no clip, and nothing to be read.
    if trial.role != TrialRole.TRAP or presentations[0].stimulus.clip_id is None:
        return fields
    (field,) = fields
    answer = field.choice(presentations[0].stimulus.expected).label
    return (replace(field, prompt=_("This is a check of attention. Please choose %(answer)s.") % {"answer": answer}),)
