"""Bonuses for listeners from Prolific, in two steps: announced first, paid then. Amounts are in pence or cents."""

from dataclasses import dataclass

from django.db.models import F

from listening_tests.actions.recruitment_prolific import created_there, prolific_of
from listening_tests.models import Identity, Recruitment, Study, Submission
from listening_tests.recruitment.prolific.client import ProlificClient, ProlificRefused
from listening_tests.recruitment.prolific.submission_states import SubmissionState


class BonusesExceedBudget(Exception):
    """The bonuses would cost more than the study file sets aside for them."""


class NobodyGetsBonus(Exception):
    """No approved listener is left who has had no bonus."""


@dataclass(frozen=True)
class Bonuses:
    """Bonuses that were announced: `bulk` is Prolific's name for them, `amounts` are by a person's id."""

    bulk: str
    amounts: dict[str, int]

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
    return Bonuses(client.prepare_bonuses(recruitment.study_there, amounts)["id"], amounts)


def pay_bonuses(*, study: Study, client: ProlificClient, bonuses: Bonuses) -> None:
    """Pay announced bonuses, and delete the ids of those who were paid: they are not needed any more.

    If Prolific does not answer, they count as paid, so that nobody is paid twice: look there before trying again.
    """
    kept = Recruitment.objects.filter(study=study)
    kept.update(bonuses_paid=F("bonuses_paid") + bonuses.total)
    try:
        client.pay_bonuses(bonuses.bulk)
    except ProlificRefused:
        kept.update(bonuses_paid=F("bonuses_paid") - bonuses.total)
        raise
    Identity.objects.filter(study=study, person__in=bonuses.amounts).update(person="")
