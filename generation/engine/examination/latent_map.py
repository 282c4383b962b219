"""Codes laid out in a plane, near ones near one another (Figure 4 of Soomro et al. 2019)."""

import numpy
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

# Neighbours that each point counts with, where there are enough points.
PERPLEXITY = 30
DIMENSIONS = 50
LEAST = 4


class TooFewCodes(ValueError):
    """There are too few codes to be laid out."""


def latent_map(codes: NDArray[numpy.float32], seed: int) -> NDArray[numpy.float64]:
    """Lay codes [R, D] out by t-SNE (van der Maaten & Hinton 2008) as points [R, 2], each axis from 0 to 1.

    Long codes are brought to 50 dimensions by principal components first. The same codes and seed give the same map.
    Raises TooFewCodes.
    """
    if len(codes) < LEAST:
        raise TooFewCodes(f"A map needs {LEAST} codes at least, and there are {len(codes)}: ask for more of each word.")
    dimensions = min(DIMENSIONS, *codes.shape)
    reduced = PCA(dimensions, svd_solver="full").fit_transform(codes.astype(numpy.float64))
    perplexity = min(PERPLEXITY, (len(codes) - 1) / 3)
    points = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(reduced)
    low, high = points.min(axis=0), points.max(axis=0)
    scaled: NDArray[numpy.float64] = (points - low) / numpy.maximum(high - low, 1e-9)
    return scaled.astype(numpy.float64)
