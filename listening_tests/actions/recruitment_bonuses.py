"""Bonuses for listeners from Prolific, in two steps: announced first, paid then. Amounts are in pence or cents."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from listening_tests.actions.recruitment_prolific import created_there, prolific_of
from listening_tests.models import Identity, Recruitment, Study, Submission
from listening_tests.recruitment.prolific.client import ProlificClient, ProlificRefused
from listening_tests.recruitment.prolific.submission_states import SubmissionState


class BonusesExceedBudget(Exception):
    """The bonuses would cost more than the study file sets aside for them."""


class NobodyGetsBonus(Exception):
    """No approved listener is left who has had no bonus."""


class BonusesWereJustPaid(Exception):
    """Somebody else has paid bonuses since these were announced, perhaps to the same listeners."""


@dataclass(frozen=True)
class Bonuses:
    """Bonuses that were announced: `bulk` is Prolific's name for them, `amounts` are by a person's id."""

    bulk: str
    amounts: dict[str, int]
    paid_before: int

    @property
    def total(self) -> int:
        return sum(self.amounts.values())


def announce_bonuses(*, study: Study, client: ProlificClient, amount: int) -> Bonuses:
    """Announce a bonus for each approved listener who has had none; nothing is paid yet.

    Raises NobodyGetsBonus, BonusesExceedBudget, or what the client raises.
    """
    recruitment, budget = created_there(study), prolific_of(study).bonus_budget
    approved = Submission.objects.filter(study=study, state=SubmissionState.APPROVED).values("submission")
    identities = Identity.objects.filter(study=study, submission__in=approved).exclude(person="").order_by("pk")
    amounts = dict.fromkeys(identities.values_list("person", flat=True), amount)
    if not amounts:
        raise NobodyGetsBonus(f"No approved listener of {study.slug!r} is without a bonus: approve submissions first.")
    if recruitment.bonuses_paid + sum(amounts.values()) > budget:
        raise BonusesExceedBudget(
            f"{len(amounts)} bonuses of {amount} are more than is left of the budget of {budget}, of which "
            f"{recruitment.bonuses_paid} are spent: pay less."
        )
    return Bonuses(client.prepare_bonuses(recruitment.study_there, amounts)["id"], amounts, recruitment.bonuses_paid)


def pay_bonuses(*, study: Study, client: ProlificClient, bonuses: Bonuses) -> None:
    """Pay announced bonuses, and delete the ids of those who were paid: they are not needed any more.

    If Prolific does not answer, they count as paid, so that nobody is paid twice: look there. Raises
    BonusesWereJustPaid, or what the client raises.
    """
    paid = _count_as_paid(study, bonuses)
    try:
        client.pay_bonuses(bonuses.bulk)
    except ProlificRefused:
        _count_as_unpaid(study, bonuses, paid)
        raise


@transaction.atomic
def _count_as_paid(study: Study, bonuses: Bonuses) -> list[Identity]:
    """Delete the ids of those who are to be paid, and return them as they were; of two payments at once one goes on."""
    kept = Recruitment.objects.filter(study=study, bonuses_paid=bonuses.paid_before)
    if not kept.update(bonuses_paid=F("bonuses_paid") + bonuses.total):
        raise BonusesWereJustPaid(f"Bonuses of {study.slug!r} were paid since these were announced: announce anew.")
    identities = list(Identity.objects.filter(study=study, person__in=bonuses.amounts))
    Identity.objects.filter(pk__in=[each.pk for each in identities]).update(person="")
    return identities


@transaction.atomic
def _count_as_unpaid(study: Study, bonuses: Bonuses, paid: list[Identity]) -> None:
    Recruitment.objects.filter(study=study).update(bonuses_paid=F("bonuses_paid") - bonuses.total)
    Identity.objects.bulk_update(paid, ["person"])
