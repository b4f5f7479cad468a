"""What the microscope saw: an image read, segmented or generated, and written."""

from electrode_homog.images.formats.raw import (RawLayout, VoxelOrder,)
from electrode_homog.images.generators import (Aligned, BinderBridges, BinderFilm, BooleanModel, CylinderLattice, ELECTRODE_PHASES, Ellipsoids, ExponentialCovariance, GaussianCovariance, Isotropic, SpectralPeak, SphereLattice, Spheres, Tilted, calendered, checkerboard, covariance_at, cylinder_lattice, gaussian_field, gaussian_field_image, generate_electrode, graded, laminate, overlapping_ellipsoids, overlapping_spheres, packed_ellipsoids, packed_spheres, periodic_laminate, random_spheres, sphere_lattice, two_point_at_half, with_binder,)
from electrode_homog.images.grey_image import (GreyImage,)
from electrode_homog.images.length import (parse_length,)
from electrode_homog.images.reading import (read_grey_image, read_image,)
from electrode_homog.images.segmentation import (Assignment, BorderIslands, ByThreshold, Cleaned, Denoising, FractionIntervals, LabelShare, MarkerWatershed, Median, NonLocalMeans, Relabelling, Segmentation, Thresholds, denoised, explicit_thresholds, multi_otsu_thresholds, noise_level, segmented, sure_ranges, without_islands,)
from electrode_homog.images.voxel_image import (VoxelImage,)
from electrode_homog.images.writing import (write_image,)

__all__ = ["Aligned", "Assignment", "BinderBridges", "BinderFilm", "BooleanModel", "BorderIslands", "ByThreshold", "Cleaned", "CylinderLattice", "Denoising", "ELECTRODE_PHASES", "Ellipsoids", "ExponentialCovariance", "FractionIntervals", "GaussianCovariance", "GreyImage", "Isotropic", "LabelShare", "MarkerWatershed", "Median", "NonLocalMeans", "RawLayout", "Relabelling", "Segmentation", "SpectralPeak", "SphereLattice", "Spheres", "Thresholds", "Tilted", "VoxelImage", "VoxelOrder", "calendered", "checkerboard", "covariance_at", "cylinder_lattice", "denoised", "explicit_thresholds", "gaussian_field", "gaussian_field_image", "generate_electrode", "graded", "laminate", "multi_otsu_thresholds", "noise_level", "overlapping_ellipsoids", "overlapping_spheres", "packed_ellipsoids", "packed_spheres", "parse_length", "periodic_laminate", "random_spheres", "read_grey_image", "read_image", "segmented", "sphere_lattice", "sure_ranges", "two_point_at_half", "with_binder", "without_islands", "write_image",]
