from django.utils.translation import gettext_lazy as _

from listening_tests.method import Method, Player
from listening_tests.questions import VerifyWord
from listening_tests.roles import Role

WORD_VERIFICATION = Method(
    slug="word_verification",
    title="Word verification (was it this word?)",
    citation="yes/no word verification; Macmillan and Creelman, Detection Theory",
    instructions=_("Play the sound to its end, then say whether it was the word that is shown."),
    player=Player.SINGLE,
    question=VerifyWord(_("Did you hear the word “%(word)s”?"), _("Yes"), _("No")),
    roles_per_trial={Role.SAMPLE: (1, 1)},
    statistics=("word_verification",),
    probes_words=True,
)
