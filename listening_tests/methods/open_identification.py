from django.utils.translation import gettext_lazy as _

from listening_tests.method import Method, Player
from listening_tests.questions import TypeWord
from listening_tests.roles import Role

OPEN_IDENTIFICATION = Method(
    slug="open_identification",
    title="Open identification (type the word)",
    citation="open-set word recognition; compare Borrie et al. 2019 (Autoscore)",
    instructions=_("Play the sound to its end, then type the word you heard. If you heard none, type a question mark."),
    player=Player.SINGLE,
    question=TypeWord(_("Which word did you hear?")),
    roles_per_trial={Role.SAMPLE: (1, 1)},
    statistics=("typed_identification",),
)
