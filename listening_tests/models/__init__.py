"""The tables of listening tests: what is asked, who listens, what was answered."""

from listening_tests.models.listeners import Listener, Session
from listening_tests.models.ratings import Presentation, Rating, Trial
from listening_tests.models.studies import Block, Stimulus, Study

__all__ = ["Block", "Listener", "Presentation", "Rating", "Session", "Stimulus", "Study", "Trial"]
