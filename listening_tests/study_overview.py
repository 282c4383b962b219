"""How far a study has come, for researchers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening_tests.models import Block, StimulusSet, Study
from listening_tests.roles import TrialRole
from listening_tests.stimulus_sets import SEPARATOR


@dataclass(frozen=True)
class SystemProgress:
    """The ratings of one system in one block."""

    slug: str
    title: str
    n_stimuli: int
    n_real: int
    n_simulated: int
    n_reserved: int
    target: int


@dataclass(frozen=True)
class BlockProgress:
    """A block with the ratings of its systems, in the order of the protocol."""

    block: Block
    systems: list[SystemProgress]

    @property
    def n_real(self) -> int:
        return sum(system.n_real for system in self.systems)

    @property
    def n_simulated(self) -> int:
        return sum(system.n_simulated for system in self.systems)

    @property
    def target(self) -> int:
        return sum(system.target for system in self.systems)


def block_progress(study: Study, now: datetime) -> list[BlockProgress]:
    """Return the study's blocks in order, each with the ratings it has and is to get, in two queries."""
    titles = system_titles(study)
    order = {slug: position for position, slug in enumerate(titles)}
    blocks = {block.pk: BlockProgress(block, []) for block in study.blocks.order_by("position", "pk")}
    sets = StimulusSet.objects.filter(block__study=study, role=TrialRole.SAMPLE)
    rows = sets.progress_by_system(now).order_by("block_id", "system")
    for row in sorted(rows, key=lambda row: (order.get(row["system"], len(order)), row["system"])):
        progress = blocks[row["block_id"]]
        progress.systems.append(_system_progress(progress.block, row, titles))
    return list(blocks.values())


def system_titles(study: Study) -> dict[str, str]:
    """Return what each system of the protocol is called on pages, in the protocol's order."""
    return {system["slug"]: system["title"] for system in study.protocol.get("systems", [])}


def _system_progress(block: Block, row: dict[str, Any], titles: dict[str, str]) -> SystemProgress:
    return SystemProgress(
        slug=row["system"],
        title=", ".join(titles.get(slug, slug) for slug in row["system"].split(SEPARATOR)),
        n_stimuli=row["n_stimuli"],
        n_real=row["n_real"],
        n_simulated=row["n_simulated"],
        n_reserved=row["n_reserved"],
        target=row["n_stimuli"] * block.ratings_per_stimulus,
    )
