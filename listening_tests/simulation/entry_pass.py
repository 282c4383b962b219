"""How a simulated listener says that it is one, on the same pages that people use.

The pass is signed with the server's secret: nobody outside can pass for simulated, and so evade a study's count.
"""

from django.core import signing
from django.core.exceptions import SuspiciousOperation

from listening_tests.models import Study

SALT = "listening_tests.simulation.entry_pass"


class SimulationPassIsForged(SuspiciousOperation):
    """Somebody claims to be simulated without the server's leave."""


def simulation_pass(study: Study) -> str:
    """Return what a simulated listener sends with its consent, as `simulation_pass`."""
    return signing.Signer(salt=SALT).sign(study.slug)


def is_simulation_pass(given: str, study: Study) -> bool:
    """Return whether a pass was given. Raises SimulationPassIsForged if it is not this study's."""
    if not given:
        return False
    if given != simulation_pass(study):
        raise SimulationPassIsForged(f"The simulation pass for {study.slug!r} is wrong: leave the field out.")
    return True
