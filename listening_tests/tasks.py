"""Background work on listening tests: the queue's messages. What is to be done stands in the database."""

from django.utils import timezone
from django_tasks import task

from listening_tests.models import Study


@task()
def look_at_recruitment(study_id: int) -> None:
    """Look how a study stands at its recruitment service, if that is due."""
    # Whatever changes a session may ask for a look, so this module comes before those that do one.
    from listening_tests.actions.recruitment_watch import look_if_due

    study = Study.objects.filter(pk=study_id).first()
    if study is not None:
        look_if_due(study=study, now=timezone.now())
