"""Shares of sizes as densities on a logarithmic axis, per factor e of the size; each encloses the area 1."""

import numpy as np

_LEAST_CLASS = 0.2  # in ln of the size: classes of local thickness are narrower, and noisy
_SILVERMAN = 0.9  # times spread times n**(-1/5): the width of a kernel (Silverman 1986, eq. 3.31)
_LEAST_KERNEL = 0.1
_LONE_CLASS = 0.1  # half the width in ln of a class without neighbours


def stepped(sizes: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges (k + 1,) and densities (k,) of rising sizes that stand for classes; narrow neighbours are merged."""
    ln = np.log(sizes)
    if ln.size == 1:
        edges = np.array([ln[0] - _LONE_CLASS, ln[0] + _LONE_CLASS])
    else:
        middles = (ln[1:] + ln[:-1]) / 2
        edges = np.concatenate([[2 * ln[0] - middles[0]], middles, [2 * ln[-1] - middles[-1]]])
    return merged(edges, shares)


def merged(edges: np.ndarray, shares: np.ndarray, least: float = _LEAST_CLASS) -> tuple[np.ndarray, np.ndarray]:
    """Classes between `edges`, in ln of the size, merged until each is `least` wide; edges of sizes, and densities."""
    kept = [0]
    for place in range(1, edges.size):
        if edges[place] - edges[kept[-1]] >= least:
            kept.append(place)
    if kept[-1] != edges.size - 1:  # what is left over joins the last class
        kept = [*kept[: max(1, len(kept) - 1)], edges.size - 1]
    total = np.append(0.0, np.cumsum(shares))
    return np.exp(edges[kept]), np.diff(total[kept]) / np.diff(edges[kept])


def smooth(sizes: np.ndarray, shares: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Density at `at`, even steps in ln that enclose the sizes, from Gaussian kernels around the sizes.

    Their width goes with the spread and with the effective number 1 / sum(shares**2).
    """
    ln, grid = np.log(sizes), np.log(at)
    spread = float(np.sqrt(shares @ (ln - shares @ ln) ** 2))
    width = max(_LEAST_KERNEL, _SILVERMAN * spread * float(shares @ shares) ** 0.2)
    step = grid[1] - grid[0]
    place = np.clip((ln - grid[0]) / step, 0, grid.size - 1)
    low = np.minimum(place.astype(int), grid.size - 2)
    weights = np.bincount(low, shares * (low + 1 - place), grid.size)  # each size shared between two points
    weights += np.bincount(low + 1, shares * (place - low), grid.size)
    kernel = np.exp(-0.5 * ((grid[:, None] - grid) / width) ** 2)
    return kernel @ weights / (width * np.sqrt(2 * np.pi))
