"""Fetch a corpus over the network."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Fetch a corpus: speech-commands (105,829 recordings of 35 words, 2.3 GB; Warden 2018)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", choices=["speech-commands"])
        parser.add_argument("--folder", type=Path, help="In HEARSAY_CORPORA, named after the corpus, unless given.")

    def handle(self, *args: Any, corpus: str, folder: Path | None, **options: Any) -> None:
        from generation.engine.corpora.cards import FolderHoldsOtherContent
        from generation.engine.corpora.speech_commands import CorpusCannotBeFetched, fetch_speech_commands
        from generation.engine.whole_files import CannotBeWritten

        target = Path(folder or settings.CORPORA_DIR / corpus).resolve()
        try:
            is_new = fetch_speech_commands(target)
        except (FolderHoldsOtherContent, CorpusCannotBeFetched, CannotBeWritten) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{'Fetched' if is_new else 'Already there'}: {target}")
