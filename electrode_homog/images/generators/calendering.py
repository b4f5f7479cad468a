"""Calendering: an image pressed along axis 0 until its porosity is the one wanted.

All positions move together, x to x * (new thickness / old), and then the solid, flattened by that, grows back into the
pores until each of its phases has its old volume: first where a blurred picture of the pressed solid is largest, so
that narrow gaps and notches close first. Particles are flattened and merge at their contacts; they do not move past
each other, turn or crack, and nothing springs back. The model is meant for modest changes: a thickness not below about
0.7 of the old one.
"""

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.arguments import check_between, check_memory, check_periodic, is_whole
from electrode_homog.images.generators.ranks import smallest, voxel_counts
from electrode_homog.images.voxel_image import VoxelImage

_BLUR = 1.5  # standard deviation in voxels: wide enough to see past the steps of the surface, small beside a particle
_BYTES_PER_VOXEL = 32
_BYTES_PER_PHASE = 8
_FAINTEST = 1e-3  # blurred solid that still tells where the surface is


def calendered(image: VoxelImage, *, porosity: float, pore: int, periodic: bool = False) -> VoxelImage:
    """The image pressed along axis 0 to `porosity`, the fraction of label `pore`, right to the voxel.

    The other phases keep their volumes. The number of planes is whole, so voxels get thinner or thicker along x by
    less than half a plane in all; an image without a physical length keeps its unit voxel, and the volumes change by
    that much. `periodic` blurs across opposite faces. The same arguments give the same image. Raises InputError for a
    label that is not there, OutOfRangeError for a porosity that is not above 0 and up to that of the image.
    """
    if not is_whole(pore) or not (is_pore := image.labels == pore).any():
        raise InputError(f"pore = {pore!r} is not a label in {image.source!r}")
    check_periodic(periodic)
    before = np.count_nonzero(is_pore) / is_pore.size
    check_between("porosity", porosity, 0, 1)
    if porosity > before or before == 1:
        raise OutOfRangeError(
            f"porosity = {porosity:g} is not below that of the image, {before:.6g}; calendering only closes pores"
        )
    factor = (1 - before) / (1 - porosity)
    planes = max(1, round(factor * image.shape[0]))
    phases = [label for label in np.unique(image.labels).tolist() if label != pore]
    check_memory(image.shape, _BYTES_PER_VOXEL + _BYTES_PER_PHASE * len(phases))
    shares = np.array([np.count_nonzero(image.labels == label) for label in phases], float)
    count = max(1, round((1 - porosity) * planes * is_pore[0].size))
    pressed = [_pressed(image.labels == label, planes) for label in phases]
    labels = np.full(pressed[0].shape, pore, image.labels.dtype)
    blurred, solid = _grown(pressed, count, periodic)
    for label, mask in zip(phases, _divided(blurred, solid, voxel_counts(shares / shares.sum(), count)), strict=True):
        labels[mask] = label
    dx, dy, dz = image.voxel_size_m
    if image.has_physical_length:
        dx *= factor * image.shape[0] / planes
    source = f"{image.source}, calendered to porosity {porosity:g} (thickness x {factor:.4f})"
    return VoxelImage(labels, (dx, dy, dz), source)


def _pressed(mask: np.ndarray, planes: int) -> np.ndarray:
    """float32 share of the mask in each of `planes` planes that divide the same span along axis 0."""
    n = mask.shape[0]
    below = np.zeros((n + 1, *mask.shape[1:]), np.float32)
    np.cumsum(mask, axis=0, out=below[1:])
    edge = np.arange(planes + 1) * (n / planes)
    plane = np.minimum(edge.astype(int), n - 1)
    weight = (edge - plane).astype(np.float32)[:, None, None]
    return np.diff((1 - weight) * below[plane] + weight * below[plane + 1], axis=0) * np.float32(planes / n)


def _grown(pressed: list[np.ndarray], count: int, periodic: bool) -> tuple[list[np.ndarray], np.ndarray]:
    """The phases with their blurred selves, and the mask of the `count` voxels in which their sum is largest."""
    from scipy.ndimage import gaussian_filter

    sigma, mode = _BLUR, "wrap" if periodic else "nearest"
    while True:
        # What is solid ranks before all that is not, so that it only grows.
        blurred = [phase + gaussian_filter(phase, sigma, mode=mode, truncate=5) for phase in pressed]
        solid, threshold = smallest(np.negative(sum(blurred)), count)
        if -threshold > _FAINTEST or sigma > max(pressed[0].shape):
            return blurred, solid
        sigma *= 2


def _divided(blurred: list[np.ndarray], solid: np.ndarray, counts: np.ndarray) -> list[np.ndarray]:
    """Masks of exactly `counts` voxels that divide the solid, each phase where it is most of what is there."""
    left, masks = solid.copy(), []
    for number, count in enumerate(counts[:-1]):
        mask = np.zeros_like(solid)
        if count:
            others = np.maximum.reduce(blurred[number + 1 :])
            excess = (others - blurred[number]) / (others + blurred[number] + _FAINTEST**2)
            excess[~left] = np.inf
            mask, _ = smallest(excess, int(count))
        masks.append(mask)
        left &= ~mask
    return [*masks, left]
