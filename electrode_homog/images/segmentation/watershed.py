"""Labels by flooding: voxels that surely belong to a phase are its markers, the rest goes where the gradient says.

At a blurred face between a dark and a bright phase the values pass through those of every phase between them, so that
thresholds leave a thin false shell there. Such a shell is nowhere thick. Markers of an intermediate phase are therefore
its cores only: voxels whose whole neighbourhood lies in its sure range. The darkest and the brightest phase
cannot arise from mixing, and all their sure voxels are markers. The rest is assigned by a marker-controlled watershed
on the gradient magnitude (Meyer and Beucher 1990, doi 10.1016/1047-3203(90)90014-M; for porous media Schlüter et al.
2014, doi 10.1002/2014WR015256): boundaries come to lie where the grey value changes fastest.
A true film of the intermediate phase thinner than a core is lost as well.
"""

from collections.abc import Sequence

import numpy as np

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError
from electrode_homog.images.segmentation.overlapping_slabs import filtered_by_slabs

Ranges = Sequence[tuple[float, float]]


def watershed_labels(
    values: np.ndarray, voxel_size_m: tuple[float, float, float], sure_ranges: Ranges, core_radius_voxels: int
) -> np.ndarray:
    """uint8 labels (nx, ny, nz), phase k where flooded from the markers of `sure_ranges[k]` (ends included).

    Faces connect voxels. Raises InputError if a phase has no marker.
    """
    from scipy.ndimage import binary_dilation
    from skimage.segmentation import watershed

    marked = _markers(values, sure_ranges, core_radius_voxels)
    unsure = marked == 0
    if not unsure.any():
        return marked - np.uint8(1)
    steepness = _gradient_magnitude(values, voxel_size_m, sure_ranges)
    nearby = binary_dilation(unsure)  # markers elsewhere touch no unsure voxel: they would only wait in the queue
    flooded = watershed(steepness, marked.astype(np.int32), connectivity=1, mask=nearby)
    np.copyto(marked, flooded, where=unsure, casting="unsafe")
    return marked - np.uint8(1)


def _markers(values: np.ndarray, sure_ranges: Ranges, core_radius: int) -> np.ndarray:
    """uint8 (nx, ny, nz): phase + 1 at its markers, 0 elsewhere."""
    from scipy.ndimage import maximum_filter, minimum_filter

    last = len(sure_ranges) - 1
    width = 2 * core_radius + 1

    def of_slab(part: np.ndarray) -> np.ndarray:
        lowest, highest = (
            (minimum_filter(part, width), maximum_filter(part, width)) if last > 1 else (part, part)
        )  # two phases have none between them
        found = np.zeros(part.shape, np.uint8)
        for phase, (low, high) in enumerate(sure_ranges):
            below, above = (part, part) if phase in (0, last) else (lowest, highest)
            found[(below >= np.float64(low)) & (above <= np.float64(high))] = phase + 1
        return found

    result = np.empty(values.shape, np.uint8)
    with Team() as team:
        filtered_by_slabs(of_slab, values, core_radius, result, team)
    for phase, (low, high) in enumerate(sure_ranges):
        if not (result == phase + 1).any():
            raise InputError(
                f"phase {phase} has no marker: no neighbourhood of {width}³ voxels lies in its sure range "
                f"[{low:.6g}, {high:.6g}]. It may be nothing but blurred faces between darker and brighter "
                "phases (use fewer phases), thinner than a core (use a smaller core_radius_voxels), or noisy (denoise)"
            )
    return result


def _gradient_magnitude(
    values: np.ndarray, voxel_size_m: tuple[float, float, float], sure_ranges: Ranges
) -> np.ndarray:
    """float32, per shortest voxel edge and in units of the contrast, by central differences.

    The contrast lies between the sure ranges of the darkest and the brightest phase; the scale ends at 1000. Wider
    stencils such as Sobel's would draw the boundaries of curved particles inwards.
    """
    edges = np.divide(voxel_size_m, min(voxel_size_m))
    dark, bright = sure_ranges[0][1], sure_ranges[-1][0]

    def of_slab(part: np.ndarray) -> np.ndarray:
        part = np.clip((part - np.float64(dark)) / (bright - dark), -1e3, 1e3).astype(np.float32)
        squares = np.zeros(part.shape, np.float32)
        for axis, edge in enumerate(edges):
            if part.shape[axis] > 1:
                squares += np.gradient(part, np.float32(edge), axis=axis) ** 2
        return np.sqrt(squares, out=squares)

    result = np.empty(values.shape, np.float32)
    with Team() as team:
        filtered_by_slabs(of_slab, values, 1, result, team)
    return result
