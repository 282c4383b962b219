"""Give a researcher a way in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import give_one_time_password
from accounts.models import Researcher


class Command(BaseCommand):
    help = "Make an account for a researcher and print a one-time password, to be changed after the first login."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--administrator", action="store_true", help="May use the admin pages too.")

    def handle(self, *args: Any, username: str, administrator: bool, **options: Any) -> None:
        try:
            Researcher._meta.get_field("username").clean(username, None)
        except ValidationError as error:
            raise CommandError(f"{username!r} is no user name: {' '.join(error.messages)}") from error
        password = give_one_time_password(username=username, is_superuser=administrator)
        if password is None:
            raise CommandError(
                f"{username} has set a password already; `manage.py changepassword {username}` gives a new one."
            )
        self.stdout.write(f"One-time password for {username}: {password}")
