"""Giving a researcher a way in."""

import secrets

from django.db import transaction

from accounts.models import Researcher


@transaction.atomic
def give_one_time_password(*, username: str, is_superuser: bool = False) -> str | None:
    """Return a new one-time password for a researcher, who is made if not there yet.

    Returns None, and changes nothing, if the researcher has set a password of their own.
    """
    researcher, _ = Researcher.objects.get_or_create(
        username=username,
        defaults={"must_change_password": True, "is_staff": is_superuser, "is_superuser": is_superuser},
    )
    if not researcher.must_change_password:
        return None
    password = secrets.token_urlsafe(9)
    researcher.set_password(password)
    researcher.save(update_fields=["password"])
    return password
