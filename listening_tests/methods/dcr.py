from django.utils.translation import gettext_lazy as _

from listening_tests.method import Method, Player
from listening_tests.questions import RateOne
from listening_tests.roles import Role

DCR = Method(
    slug="dcr",
    title="Degradation mean opinion score (DCR)",
    citation="ITU-T P.800, Annex D",
    instructions=_("Play the reference, then the sample, both to their ends. Rate how the sample falls short of it."),
    player=Player.SEQUENCE,
    question=RateOne(
        _("How is the sample, compared with the reference?"),
        (
            (5, _("Degradation is inaudible")),
            (4, _("Degradation is audible but not annoying")),
            (3, _("Degradation is slightly annoying")),
            (2, _("Degradation is annoying")),
            (1, _("Degradation is very annoying")),
        ),
        is_against_reference=True,
    ),
    roles_per_trial={Role.REFERENCE: (1, 1), Role.SAMPLE: (1, 1)},
    statistics=("degradation_score", "standard_deviation_of_scores", "listener_bias"),
    names=(_("Reference"), _("Sample")),
)
