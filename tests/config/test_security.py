"""What every page says to the browser, and how passwords are kept."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def response(client):
    return client.get(reverse("login"))


def test_the_content_security_policy_allows_no_inline_code(response):
    policy = response.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin")],
)
def test_every_page_has_its_security_headers(response, header, value):
    assert response.headers[header] == value


def test_passwords_are_hashed_with_argon2():
    assert make_password("correct horse").startswith("argon2$argon2id$")


def test_the_database_lets_readers_pass_and_writers_wait_their_turn(db):
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has a journal mode")
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]

    assert journal == "wal"
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_is_chosen_by_its_address_alone(tmp_path):
    program = "from django.conf import settings; print(settings.DATABASES['default']['ENGINE'])"
    environment = {
        "DATABASE_URL": "postgres://hearsay@localhost/hearsay",
        "HEARSAY_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout.strip() == "django.db.backends.postgresql"
