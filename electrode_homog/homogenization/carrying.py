"""Which parts of the conductor carry a current, under each boundary condition, decided before anything is solved."""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.microstructure import ConnectedParts


@dataclass(frozen=True, eq=False)
class Carrying:
    """`keep` (3, parts) are the parts to solve in for each axis; `axes` says along which a current flows.

    Everything else contributes exactly nothing.
    """

    keep: np.ndarray
    axes: tuple[bool, bool, bool]


def carrying_parts(parts: ConnectedParts, boundary: Boundary) -> Carrying:
    """The parts that carry current.

    Insulated sides: those that touch both faces normal to the axis. Periodic: those that close on their own image.
    Linear potential: those that touch an outer face; there is no current if all contacts of each part lie at one
    position along the axis. Uniform flux: an axis needs both of its faces to conduct everywhere, in one part; faces
    of different axes share an edge, so that it is the same part for every such axis.
    """
    match boundary:
        case Boundary.INSULATED_SIDES:
            keep = np.array([parts.spanning(axis) for axis in range(3)]).reshape(3, parts.count)
            return Carrying(keep, _three(keep))
        case Boundary.PERIODIC:
            wrapping, axes = parts.periodic()
            return Carrying(np.tile(wrapping, (3, 1)), axes)
        case Boundary.LINEAR_POTENTIAL:
            touching = parts.touches.any(axis=(1, 2))
            return Carrying(np.tile(touching, (3, 1)), _three(parts.contacts_spread().T))
        case Boundary.UNIFORM_FLUX:
            nx, ny, nz = parts.shape
            areas = np.array([ny * nz, nx * nz, nx * ny])
            admits = np.all(parts.face_voxels == areas[:, None], axis=2)
            return Carrying(np.tile(admits.any(axis=1), (3, 1)), _three(admits.T))
        case _:
            assert_never(boundary)


def _three(of_parts: np.ndarray) -> tuple[bool, bool, bool]:
    """For each axis, whether it holds for any of the parts; `of_parts` is (3, parts)."""
    x, y, z = (bool(np.any(row)) for row in of_parts)
    return x, y, z
