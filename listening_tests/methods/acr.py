from django.utils.translation import gettext_lazy as _

from listening_tests.method import Method, Player
from listening_tests.questions import RateOne
from listening_tests.roles import Role

ACR = Method(
    slug="acr",
    title="Mean opinion score (ACR)",
    citation="ITU-T P.800, Annex B",
    instructions=_("Play the sound to its end, then rate its quality."),
    player=Player.SINGLE,
    question=RateOne(
        _("How good is the quality of the speech you heard?"),
        ((5, _("Excellent")), (4, _("Good")), (3, _("Fair")), (2, _("Poor")), (1, _("Bad"))),
    ),
    roles_per_trial={Role.SAMPLE: (1, 1)},
    statistics=(
        "mean_opinion_score",
        "mixed_model",
        "pairwise_differences",
        "reliability",
        "standard_deviation_of_scores",
        "listener_bias",
    ),
    on_request=("ordinal_model",),
)
