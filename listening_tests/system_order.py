"""In which order a session hears its systems: by a Williams design. Pure: no database, no clock, no dice.

Williams, E. J. (1949). Experimental designs balanced for the estimation of residual effects of treatments. Australian
Journal of Scientific Research A, 2, 149-168.
"""

from collections import Counter
from collections.abc import Mapping


def williams_row(first: int, n: int, *, mirrored: bool = False) -> list[int]:
    """Return the row that starts with `first` of a Latin square of the numbers below n.

    The rows of one square follow each number by each other number once, if n is even. If it is odd, those of a square
    and of the mirrored one together do so twice.
    """
    zigzag = [(step + 1) // 2 if step % 2 else -(step // 2) for step in range(n)]
    return [(first + (-offset if mirrored else offset)) % n for offset in zigzag]


def system_order(counts: Mapping[str, int], *, turn: int) -> list[str]:
    """Return each system as often as `counts` says, in the order for the session of this turn.

    The sequence is made of rows of Williams' squares, one after the other, with each system once as long as it has
    trials left. Where every system has equally many, first-order carry-over is balanced: from n sessions on within the
    rows (2 n for an odd number n of systems), and after n - 1 times as many between them too, for a row begins with
    each of the other systems in turn. Else it is a Latin square with gaps: of every n turns each begins with another.
    """
    systems = sorted(system for system, count in counts.items() if count)
    n = len(systems)
    left = Counter(dict(counts))
    order: list[str] = []
    first = turn % n if n else 0
    mirrored = n % 2 == 1 and (turn // n) % 2 == 1
    # How far the start of a row lies from the end of the row before; never 0, so that no system follows itself.
    rounds = turn // (2 * n if n % 2 else n) if n else 0
    while left.total():
        row = williams_row(first, n, mirrored=mirrored)
        here = [systems[number] for number in row if left[systems[number]]]
        left.subtract(here)
        order += here
        first = (row[-1] + 1 + rounds % (n - 1)) % n if n > 1 else 0
    return order
