"""Finite volumes of an electrode with faces on the boundaries of its layers. Imported late: this loads PyBaMM."""

from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.layer_profiles import Side
from electrode_homog.parameters import Layers

pybamm = import_pybamm()

FEWEST = 2
"""Points in a layer, however thin."""


class LayeredMesh(pybamm.SubMesh1D):
    """Even within each layer; the layers are those of `layer_mesh_values`.

    The points that are asked for are spread over the layers by `layer_points`. Raises InputError where they are too
    few.
    """

    def __init__(self, lims: Any, npts: dict[str, int], boundaries: np.ndarray, weights: np.ndarray):
        spatial_variable, ends, _ = self.read_lims(lims)
        points = layer_points(weights, npts[spatial_variable.name])
        layers = zip(boundaries[:-1], boundaries[1:], points, strict=True)
        shares = np.concatenate([np.linspace(low, high, n, endpoint=False) for low, high, n in layers])
        edges = np.append(ends["min"] + (ends["max"] - ends["min"]) * shares, ends["max"])
        super().__init__(edges, spatial_variable.coord_sys)


def layer_mesh_values(layers: Layers, side: Side) -> dict[str, np.ndarray]:
    """Boundaries (n + 1,) from 0 to 1 and weights (n,), both in the direction of PyBaMM's x.

    A layer weighs its thickness over the cube root of B: where less conducts, the concentration bends more, and an
    error of second order is spread evenly where the cells shrink with the cube root of that.
    """
    weights = np.diff(layers.boundaries) / np.cbrt(layers.electrolyte_efficiency)
    if side == "negative":
        return {"boundaries": layers.boundaries, "weights": weights}
    return {"boundaries": (1 - layers.boundaries)[::-1], "weights": weights[::-1]}


def layer_points(weights: np.ndarray, points: int) -> np.ndarray:
    """(n,) whole numbers of at least FEWEST that add up to `points`, in proportion to the weights otherwise.

    Each further point goes where the weight per point is largest. Raises InputError for less than FEWEST per layer.
    """
    needed = FEWEST * weights.size
    if points < needed:
        raise InputError(
            f"{points} points across an electrode of {weights.size} layers; it needs {needed}, {FEWEST} in each: give "
            f"{needed} points or more, or coarsen the layers by Layers.resampled"
        )
    given = np.full(weights.size, FEWEST)
    for _ in range(points - needed):
        given[np.argmax(weights / given)] += 1
    return given
