"""What there is to choose from: corpora, networks, vocoders, objectives, starts, job kinds.

Plain data without Django, known to the web pages (which never import PyTorch) and to the engine (which loads an
implementation by its `implementation` name when it needs it). One line each; menus, validation of study
files and documentation are made from these tables.
"""

from dataclasses import dataclass
from enum import StrEnum


class NetworkRole(StrEnum):
    CLASSIFIER = "classifier"
    PRIOR = "prior"
    VOCODER = "vocoder"


@dataclass(frozen=True)
class Entry:
    """One thing to choose: its name in files, its title on pages, what it is, and where its code stands.

    spaces: for a preset, what it can search.
    """

    slug: str
    title: str
    description: str
    implementation: str = ""
    role: NetworkRole | None = None
    spaces: tuple[str, ...] = ()


def _table(*entries: Entry) -> dict[str, Entry]:
    return {entry.slug: entry for entry in entries}


_NETWORKS = "generation.engine.networks"
_VOCODERS = "generation.engine.vocoders"
_OBJECTIVES = "generation.engine.maximisation.objectives"
_PENALTIES = "generation.engine.maximisation.penalties"
_TRANSFORMS = "generation.engine.maximisation.transforms"

NETWORKS = _table(
    Entry("paper_classifier", "Paper's classifier", "2-D convolutions and dense layers (Soomro et al. 2019)",
          f"{_NETWORKS}.paper_classifier:PaperClassifier", NetworkRole.CLASSIFIER),
    Entry("residual_classifier", "Residual classifier", "four residual stages with batch normalisation",
          f"{_NETWORKS}.residual_classifier:ResidualClassifier", NetworkRole.CLASSIFIER),
    Entry("temporal_classifier", "Temporal classifier", "1-D convolutions over time, mel bands as channels",
          f"{_NETWORKS}.temporal_classifier:TemporalClassifier", NetworkRole.CLASSIFIER),
    Entry("recurrent_classifier", "Recurrent classifier", "a GRU that reads the frames forwards and backwards",
          f"{_NETWORKS}.recurrent_classifier:RecurrentClassifier", NetworkRole.CLASSIFIER),
    Entry("paper_autoencoder", "Paper's autoencoder", "convolutional, 256-dimensional code (Soomro et al. 2019)",
          f"{_NETWORKS}.paper_autoencoder:PaperAutoencoder", NetworkRole.PRIOR),
    Entry("half_autoencoder", "Half-width autoencoder", "half the paper's widths, 128-dimensional code",
          f"{_NETWORKS}.half_autoencoder:HalfAutoencoder", NetworkRole.PRIOR),
    Entry("variational_autoencoder", "Variational autoencoder", "half the paper's widths, a distribution of 64 as code",
          f"{_NETWORKS}.variational_autoencoder:VariationalAutoencoder", NetworkRole.PRIOR),
    Entry("wavenet", "WaveNet", "one sample after another, each foretold from the past and the features",
          f"{_NETWORKS}.wavenet:WaveNet", NetworkRole.VOCODER),
    Entry("vocos", "Vocos", "a short-time spectrum a frame, all at once; trained on spectra alone",
          f"{_NETWORKS}.vocos:Vocos", NetworkRole.VOCODER),
)  # fmt: skip

VOCODERS = _table(
    Entry("griffin_lim", "Griffin–Lim", "iterative phase estimation, untrained", f"{_VOCODERS}.griffin_lim:GriffinLim"),
    Entry("wavenet", "WaveNet", "a trained WaveNet, sampled with cached state", f"{_VOCODERS}.wavenet:WaveNetVocoder"),
    Entry("vocos", "Vocos", "a trained Vocos: fast, and nothing drawn by lot", f"{_VOCODERS}.vocos:VocosVocoder"),
)  # fmt: skip

OBJECTIVES = _table(
    Entry("probability", "Probability", "the softmax probability of the word, as in the paper",
          f"{_OBJECTIVES}.probability:Probability"),
    Entry("logit", "Logit", "the word's logit, whatever the others' are", f"{_OBJECTIVES}.logit:Logit"),
    Entry("log_probability", "Log probability", "the logarithm of the word's softmax probability",
          f"{_OBJECTIVES}.log_probability:LogProbability"),
    Entry("margin", "Margin", "the word's logit less the log-sum-exp of the others'", f"{_OBJECTIVES}.margin:Margin"),
    Entry("activation", "Activation", "the mean output of a layer or of one of its units, whatever the word",
          f"{_OBJECTIVES}.activation:Activation"),
    Entry("random_direction", "Random direction", "a control: a layer's output along a fixed random direction",
          f"{_OBJECTIVES}.random_direction:RandomDirection"),
)  # fmt: skip

