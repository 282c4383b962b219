"""A classifier that was trained elsewhere and exported with `torch.export`: its graph is read, none of its code is run.

An export is a ZIP archive of weights and of a graph written as JSON. PyTorch's own reader trusts it: it unpickles
sample inputs and marked weights, compiles the guards and evaluates the sizes that stand there as text, and looks up
whatever function the graph names. So the archive is read here first, and what PyTorch is given is another one, made
of its plain weights and its graph alone, whose every call is an operator of the list `exported_operators` and whose
every size is made of numbers and symbols. Not guaranteed: that the operators themselves bear whatever
sizes they are given (an export can ask for more memory than there is), or that the network is any good.
"""

import ast
import io
import json
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from generation.engine.exported_operators import is_allowed
from generation.engine.features import FeatureConfig, feature_config

EXPORTED = "exported"
SUFFIX = ".pt2"
LARGEST = 2**30
SIZE_FUNCTIONS, SYMBOL = ("Symbol", "Integer", "Add", "Mul"), re.compile(r"[su]\d+")
WEIGHT = re.compile(r"data/weights/weight_\d+")
# What the archive's reader wants beside the graph and the weights.
MARKS = ("archive_format", "archive_version", "byteorder", ".data/version")
MODEL, SAMPLE = "models/model.json", "data/sample_inputs/model.pt"
WEIGHTS, CONSTANTS = "data/weights/model_weights_config.json", "data/constants/model_constants_config.json"
CARD_FIELDS: dict[str, type | tuple[type, ...]] = {
    "features": (str, dict),
    "words": list,
    "sha256": str,
    "title": str,
    "licence": str,
}
# How far outputs of the same clip in another batch may lie from one another.
TOLERANCE = 1e-3


class ExportIsRefused(ValueError):
    """An exported network holds what must not be run, or does not do what a classifier here does."""


class ExportedNetwork(nn.Module):
    """An exported classifier: features [B, M, T] -> logits [B, W]. Exported as it is, it knows no training mode."""

    def __init__(self, graph: nn.Module) -> None:
        super().__init__()
        self.graph = graph
        self.eval()

    def train(self, mode: bool = True) -> "ExportedNetwork":
        """Stay as it was exported; a graph cannot be put into training."""
        self.training = False
        return self

    def forward(self, features: Tensor) -> Tensor:
        """Score the classes: features [B, M, T] -> logits [B, W]."""
        logits: Tensor = self.graph(features)
        return logits


