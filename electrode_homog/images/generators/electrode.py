"""Electrodes made by the computer: realistic in shape, exact in their volume fractions, repeatable.

A calendered electrode is modelled as a packing of rough spheres that is compressed along axis 0. In the
uncompressed space each voxel knows its distance d1 to the nearest and d2 to the second nearest particle.
Active material is where d1 is smallest; binder, of the rest, is where d1 + d2 is smallest, which makes
menisci between neighbours as a drying slurry does; what remains is pore. The thresholds are quantiles.
"""

import math

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.images.generators.arguments import (
    check_memory,
    check_number,
    check_periodic,
    check_seed,
    check_shape,
)
from electrode_homog.images.generators.packing import pack_spheres
from electrode_homog.images.generators.particle_fields import Grid, smooth_noise, two_nearest
from electrode_homog.images.generators.ranks import smallest
from electrode_homog.images.voxel_image import VoxelImage, three_lengths

ELECTRODE_PHASES = {"pore": 0, "active": 1, "binder": 2}

# The constants below were chosen beside an X-ray scan of a calendered NMC532 cathode (Usseglio-Viretta et al. 2018,
# doi 10.1149/2.0731814jes) at its fractions, 0.50 and 0.10, with a mean radius of 4.2 um: faces between active and
# other voxels per voxel along (x, y, z) are 0.060, 0.046, 0.046; the scan has 0.061, 0.047, 0.046. Covariances agree
# to 0.1. Chords in the binder are longer than the scan's, 1.3-1.6 um against 1.2-1.4 um.
_PACKED_SHARE = 0.80  # spheres of this share of the active volume, swollen to all of it: necks between particles
_ELONGATION = 0.12  # standard deviation of each particle's shape tensor from a sphere's
_ROUGHNESS = 0.10  # standard deviation of the surface, in mean radii
_ROUGHNESS_LENGTH = 0.30  # its correlation length, in mean radii
_BINDER_ROUGHNESS = 0.30  # standard deviation of the binder's threshold, in mean radii
_BINDER_LENGTH = 0.18  # its correlation length, in mean radii
_REACH = 1.25  # how far around a particle distances are computed at first, in mean radii
_USED_REACH = 0.6  # share of the reach that a threshold may use, so that the roughness stays inside it
_BYTES_PER_VOXEL = 32  # fields and temporaries at the peak: 22 measured at the defaults, and a margin


def generate_electrode(
    *,
    seed: int,
    shape: tuple[int, int, int] = (128, 128, 128),
    voxel_size_m: float | tuple[float, float, float] = 0.4e-6,
    active_fraction: float = 0.55,
    binder_fraction: float = 0.08,
    mean_radius_m: float = 3e-6,
    radius_spread: float = 0.35,
    flattening: float = 1.3,
    periodic: bool = False,
) -> VoxelImage:
    """A cathode-like image with labels ELECTRODE_PHASES; its fractions are right to the nearest voxel.

    Particle radii (of the sphere of equal volume) are log-normal with mean `mean_radius_m` by number and
    standard deviation `radius_spread` of their logarithm: 3 um and 0.35 are a median diameter of about 8 um by volume.
    `flattening` is the in-plane over the through-thickness semi-axis. `periodic` joins opposite faces
    without a seam; otherwise the image is a cut-out of something larger. The same arguments give the same image.

    Raises InputError and OutOfRangeError for what cannot be made: a mean radius below two voxels or above half
    the shortest edge, fractions outside 0..1 or with a sum above 1, a flattening outside 1..5.
    """
    voxel_size = three_lengths(voxel_size_m)
    check_shape("shape", shape)
    check_seed(seed)
    check_periodic(periodic)
    _check_ranges(active_fraction, binder_fraction, radius_spread, flattening)
    _check_radius(mean_radius_m, shape, voxel_size)
    check_memory(shape, _BYTES_PER_VOXEL)
    nx, ny, nz = shape
    grid = Grid((nx, ny, nz), (voxel_size[0] * flattening, voxel_size[1], voxel_size[2]), periodic)
    radius = mean_radius_m * flattening ** (1 / 3)  # of the uncompressed sphere of the same final volume
    active = max(1, round(active_fraction * math.prod(shape)))
    binder = min(round(binder_fraction * math.prod(shape)), math.prod(shape) - active)
    labels = _three_phases(grid, radius, radius_spread, active, binder, np.random.default_rng(seed))
    source = (
        f"generate_electrode: seed {seed}, active {active_fraction:g}, binder {binder_fraction:g}, mean radius "
        f"{mean_radius_m:g} m, spread {radius_spread:g}, flattening {flattening:g}, periodic {periodic}"
    )
    return VoxelImage(labels, voxel_size, source)


