from django.utils.translation import gettext_lazy as _

from listening_tests.method import Arrangement, Method, Player
from listening_tests.questions import RateEach
from listening_tests.roles import Role

MUSHRA = Method(
    slug="mushra",
    title="MUSHRA",
    citation="ITU-R BS.1534-3",
    instructions=_(
        "Compare the sounds with the reference, switching between them as often as you like. One of them is the "
        "reference itself: give it 100. Rate all the others."
    ),
    player=Player.SWITCHING,
    question=RateEach(
        _("How good is each sound, compared with the reference?"),
        (_("Excellent"), _("Good"), _("Fair"), _("Poor"), _("Bad")),
    ),
    roles_per_trial={
        Role.REFERENCE: (1, 1),
        Role.HIDDEN_REFERENCE: (1, 1),
        Role.ANCHOR: (0, 2),
        Role.SAMPLE: (1, 12),
    },
    statistics=("mushra_score",),
    arrangement=Arrangement.SHUFFLED,
)