def load_exported(path: Path, n_classes: int, shape: tuple[int, int], device: torch.device) -> ExportedNetwork:
    """Load the network of a .pt2 file and try it on features of shape (M, T). Raises ExportIsRefused."""
    archive = _purified(path, shape)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of PyTorch's own reader: it maps weights that cannot be written to.
            program = torch.export.load(io.BytesIO(archive))
            network = ExportedNetwork(program.module(check_guards=False))
    except (RuntimeError, ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
        raise ExportIsRefused(f"{path} cannot be read by this PyTorch ({error}): export it again with it.") from error
    network.requires_grad_(requires_grad=False).to(device)
    _try(network, path, n_classes, shape, device)
    return network


def read_card(path: Path, sha256: str) -> dict[str, Any]:
    """Read the card that its author wrote of an exported network, and complete it to that of a checkpoint.

    It must give `features` (a name of the catalogue, or a whole configuration), `words` in the order of the logits,
    the file's `sha256`, and `title` and `licence` of what it was trained on. Raises ExportIsRefused.
    """
    try:
        card = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ExportIsRefused(f"{path} is no card ({error}): write one in JSON.") from error
    wrong = [
        name for name, kind in CARD_FIELDS.items() if not isinstance(card, dict) or not isinstance(card.get(name), kind)
    ]
    if wrong:
        raise ExportIsRefused(f"The card {path} lacks {', '.join(wrong)}, or gives it in another form: add it.")
    words = card["words"]
    if len(words) < 2 or len(set(words)) < len(words) or not all(isinstance(word, str) for word in words):
        raise ExportIsRefused(f"The card {path} must name two words or more, each once, in the order of the logits.")
    if card["sha256"] != sha256:
        raise ExportIsRefused(f"The network has the SHA-256 {sha256}, and its card {path} says {card['sha256']}.")
    given = card["features"]
    features = feature_config(given) if isinstance(given, str) else FeatureConfig.from_dict(given)
    corpus = {"title": card["title"], "licence": card["licence"], "is_synthetic": bool(card.get("is_synthetic"))}
    completed = {"network": EXPORTED, "role": "classifier", "settings": {}, "features": features.as_dict()}
    return {**completed, "words": words, "labels": "words", "corpus": corpus, "sha256": sha256}


def _purified(path: Path, shape: tuple[int, int]) -> bytes:
    """Give the archive again with plain weights, a graph of tensor operators, and sample inputs of our own."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
    except (OSError, zipfile.BadZipFile) as error:
        raise ExportIsRefused(f"{path} is no export of torch.export.save ({error}).") from error
    graph, weights = _graph(members, path), _weights(members, path)
    kept = {name: members[name] for name in MARKS if name in members}
    kept |= {name: content for name, content in members.items() if WEIGHT.fullmatch(name)}
    kept |= {MODEL: json.dumps(graph).encode(), WEIGHTS: json.dumps(weights).encode(), CONSTANTS: b'{"config": {}}'}
    sample, buffer = io.BytesIO(), io.BytesIO()
    torch.save(((torch.zeros(2, *shape),), {}), sample)
    kept[SAMPLE] = sample.getvalue()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in kept.items():
            archive.writestr(f"network/{name}", content)
    return buffer.getvalue()


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    """Read what an export consists of, by its name below the archive's one folder."""
    if sum(each.file_size for each in archive.infolist()) > LARGEST:
        raise ExportIsRefused(f"{path} holds more than {LARGEST / 2**30:.0f} GiB: export a smaller network.")
    found = {}
    for each in archive.infolist():
        _, _, name = each.filename.partition("/")
        if name in {*MARKS, MODEL, WEIGHTS, CONSTANTS} or WEIGHT.fullmatch(name):
            found[name] = archive.read(each)
    for name in (MODEL, WEIGHTS):
        if name not in found:
            raise ExportIsRefused(f"{path} has no {name}: write it with torch.export.save of PyTorch 2.9 or later.")
    return found


def _graph(members: dict[str, bytes], path: Path) -> dict[str, Any]:
    """Read the graph, without the guards and notes of its author. Raises ExportIsRefused for what is no operator."""
    try:
        graph: dict[str, Any] = json.loads(members[MODEL])
        nodes = graph["graph_module"]["graph"]["nodes"]
        targets = {node["target"] for node in nodes}
    except (ValueError, KeyError, TypeError) as error:
        raise ExportIsRefused(f"The graph of {path} cannot be read ({error!r}): export it again.") from error
    foreign = sorted(str(each) for each in targets if not is_allowed(each))
    if foreign:
        raise ExportIsRefused(
            f"The graph of {path} calls {', '.join(foreign)}, not among the operators that an export may call "
            "(generation/engine/exported_operators.py): export a network that does without."
        )
    for node in nodes:
        node["metadata"] = {}
    graph["guards_code"] = []
    for text in _expressions(graph):
        if not _is_plain_size(str(text)):
            raise ExportIsRefused(
                f"{path} holds the size {text!r}, and only sums and products of symbols and numbers are read: make "
                "nothing but the batch dynamic."
            )
    if json.loads(members.get(CONSTANTS, b'{"config": {}}')).get("config"):
        raise ExportIsRefused(f"{path} holds constants beside its weights: register them as buffers, and export again.")
    return graph


def _expressions(value: Any) -> list[Any]:
    """List every size that stands somewhere as text."""
    if isinstance(value, dict):
        own = [value["expr_str"]] if "expr_str" in value else []
        return own + [text for each in value.values() for text in _expressions(each)]
    return [text for each in value for text in _expressions(each)] if isinstance(value, list) else []


def _is_plain_size(text: str) -> bool:
    """Tell whether a size is a number, a symbol, or sums and products of them, such as Mul(Integer(64), Symbol('s0')).

    PyTorch evaluates it as an expression of SymPy, in which anything could stand.
    """
    try:
        return all(_is_of_plain_size(node) for node in ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError, RecursionError):
        return False


def _is_of_plain_size(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in SIZE_FUNCTIONS
    if isinstance(node, ast.Constant):
        return SYMBOL.fullmatch(node.value) is not None if isinstance(node.value, str) else isinstance(node.value, int)
    return isinstance(node, ast.Expression | ast.Call | ast.keyword | ast.Load)


def _weights(members: dict[str, bytes], path: Path) -> dict[str, Any]:
    """Read which file holds which weight. Raises ExportIsRefused for one that would have to be unpickled."""
    weights: dict[str, Any] = json.loads(members[WEIGHTS])
    for name, each in weights.get("config", {}).items():
        if each.get("use_pickle", True) or not WEIGHT.fullmatch(f"data/weights/{each.get('path_name')}"):
            raise ExportIsRefused(f"The weight {name} of {path} is pickled: make it a plain tensor, and export again.")
        if _expressions(each):
            raise ExportIsRefused(f"The weight {name} of {path} has a size that is no number: export it again.")
    return weights


def _try(network: ExportedNetwork, path: Path, n_classes: int, shape: tuple[int, int], device: torch.device) -> None:
    """Raise ExportIsRefused unless the network scores clips of any batch, each by itself, and can be climbed."""
    features = torch.rand(3, *shape, generator=torch.Generator().manual_seed(0)).to(device).requires_grad_()
    try:
        logits, alone = network(features), network(features[:1])
    except (RuntimeError, ValueError, AssertionError) as error:
        raise ExportIsRefused(
            f"{path} does not take features [batch, {shape[0]}, {shape[1]}] of batches of 3 and of 1: export it with "
            f"that input and a dynamic batch ({str(error).splitlines()[0]})."
        ) from error
    if not isinstance(logits, Tensor) or logits.shape != (3, n_classes) or logits.dtype != torch.float32:
        given = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise ExportIsRefused(
            f"{path} gives {given} for a batch of 3, and its card names {n_classes} classes: it must give float32 "
            "logits [batch, classes]."
        )
    if not logits.isfinite().all() or not torch.allclose(logits[:1], alone, atol=TOLERANCE, rtol=TOLERANCE):
        raise ExportIsRefused(
            f"{path} scores a clip otherwise in another batch, or not by a number: call eval() before it is exported."
        )
    if logits.grad_fn is None or not torch.autograd.grad(logits.sum(), features)[0].any():
        raise ExportIsRefused(f"{path} has no gradient with respect to its features: nothing could climb it.")
