"""Which recording of the test split enters a clip."""

from collections.abc import Sequence

import torch

from generation.engine.clip_request import MISCLASSIFIED, OTHER_WORD, ClipRequest
from generation.engine.judging import probabilities
from generation.engine.materials import Materials, NoRecordingLeft, rows_of_test_recordings


class Takes:
    """Finds the recordings of requests' takes, and remembers what it looked up.

    Takes go round the talkers. `recording` and `misclassified` take recordings of the word itself, the latter only
    those that the climbed classifiers together (the mean of their probabilities) hear as another word. `other_word`
    takes them of the word that the request names; left out, of all other words in turn, take 0 from the word after the
    request's in the corpus's order.
    """

    def __init__(self, materials: Materials) -> None:
        self._materials = materials
        self._rows: dict[tuple[str, Sequence[str]], list[int]] = {}

    def row(self, request: ClipRequest) -> int | None:
        """Give the recording's row in the feature set, or None if the clip needs none.

        Raises WordIsUnknown, ClassifierIsMissing and NoRecordingLeft.
        """
        self._rows_of(request.word, ())
        if not request.uses_recording:
            return None
        word, take = self._said(request)
        rows = self._rows_of(word, self._wrongly_heard_by(request))
        if take >= len(rows):
            raise NoRecordingLeft(self._complaint(request, word, take, len(rows)))
        return rows[take]

    def group(self, request: ClipRequest, size: int) -> list[ClipRequest]:
        """List the requests whose takes are searched as a group with this one's: `size`, unless too few are left.

        A group is decided by the request alone, so that a clip does not depend on what else is asked for.
        """
        first = request.take // size * size
        return [request.with_take(take) for take in range(first, first + size) if self._has(request.with_take(take))]

    def is_left_out(self, request: ClipRequest) -> bool:
        """Tell whether a request that starts at a recording heard wrongly has none: the word has fewer than its take.

        Raises WordIsUnknown, ClassifierIsMissing, and NoRecordingLeft where no recording of any word is heard wrongly.
        """
        if request.start != MISCLASSIFIED or self._has(request):
            return False
        names = self._wrongly_heard_by(request)
        if not any(self._rows_of(word, names) for word in self._materials.feature_set.words):
            raise NoRecordingLeft(
                f"No test recording is heard wrongly by {' and '.join(names)}, so that there is none for the start "
                f"{MISCLASSIFIED}: choose another start, or climb a classifier that was trained for fewer epochs."
            )
        return True

    def _has(self, request: ClipRequest) -> bool:
        word, take = self._said(request)
        return not request.uses_recording or take < len(self._rows_of(word, self._wrongly_heard_by(request)))

    def _said(self, request: ClipRequest) -> tuple[str, int]:
        """Give the word said in the recording, and the take of that word."""
        if request.start != OTHER_WORD:
            return request.word, request.take
        if request.from_word is not None:
            return request.from_word, request.take
        words = self._materials.feature_set.words
        after = words.index(request.word) + 1
        others = (*words[after:], *words[: after - 1])
        return others[request.take % len(others)], request.take // len(others)

    def _wrongly_heard_by(self, request: ClipRequest) -> Sequence[str]:
        return (request.climbs or ()) if request.start == MISCLASSIFIED else ()

    def _rows_of(self, word: str, wrongly_heard_by: Sequence[str]) -> list[int]:
        asked = (word, wrongly_heard_by)
        if asked not in self._rows:
            rows = rows_of_test_recordings(self._materials.feature_set, word)
            self._rows[asked] = self._misheard(rows, word, wrongly_heard_by) if wrongly_heard_by else rows
        return self._rows[asked]

    def _misheard(self, rows: list[int], word: str, names: Sequence[str]) -> list[int]:
        features = self._materials.feature_set.features[rows]
        networks = [loaded.network for loaded in self._materials.climbed(names).values()]
        heard = torch.stack([probabilities(network, features) for network in networks]).mean(dim=0).argmax(dim=1)
        target = self._materials.feature_set.words.index(word)
        return [row for row, index in zip(rows, heard.tolist(), strict=True) if index != target]

    def _complaint(self, request: ClipRequest, word: str, take: int, count: int) -> str:
        if request.start == MISCLASSIFIED:
            return (
                f"Take {take} is asked for of the test recordings of {word!r} that {', '.join(request.climbs or ())} "
                f"gets wrong, and there are {count} (takes count from 0): ask for fewer clips, or another start."
            )
        return (
            f"Take {take} of {word!r} is asked for, and the test split has {count} recordings of it (takes count from "
            "0): ask for fewer clips, or put more recordings into testing_list.txt."
        )
