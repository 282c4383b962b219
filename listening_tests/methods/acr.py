from listening_tests.method import Method, Player
from listening_tests.questions import RateOne
from listening_tests.roles import Role

ACR = Method(
    slug="acr",
    title="Mean opinion score (ACR)",
    citation="ITU-T P.800, Annex B",
    instructions="Play the sound to its end, then rate its quality.",
    player=Player.SINGLE,
    question=RateOne(
        "How good is the quality of the speech you heard?",
        ((5, "Excellent"), (4, "Good"), (3, "Fair"), (2, "Poor"), (1, "Bad")),
    ),
    roles_per_trial={Role.SAMPLE: (1, 1)},
    statistics=("mean_opinion_score",),
)
