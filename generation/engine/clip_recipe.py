"""Writing down everything that decides a clip, so that it can be made again."""

import hashlib
from importlib.metadata import version
from typing import Any

from generation.engine.clip_request import RECONSTRUCTION, ClipRequest
from generation.engine.level import HIGHEST_PEAK, TARGET
from generation.engine.materials import Materials
from generation.engine.maximisation.recipes import Space
from generation.engine.search import FoundFeatures, Search
from generation.engine.vocoder import Vocoder


def clip_recipe(
    found: FoundFeatures, row: int, gain: float, vocoder: Vocoder | None, materials: Materials
) -> dict[str, Any]:
    """Give the recipe of one clip of the batch, as plain data."""
    request, recording = found.requests[row], found.recordings[row]
    recipe: dict[str, Any] = {
        "request": request.as_dict(),
        "features": materials.config.as_dict(),
        "level": {"gain": gain, "root_mean_square": TARGET, "highest_peak": HIGHEST_PEAK},
        "versions": {name: version(name) for name in ("torch", "torchaudio")},
    }
    if recording is not None:
        recipe["recording"] = {
            "name": f"{recording.path.parent.name}/{recording.path.name}",
            "sha256": hashlib.sha256(recording.path.read_bytes()).hexdigest(),
            "split": recording.split,
        }
    if request.source == RECONSTRUCTION and materials.prior is not None:
        recipe["prior_sha256"] = materials.prior.sha256
    if found.search is not None:
        recipe["search"] = _search_record(found.search, request, row, materials)
    if vocoder is not None:
        seed = request.stream_seed("vocoder")
        recipe["vocoder"] = {"slug": request.vocoder, "seed": seed, **vocoder.settings}
    return recipe


def _search_record(search: Search, request: ClipRequest, row: int, materials: Materials) -> dict[str, Any]:
    """Write down how a clip's features were searched, with which networks, and how the search went."""
    prior = materials.prior if search.settings.space is Space.DECODER else None
    climbed = materials.climbed(request.climbs or ())
    steps_taken = int(search.steps_taken[row])
    return {
        **search.settings.as_dict(),
        "classifiers_sha256": {name: loaded.sha256 for name, loaded in climbed.items()},
        "prior_sha256": None if prior is None else prior.sha256,
        "steps_taken": steps_taken,
        "starts_taken": int(search.starts_taken[row]),
        "objective_trajectory": search.objective[: steps_taken + 1, row].tolist(),
        "probability_trajectory": search.probability[: steps_taken + 1, row].tolist(),
        "seed": request.stream_seed("search"),
    }
