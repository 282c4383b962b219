"""What the quality benchmark does on each corpus: which networks it trains, which systems it renders."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generation.engine.clip_request import ClipRequest

PANEL = ("residual", "temporal", "recurrent", "residual-2", "paper", "paper-2")
ARCHITECTURES, PAPER = ("residual", "temporal", "paper"), ("paper",)
# What the weakest of them likes is what a twin of it dislikes most often, so a twin is climbed, and another one judges.
ENSEMBLE = (*ARCHITECTURES, "paper-3")
ESPEAK = "espeak-ten-words"
DEMO_WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")


@dataclass(frozen=True)
class Training:
    """One network to train: its name here, its slug in the catalogue, its epochs (a vocoder's steps), its seed, and
    further settings of its recipe."""

    name: str
    network: str
    length: int
    seed: int = 1
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class System:
    """What makes a clip: the request without word, take and seed, the prior it is searched through, and its clips of
    each word."""

    source: str
    vocoder: str | None = None
    start: str | None = None
    space: str | None = None
    preset: str | None = None
    climbs: tuple[str, ...] = ()
    prior: str = "prior"
    takes: int = 10

    @property
    def name(self) -> str:
        """Give the system's name in the tables."""
        climbing = f"climbing {' + '.join(self.climbs)}" if self.climbs else None
        parts = (self.source, self.preset, self.space, f"from {self.start}" if self.start else None, climbing)
        return ", ".join(part.replace("_", " ") for part in parts if part)

    def requests(self, words: tuple[str, ...]) -> list[ClipRequest]:
        """Ask for so many clips of each word."""
        searched = {"start": self.start, "space": self.space, "preset": self.preset, "climbs": self.climbs or None}
        return [
            ClipRequest(self.source, word, take, seed=1, vocoder=self.vocoder, **searched)
            for word in words
            for take in range(self.takes)
        ]


VOCODERS = ("griffin_lim", "wavenet", "vocos")
PLAIN_VOCODERS = ("griffin_lim", "wavenet")
# Networks that have learnt nothing, or nothing of words: what they like is the floor.
FLOOR = ("untrained", "shuffled")

SYSTEMS = (
    System("natural", takes=20),
    *(System("copy_synthesis", vocoder, takes=20) for vocoder in VOCODERS),
    # So many that the share of a word that fares worst is known to a few points.
    *(System("maximised", each, "noise", "decoder", "recommended", ENSEMBLE, takes=64) for each in PLAIN_VOCODERS),
    System("maximised", "vocos", "noise", "decoder", "recommended", ENSEMBLE, takes=20),
    System("maximised", "wavenet", "recording", "decoder", "recommended", ENSEMBLE),
    System("maximised", "wavenet", "other_word", "decoder", "recommended", ENSEMBLE),
    *(System("maximised", each, "noise", "features", "paper", PAPER) for each in PLAIN_VOCODERS),
    System("maximised", "griffin_lim", "recording", "features", "paper", PAPER),
    *(System("maximised", each, "noise", "decoder", "paper", PAPER, "paper-prior") for each in PLAIN_VOCODERS),
    System("maximised", "griffin_lim", "recording", "decoder", "paper", PAPER, "paper-prior"),
    *(System("maximised", "griffin_lim", "noise", "decoder", "recommended", (each,)) for each in FLOOR),
    System("maximised", "griffin_lim", "noise", "decoder", "random_direction", ENSEMBLE),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A corpus, its features, the networks to train and the systems to render."""

    corpus: str
    features: str
    trainings: tuple[Training, ...]
    systems: tuple[System, ...] = SYSTEMS
    words: tuple[str, ...] | None = None


def _trainings(wavenet: int, vocos: int, residual: int, temporal: int) -> tuple[Training, ...]:
    """List the longest first, so that workers end at about the same time."""
    return (
        Training("wavenet", "wavenet", wavenet),
        Training("vocos", "vocos", vocos),
        Training("paper-prior", "paper_autoencoder", 20),
        Training("residual", "residual_classifier", residual),
        Training("residual-2", "residual_classifier", residual, seed=2),
        Training("paper", "paper_classifier", 30),
        Training("paper-2", "paper_classifier", 30, seed=2),
        Training("paper-3", "paper_classifier", 30, seed=3),
        Training("prior", "half_autoencoder", 20),
        Training("recurrent", "recurrent_classifier", temporal),
        Training("temporal", "temporal_classifier", temporal),
        Training("shuffled", "temporal_classifier", 10, settings={"shuffled_labels": True}),
        Training("untrained", "temporal_classifier", 0),
    )


PLANS = {
    "speech-commands-ten-words": Plan("speech-commands-ten-words", "wideband", _trainings(6000, 3000, 30, 30)),
    "spoken-digits": Plan("spoken-digits", "narrowband", _trainings(6000, 3000, 12, 20)),
    ESPEAK: Plan(ESPEAK, "narrowband", _trainings(6000, 3000, 12, 20), words=DEMO_WORDS),
}
QUICK_WORDS = {
    "speech-commands-ten-words": ("no", "stop", "yes"),
    "spoken-digits": ("five", "one", "zero"),
    ESPEAK: ("no", "stop", "yes"),
}


def quick(plan: Plan) -> Plan:
    """Shorten a plan to a minute or two, to see that everything runs; its numbers mean nothing."""
    lengths = {"wavenet": 100, "vocos": 100}
    trainings = tuple(replace(each, length=min(each.length, lengths.get(each.network, 2))) for each in plan.trainings)
    systems = tuple(replace(each, takes=2) for each in plan.systems)
    return replace(plan, trainings=trainings, systems=systems, words=QUICK_WORDS[plan.corpus])


def default_folder(corpus: str, shared: Path, folder: Path) -> Path:
    """Tell where a plan's corpus stands: in the shared data, or, the synthetic one, in the benchmark's own folder."""
    return (folder / "corpora" if corpus == ESPEAK else shared) / corpus
