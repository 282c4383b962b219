"""Put the sounds and pictures of docs/generation.md there: `make gallery`, after `make demo`.

They are the clips of one word in the demo study, one of each system: synthetic speech and what was made of it, free
of anybody's rights. The recordings' corpora on real speech have licences of their own and are not copied.
"""

import argparse
import os
import shutil
from pathlib import Path

import django

DOCS = Path(__file__).parent
PAGE = DOCS / "generation.md"
START, END = "<!-- gallery -->", "<!-- end of gallery -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default="demo")
    parser.add_argument("--word", default="yes")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    table = _table(options.study, options.word)
    PAGE.write_text(f"{before}{START}\n{table}\n{END}{after}", encoding="utf-8")


def _table(study_slug: str, word: str) -> str:
    """Copy each system's first clip of the word, and write the table of them."""
    from listening_tests.models import Stimulus, Study

    titles = {system["slug"]: system["title"] for system in Study.objects.get(slug=study_slug).protocol["systems"]}
    rows = ["| system | what the classifiers judged | sound | heard after the vocoder as |", "|---|---|---|---|"]
    for slug, title in titles.items():
        stimulus = Stimulus.objects.filter(block__study__slug=study_slug, system=slug, word=word).order_by("pk").first()
        if stimulus is None:
            raise SystemExit(f"The study {study_slug} has no clip of {word!r} by {slug}: give another --word.")
        rows.append(_row(slug, title, stimulus.clip))
    return "\n".join(rows)


def _row(slug: str, title: str, clip: object) -> str:
    from django.conf import settings

    from generation.models import Clip
    from generation.models.clips import Stage

    assert isinstance(clip, Clip)
    picture, sound = Path("images") / "gallery" / f"{slug}.png", Path("sounds") / f"{slug}.flac"
    for name, target in ((clip.spectrogram, picture), (clip.audio, sound)):
        (DOCS / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.CLIPS_DIR / name, DOCS / target)
    heard = clip.judgements.filter(stage=Stage.AUDIO).order_by("checkpoint__slug")
    said = ", ".join(f"{each.heard} ({each.checkpoint.network.replace('_', ' ')})" for each in heard)
    return f'| {title} | <img src="{picture}" alt="Log-mel spectrogram" width="180"> | [listen]({sound}) | {said} |'


if __name__ == "__main__":
    main()