PENALTIES = _table(
    Entry("roughness", "Roughness", "total variation over time and bands, for smoothness",
          f"{_PENALTIES}.roughness:Roughness"),
    Entry("mahalanobis", "Mahalanobis distance", "how far the whitened code is from the recordings' mean",
          f"{_PENALTIES}.mahalanobis:Mahalanobis"),
    Entry("likeness", "Likeness", "how near the clips of a group are to one another, for diversity",
          f"{_PENALTIES}.likeness:Likeness"),
)  # fmt: skip

TRANSFORMS = _table(
    Entry("jitter", "Jitter", "shifts in time and over the bands", f"{_TRANSFORMS}.jitter:Jitter"),
    Entry("masking", "Masking", "silences a stripe of time and a stripe of bands", f"{_TRANSFORMS}.masking:Masking"),
    Entry("gain", "Gain", "changes of level", f"{_TRANSFORMS}.gain:Gain"),
    Entry("lift", "Lift", "raises everything, silence too", f"{_TRANSFORMS}.lift:Lift"),
    Entry("noise", "Noise", "faint normal noise", f"{_TRANSFORMS}.noise:Noise"),
)

SOURCES = _table(
    Entry("natural", "Natural", "the recording itself"),
    Entry("copy_synthesis", "Copy synthesis", "a recording's features through a vocoder"),
    Entry("reconstruction", "Reconstruction", "a recording's features through the decoder prior, then a vocoder"),
    Entry("maximised", "Maximised", "what a classifier responds to most, through a vocoder"),
)

STARTS = _table(
    Entry("noise", "Noise", "random numbers"),
    Entry("recording", "Test recording", "a recording of the word from the test split"),
    Entry("other_word", "Another word", "a test recording of another word, pushed to this one"),
    Entry("misclassified", "Misclassified recording", "a test recording that the climbed classifier gets wrong"),
)

SPACES = _table(
    Entry("features", "Directly on the features", "the classifier's input is changed itself"),
    Entry("decoder", "Through the decoder", "the code of the decoder prior is changed"),
)

PRESETS = _table(
    Entry("paper", "Paper's preset", "probability, 20 normalised gradient steps (Soomro et al. 2019)",
          spaces=("features", "decoder")),
    Entry("whitened", "Whitened preset", "margin, 40 Adam steps, whitened code held on its shell, jitter",
          spaces=("decoder",)),
    Entry("recommended", "Recommended preset", "what judges accept most; meant to climb three architectures together",
          spaces=("decoder",)),
    Entry("quick", "Quick preset", "eight large steps: the most accepted clips a second",
          spaces=("decoder",)),
    Entry("robust", "Robust preset", "directly on the features, but smooth and under strong disturbance",
          spaces=("features",)),
    Entry("random_direction", "Random direction", "a control: toward nothing in particular, by the same means",
          spaces=("features", "decoder")),
)  # fmt: skip

FEATURES = _table(
    Entry("paper", "Paper (22.05 kHz)", "80 log-mel bands, 125–7600 Hz, FFT 1024, hop 256, top 100 dB"),
    Entry("wideband", "Wideband (16 kHz)", "80 log-mel bands, 60–7600 Hz, FFT 512, hop 178, top 55 dB"),
    Entry("narrowband", "Narrowband (8 kHz)", "80 log-mel bands, 50–4000 Hz, FFT 512, hop 80, top 55 dB"),
)

CORPUS_ORIGINS = _table(
    Entry("folder", "Folder", "a folder in the Speech Commands layout"),
    Entry("speech_commands", "Speech Commands", "the corpus of Warden 2018, fetched over the network"),
    Entry("espeak", "espeak-ng", "synthetic speech made by make_corpus"),
)

JOB_KINDS = _table(
    Entry("open_corpus", "Corpus", "makes, fetches or opens a corpus", "generation.tasks.corpora:open_corpus"),
    Entry("train_network", "Training", "trains a network on a corpus", "generation.tasks.training:train_network"),
    Entry(
        "render_clips", "Rendering", "makes clips and has classifiers judge them", "generation.tasks.clips:render_clips"
    ),
    Entry(
        "examine_networks",
        "Examination",
        "maximises many codes of each word and measures what comes out",
        "generation.tasks.examination:examine_networks",
    ),
)


def network_choices() -> list[tuple[str, str]]:
    return _choices(NETWORKS)


def role_choices() -> list[tuple[str, str]]:
    return [(role.value, role.value) for role in NetworkRole]


def feature_choices() -> list[tuple[str, str]]:
    return _choices(FEATURES)


def corpus_origin_choices() -> list[tuple[str, str]]:
    return _choices(CORPUS_ORIGINS)


def job_kind_choices() -> list[tuple[str, str]]:
    return _choices(JOB_KINDS)


def _choices(table: dict[str, Entry]) -> list[tuple[str, str]]:
    return [(entry.slug, entry.title) for entry in table.values()]
