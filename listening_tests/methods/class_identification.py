from django.utils.translation import gettext_lazy as _

from listening_tests.method import Method, Player
from listening_tests.questions import ChooseWord
from listening_tests.roles import Role

CLASS_IDENTIFICATION = Method(
    slug="class_identification",
    title="Class identification (which word?)",
    citation="closed-set word identification; compare ANSI/ASA S3.2",
    instructions=_("Play the sound to its end, then choose the word you heard."),
    player=Player.SINGLE,
    question=ChooseWord(_("Which word did you hear?"), _("None of these")),
    roles_per_trial={Role.SAMPLE: (1, 1)},
    statistics=(
        "word_identification",
        "identification_information",
        "classifier_human_agreement",
        "error_consistency",
        "vocoder_and_network",
    ),
    on_request=("identification_model",),
)
