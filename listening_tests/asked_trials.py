"""What a question is told of a stored trial."""

from collections.abc import Iterable

from listening_tests.models import Presentation, Trial
from listening_tests.questions import AskedSound, AskedTrial


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
