import numpy as np

from analysis.engine.packed_table import WHOLE_IN_SINGLE, PackedTable


def whole_table(n_listeners: int = 300, n_stimuli: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Return counts and sums [L, S] of scores from 1 to 9, some of no rating and some of two."""
    generator = np.random.default_rng(4)
    counts = generator.integers(0, 3, (n_listeners, n_stimuli))
    return counts.astype(np.float32), (counts * generator.integers(1, 10, counts.shape)).astype(np.float32)


def test_one_product_gives_the_same_sums_and_counts_as_two():
    counts, sums = whole_table()
    packed = PackedTable.of(sums, counts)
    weights = np.random.default_rng(5).multinomial(300, np.full(300, 1 / 300), 50).astype(np.float32)

    products = packed.products(weights)

    assert packed.holds(weights)
    np.testing.assert_array_equal(products[0], weights.astype(float) @ sums)
    np.testing.assert_array_equal(products[1], weights.astype(float) @ counts)


def test_the_longest_weights_along_any_column_stay_exact_and_longer_ones_are_refused():
    counts, sums = whole_table()
    packed = PackedTable.of(sums, counts)
    rests = sums - packed.centre * counts
    columns = np.hstack([counts, rests, -rests, counts + rests]).T
    lengths = np.linalg.norm(columns, axis=1, keepdims=True)
    longest = np.trunc(columns / lengths * packed.longest).astype(np.float32)

    products = packed.products(longest)

    assert packed.holds(longest)
    assert not packed.holds(2 * longest)
    np.testing.assert_array_equal(products[0], longest.astype(float) @ sums)
    np.testing.assert_array_equal(products[1], longest.astype(float) @ counts)
    assert np.abs(longest.astype(float) @ packed.packed).max() > WHOLE_IN_SINGLE / 10


def test_scores_that_are_all_equal_are_packed_too():
    counts = np.ones((4, 3), dtype=np.float32)

    sums, ones = PackedTable.of(3 * counts, counts).products(np.full((1, 4), 2, dtype=np.float32))

    assert (sums.tolist(), ones.tolist()) == ([[24.0] * 3], [[8.0] * 3])
