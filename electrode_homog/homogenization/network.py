"""The finite-volume cell problem as a network of conductances between voxel centres.

Two neighbouring voxels exchange the flux g (drop of potential between their centres), with
g = 1 / (h/2k_i + h/2k_j) per face area: the harmonic mean, exact for layers along the axes. Written for the
potential's deviation chi from a unit mean gradient e_k, the energy per voxel volume

    E_k(chi) = sum over faces of g (chi_j - chi_i + h delta_k)**2 = S_k - 2 b_k.chi + chi.K chi

is least for the solution K chi = b_k, where it is the effective conductivity times the number of voxels.
Here g is divided by the voxel volume over h, so that g = k / h**2. `delta_k` is 1 on faces normal to axis k.
Only voxels that can carry a net current are unknowns; all else contributes exactly nothing.

Under a prescribed flux nothing is tied. With u the potential and f_k the currents into the voxels at unit mean
flux along k, f_i.u_j + (losses in the outer half voxels, if i = j) is the resistivity times the number of voxels.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """`phase` (nx, ny, nz) numbers the rows of `conductivity` (p, 3); `spacing` (3,) is the voxel size."""

    phase: np.ndarray
    conductivity: np.ndarray
    spacing: np.ndarray


@dataclass(frozen=True, eq=False)
class Faces:
    """Faces between voxels `here` and `there` (m,), neighbours along `axis`, with conductances `g` (m,).

    A unit mean gradient along `axis` adds `drop` to the difference of chi over each of them.
    """

    axis: int
    here: np.ndarray
    there: np.ndarray
    g: np.ndarray
    drop: float

    def drops(self, chi: np.ndarray, axis: int) -> np.ndarray:
        """Potential difference (m,) under a unit mean gradient along `axis`."""
        return chi[self.there] - chi[self.here] + (self.drop if axis == self.axis else 0.0)


@dataclass(frozen=True, eq=False)
class Contacts:
    """Half faces between voxels `nodes` (m,) and the outer face at their near side (sign +1) or far side (sign -1)
    along `axis`. Where the potential of the outer face is prescribed, chi = 0 at its centres."""

    axis: int
    nodes: np.ndarray
    g: np.ndarray
    drop: float
    sign: float

    def drops(self, chi: np.ndarray, axis: int) -> np.ndarray:
        """Potential difference (m,) under a unit mean gradient along `axis`."""
        return self.sign * chi[self.nodes] + (self.drop if axis == self.axis else 0.0)


@dataclass(frozen=True, eq=False)
class Network:
    """K (n, n) of all faces; `places` (n, 3) are the voxels of its rows."""

    matrix: sparse.csr_matrix
    faces: tuple[Faces, ...]
    ends: tuple[Contacts, ...]
    places: np.ndarray

    def load(self, axis: int) -> np.ndarray:
        """b (n,) of a unit mean gradient along `axis`."""
        n = len(self.places)
        b = np.zeros(n)
        for f in self.faces:
            if f.axis == axis:
                b += (np.bincount(f.here, f.g, n) - np.bincount(f.there, f.g, n)) * f.drop
        for end in self.ends:
            if end.axis == axis:
                b[end.nodes] -= end.sign * end.g * end.drop
        return b

    def energy(self, chi_i: np.ndarray, i: int, chi_j: np.ndarray, j: int) -> float:
        """Sum over faces of g times both drops: the number of voxels times entry (i, j) of the tensor.

        For one solution it is a sum of squares, so that nothing cancels however small it is.
        """
        return float(sum((f.g * f.drops(chi_i, i)) @ f.drops(chi_j, j) for f in (*self.faces, *self.ends)))


@dataclass(frozen=True, eq=False)
class SealedNetwork:
    """A network without ties, and the `openings` on its outer faces through which a flux is prescribed.

    Currents are divided by the voxel volume, as g is: a unit flux through a face normal to an axis is 1/h.
    """

    network: Network
    openings: tuple[Contacts, ...]

    def injection(self, axis: int) -> np.ndarray:
        """f (n,), the currents into the voxels at unit flux along `axis`; exactly 0 in all for layers one thick."""
        n = len(self.network.places)
        f = np.zeros(n)
        for opening in self.openings:
            if opening.axis == axis:
                f += opening.sign * np.bincount(opening.nodes, minlength=n) / (2 * opening.drop)
        return f

    def half_voxel_loss(self, axis: int) -> float:
        """Dissipation at unit flux along `axis` between the outer faces and the first centres."""
        return float(sum(np.sum(1 / (o.g * (2 * o.drop) ** 2)) for o in self.openings if o.axis == axis))


def insulated_network(phases: PhaseMap, axis: int, carrying: np.ndarray) -> Network:
    """Network between two equipotential faces normal to `axis`, half a voxel outside the first centres.

    `carrying` (nx, ny, nz) are the voxels that connect both faces.
    """
    return _boxed_network(phases, carrying, (axis,))


def linear_network(phases: PhaseMap, carrying: np.ndarray) -> Network:
    """Network inside six outer faces on which the potential is prescribed.

    `carrying` (nx, ny, nz) are the voxels whose part touches an outer face.
    """
    return _boxed_network(phases, carrying, (0, 1, 2))


def sealed_network(phases: PhaseMap, carrying: np.ndarray) -> SealedNetwork:
    """Network inside six outer faces through which the flux is prescribed; `carrying` (nx, ny, nz) takes it up."""
    index, phase = _numbered(carrying), phases.phase[carrying]
    openings = tuple(contacts for axis in range(3) for contacts in _contacts(phases, phase, index, axis))
    return SealedNetwork(_boxed_network(phases, carrying, ()), openings)


def periodic_network(phases: PhaseMap, carrying: np.ndarray) -> Network:
    """Network of the periodically continued image.

    `carrying` (nx, ny, nz) are the voxels whose part wraps onto its own image.
    """
    index, phase = _numbered(carrying), phases.phase[carrying]
    faces = tuple(_faces(phases, phase, index, a, wrap=True) for a in range(3))
    return Network(_matrix(faces, (), phase.size), faces, (), _places(carrying))


def _boxed_network(phases: PhaseMap, carrying: np.ndarray, tied: tuple[int, ...]) -> Network:
    """The image on its own; chi = 0 on the outer faces normal to the axes `tied`, no flux through the others."""
    index, phase = _numbered(carrying), phases.phase[carrying]
    faces = tuple(_faces(phases, phase, index, a, wrap=False) for a in range(3))
    ends = tuple(contacts for axis in tied for contacts in _contacts(phases, phase, index, axis))
    return Network(_matrix(faces, ends, phase.size), faces, ends, _places(carrying))


def _places(carrying: np.ndarray) -> np.ndarray:
    return np.argwhere(carrying).astype(np.int32)


def _numbered(carrying: np.ndarray) -> np.ndarray:
    """Number of the unknown at each voxel, -1 where there is none; int32 holds 2e9 of them."""
    index = np.full(carrying.shape, -1, dtype=np.int32)
    index[carrying] = np.arange(np.count_nonzero(carrying), dtype=np.int32)
    return index


def _faces(phases: PhaseMap, phase: np.ndarray, index: np.ndarray, axis: int, *, wrap: bool) -> Faces:
    """All pairs of unknowns that share a face normal to `axis`; across the border too if the image wraps."""
    here = index if wrap else np.delete(index, -1, axis)
    there = np.roll(index, -1, axis) if wrap else np.delete(index, 0, axis)
    both = (here >= 0) & (there >= 0)
    i, j = here[both], there[both]
    h = float(phases.spacing[axis])
    g = _harmonic_means(phases.conductivity[:, axis])[phase[i], phase[j]] / h**2
    return Faces(axis, i, j, g, h)


def _contacts(phases: PhaseMap, phase: np.ndarray, index: np.ndarray, axis: int) -> tuple[Contacts, Contacts]:
    """Half faces to the two outer faces normal to `axis`, the near one first."""
    h = float(phases.spacing[axis])
    layers = (np.take(index, 0, axis), 1.0), (np.take(index, -1, axis), -1.0)
    near, far = ((layer[layer >= 0], sign) for layer, sign in layers)
    k = phases.conductivity[:, axis]
    first, second = (Contacts(axis, nodes, 2 * k[phase[nodes]] / h**2, h / 2, sign) for nodes, sign in (near, far))
    return first, second


def _matrix(faces: tuple[Faces, ...], ends: tuple[Contacts, ...], n: int) -> sparse.csr_matrix:
    diagonal = np.zeros(n)
    for f in faces:
        diagonal += np.bincount(f.here, f.g, n) + np.bincount(f.there, f.g, n)
    for end in ends:
        diagonal[end.nodes] += end.g
    nodes = np.arange(n, dtype=np.int32)
    rows = np.concatenate([nodes, *(f.here for f in faces), *(f.there for f in faces)])
    columns = np.concatenate([nodes, *(f.there for f in faces), *(f.here for f in faces)])
    one_way = [-f.g for f in faces]
    return sparse.csr_matrix((np.concatenate([diagonal, *one_way, *one_way]), (rows, columns)), shape=(n, n))


def _harmonic_means(k: np.ndarray) -> np.ndarray:
    """2 k_p k_q / (k_p + k_q) for all pairs of phases (p, p); 0 next to an insulator."""
    total = k[:, None] + k[None, :]
    return np.divide(2 * k[:, None] * k[None, :], total, out=np.zeros_like(total), where=total > 0)
