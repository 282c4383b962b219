"""Objects for tests: each function makes one, with sensible values for everything a test does not care about."""

import hashlib
import io
import itertools
from functools import cache
from pathlib import Path

import numpy
import soundfile
from django.conf import settings
from django.utils import timezone

from accounts.models import Researcher
from generation.models import Checkpoint, Clip, Corpus, Examination, Job, JobItem, Judgement
from generation.models.clips import Stage
from listening_tests.actions import session_states, sessions, studies, trials
from listening_tests.actions.building import put_into_sets
from listening_tests.asked_trials import asked_trial
from listening_tests.models import Block, SetMember, Stimulus, StimulusSet, Study
from listening_tests.roles import Role, TrialRole
from listening_tests.stimulus_sets import Member

_numbers = itertools.count(1)

WORDS = ("down", "go", "left", "no")


def make_researcher(**fields):
    number = next(_numbers)
    return Researcher.objects.create_user(**{"username": f"researcher{number}", "password": "not a secret", **fields})


def make_corpus(**fields):
    number = next(_numbers)
    given = {
        "slug": f"corpus-{number}",
        "title": f"Corpus {number}",
        "folder": f"corpus-{number}",
        "origin": "folder",
        "words": list(WORDS),
        "counts": {"training": 8, "validation": 4, "testing": 4},
        "digest": _digest("corpus", number),
        **fields,
    }
    return Corpus.objects.create(**given)


def make_checkpoint(**fields):
    number = next(_numbers)
    given = {
        "slug": f"checkpoint-{number}",
        "network": "residual_classifier",
        "role": "classifier",
        "file": f"checkpoint-{number}.safetensors",
        "card": {},
        "sha256": _digest("weights", number),
        "request_digest": _digest("checkpoint", number),
        **fields,
    }
    return Checkpoint.objects.create(**{"corpus": fields.get("corpus") or make_corpus(), **given})


def make_examination(*, climbed, **fields):
    """Make an examination of a classifier that has been asked for."""
    number = next(_numbers)
    given = {
        "slug": f"examination-{number}",
        "corpus": climbed.corpus,
        "features": climbed.features,
        "preset": "robust",
        "space": "features",
        "codes_per_word": 10,
        "seed": 1,
        "request_digest": _digest("examination", number),
    }
    examination = Examination.objects.create(**(given | fields))
    examination.climbed.add(climbed)
    return examination


def make_clip(**fields):
    """Store a clip with a real sound file in settings.CLIPS_DIR, of a tenth of a second unless `duration` says more."""
    number = next(_numbers)
    word = fields.get("word", WORDS[0])
    audio = fields.get("audio", f"clip-{number}.flac")
    sound = _sound(fields.get("duration", 0.1))
    path = Path(settings.CLIPS_DIR, audio)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sound)
    given = {
        "word": word,
        "recipe": {"request": {"source": "natural", "word": word}},
        "request_digest": _digest("clip", number),
        "audio": audio,
        "spectrogram": f"clip-{number}.png",
        "features": f"clip-{number}.npy",
        "sha256": hashlib.sha256(sound).hexdigest(),
        "sample_rate": 16_000,
        "duration": 0.1,
        **fields,
    }
    return Clip.objects.create(**{"corpus": fields.get("corpus") or make_corpus(), **given})


def make_judgement(**fields):
    probabilities = fields.pop("probabilities", {"down": 0.7, "go": 0.1, "left": 0.1, "no": 0.1})
    given = {
        "stage": Stage.AUDIO,
        "probabilities": probabilities,
        "heard": max(probabilities, key=probabilities.__getitem__),
        **fields,
    }
    clip = given.pop("clip", None) or make_clip()
    checkpoint = given.pop("checkpoint", None) or make_checkpoint(corpus=clip.corpus)
    return Judgement.objects.create(clip=clip, checkpoint=checkpoint, **given)


def make_study(**fields):
    """Store a study without blocks."""
    number = next(_numbers)
    given = {
        "slug": f"study-{number}",
        "title": f"Study {number}",
        "protocol": {},
        "protocol_sha256": _digest("protocol", number),
        **fields,
    }
    return Study.objects.create(**given)


def make_block(*, study, **fields):
    """Store a block without stimuli, at the end of its study."""
    given = {
        "position": study.blocks.count(),
        "method": "acr",
        "title": "How good is the speech?",
        "labels": list(WORDS),
        "ratings_per_stimulus": 4,
        "trials_per_session": 4,
        **fields,
    }
    return Block.objects.create(study=study, **given)


def make_stimulus(*, block, **fields):
    """Store a stimulus that needs no preparing: its clip is what is played."""
    word = fields.get("word", WORDS[0])
    clip = fields.pop("clip", None) or make_clip(word=word)
    given = {"system": "natural", "word": word, "audio": clip.audio, "sha256": clip.sha256, **fields}
    return Stimulus.objects.create(block=block, clip=clip, **given)


