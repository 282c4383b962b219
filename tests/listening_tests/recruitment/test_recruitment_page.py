"""A researcher runs a study at Prolific from its read, and from the command line."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions.recruitment_watch import look_if_due
from listening_tests.actions.studies import close_study
from listening_tests.models import Recruitment, Session, Submission
from tests import factories
from tests.listening_tests.recruitment.studies import PAID, complete, fail_attention_checks, make_recruited_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher_client(client):
    client.force_login(factories.make_researcher(), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def read(researcher_client, prolific_settings):
    """Give a function that reads the page of a study, after pressing a button of it."""

    def read_page(study, do=None):
        if do:
            response = researcher_client.post(reverse("change_recruitment", args=[study.slug]), {"do": do}, follow=True)
        else:
            response = researcher_client.get(reverse("study_recruitment", args=[study.slug]))
        assert response.status_code == 200
        return response.content.decode()

    return read_page


@pytest.mark.parametrize("name", ["study_recruitment", "change_recruitment"])
def test_visitors_have_to_log_in(client, name):
    response = client.post(reverse(name, args=[make_recruited_study().slug]))

    assert response.headers["Location"].startswith(reverse("login"))


def test_costs_are_shown_before_anything_is_published(read):
    shown = read(make_recruited_study(**{**PAID, "extra_places": 1, "bonus_budget": 250, "fee_percent": 40.0}))

    for part in ("4 places at 1.50", "6.00", "fee of 40 %", "4.00", "14.00", "9.00 GBP", "minimum is 6.00"):
        assert part in shown


def test_what_pays_too_little_cannot_be_published(read):
    shown = read(make_recruited_study(minutes=30))

    assert "less than Prolific’s minimum" in shown
    assert "raise the reward to 300" in read(make_recruited_study(minutes=30), "create")


def test_listeners_who_take_longer_than_was_said_are_noticed(read):
    study = make_recruited_study()
    session = complete(study, "somebody")
    Session.objects.filter(pk=session.pk).update(consented_at=session.completed_at - timedelta(minutes=30))

    shown = read(study)

    assert "took 30.0 minutes" in shown
    assert "less than the minimum" in shown


def test_buttons_create_publish_pause_and_stop_the_study(read, prolific):
    study = make_recruited_study()

    said = [read(study, do) for do in ("create", "publish", "pause", "start", "stop")]

    assert "unpublished: look at it there" in said[0]
    assert "is active now" in said[1]
    assert "is paused now" in said[2]
    assert "is awaiting review now" in said[4]
    assert prolific.studies[Recruitment.objects.get().study_there]["status"] == "AWAITING REVIEW"


def test_the_address_at_prolific_is_that_of_the_study(read, prolific):
    study = make_recruited_study()

    read(study, "create")

    (there,) = prolific.studies.values()
    assert there["external_study_url"].startswith(f"http://testserver/take/{study.slug}/?PROLIFIC_PID=")


def test_a_refusal_is_shown_in_its_words(read, prolific):
    study = make_recruited_study()
    read(study, "create")

    assert "cannot PAUSE" in read(study, "pause")


def test_a_missing_token_is_told(read, settings):
    settings.PROLIFIC_TOKEN = ""

    assert "HEARSAY_PROLIFIC_TOKEN" in read(make_recruited_study(), "create")


def test_what_hearsay_does_by_itself_and_why_it_failed_is_told(read, prolific):
    study = make_recruited_study()
    read(study, "create")
    read(study, "publish")
    close_study(study=study, now=timezone.now())
    prolific.fail_next(403)

    look_if_due(study=study, now=timezone.now())
    failed = read(study)
    succeeded = read(study, "sync")

    assert "Prolific refused GET /studies/" in failed
    assert "tried again by itself" in failed
    assert "Prolific refused" not in succeeded
    assert "Hearsay has paused the study there" in succeeded


def test_a_missing_worker_is_noticed(read):
    study = make_recruited_study()
    read(study, "create")
    assert "manage.py worker" not in read(study)

    Recruitment.objects.update(look_at=timezone.now() - timedelta(minutes=6))

    assert "manage.py worker" in read(study)


def test_codes_are_made_for_a_study_that_is_created_there_by_hand(read):
    study = make_recruited_study()

    shown = read(study, "codes")

    assert all(code in shown for code in Recruitment.objects.get().codes.values())


def test_an_unknown_button_is_not_found(researcher_client, prolific_settings):
    study = make_recruited_study()

    response = researcher_client.post(reverse("change_recruitment", args=[study.slug]), {"do": "dance"})

    assert response.status_code == 404


def review(client, submission, **fields):
    address = reverse("review_submission", args=[submission.study.slug, submission.pk])
    return client.post(address, fields, follow=True).content.decode()


@pytest.fixture
def submission(read, prolific):
    """Give the submission of somebody who has completed a published study."""
    study = make_recruited_study()
    read(study, "create")
    name = prolific.somebody_arrives(Recruitment.objects.get().study_there, "somebody", "AWAITING REVIEW")
    complete(study, "somebody", name)
    read(study, "sync")
    return Submission.objects.select_related("study").get()


def test_a_submission_is_approved_on_the_page(researcher_client, submission, prolific):
    assert "its listener is paid" in review(researcher_client, submission, do="approve")

    assert prolific.submissions[submission.submission]["status"] == "APPROVED"


def test_rejecting_is_offered_only_where_it_is_allowed(researcher_client, read, submission):
    assert "cannot be rejected" in read(submission.study)
    refused = review(researcher_client, submission, do="reject", message="x" * 120, category="FAILED_CHECK")
    assert "takes 2 failed attention checks" in refused

    fail_attention_checks(Session.objects.get(), 2)

    assert "Reject, without pay" in read(submission.study)
    rejected = review(researcher_client, submission, do="reject", message="x" * 120, category="FAILED_CHECK")
    assert "its listener is told why" in rejected


def test_everybody_is_paid_by_one_button(read, submission):
    assert "1 submissions are approved" in read(submission.study, "settle")


def test_whom_to_pay_by_hand_is_listed_until_the_ids_are_deleted(read):
    study = make_recruited_study(service="url_parameters", called="SONA")
    complete(study, "student 7")

    assert "student 7" in read(study)
    assert "1 ids are deleted" in read(study, "erase")
    assert "student 7" not in read(study)


def test_the_number_of_queries_does_not_grow_with_the_submissions(read, prolific, django_assert_max_num_queries):
    study = make_recruited_study()
    read(study, "create")
    there = Recruitment.objects.get().study_there
    for number in range(4):
        complete(study, f"person{number}", prolific.somebody_arrives(there, f"person{number}", "AWAITING REVIEW"))
    read(study, "sync")

    with django_assert_max_num_queries(12):
        read(study)


def test_the_command_looks_and_pays(submission, prolific, capsys):
    call_command("sync_submissions", submission.study.slug, "--settle")

    assert capsys.readouterr().out == (
        "1 submissions, 0 changed, 0 places added.\n1 approved, 0 screened out with pay.\n"
    )


def test_the_command_says_what_is_wrong(prolific_settings):
    with pytest.raises(CommandError, match="create it there first"):
        call_command("sync_submissions", make_recruited_study().slug)


def test_bonuses_are_paid_by_a_command_that_asks_first(read, prolific, capsys):
    study = make_recruited_study(**{**PAID, "bonus_budget": 500})
    read(study, "create")
    name = prolific.somebody_arrives(Recruitment.objects.get().study_there, "somebody", "AWAITING REVIEW")
    complete(study, "somebody", name)
    call_command("sync_submissions", study.slug, "--settle")
    capsys.readouterr()

    call_command("pay_bonuses", study.slug, "50")
    assert "Nothing is paid yet" in capsys.readouterr().out
    call_command("pay_bonuses", study.slug, "50", "--yes")

    assert capsys.readouterr().out.startswith("Paid: 1 listeners, 0.50")
    assert [payment["paid"] for payment in prolific.bulk_payments.values()] == [False, True]
