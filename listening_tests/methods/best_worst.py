from django.utils.translation import gettext_lazy as _

from listening_tests.method import Arrangement, Method, Player
from listening_tests.questions import BestAndWorst
from listening_tests.roles import Role

BEST_WORST = Method(
    slug="best_worst",
    title="Best–worst scaling",
    citation="Louviere, Flynn and Marley 2015, Best-Worst Scaling",
    instructions=_(
        "Play all sounds to their ends, then choose the one that sounds best and the one that sounds worst."
    ),
    player=Player.SEQUENCE,
    question=BestAndWorst(_("Which sounds best, and which worst?"), _("Best"), _("Worst")),
    roles_per_trial={Role.SAMPLE: (3, 4)},
    statistics=("best_worst_score",),
    arrangement=Arrangement.SHUFFLED,
)