def make_set(*, stimulus, **fields):
    """Store a set of one stimulus."""
    given = {"block": stimulus.block, "system": stimulus.system, "word": stimulus.word, **fields}
    made = StimulusSet.objects.create(**given)
    SetMember.objects.create(stimulus_set=made, stimulus=stimulus)
    return made


def make_open_study(
    *,
    methods=("class_identification", "acr"),
    systems=("natural", "robot"),
    words=WORDS,
    corpus=None,
    block=None,
    seconds=0.1,
    **study,
):
    """Store an open study: for each method a block with the same clips, one for each system and word.

    `block` holds fields of every block, `study` fields of the study; each sound lasts `seconds`.
    """
    made = make_study(**study)
    corpus = corpus or make_corpus()
    clips = {
        (system, word): make_clip(word=word, corpus=corpus, duration=seconds) for system in systems for word in words
    }
    for method in methods:
        new = make_block(study=made, method=method, **(block or {}))
        _make_stimuli_and_sets(new, clips)
    studies.open_study(study=made, now=timezone.now())
    return made


def make_study_with_training(method="acr", *, expected="5", trials=1, seconds=0.1):
    """Store an open study of which each session practises, with the word 'down'."""
    study = make_open_study(methods=(method,), block={"settings": {"training": {"trials": trials}}}, seconds=seconds)
    for _ in range(trials):
        made = {"clip": make_clip(word="down", duration=seconds), "expected": expected, "tolerance": 1, "word": "down"}
        stimulus = make_stimulus(block=study.blocks.get(), role=Role.TRAINING, **made)
        make_set(stimulus=stimulus, role=TrialRole.TRAINING)
    return study


def _make_stimuli_and_sets(block, clips):
    """Store the clips in the roles that the block's method has for them; the first system is the reference."""
    roles = block.test_method.roles_per_trial
    reference = next(iter(clips))[0] if block.test_method.needs_reference else None
    members = []
    for (system, word), clip in clips.items():
        is_reference = system == reference
        open_roles = (Role.REFERENCE, Role.HIDDEN_REFERENCE, Role.ANCHOR) if is_reference else (Role.SAMPLE,)
        for role in (role for role in open_roles if role in roles):
            named = "anchor-3500" if role == Role.ANCHOR else system
            stimulus = make_stimulus(block=block, system=named, word=word, clip=clip, role=role)
            members.append(Member(stimulus.pk, role, named, word))
    put_into_sets(block, members, seed=1)


def make_session(*, study=None, now=None, is_listening=True, is_simulated=False):
    """Begin a session, of an open study unless one is given, up to its first trial."""
    now = now or timezone.now()
    session = sessions.start_session(study=study or make_open_study(), now=now, is_simulated=is_simulated)
    if is_listening:
        session_states.begin_listening(session=session, now=now)
    return session


def answer_trials(session, *, n_trials=None, now=None, choose=None):
    """Answer the next trials of a session, or all that are left, with the first answer on offer unless told which.

    `choose` is given a trial and the values on offer and returns one.
    """
    now = now or timezone.now()
    for _ in range(n_trials if n_trials is not None else session.trials.filter(answered_at=None).count()):
        trial = session.next_trial()
        trials.show_trial(trial=trial, now=now)
        answers = {field.name: _choose(trial, field, choose) for field in asked_fields(trial)}
        trials.submit_trial(session=session, trial=trial, answers=answers, evidence={"play_count": 1}, now=now)


def asked_fields(trial):
    """Return what a trial's page asks."""
    presentations = trial.presentations.select_related("stimulus")
    return trial.block.test_method.question.fields(asked_trial(trial, presentations))


def values_on_offer(trial):
    """Return the values that a trial's first field offers."""
    return [choice.value for choice in asked_fields(trial)[0].choices]


def _choose(trial, field, choose):
    if field.widget.value == "slider":
        return str(field.high)
    values = [choice.value for choice in field.choices] or ["go"]
    if choose:
        return choose(trial, values)
    return values[-1] if field.name == "worst" else values[0]


def _digest(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


@cache
def _sound(seconds):
    """Return a FLAC file of a soft 440 Hz tone."""
    tone = 0.1 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(round(seconds * 16_000)) / 16_000)
    buffer = io.BytesIO()
    soundfile.write(buffer, tone, 16_000, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def make_job(*, items=1, item=None, **fields):
    """Store a job with so many items; `item` holds fields of each."""
    job = Job.objects.create(**{"kind": "render_clips", "title": f"Job {next(_numbers)}", **fields})
    for position in range(items):
        JobItem.objects.create(job=job, position=position, **(item or {}))
    return job
