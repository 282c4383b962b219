"""What can be expected of simulated listeners, worked out by hand."""

from statistics import NormalDist


def expected_score(quality, deviation, scale=(1, 5)):
    """Return the mean of a normal opinion after rounding to a scale of whole points and cutting at its ends."""
    opinion = NormalDist(quality, deviation)
    low, high = scale
    # The mean of a whole number is its least value plus the chance of passing each step above.
    return low + sum(1 - opinion.cdf(step - 0.5) for step in range(low + 1, high + 1))
