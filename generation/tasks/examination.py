"""Examining networks: items of some codes of a word each, and one that puts all together."""

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from generation.actions.examinations import RESULT
from generation.models import Checkpoint, Examination
from generation.tasks.clips import load_network
from generation.tasks.devices import names_lost_device
from generation.tasks.training import feature_set_of
from generation.work import Outcome, Work

if TYPE_CHECKING:
    from generation.engine.examination.panel import Panel


@names_lost_device
def examine_networks(work: Work) -> Outcome:
    """Search and measure an item's codes, or put all together.

    What a part found is kept in a folder of its own, the same whoever computes it: so the item that puts all together
    only computes itself what other workers have not finished, and a retry goes on where it stopped.
    """
    from generation.engine.devices import use_threads
    from generation.engine.examination.files import examine_part
    from generation.engine.examination.search import Part
    from generation.engine.examination.summary import summarise

    use_threads(settings.THREADS)
    examination = Examination.objects.select_related("corpus", "prior").get(pk=work.shared["examination"])
    panel = _panel(examination, work)
    parts = [Part(**each) for each in work.shared["parts"]]
    wanted = parts if "summary" in work.parameters else [parts[work.parameters["part"]]]
    for number, part in enumerate(wanted):
        examine_part(
            part, panel, examination.seed, examination.folder, _reporting(work, part.word, number, len(wanted))
        )
    if "summary" not in work.parameters:
        return Outcome(partial(dict, part=work.parameters["part"]))
    work.report(1.0, "mapping the codes")
    return _written(examination, summarise(parts, panel, examination.seed, examination.folder))


def _panel(examination: Examination, work: Work) -> "Panel":
    from generation.engine.devices import device_named
    from generation.engine.examination.panel import Panel
    from generation.engine.maximisation.recipes import preset

    found = Checkpoint.objects.in_bulk([*work.shared["climbed"], *work.shared["judges"]])
    return Panel(
        feature_set=feature_set_of(examination.corpus, examination.features, work),
        climbed={found[key].slug: load_network(found[key]) for key in work.shared["climbed"]},
        judges={found[key].slug: load_network(found[key]) for key in work.shared["judges"]},
        prior=None if examination.prior is None else load_network(examination.prior),
        recipe=preset(examination.preset, examination.space),
        device=device_named(settings.DEVICE),
    )


def _reporting(work: Work, word: str, number: int, count: int) -> Any:
    def report(fraction: float, note: str) -> None:
        work.report((number + fraction) / count, f"{word}: {note}")

    return report


def _written(examination: Examination, found: dict[str, Any]) -> Outcome:
    """Write the result; the same examination gives the same bytes, whichever attempt writes them."""
    from generation.engine.whole_files import written_whole

    content = json.dumps(found, indent=1, allow_nan=False).encode()
    with written_whole(examination.folder / RESULT) as file:
        file.write(content)
    return Outcome(partial(_store, examination.pk, hashlib.sha256(content).hexdigest()))


def _store(key: int, sha256: str) -> dict[str, Any]:
    Examination.objects.filter(pk=key).update(sha256=sha256)
    return {"examination": key}
