"""One person who begins on several devices at the same moment."""

import pytest
from django.utils import timezone

from listening_tests.actions import recruitment
from listening_tests.models import Identity, Listener
from listening_tests.recruiter import Arrival
from tests.listening_tests.recruitment.studies import make_recruited_study
from tests.listening_tests.test_concurrency import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_who_begins_on_six_devices_at_once_has_one_session():
    study, arrival = make_recruited_study(), Arrival("somebody", "submission1")

    begun = all_at_once([lambda: recruitment.begin_session(study=study, arrival=arrival, now=timezone.now())] * 6)

    assert len({session.key for session in begun}) == 1
    assert Listener.objects.count() == Identity.objects.count() == 1


def test_codes_that_are_asked_for_at_once_are_the_same():
    study = make_recruited_study()

    kept = all_at_once([lambda: recruitment.recruitment_of(study=study, now=timezone.now())] * 6)

    assert len({tuple(recruitment.codes.items()) for recruitment in kept}) == 1
