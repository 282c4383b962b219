"""Agreeing to take part, as a browser does: by sending the form of the page that it was shown."""

from listening_tests.simulation.page_reading import read_page


def consent_page(client, address):
    """Fetch a study's page and return the fields of its form as a tick sends them; no token if it asks for nothing."""
    form = read_page(client.get(address).content.decode()).form_to_send()
    return {"agree": "on", **({"token": form.values["token"]} if form else {})}


def agree(client, address, *, headers=None, **fields):
    """Agree on a study's page, which is fetched first; `fields` are added to its form, or change it."""
    return client.post(address, {**consent_page(client, address), **fields}, headers=headers or {})
