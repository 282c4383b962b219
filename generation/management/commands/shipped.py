"""The networks that are shipped with Hearsay."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.actions.checkpoints import CheckpointIsUnknown, find_checkpoint
from generation.actions.shipped import (
    NetworkCannotBeShipped,
    ShippedNetwork,
    ShippedNetworkIsDamaged,
    ShippedNetworkIsUnknown,
    register_shipped,
    ship,
    shipped_networks,
)


class Command(BaseCommand):
    help = (
        "List the networks that are shipped with Hearsay, register some to use them (a study does so by itself), or "
        "add one that was trained here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["list", "register", "add"], default="list")
        parser.add_argument("names", nargs="*", metavar="NAME", help="Of shipped networks; for add, of a new one.")
        parser.add_argument("--checkpoint", help="For add: the trained network, by the name that train prints.")

    def handle(self, *args: Any, what: str, names: list[str], checkpoint: str | None, **options: Any) -> None:
        try:
            if what == "list":
                self._list()
            elif what == "register":
                self._register(names)
            else:
                self._add(names, checkpoint)
        except (
            CheckpointIsUnknown, NetworkCannotBeShipped, ShippedNetworkIsDamaged, ShippedNetworkIsUnknown,
        ) as error:  # fmt: skip
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        shipped = shipped_networks()
        for network in shipped:
            self.stdout.write(_line(network))
        if not shipped:
            self.stdout.write("No network is shipped.")

    def _register(self, names: list[str]) -> None:
        if not names:
            raise CommandError("Say which to register: manage.py shipped register NAME ...")
        for name in names:
            self.stdout.write(register_shipped(name=name).slug)

    def _add(self, names: list[str], checkpoint: str | None) -> None:
        if len(names) != 1 or checkpoint is None:
            raise CommandError("Say what to add: manage.py shipped add NAME --checkpoint CHECKPOINT")
        self.stdout.write(str(ship(checkpoint=find_checkpoint(checkpoint), name=names[0]).path))


def _line(shipped: ShippedNetwork) -> str:
    card, corpus = shipped.card, shipped.card["corpus"]
    kilobytes = shipped.path.stat().st_size / 1000
    return (
        f"{shipped.name}: {card['network']}, {card['feature_definition']}, {kilobytes:,.0f} kB, "
        f"trained on {corpus['title']} ({corpus['licence'] or 'licence unknown'}), {card['sha256']}"
    )
