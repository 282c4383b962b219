"""A trial of a study that is there already put one stimulus: that stimulus becomes a set of one."""

from typing import Any

from django.db import migrations


def give_sets(apps: Any, schema_editor: Any) -> None:
    """Make a set of each stimulus, hand its trials to it, and move what the browser reported to the trial."""
    tables = {name: apps.get_model("listening_tests", name) for name in ("Stimulus", "StimulusSet", "SetMember")}
    presentations = apps.get_model("listening_tests", "Presentation")
    trials = apps.get_model("listening_tests", "Trial")
    for stimulus in tables["Stimulus"].objects.all().iterator():
        made = tables["StimulusSet"].objects.create(
            block_id=stimulus.block_id, system=stimulus.system, word=stimulus.word
        )
        tables["SetMember"].objects.create(stimulus_set=made, stimulus=stimulus)
        mine = presentations.objects.filter(stimulus=stimulus).values("trial_id")
        trials.objects.filter(pk__in=mine).update(stimulus_set=made)
    for rating in apps.get_model("listening_tests", "Rating").objects.select_related("presentation__trial").iterator():
        rating.presentation.trial.evidence = rating.evidence
        rating.presentation.trial.save(update_fields=["evidence"])


class Migration(migrations.Migration):
    dependencies = [("listening_tests", "0003_put_trials_together_from_sets")]

    operations = [migrations.RunPython(give_sets, migrations.RunPython.noop)]
