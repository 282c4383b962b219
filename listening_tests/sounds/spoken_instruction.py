"""A trial that says aloud which answer to choose: whoever answers otherwise does not listen.

It is said in as few words as can be, since all sounds of a block are made as long as its longest: so a block of
one-second words grows by some tenths of a second.
"""

from collections.abc import Sequence

from django.utils.translation import gettext, override

from listening_tests.sounds.speech import Speech, SpeechFailed, speak

FALLBACK = "en"


def spoken_instructions(answers: Sequence[str], language: str) -> Speech:
    """Return the instructions to choose answers, "2" or "down", a waveform for each, in the study's language.

    Where the synthesiser has no voice for it, in English. Raises SpeechFailed if that fails, too.
    """
    try:
        return speak([_instruction(answer, language) for answer in answers], language=language)
    except SpeechFailed:
        return speak([_instruction(answer, FALLBACK) for answer in answers], language=FALLBACK)


def _instruction(answer: str, language: str) -> str:
    with override(language):
        return gettext("Please choose %(answer)s.") % {"answer": answer}
