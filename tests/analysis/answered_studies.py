"""Studies with answers, for the tests of the results pages."""

import random

from listening_tests.models import Stimulus
from tests import factories

PROTOCOL = {
    "systems": [{"slug": "natural", "title": "Natural speech"}, {"slug": "robot", "title": "Robot (Griffin–Lim)"}],
    "analysis": {
        "confidence": 0.95,
        "statistics": ["mean_opinion_score", "word_identification", "classifier_human_agreement"],
    },
}
QUALITY = {"natural": 0.9, "robot": 0.5}


def make_answered_study(*, n_real=0, n_simulated=0, is_synthetic=False, judged=True, trials=8, **fields):
    """Store an open study of two systems that listeners with a known taste have answered; clips are judged."""
    study = factories.make_open_study(
        corpus=factories.make_corpus(is_synthetic=is_synthetic, title="Ten words"),
        block={"trials_per_session": trials, "ratings_per_stimulus": 500},
        **{"protocol": PROTOCOL, **fields},
    )
    if judged:
        judge_clips(study)
    for is_simulated, count in ((False, n_real), (True, n_simulated)):
        for number in range(count):
            session = factories.make_session(study=study, is_simulated=is_simulated)
            factories.answer_trials(session, choose=taste(random.Random(number)))
    return study


def judge_clips(study):
    """Have a classifier judge every clip at both stages."""
    checkpoint = factories.make_checkpoint()
    clips = {stimulus.clip: stimulus for stimulus in Stimulus.objects.filter(block__study=study).select_related("clip")}
    for number, (clip, stimulus) in enumerate(clips.items()):
        for stage in ("features", "audio"):
            share = 0.5 + 0.04 * (number % 10) if stage == "features" else 0.3 + 0.06 * (number % 10)
            others = [word for word in factories.WORDS if word != stimulus.word]
            probabilities = {stimulus.word: share, **{word: (1 - share) / len(others) for word in others}}
            factories.make_judgement(clip=clip, checkpoint=checkpoint, stage=stage, probabilities=probabilities)


def taste(generator):
    """Return a way to choose: the better the system, the higher the score and the surer the word."""

    def choose(trial, values):
        stimulus = trial.presentations.get().stimulus
        quality = QUALITY[stimulus.system]
        if trial.block.method == "acr":
            return str(max(1, min(5, round(generator.gauss(5 * quality, 0.8)))))
        return stimulus.word if generator.random() < quality else generator.choice(values)

    return choose
