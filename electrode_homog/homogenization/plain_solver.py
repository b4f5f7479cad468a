"""The cell problem solved plainly, for all boundaries: assembled matrices, multigrid, conjugate gradients.

The twin that the compiled solver is tested against. It builds its own networks and finds the parts that carry current
by itself; the estimate of the error and its constants are those of `conjugate_gradients`, which both use.
Nothing is checked here: `effective_tensor` checks what a user gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from electrode_homog.errors import NotConvergedError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.conjugate_gradients import Minimum, dissipation, least_energy
from electrode_homog.homogenization.multigrid import Multigrid
from electrode_homog.homogenization.network import (
    Network,
    PhaseMap,
    insulated_network,
    linear_network,
    periodic_network,
    sealed_network,
)
from electrode_homog.microstructure import Microstructure


def plain_tensor(
    electrode: Microstructure,
    conductivity: Mapping[str, float | ArrayLike],
    *,
    boundary: Boundary,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> np.ndarray:
    """Effective conductivity (3, 3) in the unit of `conductivity`: phase -> scalar or diagonal (3, 3).

    Phases that are not named insulate. Diagonal entries are known to the relative error `tolerance` (for
    uniform flux: those of the resistivity), or NotConvergedError is raised. Rows and columns of axes along
    which no current flows are exactly 0.
    """
    largest = float(max(np.max(k) for k in conductivity.values()))
    phases = _phase_map(electrode, conductivity, largest)
    conducting = phases.conductivity[phases.phase, 0] > 0
    settings = _Settings(tolerance, max_iterations)
    match boundary:
        case Boundary.INSULATED_SIDES:
            matrix = _insulated_tensor(phases, conducting, settings)
        case Boundary.PERIODIC:
            carrying, axes = _wrapping(conducting)
            matrix = _gradient_tensor(periodic_network(phases, carrying), axes, settings) / conducting.size
        case Boundary.LINEAR_POTENTIAL:
            carrying, axes = _touching(conducting)
            matrix = _gradient_tensor(linear_network(phases, carrying), axes, settings) / conducting.size
        case Boundary.UNIFORM_FLUX:
            matrix = _flux_tensor(phases, conducting, settings)
        case _:
            assert_never(boundary)
    return largest * matrix


@dataclass(frozen=True)
class _Settings:
    tolerance: float
    max_iterations: int

    def checked(self, minimum: Minimum) -> Minimum:
        if minimum.relative_error <= self.tolerance:
            return minimum
        raise NotConvergedError(
            f"the plain solver reached {minimum.relative_error:.2g} in {minimum.iterations} iterations, not the "
            f"tolerance {self.tolerance:g}",
            best=minimum.energy,
            iterations=minimum.iterations,
        )

    def least_energy(self, network: Network, axis: int, inverse: Multigrid) -> Minimum:
        options = {"tolerance": self.tolerance, "max_iterations": self.max_iterations}
        return self.checked(least_energy(network, axis, inverse, **options))

    def potential(self, network: Network, currents: np.ndarray, inverse: Multigrid) -> np.ndarray:
        """u (n,) with K u = `currents`; 0 where there are none, as between layers one voxel thick."""
        if not currents.any():
            return np.zeros_like(currents)
        options = {"tolerance": self.tolerance, "max_iterations": self.max_iterations}
        return self.checked(dissipation(network.matrix, currents, inverse, **options)).solution


def _phase_map(electrode: Microstructure, conductivity: Mapping[str, float | ArrayLike], largest: float) -> PhaseMap:
    """Conductivities over the `largest`, voxel sizes over the smallest; row 0 is what insulates."""
    phase = np.zeros(electrode.image.shape, dtype=np.int32)
    rows = [np.zeros(3)]
    for name, k in conductivity.items():
        phase[electrode.mask(name)] = len(rows)
        rows.append((np.diag(k) if np.ndim(k) == 2 else np.full(3, k)) / largest)
    spacing = np.array(electrode.image.voxel_size_m)
    return PhaseMap(phase, np.array(rows), spacing / spacing.min())


def _insulated_tensor(phases: PhaseMap, conducting: np.ndarray, settings: _Settings) -> np.ndarray:
    matrix = np.zeros((3, 3))
    part = _parts(conducting)
    for axis in range(3):
        spanning = np.intersect1d(np.take(part, 0, axis), np.take(part, -1, axis))
        carrying = np.isin(part, spanning[spanning > 0])
        if carrying.any():
            network = insulated_network(phases, axis, carrying)
            inverse = Multigrid(network.matrix, network.places, singular=False)
            matrix[axis, axis] = settings.least_energy(network, axis, inverse).energy / conducting.size
    return matrix


def _gradient_tensor(network: Network, axes: list[int], settings: _Settings) -> np.ndarray:
    """Mixed energies, summed over the voxels, of the solutions at unit mean gradients along `axes`."""
    matrix = np.zeros((3, 3))
    if not axes:
        return matrix
    inverse = Multigrid(network.matrix, network.places, singular=not network.ends)
    chi = {axis: settings.least_energy(network, axis, inverse).solution for axis in axes}
    for i in axes:
        for j in axes:
            if j >= i:
                matrix[i, j] = matrix[j, i] = network.energy(chi[i], i, chi[j], j)
    return matrix


def _flux_tensor(phases: PhaseMap, conducting: np.ndarray, settings: _Settings) -> np.ndarray:
    """Inverse of the resistivity R on the axes along which a uniform flux can pass.

    f_i.u_j of approximate solutions has an error of first order in their residuals; with u_i.(f_j - K u_j)
    added it is of second order, and symmetric.
    """
    matrix = np.zeros((3, 3))
    carrying, axes = _admitting(conducting)
    if not axes:
        return matrix
    sealed = sealed_network(phases, carrying)
    network = sealed.network
    inverse = Multigrid(network.matrix, network.places, singular=True)
    f = [sealed.injection(axis) for axis in axes]
    u = [settings.potential(network, currents, inverse) for currents in f]
    resistivity = np.diag([sealed.half_voxel_loss(axis) for axis in axes])
    for i in range(len(axes)):
        for j in range(len(axes)):
            resistivity[i, j] += f[i] @ u[j] + u[i] @ (f[j] - network.matrix @ u[j])
    inverted = np.linalg.inv(resistivity / conducting.size)
    matrix[np.ix_(axes, axes)] = (inverted + inverted.T) / 2
    return matrix


def _parts(conducting: np.ndarray) -> np.ndarray:
    """Number of the face-connected part of each voxel, 0 where it insulates."""
    return np.asarray(ndimage.label(conducting)[0])  # type: ignore[index]


def _wrapping(conducting: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Voxels whose part closes on its own periodic image, and the axes along which some part does.

    Every part of the single cell is followed through the outer faces, counting the cells that it moves. Coming
    back to a part in another cell than before closes a wrap.
    """
    part = _parts(conducting)
    steps: dict[int, set[tuple[int, int, int]]] = {}  # part -> (neighbour, axis, direction) over the outer faces
    for axis in range(3):
        pairs = np.stack([np.take(part, -1, axis).ravel(), np.take(part, 0, axis).ravel()], axis=1)
        for a, b in np.unique(pairs[(pairs > 0).all(axis=1)], axis=0).tolist():
            steps.setdefault(a, set()).add((b, axis, 1))
            steps.setdefault(b, set()).add((a, axis, -1))
    cell: dict[int, np.ndarray] = {}
    wrapping: list[int] = []
    axes: set[int] = set()
    for start in steps:
        if start in cell:
            continue
        cell[start] = np.zeros(3, dtype=int)
        together, movements = [start], set()
        for a in together:  # grows as it goes
            for b, axis, direction in steps[a]:
                there = cell[a] + direction * np.eye(3, dtype=int)[axis]
                if b not in cell:
                    cell[b] = there
                    together.append(b)
                movements |= set(np.flatnonzero(there - cell[b]).tolist())
        if movements:
            wrapping += together
            axes |= movements
    return np.isin(part, wrapping), sorted(axes)


