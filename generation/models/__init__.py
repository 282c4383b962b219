"""The tables of generation: what is asked for, and what was made."""

from generation.models.checkpoints import Checkpoint
from generation.models.clips import Clip, Judgement
from generation.models.corpora import Corpus
from generation.models.examinations import Examination
from generation.models.jobs import Job, JobItem

__all__ = ["Checkpoint", "Clip", "Corpus", "Examination", "Job", "JobItem", "Judgement"]
