"""A trial that says aloud which answer to choose: whoever answers otherwise does not listen."""

from django.utils.translation import gettext, override

from listening_tests.sounds.speech import Speech, SpeechFailed, speak

FALLBACK = "en"


def spoken_instruction(answer: str, language: str) -> Speech:
    """Return the instruction to choose an answer, "2" or "down", as one waveform in the study's language.

    Where the synthesiser has no voice for it, in English. Raises SpeechFailed if that fails, too.
    """
    try:
        return speak([_instruction(answer, language)], language=language)
    except SpeechFailed:
        return speak([_instruction(answer, FALLBACK)], language=FALLBACK)


def _instruction(answer: str, language: str) -> str:
    with override(language):
        return gettext("This is a check of attention. Please choose %(answer)s.") % {"answer": answer}
