"""Make a synthetic corpus with espeak-ng. Its library is GPL-3.0: only this command imports it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm


class Command(BaseCommand):
    help = "Speak words in many voices with espeak-ng (synthetic speech, no network needed), split by voice."
    # A job that has a corpus made shows the progress itself: a function of fraction and note.
    stealth_options = ("on_progress",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--words", nargs="+", metavar="WORD", help="All 35 words of Speech Commands unless given.")
        parser.add_argument("--voices", type=int, default=60)
        parser.add_argument("--takes", type=int, default=3, help="How often each voice says each word.")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--folder", type=Path, help="In HEARSAY_CORPORA, named after what is made, unless given.")

    def handle(self, *args: Any, **options: Any) -> None:
        from generation.engine.corpora.cards import FolderHoldsOtherContent
        from generation.engine.corpora.espeak import SynthesiserFailed
        from generation.engine.corpora.synthesis import make_corpus
        from generation.engine.corpora.synthetic_words import VoicesCannotBeChosen, WordCannotBeSpoken, plan
        from generation.engine.whole_files import CannotBeWritten

        try:
            wanted = plan(options["words"], options["voices"], options["takes"], options["seed"])
            folder = Path(options["folder"] or settings.CORPORA_DIR / wanted.name).resolve()
            on_progress = options.get("on_progress")
            hidden = True if on_progress else None
            with tqdm(total=1.0, unit="", disable=hidden, bar_format="{l_bar}{bar}{postfix}") as bar:
                made = make_corpus(folder, wanted, on_progress or (lambda done, note: _show(bar, done, note)))
        except (
            FolderHoldsOtherContent, SynthesiserFailed, VoicesCannotBeChosen, WordCannotBeSpoken, CannotBeWritten
        ) as error:  # fmt: skip
            raise CommandError(str(error)) from error
        self.stdout.write(f"{'Already there' if made.was_there else 'Made'}: synthetic speech in {made.folder}")


def _show(bar: "tqdm[Any]", done: float, note: str) -> None:
    bar.set_postfix_str(note, refresh=False)
    bar.update(done - bar.n)