def _three_phases(
    grid: Grid, radius: float, spread: float, active: int, binder: int, random: np.random.Generator
) -> np.ndarray:
    """Labels with exactly `active` and `binder` voxels of these phases, on a grid in uncompressed space."""
    particles = _particles(grid, active / math.prod(grid.shape), radius, spread, random)
    roughness = _ROUGHNESS * radius * smooth_noise(grid, _ROUGHNESS_LENGTH * radius, random)
    binder_noise = _BINDER_ROUGHNESS * radius * smooth_noise(grid, _BINDER_LENGTH * radius, random)
    reach = _REACH * radius
    while True:
        nearest, second = two_nearest(grid, *particles, reach)
        nearest += roughness
        second += nearest
        second += binder_noise
        labels, furthest = _labelled(nearest, second, active, binder)
        if furthest < _USED_REACH * reach or reach > grid.extent.max():
            return labels
        reach *= 2


def _particles(
    grid: Grid, active_fraction: float, radius: float, spread: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres, radii and shape tensors; without periodicity the packing extends beyond the grid all round."""
    margin = 0.0 if grid.periodic else radius * (np.exp(2 * spread) + 1)
    packing = pack_spheres(
        grid.extent + 2 * margin,
        volume_fraction=_PACKED_SHARE * active_fraction,
        mean_radius=_PACKED_SHARE ** (1 / 3) * radius,
        spread=spread,
        random=random,
    )
    deviation = random.standard_normal((packing.radii.size, 3, 3)) * _ELONGATION
    deviation = (deviation + deviation.transpose(0, 2, 1)) / 2
    values, vectors = np.linalg.eigh(deviation)
    values = np.exp(np.clip(values, -0.5, 0.5) - np.clip(values, -0.5, 0.5).mean(axis=1, keepdims=True))
    return packing.centres - margin, packing.radii, (vectors * values[:, None, :]) @ vectors.transpose(0, 2, 1)


def _labelled(nearest: np.ndarray, both: np.ndarray, active: int, binder: int) -> tuple[np.ndarray, float]:
    """Labels with exactly `active` and `binder` voxels, and the largest distance that decided; spoils `both`."""
    labels = np.full(nearest.shape, ELECTRODE_PHASES["pore"], np.uint8)
    is_active, furthest = smallest(nearest, active)
    labels[is_active] = ELECTRODE_PHASES["active"]
    if binder:
        both[is_active] = np.inf
        is_binder, threshold = smallest(both, binder)
        labels[is_binder] = ELECTRODE_PHASES["binder"]
        furthest = max(furthest, threshold)
    return labels, furthest


def _check_ranges(active: float, binder: float, spread: float, flattening: float) -> None:
    """InputError for what is not a finite number, OutOfRangeError for what is outside its range; all at once."""
    limits = {
        "active_fraction": (active, 0.01, 1.0),
        "binder_fraction": (binder, 0.0, 0.99),
        "radius_spread": (spread, 0.0, 1.0),
        "flattening": (flattening, 1.0, 5.0),
    }
    for name, (value, _, _) in limits.items():
        check_number(name, value)
    wrong = [
        f"{name} = {value:g} is not in {low:g} to {high:g}"
        for name, (value, low, high) in limits.items()
        if not low <= value <= high
    ]
    if not wrong and active + binder > 1 + 1e-9:
        wrong.append(f"active_fraction + binder_fraction = {active + binder:g} is above 1")
    if wrong:
        raise OutOfRangeError("; ".join(wrong))


def _check_radius(radius_m: float, shape: tuple[int, int, int], voxel_size_m: tuple[float, float, float]) -> None:
    check_number("mean_radius_m", radius_m)
    low, high = 2 * max(voxel_size_m), min(n * d for n, d in zip(shape, voxel_size_m, strict=True)) / 2
    if not low * (1 - 1e-9) <= radius_m <= high * (1 + 1e-9):
        raise OutOfRangeError(
            f"mean_radius_m = {radius_m:g} is not in {low:g} m (two voxels) to {high:g} m (half the shortest edge)"
        )
