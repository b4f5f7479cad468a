"""Images made by the computer, with a known answer: the same arguments give the same image."""

from electrode_homog.images.generators.binder import BinderBridges, BinderFilm, with_binder
from electrode_homog.images.generators.boolean_model import (
    BooleanModel,
    overlapping_ellipsoids,
    overlapping_spheres,
)
from electrode_homog.images.generators.calendering import calendered
from electrode_homog.images.generators.covariances import (
    ExponentialCovariance,
    GaussianCovariance,
    SpectralPeak,
    covariance_at,
    two_point_at_half,
)
from electrode_homog.images.generators.electrode import ELECTRODE_PHASES, generate_electrode
from electrode_homog.images.generators.ellipsoids import Ellipsoids
from electrode_homog.images.generators.gaussian_field import gaussian_field, gaussian_field_image
from electrode_homog.images.generators.grading import graded
from electrode_homog.images.generators.laminates import checkerboard, laminate, periodic_laminate
from electrode_homog.images.generators.lattices import (
    CylinderLattice,
    SphereLattice,
    cylinder_lattice,
    sphere_lattice,
)
from electrode_homog.images.generators.orientations import Aligned, Isotropic, Tilted
from electrode_homog.images.generators.packed import packed_ellipsoids, packed_spheres
from electrode_homog.images.generators.sequential import random_spheres
from electrode_homog.images.generators.spheres import Spheres

__all__ = [
    "ELECTRODE_PHASES",
    "Aligned",
    "BinderBridges",
    "BinderFilm",
    "BooleanModel",
    "CylinderLattice",
    "Ellipsoids",
    "ExponentialCovariance",
    "GaussianCovariance",
    "Isotropic",
    "SpectralPeak",
    "SphereLattice",
    "Spheres",
    "Tilted",
    "calendered",
    "checkerboard",
    "covariance_at",
    "cylinder_lattice",
    "gaussian_field",
    "gaussian_field_image",
    "generate_electrode",
    "graded",
    "laminate",
    "overlapping_ellipsoids",
    "overlapping_spheres",
    "packed_ellipsoids",
    "packed_spheres",
    "periodic_laminate",
    "random_spheres",
    "sphere_lattice",
    "two_point_at_half",
    "with_binder",
]
