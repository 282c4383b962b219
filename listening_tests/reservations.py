"""The places of a study: which stimuli still want listeners, and who holds them."""

from collections.abc import Mapping
from datetime import datetime

from listening_tests.assignment import Candidate, assign
from listening_tests.models import Block, Presentation, Session, Stimulus, Study, Trial
from listening_tests.roles import Role

Offer = Mapping[Block, list[Candidate]]


def offer(study: Study, *, is_simulated: bool, now: datetime) -> Offer:
    """Return each block's stimuli, in the order of the blocks, with how often each was answered or is reserved.

    Simulated listeners and real ones are counted apart, so neither takes the other's places.
    """
    blocks = {block.pk: block for block in study.blocks.order_by("position", "pk")}
    offered: dict[Block, list[Candidate]] = {block: [] for block in blocks.values()}
    rows = Stimulus.objects.filter(block__study=study, role=Role.SAMPLE).with_progress(
        is_simulated=is_simulated, now=now
    )
    fields = ("pk", "block_id", "system", "word", "n_answered", "n_reserved")
    for pk, block_id, system, word, n_answered, n_reserved in rows.order_by("pk").values_list(*fields):
        offered[blocks[block_id]].append(Candidate(pk, system, word, n_answered + n_reserved))
    return offered


def is_full(offered: Offer) -> bool:
    """Return whether every stimulus of every block has, or will have, the ratings it needs."""
    return all(candidate.count >= block.ratings_per_stimulus for block, group in offered.items() for candidate in group)


def reserve_trials(session: Session, offered: Offer) -> None:
    """Store all trials of a session, block after block. To be called under the study's lock."""
    planned = [
        (block, stimulus)
        for block, group in offered.items()
        for stimulus in assign(group, n_trials=block.trials_per_session, seed=session.seed + block.position)
    ]
    trials = Trial.objects.bulk_create(
        Trial(session=session, block=block, position=position) for position, (block, _) in enumerate(planned)
    )
    Presentation.objects.bulk_create(
        Presentation(trial=trial, stimulus_id=stimulus) for trial, (_, stimulus) in zip(trials, planned, strict=True)
    )
