"""The cell problem on voxels and what follows from it: the effective tensor, its error and bounds, its fields."""

from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.bounds import hashin_shtrikman_bounds, reuss_bound, voigt_bound
from electrode_homog.homogenization.corrector import Corrector, corrector
from electrode_homog.homogenization.cost import Cost, forecast, largest_cube
from electrode_homog.homogenization.subvolumes import SubvolumeValues, check_divisions, subvolume_values
from electrode_homog.homogenization.tensor import (
    EffectiveConductivity,
    EffectiveTensor,
    default_settings,
    effective_conductivity,
    effective_tensor,
)
from electrode_homog.homogenization.voxel_solver import Progress, Watch

__all__ = [
    "Boundary",
    "Corrector",
    "Cost",
    "EffectiveConductivity",
    "EffectiveTensor",
    "Progress",
    "SubvolumeValues",
    "Watch",
    "check_divisions",
    "corrector",
    "default_settings",
    "effective_conductivity",
    "effective_tensor",
    "forecast",
    "hashin_shtrikman_bounds",
    "largest_cube",
    "reuss_bound",
    "subvolume_values",
    "voigt_bound",
]
