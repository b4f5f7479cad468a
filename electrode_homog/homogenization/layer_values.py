"""Effective values of layers in series: how the resistance of the whole image is shared among slabs normal to x.

The same current passes every plane, so that what a slab dissipates over the square of the current is its resistance:
q . grad u summed over a slab is the current times the drop of the flux-weighted mean potential across it. Dissipation
adds up, and with it the resistances: the harmonic mean over the slabs *is* the value of the whole. A slab that is
solved by itself conducts better (Thomson's principle: on its faces the potential is forced to be uniform, and what
ends there counts as connected), so that such values do not add up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.corrector import Corrector, corrector
from electrode_homog.homogenization.voxel_solver import Watch
from electrode_homog.microstructure import Microstructure

SERIES = (Boundary.INSULATED_SIDES, Boundary.PERIODIC)
"""The conditions under which the same current passes every plane normal to x."""


@dataclass(frozen=True, eq=False)
class LayerValues:
    """Effective conductivity along x of slabs, (n,), from the low face on, in the unit of the input.

    `voxels` (n,) are their thicknesses. `whole` is the harmonic mean, the value of the image. `relative_error` is that
    of the whole; values of single slabs are of first order in the field, and known to about its square root.
    """

    values: np.ndarray
    voxels: tuple[int, ...]
    whole: float
    relative_error: float
    boundary: Boundary

    def __post_init__(self):
        values = np.array(self.values, dtype=float)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)


def layer_values(
    electrode: Microstructure,
    conductivity: Mapping[str, float],
    edges: Sequence[int],
    *,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-5,
    watch: Watch | None = None,
) -> LayerValues:
    """Solve once along x and share the resistance among the slabs between `edges`, voxels from 0 to nx.

    `boundary` is INSULATED_SIDES or PERIODIC. Takes 8 bytes per voxel beyond what `effective_conductivity` takes, and
    raises what it raises; InputError for other boundary conditions and for edges that do not rise from 0 to nx.
    """
    checked_edges(electrode, edges)
    if boundary not in SERIES:
        names = " or ".join(found.value for found in SERIES)
        raise InputError(f"boundary = {boundary}: current leaves through the sides; layers in series need {names}")
    field = corrector(electrode, conductivity, axis=0, boundary=boundary, tolerance=tolerance, watch=watch)
    planes = plane_dissipation(electrode, conductivity, field)
    shares = np.add.reduceat(planes, np.array(edges[:-1]))
    voxels = np.diff(edges)
    whole = float(planes.mean())
    values = whole * (voxels / voxels.sum()) / (shares / shares.sum())
    return LayerValues(values, tuple(int(n) for n in voxels), whole, field.relative_error, boundary)


def checked_edges(electrode: Microstructure, edges: Sequence[int]) -> None:
    """Raise InputError unless `edges` rise from 0 to the voxels along x."""
    nx = electrode.image.shape[0]
    rising = len(edges) > 1 and all(int(a) < int(b) for a, b in pairwise(edges))
    if not rising or edges[0] != 0 or edges[-1] != nx:
        raise InputError(f"edges = {list(edges)!r:.80} must be whole numbers rising from 0 to the {nx} voxels along x")


def plane_dissipation(electrode: Microstructure, conductivity: Mapping[str, ArrayLike], field: Corrector) -> np.ndarray:
    """(nx,): mean of q . grad u in each plane of voxels at a unit mean gradient along x; its mean is the whole's value.

    The energy of a face between two voxels is shared as their halves resist, the scheme being that of harmonic means.
    """
    dx, dy, dz = electrode.image.voxel_size_m
    nx, ny, nz = electrode.image.shape
    periodic = field.boundary is Boundary.PERIODIC
    energies = np.zeros(nx)
    before: tuple[np.ndarray, np.ndarray] | None = None
    first: tuple[np.ndarray, np.ndarray] | None = None
    for i, (k, u) in enumerate(_planes(electrode, conductivity, field)):
        energies[i] += _in_plane(k, u, 0, dy, periodic) + _in_plane(k, u, 1, dz, periodic)
        if before is None:
            first = (k, u)
            if not periodic:
                energies[0] += _squares(2 * k, u, dx)
        else:
            _share(energies, i - 1, i, before, (k, u), dx)
        before = (k, u)
    assert before is not None
    assert first is not None
    if periodic:
        _share(energies, nx - 1, 0, before, (first[0], first[1] + nx * dx), dx)
    else:
        energies[nx - 1] += _squares(2 * before[0], nx * dx - before[1], dx)
    return energies / (ny * nz)


def _planes(
    electrode: Microstructure, conductivity: Mapping[str, ArrayLike], field: Corrector
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Conductivity and potential of each plane, both 0 where no current flows."""
    given = {name: float(np.ravel(k)[0]) for name, k in conductivity.items()}
    table = np.array([given.get(name, 0.0) for name in electrode.phases])
    dx = electrode.image.voxel_size_m[0]
    for i, values in enumerate(field.values):
        carrying = np.isfinite(values)
        k = np.where(carrying, table[electrode.phases_of_planes(i, i + 1)[0]], 0.0)
        yield k, np.where(carrying, values + (i + 0.5) * dx, 0.0)


def _in_plane(k: np.ndarray, u: np.ndarray, axis: int, edge: float, periodic: bool) -> float:
    k, u = np.moveaxis(k, axis, 0), np.moveaxis(u, axis, 0)
    total = _squares(_harmonic(k[1:], k[:-1]), u[1:] - u[:-1], edge)
    return total + (_squares(_harmonic(k[0], k[-1]), u[0] - u[-1], edge) if periodic else 0.0)


def _share(energies: np.ndarray, low: int, high: int, of_low: tuple, of_high: tuple, edge: float) -> None:
    """Add the energy of the faces between two planes, each its part."""
    (k, u), (k_next, u_next) = of_low, of_high
    between = _harmonic(k, k_next) * ((u_next - u) / edge) ** 2
    total = np.where(between > 0, k + k_next, 1.0)
    energies[low] += float(np.sum(between * k_next / total))
    energies[high] += float(np.sum(between * k / total))


def _squares(k: np.ndarray, difference: np.ndarray, edge: float) -> float:
    return float(np.sum(k * (difference / edge) ** 2))


def _harmonic(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    total = a + b
    return np.divide(2 * a * b, total, out=np.zeros_like(total), where=total > 0)
