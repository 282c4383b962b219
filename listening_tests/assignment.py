"""Which stimuli a listener hears, and in which order. Pure: no database, no clock, no global randomness."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from listening_tests.system_order import system_order

Pair = tuple[str, str]


@dataclass(frozen=True)
class Candidate:
    """A stimulus that could be put to a listener; `count` is how often it was answered or is reserved."""

    id: int
    system: str
    word: str
    count: int

    @property
    def pair(self) -> Pair:
        return (self.system, self.word)


class TooFewPairs(Exception):
    """A block has fewer pairs of system and word than trials in a session."""


def assign(candidates: Sequence[Candidate], *, n_trials: int, seed: int, turn: int = 0) -> list[int]:
    """Return the ids of the stimuli for one listener's trials, in order; the same for the same seed and turn.

    No word comes twice from the same system. The pairs of system and word that were heard least come first, and of a
    pair the clip that was heard least: so all counts stay within one of each other as long as nobody drops out, and
    come back to it when the places of those who did are given anew. Among equals, systems and words are balanced
    within the session. A word does not follow itself if that can be helped; as far as this leaves a choice, systems
    follow each other by the Williams design's row for the session's turn, counted from 0 (`system_order`).

    A session always has `n_trials` trials, so the last listeners may go beyond the quota by one rating.
    Raises TooFewPairs if there are fewer pairs than trials.
    """
    dice = random.Random(seed)
    clips = _clips_by_pair(candidates)
    if len(clips) < n_trials:
        raise TooFewPairs(
            f"{n_trials} trials per session need as many pairs of system and word, but there are {len(clips)}: "
            "ask for fewer trials, or add words or systems."
        )
    chosen = [_least_heard(clips[pair], dice) for pair in _choose_pairs(clips, n_trials, dice)]
    return [candidate.id for candidate in _ordered(chosen, dice, turn)]


def _clips_by_pair(candidates: Sequence[Candidate]) -> dict[Pair, list[Candidate]]:
    """Return the clips of each pair, laid out the same whatever order they came in."""
    clips: dict[Pair, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda candidate: candidate.id):
        clips[candidate.pair].append(candidate)
    return dict(sorted(clips.items()))


def _least_heard(clips: Sequence[Candidate], dice: random.Random) -> Candidate:
    return min(clips, key=lambda clip: (clip.count, dice.random()))


def _choose_pairs(clips: dict[Pair, list[Candidate]], n_trials: int, dice: random.Random) -> list[Pair]:
    """Return the pairs heard least; among equals, those whose system and word the session has least of.

    Of systems that are even in the session, the one with most pairs still waiting goes first, so that the pairs left
    for later listeners can be balanced too.
    """
    totals = {pair: sum(clip.count for clip in group) for pair, group in clips.items()}
    lots = {pair: dice.random() for pair in clips}
    waiting = Counter((totals[pair], pair[0]) for pair in clips)
    systems: Counter[str] = Counter()
    words: Counter[str] = Counter()
    chosen: list[Pair] = []
    left = set(clips)
    for _ in range(n_trials):
        pair = min(
            left,
            key=lambda pair: (
                totals[pair],
                systems[pair[0]],
                words[pair[1]],
                -waiting[totals[pair], pair[0]],
                lots[pair],
            ),
        )
        left.remove(pair)
        chosen.append(pair)
        waiting[totals[pair], pair[0]] -= 1
        systems[pair[0]] += 1
        words[pair[1]] += 1
    return chosen


def _ordered(chosen: Sequence[Candidate], dice: random.Random, turn: int) -> list[Candidate]:
    """Return the stimuli in the design's order of systems.

    If a word must then follow itself that otherwise need not, the words come first and the design second.
    """
    left = sorted(chosen, key=lambda candidate: candidate.id)
    dice.shuffle(left)
    designed = _by_system(left, system_order(Counter(candidate.system for candidate in left), turn=turn))
    _part_words(designed)
    if not (n_clashes := _n_clashes(designed)):
        return designed
    words_first = _words_apart(left)
    return designed if n_clashes <= _n_clashes(words_first) else words_first


def _by_system(stimuli: Sequence[Candidate], systems: Sequence[str]) -> list[Candidate]:
    """Return the stimuli so that their systems are these; those of one system keep their order."""
    waiting: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in reversed(stimuli):
        waiting[candidate.system].append(candidate)
    return [waiting[system].pop() for system in systems]


def _n_clashes(order: Sequence[Candidate]) -> int:
    """Return how often a word follows itself."""
    return sum(before.word == after.word for before, after in pairwise(order))


def _part_words(order: list[Candidate]) -> None:
    """Exchange stimuli of one system with each other, in place, as long as fewer words then follow themselves."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, candidate in enumerate(order):
        places[candidate.system].append(place)
    improved = True
    while improved:
        clashing = [place for place in range(1, len(order)) if order[place].word == order[place - 1].word]
        improved = any(
            _swap_if_better(order, one, other)
            for clash in clashing
            for one in (clash, clash - 1)
            for other in places[order[one].system]
        )


def _swap_if_better(order: list[Candidate], one: int, other: int) -> bool:
    """Exchange two stimuli if fewer words then follow themselves; return whether that was so."""
    before = _n_clashes_at(order, one, other)
    order[one], order[other] = order[other], order[one]
    if _n_clashes_at(order, one, other) < before:
        return True
    order[one], order[other] = order[other], order[one]
    return False


def _n_clashes_at(order: Sequence[Candidate], *places: int) -> int:
    """Return how many words follow themselves from, at or to these places."""
    steps = {step for place in places for step in (place, place + 1) if 0 < step < len(order)}
    return sum(order[step].word == order[step - 1].word for step in steps)


def _words_apart(stimuli: Sequence[Candidate]) -> list[Candidate]:
    """Return the stimuli close to the order they come in, without a word following itself if that can be."""
    left = list(stimuli)
    ordered: list[Candidate] = []
    words = Counter(candidate.word for candidate in left)
    while left:
        last = ordered[-1].word if ordered else None
        following = next((candidate for candidate in left if _may_follow(candidate.word, last, words)), None)
        if following is None:
            following = max(left, key=lambda candidate: (candidate.word != last, words[candidate.word]))
        left.remove(following)
        words[following.word] -= 1
        ordered.append(following)
    return ordered


def _may_follow(word: str, last: str | None, words: Counter[str]) -> bool:
    """Return whether a word can come next so that no word need follow itself later.

    Of the n words left after it, it may fill every second place from the second on (n // 2), another word every
    second place from the first on (n + 1) // 2.
    """
    if word == last:
        return False
    n_left = words.total() - 1
    return all(
        count - (other == word) <= (n_left // 2 if other == word else (n_left + 1) // 2)
        for other, count in words.items()
    )
