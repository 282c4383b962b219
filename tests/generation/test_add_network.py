"""A classifier that was trained elsewhere, exported, can judge and be climbed; nothing of its author's is run."""

import hashlib
import json
import re
import shutil
import zipfile

import pytest
import torch
from django.core.management import CommandError, call_command

from generation.engine.checkpoints import load_checkpoint
from generation.engine.exported_operators import ON_TENSORS
from generation.engine.judging import probabilities
from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.recipes import preset
from generation.engine.maximisation.starts import noise_start
from generation.engine.networks import build
from generation.models import Checkpoint

pytestmark = pytest.mark.django_db

WORDS = ["no", "yes"]
SIZES = {"n_words": 2, "n_mels": 80, "n_frames": 90}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


@pytest.fixture(scope="module")
def original():
    torch.manual_seed(1)
    return build("temporal_classifier", SIZES).eval()


@pytest.fixture(scope="module")
def exported(original, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "own.pt2"
    write(original, path)
    return path


def write(network, path, batch=2, is_dynamic=True):
    shapes = {"features": {0: torch.export.Dim("batch", min=1, max=4096)}} if is_dynamic else None
    torch.export.save(torch.export.export(network, (torch.rand(batch, 80, 90),), dynamic_shapes=shapes), path)


def card_of(path, **changes):
    card = {
        "features": "narrowband", "words": WORDS, "title": "Our words", "licence": "CC BY 4.0",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **changes,
    }  # fmt: skip
    card_path = path.with_suffix(".card.json")
    card_path.write_text(json.dumps({name: value for name, value in card.items() if value is not None}))
    return card_path


def add(path, **changes):
    call_command("add_network", str(path), str(card_of(path, **changes)), verbosity=0)
    return Checkpoint.objects.get()


def test_it_judges_as_it_did_elsewhere(original, exported, capsys):
    checkpoint = add(exported)

    loaded = load_checkpoint(checkpoint.path, sha256=checkpoint.sha256)
    features = torch.rand(5, 80, 90, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(probabilities(loaded.network, features), probabilities(original, features))
    assert (checkpoint.role, checkpoint.features, checkpoint.card["words"]) == ("classifier", "narrowband", WORDS)
    assert checkpoint.trained_on["licence"] == "CC BY 4.0"
    assert capsys.readouterr().out == f"{checkpoint.slug}\n"


def test_it_can_be_climbed(exported):
    loaded = load_checkpoint(add(exported).path)
    recipe = preset("paper", "features")
    generators = [torch.Generator().manual_seed(seed) for seed in (1, 2, 3)]

    found = maximise(
        noise_start((80, 90), recipe, generators), torch.tensor([0, 1, 1]), [loaded.network], None, recipe, generators
    )

    assert (found.probability[-1] > found.probability[0]).all()


def test_added_twice_it_is_there_once(exported):
    first, second = add(exported), add(exported)

    assert first == second


def test_its_page_says_what_it_is(exported, client):
    from tests.factories import make_researcher

    client.force_login(make_researcher())
    page = client.get(f"/generation/networks/{add(exported).slug}/").content.decode()

    assert "Our words" in page
    assert "CC BY 4.0" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": "0" * 64}, "and its card .* says 000"),
        ({"words": None}, "lacks words"),
        ({"words": ["no", "no"]}, "each once"),
        ({"words": ["no", "yes", "stop"]}, "names 3 classes"),
        ({"features": "ultrasonic"}, "no features 'ultrasonic'"),
        ({"features": {"sample_rate": 8000}}, "needs exactly the fields"),
    ],
)
def test_a_card_that_is_wrong_is_refused(exported, changes, message):
    with pytest.raises(CommandError, match=message):
        add(exported, **changes)

    assert not Checkpoint.objects.exists()


def test_a_fixed_batch_is_refused(original, tmp_path):
    write(original, tmp_path / "fixed.pt2", is_dynamic=False)

    with pytest.raises(CommandError, match="export it with that input and a dynamic batch"):
        add(tmp_path / "fixed.pt2")


def test_a_network_exported_in_training_is_refused(tmp_path):
    torch.manual_seed(1)
    write(build("temporal_classifier", SIZES).train(), tmp_path / "training.pt2")

    with pytest.raises(CommandError, match=r"call eval\(\) before it is exported"):
        add(tmp_path / "training.pt2")


def test_a_file_that_is_no_export_is_refused(tmp_path):
    (tmp_path / "own.pt2").write_bytes(b"a pickle, perhaps")

    with pytest.raises(CommandError, match=r"is no export of torch\.export\.save"):
        add(tmp_path / "own.pt2")


def tampered(exported, tmp_path, name, change):
    """Write the export again with one of its members changed."""
    path = tmp_path / "tampered.pt2"
    with zipfile.ZipFile(exported) as source, zipfile.ZipFile(path, "w") as target:
        for each in source.infolist():
            content = source.read(each)
            target.writestr(each.filename, change(content) if each.filename.endswith(name) else content)
    return path


@pytest.mark.parametrize(
    "target",
    [
        "torch.hub.load",
        "torch.ops.aten.from_file.default",
        "torch.ops.aten.save.default",
        "torch.ops.aten.relu",
        "_operator.attrgetter",
        "torch.ops.aten.add.__class__.x",
    ],
)
def test_a_graph_that_calls_anything_but_listed_operators_is_refused(exported, tmp_path, target):
    path = tampered(
        exported, tmp_path, "model.json", lambda text: text.replace(b"torch.ops.aten.relu.default", target.encode())
    )

    with pytest.raises(CommandError, match=rf"calls {re.escape(target)}, not among the operators"):
        add(path)


@pytest.mark.filterwarnings("ignore:The tensor attributes self.recurrent")  # PyTorch's, of exporting a GRU.
@pytest.mark.parametrize("network", ["paper_classifier", "residual_classifier", "recurrent_classifier"])
def test_every_classifier_of_the_table_can_be_read(network, tmp_path):
    torch.manual_seed(1)
    write(build(network, SIZES).eval(), tmp_path / "own.pt2")

    assert add(tmp_path / "own.pt2").role == "classifier"


def test_every_listed_operator_exists():
    assert [name for name in sorted(ON_TENSORS) if not hasattr(torch.ops.aten, name)] == []


def test_a_size_that_is_code_is_refused(exported, tmp_path):
    def inject(text):
        return text.replace(b"positive=True, integer=True)", b"positive=True).__class__.__init__.__globals__")

    with pytest.raises(CommandError, match="only sums and products of symbols"):
        add(tampered(exported, tmp_path, "model.json", inject))


def test_a_pickled_weight_is_refused(exported, tmp_path):
    path = tampered(
        exported, tmp_path, "weights_config.json",
        lambda text: text.replace(b'"use_pickle": false', b'"use_pickle": true', 1),
    )  # fmt: skip

    with pytest.raises(CommandError, match="is pickled: make it a plain tensor"):
        add(path)


def test_guards_and_sample_inputs_of_its_author_are_never_read(exported, tmp_path):
    def inject(text):
        graph = json.loads(text)
        graph["guards_code"] = ["raise RuntimeError('run')"]
        return json.dumps(graph).encode()

    path = tampered(exported, tmp_path, "model.json", inject)
    path = shutil.copy(
        tampered(path, tmp_path / "..", "sample_inputs/model.pt", lambda _: b"a pickle"), tmp_path / "b.pt2"
    )

    assert add(path).role == "classifier"
