"""What is prescribed on the six outer faces of the image."""

from enum import Enum


class Boundary(Enum):
    """Boundary condition of the cell problem, one potential drop per axis."""

    INSULATED_SIDES = "insulated-sides"
    """Potential fixed on the two faces normal to the axis, no flux through the other four: what a current
    collector and a separator do to an electrode. Leaves off-diagonal entries undetermined (they are 0)."""

    PERIODIC = "periodic"
    """The image repeats in every direction; potential minus its mean gradient, and flux, are periodic.
    Right for periodic images; on others the wrapped faces do not match and bias the result."""

    LINEAR_POTENTIAL = "linear-potential"
    """The potential of a uniform gradient on all six faces. Gives the full tensor of an image that does not
    repeat; never below the periodic tensor as a quadratic form, nor below an entry for insulated sides."""

    UNIFORM_FLUX = "uniform-flux"
    """The normal flux of a uniform flux on all six faces; the tensor is the inverse of a resistivity, and never
    above the periodic one. No uniform flux passes an insulating voxel on an outer face: that axis has 0."""
