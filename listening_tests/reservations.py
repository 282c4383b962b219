"""The places of a study: which sets of stimuli still want listeners, and who holds them."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from listening_tests.assignment import Candidate, assign
from listening_tests.checks.of_blocks import checks_by_block, drawn_checks, n_repeats
from listening_tests.checks.placement import Placed, place_checks
from listening_tests.models import Block, Presentation, Session, SetMember, StimulusSet, Study, Trial
from listening_tests.roles import Role, TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.stimulus_sets import Member, arrange

Offer = Mapping[Block, list[Candidate]]


def offer(study: Study, *, is_simulated: bool, now: datetime) -> Offer:
    """Return each block's sets, in the order of the blocks, with how often each was answered or is reserved.

    Simulated listeners and real ones are counted apart, so neither takes the other's places.
    """
    blocks = {block.pk: block for block in study.blocks.order_by("position", "pk")}
    offered: dict[Block, list[Candidate]] = {block: [] for block in blocks.values()}
    rows = StimulusSet.objects.filter(block__study=study, role=TrialRole.SAMPLE).with_progress(
        is_simulated=is_simulated, now=now
    )
    fields = ("pk", "block_id", "system", "word", "n_answered", "n_reserved")
    for pk, block_id, system, word, n_answered, n_reserved in rows.order_by("pk").values_list(*fields):
        offered[blocks[block_id]].append(Candidate(pk, system, word, n_answered + n_reserved))
    return offered


def is_full(offered: Offer) -> bool:
    """Return whether every set of every block has, or will have, the ratings it needs."""
    return all(candidate.count >= block.ratings_per_stimulus for block, group in offered.items() for candidate in group)


def reserve_trials(session: Session, offered: Offer) -> None:
    """Store all trials of a session, block after block. To be called under the study's lock."""
    checks = checks_by_block(session.study, [block.method for block in offered])
    planned = [
        (block, placed)
        for (block, group), of_block in zip(offered.items(), checks, strict=True)
        for placed in _plan_block(session, block, group, of_block)
    ]
    trials = Trial.objects.bulk_create(
        Trial(
            session=session,
            block=block,
            stimulus_set_id=placed.set_id,
            role=placed.role,
            position=position,
            probe=_probe(block, placed.word, session.seed + position),
        )
        for position, (block, placed) in enumerate(planned)
    )
    _link_repeats(trials, [placed for _block, placed in planned])
    _present(session, trials)


def _plan_block(
    session: Session, block: Block, group: Sequence[Candidate], checks: Sequence[TrialCheck]
) -> list[Placed]:
    """Return what a session does in one block, in order: practice, then samples with checks among them."""
    seed = session.seed + block.position
    candidates = {candidate.id: candidate for candidate in group}
    assigned = assign(group, n_trials=block.trials_per_session, seed=seed, turn=session.turn)
    rated = [candidates[chosen] for chosen in assigned]
    return [
        *(Placed(set_id, "", TrialRole.TRAINING) for set_id in _practice(block, session.seed)),
        *place_checks(
            [Placed(candidate.id, candidate.word) for candidate in rated],
            drawn_checks(checks, block, taken={candidate.pair for candidate in rated}, seed=seed),
            n_repeats=n_repeats(checks),
            seed=seed,
        ),
    ]


def _link_repeats(trials: Sequence[Trial], planned: Sequence[Placed]) -> None:
    """Store of each repeat which trial it repeats."""
    trial_of = {id(placed): trial for trial, placed in zip(trials, planned, strict=True)}
    repeats = [
        (trial, placed.repeats) for trial, placed in zip(trials, planned, strict=True) if placed.repeats is not None
    ]
    for trial, first in repeats:
        trial.repeat_of = trial_of[id(first)]
    Trial.objects.bulk_update([trial for trial, _first in repeats], ["repeat_of"])


def _practice(block: Block, seed: int) -> list[int]:
    """Return the sets that a session practises a block with, drawn by lot."""
    training = block.settings.get("training")
    if not training:
        return []
    ids = list(block.sets.filter(role=TrialRole.TRAINING).order_by("pk").values_list("pk", flat=True))
    return random.Random(seed + block.position).sample(ids, min(training["trials"], len(ids)))


def _present(session: Session, trials: Sequence[Trial]) -> None:
    """Store which sounds each trial puts, in which order and under which names."""
    members = _members(trial.stimulus_set_id for trial in trials)
    Presentation.objects.bulk_create(
        Presentation(trial=trial, stimulus_id=member.id, position=position, name=name)
        for trial in trials
        for position, (member, name) in enumerate(
            arrange(trial.block.test_method, members[trial.stimulus_set_id], seed=session.seed + trial.position)
        )
    )


def _members(set_ids: Iterable[int]) -> dict[int, list[Member]]:
    found: dict[int, list[Member]] = {}
    places = SetMember.objects.filter(stimulus_set__in=list(set_ids)).order_by("stimulus_set_id", "position")
    fields = ("stimulus_set_id", "stimulus_id", "stimulus__role", "stimulus__system", "stimulus__word")
    for set_id, stimulus, role, system, word in places.values_list(*fields):
        found.setdefault(set_id, []).append(Member(stimulus, Role(role), system, word))
    return found


def _probe(block: Block, word: str, seed: int) -> str:
    """Return which word a trial asks about, where its method asks about one: in half of them the intended one."""
    others = sorted(set(block.labels) - {word})
    dice = random.Random(seed)
    if not block.test_method.probes_words:
        return ""
    return word if not others or dice.random() < 0.5 else dice.choice(others)
