"""A researcher is given a way in, once."""

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import give_one_time_password
from accounts.models import Researcher

pytestmark = pytest.mark.django_db


def test_an_invited_researcher_gets_a_one_time_password(capsys):
    call_command("invite_researcher", "ada")

    researcher = Researcher.objects.get(username="ada")
    assert researcher.must_change_password
    assert researcher.check_password(capsys.readouterr().out.split()[-1])
    assert not researcher.is_superuser


def test_an_invitation_can_be_repeated_until_a_password_was_set():
    first = give_one_time_password(username="ada")
    second = give_one_time_password(username="ada")

    assert first != second
    assert Researcher.objects.get(username="ada").check_password(second)


def test_a_password_that_its_owner_has_set_is_left_alone():
    give_one_time_password(username="ada")
    Researcher.objects.update(must_change_password=False)

    with pytest.raises(CommandError, match="changepassword ada"):
        call_command("invite_researcher", "ada")


@pytest.mark.parametrize("name", ["a b/c", ""])
def test_a_name_that_is_no_name_is_refused(name):
    with pytest.raises(CommandError, match="is no user name"):
        call_command("invite_researcher", name)

    assert not Researcher.objects.exists()
