"""The study that a command is about."""

from django.core.management.base import CommandError, CommandParser

from listening_tests.models import Study


def add_study(parser: CommandParser) -> None:
    """Let a command be given a study."""
    parser.add_argument("study", help="The study's name in addresses (its slug).")


def study_named(slug: str) -> Study:
    """Return the study with this slug. Raises CommandError, naming those there are."""
    try:
        return Study.objects.get(slug=slug)
    except Study.DoesNotExist as error:
        known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no study {slug!r}. The studies are: {known}.") from error
