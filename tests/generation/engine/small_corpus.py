"""A corpus of buzzes for tests: quick to make, and every word sounds different."""

from dataclasses import replace

import numpy
import soundfile

from generation.engine.corpora.feature_sets import feature_set
from generation.engine.corpora.layout import open_corpus
from generation.engine.features import FEATURES

RATE = 8000
# Shorter than any real configuration, so that tests which sample a waveform stay quick.
SHORT = replace(FEATURES["narrowband"], n_frames=36)


def write_buzzing_corpus(folder, words=("high", "low"), talkers=4, takes=2):
    """Write WORD/TALKER_nohash_TAKE.wav; the last talker tests, the last but one validates."""
    lists = {"testing_list.txt": [], "validation_list.txt": []}
    for index, word in enumerate(sorted(words)):
        (folder / word).mkdir(parents=True)
        for talker in range(talkers):
            for take in range(takes):
                name = f"{word}/talker{talker}_nohash_{take}.wav"
                soundfile.write(folder / name, buzz(100 * (index + 1) + 7 * talker, 0.4 + 0.05 * take), RATE)
                if talker >= talkers - 2:
                    lists["testing_list.txt" if talker == talkers - 1 else "validation_list.txt"].append(name)
    for name, listed in lists.items():
        (folder / name).write_text("\n".join(listed) + "\n", encoding="utf-8")
    return folder


def buzz(pitch, seconds):
    """Sum the harmonics of a pitch in Hz, fading in and out."""
    time = numpy.arange(round(seconds * RATE)) / RATE
    harmonics = sum(numpy.sin(2 * numpy.pi * pitch * k * time) / k for k in range(1, 9))
    return 0.3 * harmonics * numpy.hanning(len(time))


def buzzing_features(folder, **options):
    """Write a buzzing corpus below the folder and give its features."""
    corpus = open_corpus(write_buzzing_corpus(folder / "corpus", **options))
    return feature_set(corpus, SHORT, folder / "features")
