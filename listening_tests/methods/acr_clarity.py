from django.utils.translation import gettext_lazy as _

from listening_tests.method import Method, Player
from listening_tests.questions import RateOne
from listening_tests.roles import Role

ACR_CLARITY = Method(
    slug="acr_clarity",
    title="Clarity of the speech (ACR with the paper's labels)",
    citation="Soomro et al. 2019 (arXiv:1907.03164), who scored it from 4 to 0 and printed the word in the question",
    instructions=_("Play the sound to its end, then say how clear the speech is."),
    player=Player.SINGLE,
    question=RateOne(
        _("How clear and audible is the speech you heard?"),
        (
            (5, _("Excellent: completely clear speech")),
            (4, _("Good: mostly clear speech")),
            (3, _("Fair: equally clear and unclear speech")),
            (2, _("Poor: mostly unclear speech")),
            (1, _("Bad: completely unclear speech")),
        ),
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
