from django.utils.translation import gettext_lazy as _

from listening_tests.method import Arrangement, Method, Player
from listening_tests.questions import MatchX
from listening_tests.roles import Role

ABX = Method(
    slug="abx",
    title="Discrimination (ABX)",
    citation="Munson and Gardner 1950; Boley and Lester 2009 on its analysis",
    instructions=_("Play A, B and X to their ends. X is the same sound as A or as B: choose which."),
    player=Player.SEQUENCE,
    question=MatchX(_("Which one is the same as X?")),
    roles_per_trial={Role.SAMPLE: (2, 2)},
    statistics=("discrimination",),
    arrangement=Arrangement.SHUFFLED_THEN_X,
    names=("A", "B", "X"),
)
