"""Graded electrodes: a porosity that changes through the thickness, right in every plane of voxels."""

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.arguments import checked_numbers
from electrode_homog.images.generators.ranks import smallest, voxel_counts
from electrode_homog.images.voxel_image import VoxelImage, three_lengths


def graded(field: np.ndarray, porosity: np.ndarray, *, voxel_size_m: float | tuple[float, float, float]) -> VoxelImage:
    """Pore (0) and solid (1) from a field, small in the solid, with the porosity of each plane x right to the voxel.

    `field` (nx, ny, nz) is a `gaussian_field`, or the `distances_m` of spheres, whose surfaces then move out or in;
    `porosity` (nx,) holds the fraction of label 0 of each plane: np.linspace(0.45, 0.25, nx) falls linearly from the
    first plane on. Each plane has a threshold of its own, so a field whose planes differ by chance is evened out.
    Raises InputError for arrays that do not fit together, OutOfRangeError for porosities outside 0..1.
    """
    voxel_size = three_lengths(voxel_size_m)
    if not (isinstance(field, np.ndarray) and field.ndim == 3 and field.size and field.dtype.kind == "f"):
        raise InputError("field is not an array (nx, ny, nz) of real numbers")
    if not np.isfinite(field).all():
        raise InputError("field has values that are not finite")
    wanted = checked_numbers("porosity", porosity)
    if wanted.size != field.shape[0]:
        raise InputError(f"porosity has {wanted.size} values, field has {field.shape[0]} planes along x")
    if wanted.min() < 0 or wanted.max() > 1:
        raise OutOfRangeError(f"porosity goes from {wanted.min():g} to {wanted.max():g}, not within 0 to 1")
    labels = np.zeros(field.shape, np.uint8)
    for plane, values, fraction in zip(labels, field, wanted, strict=True):
        _, solid = voxel_counts(np.array([fraction, 1 - fraction]), values.size)
        if solid:
            plane[smallest(values, int(solid))[0]] = 1
    source = f"graded: porosity {wanted[0]:g} in the first plane to {wanted[-1]:g} in the last"
    return VoxelImage(labels, voxel_size, source)
