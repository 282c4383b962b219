"""Add a folder of recordings as a corpus."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.actions.corpora import register_corpus
from generation.tasks.corpora import read_corpus


class Command(BaseCommand):
    help = "Add a folder in the Speech Commands layout as a corpus, after reading every recording once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="The folder: WORD/TALKER_nohash_NUMBER.wav and the two lists.")
        parser.add_argument("--words", nargs="+", metavar="WORD", help="Only these words; all, if left out.")
        parser.add_argument(
            "--skip-broken", action="store_true", help="Leave broken files out, listed, instead of stopping."
        )

    def handle(self, *args: Any, folder: Path, words: list[str] | None, skip_broken: bool, **options: Any) -> None:
        # What the engine finds wrong with a folder is a ValueError or a FileNotFoundError, named and explained.
        try:
            opened = read_corpus(folder, words=words, skip_broken=skip_broken)
        except (ValueError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        corpus = register_corpus(opened=opened)
        counts = ", ".join(f"{number} {split}" for split, number in corpus.counts.items())
        self.stdout.write(f"{corpus.slug}: {len(corpus.words)} words, {counts}.")
        for broken in corpus.broken_files:
            self.stdout.write(f"left out: {broken['path']} {broken['reason']}")
