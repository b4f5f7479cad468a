"""The cell problem on voxels and what follows from it: the effective tensor, with its error and its bounds."""

from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.bounds import hashin_shtrikman_bounds, reuss_bound, voigt_bound
from electrode_homog.homogenization.cost import Cost, forecast, largest_cube
from electrode_homog.homogenization.subvolumes import SubvolumeValues, check_divisions, subvolume_values
from electrode_homog.homogenization.tensor import (
    EffectiveConductivity,
    EffectiveTensor,
    default_settings,
    effective_conductivity,
    effective_tensor,
)

__all__ = [
    "Boundary",
    "Cost",
    "EffectiveConductivity",
    "EffectiveTensor",
    "SubvolumeValues",
    "check_divisions",
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
