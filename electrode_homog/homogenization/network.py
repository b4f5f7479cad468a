"""The finite-volume cell problem as a network of conductances between voxel centres.

Two neighbouring voxels exchange the flux g (drop of potential between their centres), with
g = 1 / (h/2k_i + h/2k_j) per face area: the harmonic mean, exact for layers along the axes. Written for the
potential's deviation chi from a unit mean gradient e_k, the energy per voxel volume

    E_k(chi) = sum over faces of g (chi_j - chi_i + h delta_k)**2 = S_k - 2 b_k.chi + chi.K chi

is least for the solution K chi = b_k, where it is the effective conductivity times the number of voxels.
Here g is divided by the voxel volume over h, so that g = k / h**2. `delta_k` is 1 on faces normal to axis k.
Only voxels that can carry a net current are unknowns; all else contributes exactly nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from electrode_homog.microstructure import periodic_parts, spanning


@dataclass(frozen=True, eq=False)
class Network:
    """K (n, n), loads b (n, m) and S (m,) of m mean gradients; `places` (n, 3) are voxel indices."""

    matrix: sparse.csr_matrix
    loads: np.ndarray
    self_energies: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """`phase` (nx, ny, nz) numbers the rows of `conductivity` (p, 3); `spacing` (3,) is the voxel size."""

    phase: np.ndarray
    conductivity: np.ndarray
    spacing: np.ndarray

    @property
    def conducting(self) -> np.ndarray:
        """True, in (nx, ny, nz), where the conductivity is not 0."""
        return (self.conductivity[:, 0] > 0)[self.phase]


def insulated_network(phases: PhaseMap, axis: int, carrying: np.ndarray | None = None) -> Network:
    """Network between two equipotential faces normal to `axis`, half a voxel outside the first centres.

    `carrying` are the voxels that connect both faces, found here unless they are known.
    """
    carrying = spanning(phases.conducting, axis) if carrying is None else carrying
    index = _numbered(carrying)
    phase = phases.phase[carrying]
    faces = [(a, *_neighbours(index, a)) for a in range(3)]
    matrix, loads, energies = _assemble(phases, phase, faces, (axis,))
    h = phases.spacing[axis]
    diagonal = np.zeros(phase.size)
    for layer, sign in ((0, -1.0), (-1, 1.0)):  # drop across the half voxel: h/2 + chi, h/2 - chi
        nodes = np.take(index, layer, axis)
        nodes = nodes[nodes >= 0]
        g = 2 * phases.conductivity[phase[nodes], axis] / h**2
        diagonal[nodes] += g
        loads[nodes, 0] += sign * g * h / 2
        energies[0] += np.sum(g * h**2 / 4)
    matrix = (matrix + sparse.diags(diagonal)).tocsr()
    return Network(matrix, loads, energies, np.argwhere(carrying).astype(np.int32))


def periodic_network(phases: PhaseMap, axes: Sequence[int], carrying: np.ndarray | None = None) -> Network:
    """Network of the periodically continued image, with one load for each of `axes`.

    `carrying` are the voxels whose part wraps onto its own image, found here unless they are known.
    """
    carrying = periodic_parts(phases.conducting).wrapping if carrying is None else carrying
    index = _numbered(carrying)
    phase = phases.phase[carrying]
    faces = [(a, *_neighbours(index, a, wrap=True)) for a in range(3)]
    matrix, loads, energies = _assemble(phases, phase, faces, axes)
    return Network(matrix, loads, energies, np.argwhere(carrying).astype(np.int32))


def _numbered(carrying: np.ndarray) -> np.ndarray:
    """Number of the unknown at each voxel, -1 where there is none; int32 holds 2e9 of them."""
    index = np.full(carrying.shape, -1, dtype=np.int32)
    index[carrying] = np.arange(np.count_nonzero(carrying), dtype=np.int32)
    return index


def _neighbours(index: np.ndarray, axis: int, *, wrap: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (i, j) of all pairs of unknowns that share a face normal to `axis`, j on the far side."""
    here = index if wrap else np.delete(index, -1, axis)
    there = np.roll(index, -1, axis) if wrap else np.delete(index, 0, axis)
    both = (here >= 0) & (there >= 0)
    return here[both], there[both]


def _assemble(
    phases: PhaseMap,
    phase: np.ndarray,
    faces: list[tuple[int, np.ndarray, np.ndarray]],
    axes: Sequence[int],
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    n = phase.size
    diagonal, loads, energies = np.zeros(n), np.zeros((n, len(axes))), np.zeros(len(axes))
    matrix = sparse.csr_matrix((n, n))
    for axis, i, j in faces:
        h, k = phases.spacing[axis], phases.conductivity[:, axis]
        g = _harmonic_means(k)[phase[i], phase[j]] / h**2
        diagonal += np.bincount(i, g, n) + np.bincount(j, g, n)
        one_way = sparse.csr_matrix((-g, (i, j)), shape=(n, n))
        matrix = matrix + one_way + one_way.T
        if axis in axes:
            column = axes.index(axis)
            loads[:, column] += (np.bincount(i, g, n) - np.bincount(j, g, n)) * h
            energies[column] += g.sum() * h**2
    return (matrix + sparse.diags(diagonal)).tocsr(), loads, energies


def _harmonic_means(k: np.ndarray) -> np.ndarray:
    """2 k_p k_q / (k_p + k_q) for all pairs of phases (p, p); 0 next to an insulator."""
    total = k[:, None] + k[None, :]
    return np.divide(2 * k[:, None] * k[None, :], total, out=np.zeros_like(total), where=total > 0)
