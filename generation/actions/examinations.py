"""Examinations: asking what a panel of classifiers says of networks, and keeping the answer."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import Researcher
from generation.actions.checkpoints import check_usable
from generation.actions.jobs import request_job
from generation.catalogue import PRESETS, NetworkRole
from generation.digests import request_digest
from generation.models import Checkpoint, Corpus, Examination, Job
from generation.states import JobState

# An item of work: so many codes of a word, some seconds on a GPU and some minutes on a processor.
CODES_PER_ITEM = 1000
MOST_CODES = 10_000
RESULT = "examination.json"


class CannotBeExamined(ValueError):
    """An examination was asked for with networks, a preset or a number of codes that do not fit."""


class ResultIsDamaged(ValueError):
    """The file of an examination's result is gone, or is not what was written."""


@dataclass(frozen=True)
class ExaminationWish:
    """What to examine: codes climb all of `climbed` together, and all of `judges` judge beside them.

    prior: the decoder whose code is searched; None searches the features directly.
    """

    climbed: Sequence[Checkpoint]
    judges: Sequence[Checkpoint]
    prior: Checkpoint | None
    preset: str
    codes_per_word: int
    seed: int = 1

    @property
    def space(self) -> str:
        """What is searched."""
        return "features" if self.prior is None else "decoder"


def request_examination(*, wish: ExaminationWish, requested_by: Researcher | None = None) -> Examination:
    """Ask for an examination, or return the one that was asked for so before; a cancelled one is worked on anew.

    Raises CannotBeExamined, and CheckpointCannotBeUsed if a network does not fit the first climbed one.
    """
    corpus = _check(wish)
    digest = _digest(wish, corpus)
    with transaction.atomic():
        examination, _ = Examination.objects.get_or_create(
            request_digest=digest, defaults=_fields(wish, corpus, digest)
        )
        if examination.is_done or (examination.job is not None and examination.job.state != JobState.CANCELLED):
            return examination
        examination.climbed.set(wish.climbed)
        examination.judges.set(wish.judges)
        examination.job = _request_job(examination, wish, requested_by)
        examination.save(update_fields=["job"])
    return examination


def _check(wish: ExaminationWish) -> Corpus:
    if not wish.climbed:
        raise CannotBeExamined("No classifier is given to climb: name one, as the networks' page lists them.")
    if not 2 <= wish.codes_per_word <= MOST_CODES:
        raise CannotBeExamined(f"{wish.codes_per_word} codes of each word were asked for: ask for 2 to {MOST_CODES}.")
    if wish.preset not in PRESETS or wish.space not in PRESETS[wish.preset].spaces:
        fitting = ", ".join(slug for slug, entry in PRESETS.items() if wish.space in entry.spaces)
        raise CannotBeExamined(f"The preset {wish.preset} does not search the {wish.space}: choose one of {fitting}.")
    first = wish.climbed[0]
    if first.corpus is None:
        raise CannotBeExamined(f"The corpus that {first.slug} was trained on is not here: add it, or climb another.")
    twice = {each.slug for each in wish.climbed} & {each.slug for each in wish.judges}
    if twice:
        raise CannotBeExamined(f"{', '.join(sorted(twice))} is climbed and judges: what is climbed judges anyway.")
    for role, checkpoints in (
        (NetworkRole.CLASSIFIER, [*wish.climbed, *wish.judges]),
        (NetworkRole.PRIOR, [wish.prior] if wish.prior else []),
    ):
        for checkpoint in checkpoints:
            check_usable(checkpoint, role=role, network=None, features=first.features, words=list(first.corpus.words))
    return first.corpus


def _digest(wish: ExaminationWish, corpus: Corpus) -> str:
    return request_digest(
        {
            "kind": "examine_networks",
            "corpus": corpus.digest,
            "climbed": [each.sha256 for each in wish.climbed],
            "judges": sorted(each.sha256 for each in wish.judges),
            "prior": wish.prior and wish.prior.sha256,
            "preset": wish.preset,
            "codes_per_word": wish.codes_per_word,
            "seed": wish.seed,
        }
    )


def _fields(wish: ExaminationWish, corpus: Corpus, digest: str) -> dict[str, Any]:
    return {
        "slug": digest[:16],
        "corpus": corpus,
        "features": wish.climbed[0].features,
        "prior": wish.prior,
        "preset": wish.preset,
        "space": wish.space,
        "codes_per_word": wish.codes_per_word,
        "seed": wish.seed,
    }


def _request_job(examination: Examination, wish: ExaminationWish, requested_by: Researcher | None) -> Job:
    """Ask for the work: items of some codes of a word, and at the end one that puts all together."""
    parts = [
        {"word": word, "first": first, "count": min(CODES_PER_ITEM, wish.codes_per_word - first)}
        for word in examination.corpus.words
        for first in range(0, wish.codes_per_word, CODES_PER_ITEM)
    ]
    return request_job(
        kind="examine_networks",
        title=f"Examine {', '.join(each.get_network_display() for each in wish.climbed)} on {examination.corpus}",
        parameters={
            "examination": examination.pk,
            "climbed": [each.pk for each in wish.climbed],
            "judges": [each.pk for each in wish.judges],
            "parts": parts,
        },
        item_parameters=[*({"part": number} for number in range(len(parts))), {"summary": True}],
        digest=examination.request_digest,
        requested_by=requested_by,
    )


def read_result(examination: Examination) -> dict[str, Any]:
    """Return what an examination found. Raises ResultIsDamaged."""
    path = examination.folder / RESULT
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ResultIsDamaged(f"{path} is gone: restore it from a backup of HEARSAY_VAR.") from error
    if hashlib.sha256(content).hexdigest() != examination.sha256:
        raise ResultIsDamaged(f"{path} is not what was written: restore it from a backup of HEARSAY_VAR.")
    found: dict[str, Any] = json.loads(content)
    return found