def _touching(conducting: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Voxels whose part touches an outer face, and the axes along which a linear potential drives a current.

    A part carries none along an axis along which all its contacts, the centres of its outer voxel faces, lie at
    one coordinate: they are at one potential.
    """
    part = _parts(conducting)
    contacts: dict[int, list[np.ndarray]] = {}  # part -> contacts (m, 3), in half voxels
    for axis in range(3):
        for layer, side in ((0, 0), (conducting.shape[axis] - 1, 2 * conducting.shape[axis])):
            face = np.argwhere(np.take(part, layer, axis))
            numbers = np.take(part, layer, axis)[tuple(face.T)]
            places = np.insert(2 * face + 1, axis, side, axis=1)
            for number in np.unique(numbers).tolist():
                contacts.setdefault(number, []).append(places[numbers == number])
    extents = [np.ptp(np.concatenate(places), axis=0) for places in contacts.values()]
    return np.isin(part, list(contacts)), _where([any(extent[axis] > 0 for extent in extents) for axis in range(3)])


def _admitting(conducting: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The one part that takes up a uniform flux, and the axes along which it does.

    A flux along an axis enters where both faces normal to it conduct everywhere, and is balanced if one part
    holds both. Faces normal to different axes share an edge, so that two such axes are in one part; its outer
    voxel faces then balance for each axis alone. The uniform fluxes that pass are therefore all those along
    these axes, never an inclined one only.
    """
    part = _parts(conducting)
    near, far = ([np.take(part, layer, axis) for axis in range(3)] for layer in (0, -1))
    axes = _where([a.all() and b.all() and a.flat[0] == b.flat[0] for a, b in zip(near, far, strict=True)])
    taking = [int(near[axis].flat[0]) for axis in axes]
    return np.isin(part, taking), axes


def _where(flags: list[bool]) -> list[int]:
    return [axis for axis, flag in enumerate(flags) if flag]
