"""What simulated listeners are made of: the truth that an analysis should find again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from listening_tests.models import Stimulus
from listening_tests.questions import Choice, ChooseWord, Question


@dataclass(frozen=True)
class Taste:
    """How good each system sounds and what is heard in each clip, to the average simulated listener.

    `quality` is a system's mean opinion in points of the scale, before it is rounded to the scale's values;
    `listener_bias_sd`, `stimulus_sd` and `residual_sd` are the standard deviations, in points, of what a listener, a
    clip and a single rating add to it. `hearing` gives for each clip's key the probability of hearing each word;
    what is missing to 1 is heard as none of the words. With `lapse_rate` a listener answers anything.
    """

    quality: Mapping[str, float]
    hearing: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    listener_bias_sd: float = 0.4
    stimulus_sd: float = 0.3
    residual_sd: float = 0.6
    lapse_rate: float = 0.02


class SimulatedListener:
    """One listener with a taste, a bias of their own, and perhaps no care. The same for the same seed and number."""

    def __init__(self, taste: Taste, *, seed: int, number: int, careless_share: float, dropout_share: float) -> None:
        self._taste = taste
        self._seed = seed
        self._dice = np.random.default_rng([seed, number])
        self._bias = self._dice.normal(0, taste.listener_bias_sd)
        self.is_careless = bool(self._dice.random() < careless_share)
        self._drops_out = bool(self._dice.random() < dropout_share)
        self._patience = self._dice.random()

    def stops_after(self, n_trials: int) -> int:
        """Return how many of a session's trials this listener answers: all, or fewer for one who drops out."""
        return int(self._patience * n_trials) if self._drops_out else n_trials

    def answer(self, question: Question, stimulus: Stimulus, words: list[str]) -> str:
        """Return the value of the choice this listener makes on hearing a stimulus."""
        choices = question.choices(words)
        if self.is_careless or self._dice.random() < self._taste.lapse_rate:
            return str(self._dice.choice([choice.value for choice in choices]))
        if isinstance(question, ChooseWord):
            return self._word_heard(stimulus, words)
        return self._opinion(stimulus, choices)

    def _opinion(self, stimulus: Stimulus, choices: list[Choice]) -> str:
        opinion = (
            self._taste.quality[stimulus.system]
            + self._bias
            + self._peculiarity(stimulus)
            + self._dice.normal(0, self._taste.residual_sd)
        )
        return min(choices, key=lambda choice: abs((choice.score or 0.0) - opinion)).value

    def _peculiarity(self, stimulus: Stimulus) -> float:
        """Return what the clip itself adds, for every listener of this seed alike."""
        digest = hashlib.sha256(stimulus.clip.request_digest.encode()).digest()
        dice = np.random.default_rng([self._seed, int.from_bytes(digest[:8], "big")])
        return float(dice.normal(0, self._taste.stimulus_sd))

    def _word_heard(self, stimulus: Stimulus, words: list[str]) -> str:
        """Return a word with its probability; of the words that are not on offer none is."""
        heard = self._taste.hearing[str(stimulus.clip.key)]
        lot = self._dice.random()
        for word in sorted(words):
            lot -= heard.get(word, 0.0)
            if lot < 0:
                return word
        return ChooseWord.NONE
