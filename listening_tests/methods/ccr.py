from django.utils.translation import gettext_lazy as _

from listening_tests.method import Arrangement, Method, Player
from listening_tests.questions import Compare
from listening_tests.roles import Role

CCR = Method(
    slug="ccr",
    title="Comparison mean opinion score (CCR, CMOS)",
    citation="ITU-T P.800, Annex E",
    instructions=_("Play the first sound, then the second one, both to their ends. Compare the second with the first."),
    player=Player.SEQUENCE,
    question=Compare(
        _("How good is the second sound, compared with the first?"),
        (
            (3, _("Much better")),
            (2, _("Better")),
            (1, _("Slightly better")),
            (0, _("About the same")),
            (-1, _("Slightly worse")),
            (-2, _("Worse")),
            (-3, _("Much worse")),
        ),
    ),
    roles_per_trial={Role.HIDDEN_REFERENCE: (1, 1), Role.SAMPLE: (1, 1)},
    statistics=("comparison_score",),
    arrangement=Arrangement.SHUFFLED,
    names=(_("First"), _("Second")),
)
