"""From a study file and its clips to a study that can be opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import Researcher
from generation.models import Clip
from listening_tests.actions.check_trials import stimuli_of
from listening_tests.checks.of_blocks import checks_by_block
from listening_tests.models import Block, SetMember, Stimulus, StimulusSet, Study
from listening_tests.roles import Role, TrialRole
from listening_tests.stimulus_sets import Member, compose_sets
from listening_tests.study_file.blocks import TrainingSection
from listening_tests.study_file.reading import protocol_digest
from listening_tests.study_file.schema import StudyFile, SystemsPart

# What of a block's section a trial's page and its reading need.
SETTINGS = {"training", "break_after", "reference", "label_order", "minimum_plays", "maximum_plays"}


class StudyHasAnotherProtocol(Exception):
    """A study of this name is there already, made from a file that says something else."""


@dataclass(frozen=True)
class PlannedClip:
    """A clip that a study needs: which system makes it, which word, which one of several."""

    system: str
    word: str
    take: int


def planned_clips(study_file: StudyFile) -> dict[PlannedClip, dict[str, Any]]:
    """Return what to ask generation for: a clip request for each system, word and take.

    `climbs` names classifiers as the study file does.
    """
    return {
        PlannedClip(system.slug, word, take): {
            **system.model_dump(exclude={"slug", "title"}, exclude_none=True),
            "word": word,
            "take": take,
            "seed": study_file.seed,
        }
        for system in study_file.systems
        for word in system.words_of(study_file.words)
        for take in range(study_file.clips_per_word)
    }


@transaction.atomic
def register_study(*, study_file: StudyFile, owner: Researcher | None = None) -> Study:
    """Store a study's protocol as a draft without stimuli, or return the study that was registered before.

    Raises StudyHasAnotherProtocol if a study of the same slug was made from a file that says something else.
    """
    protocol = study_file.as_protocol()
    study, _ = Study.objects.get_or_create(
        slug=study_file.slug,
        defaults={
            "title": study_file.title,
            "protocol": protocol,
            "protocol_sha256": protocol_digest(protocol),
            "seed": study_file.seed,
            "session_hours": study_file.listeners.session_hours,
            "owner": owner,
        },
    )
    if study.protocol_sha256 != protocol_digest(protocol):
        raise StudyHasAnotherProtocol(
            f"The study {study.slug!r} was made from a file that says something else. What listeners were promised "
            "must not change under them: give the changed file another slug."
        )
    return study


def build_blocks(*, study: Study, clips: Mapping[PlannedClip, Clip]) -> None:
    """Give a study its blocks and stimuli; do nothing if it has them.

    Raises SpeechFailed or SoundHasNoLevel if a sound of a check cannot be made.
    """
    if study.blocks.exists():
        return
    study_file = StudyFile.model_validate(study.protocol)
    # Making sounds takes seconds, so it comes before the database is locked: listeners of other studies go on.
    planned = [_plan_block(study, number, study_file, clips) for number in range(len(study_file.blocks))]
    _store_blocks(study, planned, study_file, clips)


@dataclass(frozen=True)
class _PlannedBlock:
    """A block that is not stored yet, with the stimuli of each check in it and the role of the check's trials."""

    block: Block
    checks: list[tuple[TrialRole, list[Stimulus]]]


@transaction.atomic
def _store_blocks(
    study: Study, planned: Sequence[_PlannedBlock], study_file: StudyFile, clips: Mapping[PlannedClip, Clip]
) -> None:
    """Store what was planned, unless another process has done so meanwhile."""
    locked = Study.objects.select_for_update().get(pk=study.pk)
    if locked.blocks.exists():
        return
    for plan, section in zip(planned, study_file.blocks, strict=True):
        plan.block.save()
        members = _make_stimuli(plan.block, study_file.parts_of(section), clips)
        put_into_sets(plan.block, members, seed=study.seed)
        if section.training is not None:
            _make_training(plan.block, section.training, clips)
        for role, stimuli in plan.checks:
            _put_alone(plan.block, Stimulus.objects.bulk_create(stimuli), role)


