"""The code that docs/adding.md shows works as it stands there."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from generation import catalogue
from generation.catalogue import Entry
from generation.engine.features import FEATURES
from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.recipes import MaximisationRecipe, preset
from generation.engine.maximisation.starts import noise_start
from generation.engine.networks import build
from generation.engine.training.classifier import train_classifier
from generation.engine.vocoder import load_vocoder
from tests.generation.engine.small_corpus import SHORT, buzzing_features

PAGE = Path(__file__).parents[3] / "docs" / "adding.md"
CPU = torch.device("cpu")


def shown(name):
    """Give the code under a name on the page."""
    found = re.search(rf"```python {name}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"docs/adding.md shows no {name}"
    return found.group(1)


@pytest.fixture
def added(monkeypatch):
    """Add what the page shows under a name to a table, as its reader would."""

    def add(name, table):
        entry = eval(shown(f"{name} line"), {"Entry": Entry, "NetworkRole": catalogue.NetworkRole})
        module = ModuleType(entry.implementation.partition(":")[0])
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(shown(name), module.__dict__)
        monkeypatch.setitem(table, entry.slug, entry)
        return getattr(module, entry.implementation.partition(":")[2])

    return add


def test_the_objective_can_be_climbed(added):
    lead = added("objective", catalogue.OBJECTIVES)
    torch.manual_seed(1)
    classifier = build("temporal_classifier", {"n_words": 3, "n_mels": 80, "n_frames": 30}).eval()
    recipe = MaximisationRecipe(**{**vars(preset("paper", "features")), "objective": lead(enough=2.0)})
    generators = [torch.Generator().manual_seed(seed) for seed in (1, 2)]

    found = maximise(
        noise_start((80, 30), recipe, generators), torch.tensor([0, 2]), [classifier], None, recipe, generators
    )

    assert (found.objective[-1] > found.objective[0]).all()


def test_the_network_can_be_trained(added, tmp_path):
    added("network", catalogue.NETWORKS)

    trained = train_classifier("band_classifier", buzzing_features(tmp_path), seed=1, device=CPU, epochs=2)

    assert trained.card["network"] == "band_classifier"
    assert 0 <= trained.card["accuracy"]["testing"] <= 1


@pytest.mark.parametrize("config", [SHORT, FEATURES["wideband"]])
def test_the_vocoder_can_be_used(added, config):
    added("vocoder", catalogue.VOCODERS)
    features = torch.rand(2, config.n_mels, config.n_frames, generator=torch.Generator().manual_seed(1))

    waveform = load_vocoder("hum", config, None, CPU)(features, seeds=[1, 2])

    assert waveform.shape == (2, config.n_samples)
    assert waveform.isfinite().all()
