"""The same electrode in pieces: how much its effective values scatter, and how they follow the porosity."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, NotPercolatingError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.problem import AXES, Conductivities
from electrode_homog.homogenization.tensor import EffectiveConductivity, effective_conductivity
from electrode_homog.microstructure import Microstructure

LEAST_VOXELS = 8  # along each edge of a piece; fewer hold no structure


@dataclass(frozen=True)
class SubvolumeValues:
    """Values along `axis` of the pieces that percolate; `blocked` counts the others, whose value is 0.

    Leaving those out of a fit biases it upwards, hence the count. Pieces do not share voxels, so that their
    scatter is not underestimated; boundaries inside the electrode add a bias of feature size over piece size.
    """

    pieces: tuple[EffectiveConductivity, ...]
    blocked: int
    axis: int
    divisions: tuple[int, int, int]

    @property
    def volume_fractions(self) -> np.ndarray:
        """(n,) of the conducting phases, total."""
        return np.array([piece.volume_fraction for piece in self.pieces])

    def fractions_of(self, *phases: str) -> np.ndarray:
        """(n,) of the named conducting phases together: the porosity, if a binder conducts a little as well."""
        return np.array([sum(piece.volume_fractions.get(name, 0.0) for name in phases) for piece in self.pieces])

    @property
    def values(self) -> np.ndarray:
        """(n,) effective conductivities, in the unit of the input."""
        return np.array([piece.value for piece in self.pieces])


def subvolume_values(
    electrode: Microstructure,
    conductivity: Conductivities,
    *,
    divisions: tuple[int, int, int] = (2, 2, 2),
    axis: int = 0,
    tolerance: float = 1e-3,
) -> SubvolumeValues:
    """Solve along `axis` in each of the pieces that `divisions` cuts out of x, y and z.

    Sides of the pieces are insulated. Raises InputError if a piece would be thinner than 8 voxels, and what
    `effective_conductivity` raises, except that a piece without connection is counted.
    """
    check_divisions(electrode.image.shape, divisions)
    conducting = {electrode.checked_name(name): k for name, k in conductivity.items() if np.any(k)}
    pieces, blocked = [], 0
    for piece in _pieces(electrode, divisions):
        present = {name: k for name, k in conducting.items() if name in piece.phases}
        if not present:
            blocked += 1
            continue
        try:
            pieces.append(
                effective_conductivity(
                    piece, present, axis=axis, boundary=Boundary.INSULATED_SIDES, tolerance=tolerance
                )
            )
        except NotPercolatingError:
            blocked += 1
    return SubvolumeValues(tuple(pieces), blocked, axis, divisions)


def check_divisions(shape: tuple[int, int, int], divisions: tuple[int, int, int]) -> None:
    """Raise InputError unless each piece has at least LEAST_VOXELS along each axis that is divided."""
    if len(divisions) != 3 or not all(isinstance(parts, int) for parts in divisions):
        raise InputError(f"divisions = {divisions!r}; three whole numbers along x, y, z")
    for name, length, parts in zip(AXES, shape, divisions, strict=True):
        if parts < 1 or (parts > 1 and length // parts < LEAST_VOXELS):
            raise InputError(
                f"divisions = {divisions}: {length} voxels along {name} do not give {parts} pieces of at least "
                f"{LEAST_VOXELS} voxels"
            )


def _pieces(electrode: Microstructure, divisions: tuple[int, int, int]) -> Iterator[Microstructure]:
    edges = [
        np.linspace(0, length, n + 1).astype(int) for length, n in zip(electrode.image.shape, divisions, strict=True)
    ]
    for i, j, k in np.ndindex(*divisions):
        x, y, z = (slice(int(e[m]), int(e[m + 1])) for e, m in zip(edges, (i, j, k), strict=True))
        yield electrode.cropped(x, y, z)