def put_into_sets(block: Block, members: Sequence[Member], *, seed: int) -> None:
    """Store which of a block's stimuli, by their ids, are put together in one trial."""
    planned = compose_sets(block.test_method, members, seed=seed)
    sets = StimulusSet.objects.bulk_create(
        StimulusSet(block=block, system=each.system, word=each.word) for each in planned
    )
    SetMember.objects.bulk_create(
        SetMember(stimulus_set=made, stimulus_id=member.id, position=position)
        for made, each in zip(sets, planned, strict=True)
        for position, member in enumerate(each.members)
    )


def _plan_block(study: Study, position: int, study_file: StudyFile, clips: Mapping[PlannedClip, Clip]) -> _PlannedBlock:
    section = study_file.blocks[position]
    block = Block(
        study=study,
        position=position,
        method=section.method,
        title=section.title,
        instructions=section.instructions,
        labels=list(section.labels or study_file.words),
        settings=section.model_dump(mode="json", include=SETTINGS),
        ratings_per_stimulus=section.ratings_per_stimulus,
        trials_per_session=section.trials_per_session,
    )
    return _PlannedBlock(block, _plan_checks(block, study_file, clips))


def _plan_checks(
    block: Block, study_file: StudyFile, clips: Mapping[PlannedClip, Clip]
) -> list[tuple[TrialRole, list[Stimulus]]]:
    """Make what the study's checks play in a block, each with its right answer."""
    parts = study_file.parts_of(study_file.blocks[block.position])
    rated = [part.system for part in parts if part.role == Role.SAMPLE]
    first_takes = {(each.system, each.word): clips[each] for each in clips if each.take == 0}
    checks = checks_by_block(block.study, [each.method for each in study_file.blocks])[block.position]
    return [(check.role, stimuli_of(check, block, rated, first_takes)) for check in checks]


def _make_stimuli(block: Block, parts: Sequence[SystemsPart], clips: Mapping[PlannedClip, Clip]) -> list[Member]:
    """Store a block's stimuli: for each part in it, the clips of the system that takes it."""
    planned = [(part, each) for part in parts for each in clips if each.system == part.clips_of]
    stimuli = Stimulus.objects.bulk_create(
        Stimulus(block=block, clip=clips[each], role=part.role, system=part.system, word=each.word)
        for part, each in planned
    )
    return [
        Member(stimulus.pk, part.role, part.system, each.word, each.take)
        for stimulus, (part, each) in zip(stimuli, planned, strict=True)
    ]


def _make_training(block: Block, training: TrainingSection, clips: Mapping[PlannedClip, Clip]) -> None:
    """Store what is practised with: a set of one for each clip of the training's systems, with its right answer."""
    planned = [each for each in clips if each.system in training.systems]
    usual = {slug: f"{score:g}" for slug, score in training.usual.items()}
    stimuli = Stimulus.objects.bulk_create(
        Stimulus(
            block=block,
            clip=clips[each],
            role=Role.TRAINING,
            system=each.system,
            word=each.word,
            expected=usual.get(each.system, each.word),
            tolerance=1,
        )
        for each in planned
    )
    _put_alone(block, stimuli, TrialRole.TRAINING)


def _put_alone(block: Block, stimuli: Sequence[Stimulus], role: TrialRole) -> None:
    """Store a set of its own for each stimulus."""
    sets = StimulusSet.objects.bulk_create(
        StimulusSet(block=block, role=role, system=stimulus.system, word=stimulus.word) for stimulus in stimuli
    )
    SetMember.objects.bulk_create(
        SetMember(stimulus_set=made, stimulus=stimulus) for made, stimulus in zip(sets, stimuli, strict=True)
    )
