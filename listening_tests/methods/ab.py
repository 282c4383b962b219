from django.utils.translation import gettext_lazy as _

from listening_tests.method import Arrangement, Method, Player
from listening_tests.questions import Prefer
from listening_tests.roles import Role

AB = Method(
    slug="ab",
    title="Preference (A/B)",
    citation="paired comparison; compare ITU-T P.800, Annex E, and Bradley and Terry 1952",
    instructions=_("Play both sounds to their ends, then choose the one that sounds better."),
    player=Player.SEQUENCE,
    question=Prefer(_("Which one sounds better?"), _("No preference")),
    roles_per_trial={Role.SAMPLE: (2, 2)},
    statistics=("preference",),
    arrangement=Arrangement.SHUFFLED,
)
