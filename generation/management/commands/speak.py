"""Speak texts with espeak-ng. Its library is GPL-3.0: only this command and make_corpus import it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Speak texts with espeak-ng into WAV files named 0.wav, 1.wav, ... (synthetic speech, no network needed)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("texts", nargs="+", metavar="TEXT")
        parser.add_argument("--voice", default="en-us", help="As espeak-ng calls it: fi, ar, en-us+f2.")
        parser.add_argument("--speed", type=int, default=140, help="In words a minute.")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--folder", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        import soundfile

        from generation.engine.corpora.espeak import SynthesiserFailed, speak_texts

        folder = Path(options["folder"])
        try:
            rate, waveforms = speak_texts(
                options["texts"], options["voice"], speed=options["speed"], seed=options["seed"]
            )
            folder.mkdir(parents=True, exist_ok=True)
            for number, waveform in enumerate(waveforms):
                soundfile.write(folder / f"{number}.wav", waveform, rate, subtype="PCM_16")
        except (SynthesiserFailed, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Spoken: {len(waveforms)} texts in {folder}")
