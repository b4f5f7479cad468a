"""What is prescribed on the six outer faces of the image."""

from enum import Enum
from typing import assert_never


class Boundary(Enum):
    """Boundary condition of the cell problem.

    On one image, as matrices (quadratic forms), UNIFORM_FLUX <= PERIODIC <= LINEAR_POTENTIAL: how far the outer two
    are apart shows how far the image is too small. INSULATED_SIDES is bounded entry by entry, 1 / (UF^-1)_kk <=
    INSULATED_kk <= LINEAR_kk, and not ordered with PERIODIC, nor with the entries of UNIFORM_FLUX themselves.
    """

    INSULATED_SIDES = "insulated-sides"
    """Potential fixed on the two faces normal to the axis, no flux through the other four: what a current
    collector and a separator do to an electrode. Leaves off-diagonal entries undetermined (they are 0)."""

    PERIODIC = "periodic"
    """The image repeats in every direction; potential minus its mean gradient, and flux, are periodic.
    Right for periodic images; on others the wrapped faces do not match and bias the result."""

    LINEAR_POTENTIAL = "linear-potential"
    """The potential of a uniform gradient on all six faces. Gives the full tensor of an image that does not
    repeat. A phase that touches the border in two places conducts from one to the other: it may have a value
    although it does not percolate, an effect of the surface, not of the structure."""

    UNIFORM_FLUX = "uniform-flux"
    """The normal flux of a uniform flux on all six faces; the tensor is the inverse of the resistivity. No uniform
    flux passes an insulating voxel: an axis is exactly 0 unless both its faces conduct everywhere, in one part."""

    def obstacle(self, axis: int) -> str:
        """What a conductor does along an axis whose value is 0; the predicate of a sentence about it."""
        name = f"axis {axis} ({'xyz'[axis]})"
        match self:
            case Boundary.INSULATED_SIDES:
                return f"does not connect the faces normal to {name}"
            case Boundary.PERIODIC:
                return f"does not connect the image to its repetition along {name}"
            case Boundary.LINEAR_POTENTIAL:
                return f"connects no two outer faces of voxels at different positions along {name}"
            case Boundary.UNIFORM_FLUX:
                return f"passes no uniform flux along {name}"
            case _:
                assert_never(self)
