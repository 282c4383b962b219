"""Pay a bonus to the approved listeners of a study at Prolific."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from listening_tests.actions.recruitment_bonuses import (
    BonusesExceedBudget,
    BonusesWereJustPaid,
    NobodyGetsBonus,
    announce_bonuses,
    pay_bonuses,
)
from listening_tests.actions.recruitment_prolific import StudyIsNotForProlific, StudyIsNotThere, prolific_client
from listening_tests.management.study_argument import add_study, study_named
from listening_tests.recruitment.prolific.client import ProlificIsUnreachable, ProlificRefused, TokenIsMissing

REFUSALS = (
    BonusesExceedBudget,
    BonusesWereJustPaid,
    NobodyGetsBonus,
    ProlificIsUnreachable,
    ProlificRefused,
    StudyIsNotForProlific,
    StudyIsNotThere,
    TokenIsMissing,
)


class Command(BaseCommand):
    help = (
        "Pay a bonus to each approved listener from Prolific who has had none. Says what it would cost without --yes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_study(parser)
        parser.add_argument("amount", type=int, help="For each listener, in pence or cents.")
        parser.add_argument("--yes", action="store_true", help="Pay.")

    def handle(self, *args: Any, study: str, amount: int, yes: bool, **options: Any) -> None:
        try:
            self._pay(study, amount, is_sure=yes)
        except REFUSALS as error:
            raise CommandError(str(error)) from error

    def _pay(self, slug: str, amount: int, *, is_sure: bool) -> None:
        study, client = study_named(slug), prolific_client()
        bonuses = announce_bonuses(study=study, client=client, amount=amount)
        cost = f"{len(bonuses.amounts)} listeners, {bonuses.total / 100:.2f} in all, before Prolific's fee"
        if not is_sure:
            self.stdout.write(f"{cost}. Nothing is paid yet: say --yes.")
            return
        pay_bonuses(study=study, client=client, bonuses=bonuses)
        self.stdout.write(f"Paid: {cost}.")
