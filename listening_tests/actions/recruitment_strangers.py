"""Sessions of people whom Prolific did not send: whoever changes the ids in the address could take part many times."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from listening_tests.actions.recruitment import identity_digest
from listening_tests.actions.verdicts import exclude_session
from listening_tests.models import Identity, Session, Study

EXCLUSION = "not_sent_by_prolific"
# A submission may come into Prolific's list a little after its person has come to us.
KNOWN_AFTER = timedelta(hours=1)


def exclude_strangers(*, study: Study, people: Mapping[str, str], now: datetime) -> int:
    """Exclude the sessions whose ids Prolific does not know together; return how many.

    `people` has the person of each submission that Prolific lists. Their ratings fill no quota from then on; nobody is
    paid for them in any case, for want of a submission.
    """
    identities = Identity.objects.filter(study=study, service="prolific", listener__sessions__excluded_at=None)
    strangers = [each.listener_id for each in identities if _is_stranger(study, each, people, now)]
    sessions = Session.objects.filter(study=study, listener__in=strangers).select_related("study").order_by("pk")
    for session in sessions:
        exclude_session(session=session, exclusion=EXCLUSION, now=now)
    return len(strangers)


def _is_stranger(study: Study, identity: Identity, people: Mapping[str, str], now: datetime) -> bool:
    if identity.submission not in people:
        return identity.created_at < now - KNOWN_AFTER
    person = people[identity.submission]
    return identity.digest != identity_digest(study=study, service=identity.service, person=person)
