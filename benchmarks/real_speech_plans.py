"""What the real-speech benchmark does on each corpus: which networks it trains, which systems it renders."""

from dataclasses import dataclass, replace

from generation.engine.clip_request import ClipRequest

OWN_OF_PRESET = {"paper": ("paper-1",), "whitened": ("residual-1", "temporal-1")}


@dataclass(frozen=True)
class Training:
    """One network to train: its name here, its slug in the catalogue, its epochs (a WaveNet's steps) and its seed."""

    name: str
    network: str
    length: int
    seed: int


@dataclass(frozen=True)
class System:
    """What makes a clip: the request without word, take and seed, and the networks a search climbs."""

    source: str
    start: str | None = None
    space: str | None = None
    preset: str | None = None
    vocoder: str | None = None

    @property
    def name(self) -> str:
        """Give the system's name in the tables."""
        parts = (self.source, self.preset, self.space, f"from {self.start}" if self.start else None)
        return ", ".join(part.replace("_", " ") for part in parts if part)

    @property
    def own(self) -> tuple[str, ...]:
        """Name the networks that the system's search climbs."""
        return OWN_OF_PRESET[self.preset] if self.preset else ()

    def requests(self, words: tuple[str, ...], takes: int) -> list[ClipRequest]:
        """Ask for so many clips of each word."""
        return [
            ClipRequest(self.source, word, take, 1, self.start, self.space, self.preset, self.vocoder, self.own or None)
            for word in words
            for take in range(takes)
        ]


SEARCHES = tuple(
    (start, space, preset)
    for space, preset in (("features", "paper"), ("decoder", "paper"), ("decoder", "whitened"))
    for start in ("noise", "recording")
)

SYSTEMS = (
    System("natural"),
    *(System("copy_synthesis", vocoder=vocoder) for vocoder in ("griffin_lim", "wavenet")),
    *(System("maximised", *search, vocoder) for vocoder in ("griffin_lim", "wavenet") for search in SEARCHES),
)


@dataclass(frozen=True)
class Plan:
    """A corpus, its features, the networks to train, the systems to render, and how many clips of a word each gets."""

    corpus: str
    features: str
    trainings: tuple[Training, ...]
    takes: int
    systems: tuple[System, ...] = SYSTEMS
    words: tuple[str, ...] | None = None


def _trainings(wavenet: int, prior: int, paper: int, residual: int, temporal: int) -> tuple[Training, ...]:
    """List the longest first, so that two workers end at about the same time."""
    return (
        Training("wavenet", "wavenet", wavenet, 1),
        Training("prior", "half_autoencoder", prior, 1),
        Training("paper-1", "paper_classifier", paper, 1),
        Training("paper-2", "paper_classifier", paper, 2),
        Training("residual-1", "residual_classifier", residual, 1),
        Training("temporal-1", "temporal_classifier", temporal, 1),
    )


PLANS = {
    "speech-commands-ten-words": Plan("speech-commands-ten-words", "wideband", _trainings(4000, 20, 30, 30, 30), 10),
    "spoken-digits": Plan("spoken-digits", "narrowband", _trainings(6000, 20, 30, 12, 20), 10),
}


def quick(plan: Plan) -> Plan:
    """Shorten a plan to a minute or two, to see that everything runs; its numbers mean nothing."""
    trainings = tuple(replace(each, length=200 if each.network == "wavenet" else 2) for each in plan.trainings)
    words = {"speech-commands-ten-words": ("no", "stop", "yes"), "spoken-digits": ("five", "one", "zero")}
    return replace(plan, trainings=trainings, takes=2, words=words[plan.corpus])
