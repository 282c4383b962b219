"""What simulated listeners are made of: the truth that an analysis should find again."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from listening_tests.models import Stimulus
from listening_tests.questions import AnswerField, AskedTrial, Impression, Question, Widget
from listening_tests.roles import Role

# What is assumed of sounds that a taste says nothing of, such as anchors: poor, in points from 1 to 5.
UNKNOWN_QUALITY = 1.5
# What these sounds want is no matter of taste: they say it, or hold no speech at all.
PLAIN_TO_HEAR = (Role.TRAP, Role.CATCH)


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

    def answers(self, question: Question, asked: AskedTrial, stimuli: Mapping[int, Stimulus]) -> dict[str, str]:
        """Return this listener's value for each field of a trial; `stimuli` are its sounds by position."""
        fields = question.fields(asked)
        if self.is_careless or self._dice.random() < self._taste.lapse_rate:
            return self._anything(fields)
        told = [stimulus.expected for stimulus in stimuli.values() if stimulus.role in PLAIN_TO_HEAR]
        if told:
            return {fields[0].name: told[0]}
        # A sound that comes twice in a trial, as X does, makes the same impression twice.
        impressions = {stimulus.pk: self.impression(stimulus) for stimulus in stimuli.values()}
        return question.answered_by(asked, {position: impressions[each.pk] for position, each in stimuli.items()})

    def impression(self, stimulus: Stimulus) -> Impression:
        """Return what this listener makes of a stimulus now."""
        quality = (
            self._taste.quality.get(stimulus.system, UNKNOWN_QUALITY)
            + self._bias
            + self._peculiarity(stimulus)
            + self._dice.normal(0, self._taste.residual_sd)
        )
        return Impression(float(quality), self._word_heard(stimulus))

    def _anything(self, asked: Sequence[AnswerField]) -> dict[str, str]:
        """Return values that have nothing to do with the sounds, each of them on offer and none chosen twice."""
        values: dict[str, str] = {}
        for each in asked:
            if each.widget == Widget.SLIDER:
                values[each.name] = str(self._dice.integers(each.low, each.high + 1))
            elif each.widget == Widget.TEXT:
                values[each.name] = "?"
            else:
                left = [choice.value for choice in each.choices if choice.value not in values.values()]
                values[each.name] = str(self._dice.choice(left))
        return values

    def _peculiarity(self, stimulus: Stimulus) -> float:
        """Return what the clip itself adds, for every listener of this seed alike."""
        name = stimulus.clip.request_digest if stimulus.clip else stimulus.system
        digest = hashlib.sha256(name.encode()).digest()
        dice = np.random.default_rng([self._seed, int.from_bytes(digest[:8], "big")])
        return float(dice.normal(0, self._taste.stimulus_sd))

    def _word_heard(self, stimulus: Stimulus) -> str | None:
        """Return a word with its probability, or none of them."""
        heard = self._taste.hearing.get(str(stimulus.clip.key), {}) if stimulus.clip else {}
        lot = self._dice.random()
        for word in sorted(heard):
            lot -= heard[word]
            if lot < 0:
                return word
        return None
