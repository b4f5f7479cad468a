"""What a solve takes, known before it starts, so that it is refused rather than killed half way."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.layout import Layout
from electrode_homog.homogenization.speed import relative_speed
from electrode_homog.machine import available_memory_bytes
from electrode_homog.microstructure import Microstructure

# Measured on images of 1.7e7 to 1.25e8 voxels with 10 to 100 % conducting: peaks of the resident memory.
BYTES_BUILDING = 26  # per unknown, while the coarse levels are built
BYTES_COARSE = 10  # per unknown, of the coarse levels when they are ready
BYTES_RUNS = 1  # per voxel, of the connected parts
# One axis to 1e-3, on two cores of the server that `speed` is relative to; thin networks take up to twice as long.
SECONDS_PER_VOXEL = 2.4e-8
SECONDS_PER_UNKNOWN = 6e-8
WORTH_KNOWING_SECONDS = 2.0  # for less it does not matter how fast this machine is
SINGLE_TOLERANCE = 1e-5
SINGLE_CONTRAST = 1e3


@dataclass(frozen=True)
class Cost:
    """Forecast: unknowns, bytes beyond the image, seconds."""

    unknowns: int
    bytes: int
    seconds: float


def forecast(
    electrode: Microstructure,
    conductivity: Mapping[str, float | ArrayLike] | Iterable[str],
    *,
    axes: int = 1,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-3,
) -> Cost:
    """Cost of the cell problem along `axes` axes, in phases of some conductivity, or in the named phases with one each.

    The seconds are those of this machine: before the first problem of more than a moment a small one is timed, and
    what it took is kept in the user's cache folder. Thin networks take longer. Raises InputError for unknown phases.
    """
    given = dict(conductivity) if isinstance(conductivity, Mapping) else dict.fromkeys(conductivity, 1.0)
    values = [
        np.broadcast_to(np.diag(k) if np.ndim(k) == 2 else k, 3).astype(float) for k in given.values() if np.any(k)
    ]
    names = [electrode.checked_name(name) for name, k in given.items() if np.any(k)]
    fractions, voxels = electrode.fractions, electrode.image.labels.size
    unknowns = round(sum(fractions[name] for name in names) * voxels)
    spacing = np.array(electrode.image.voxel_size_m) / min(electrode.image.voxel_size_m)
    conductance = np.array(values) / spacing**2 if values else np.ones((1, 3))
    double = needs_double(conductance.max() / conductance.min(), boundary, tolerance)
    fields = resistivity_fields([tuple(k) for k in values], spacing)
    axes = 3 if boundary is Boundary.UNIFORM_FLUX else axes
    needed = needed_bytes(
        electrode.image.shape, unknowns, axes=axes, boundary=boundary, fields=fields, double_precision=double
    )
    work = axes * (SECONDS_PER_VOXEL * voxels + SECONDS_PER_UNKNOWN * unknowns) * (1 + min(fields, 1)) * (1 + double)
    return Cost(unknowns, needed, work / (relative_speed() if work > WORTH_KNOWING_SECONDS else 1.0))


def needs_double(contrast: float, boundary: Boundary, tolerance: float) -> bool:
    """Whether vectors must be in double: single serves down to some tolerance, and up to some contrast of conductances.

    Of a uniform flux three errors add up in each entry, and the tolerance of each may have to be lowered.
    """
    share = 30 if boundary is Boundary.UNIFORM_FLUX else 1
    return bool(tolerance < share * SINGLE_TOLERANCE or contrast > SINGLE_CONTRAST)


def resistivity_fields(conductivities: Iterable[tuple[float, ...]], spacing: np.ndarray) -> int:
    """Fields of resistivity that are kept: 0 for one isotropic conductor in cubes, 3 if it depends on the axis."""
    different = set(conductivities)
    if any(len(set(k)) > 1 for k in different):
        return 3
    return int(len(different) > 1 or bool(np.any(spacing != 1)))


def needed_bytes(
    shape: tuple[int, int, int], unknowns: int, *, axes: int, boundary: Boundary, fields: int, double_precision: bool
) -> int:
    """Peak of the memory beyond the image, with `fields` of resistivity.

    Insulated sides keep three vectors, while the next axis is built too; the others keep the solution of each axis, and
    a sum of two. Where an odd number of voxels closes on itself three more are needed.
    """
    each = 8 if double_precision else 4
    places = Layout(shape, (False, False, False)).size
    insulated = boundary is Boundary.INSULATED_SIDES
    vectors = 3 if insulated else axes + 2 + (axes > 1)
    vectors += 3 if boundary is Boundary.PERIODIC and any(n % 2 and n > 1 for n in shape) else 0
    kept = 3 * each * places if insulated and axes > 1 else 0
    image = places * (1 + fields * each) + math.prod(shape) * (BYTES_RUNS + 0.5)
    return round(image + max(BYTES_BUILDING * unknowns + kept, BYTES_COARSE * unknowns + vectors * each * places))


def largest_cube(memory_bytes: int, *, volume_fraction: float = 0.5) -> int:
    """Side, in voxels, of the largest cube of one conductor that fits if `volume_fraction` of it conducts."""

    def fits(edge: int) -> bool:
        shape, unknowns = (edge, edge, edge), round(volume_fraction * edge**3)
        boundary = Boundary.INSULATED_SIDES
        beyond = needed_bytes(shape, unknowns, axes=1, boundary=boundary, fields=0, double_precision=False)
        return edge**3 + beyond <= memory_bytes

    edge = max(1, int(np.cbrt(memory_bytes)))
    while edge > 1 and not fits(edge):
        edge -= 1
    return edge


def refuse_what_cannot_fit(shape: tuple[int, int, int], unknowns: int, needed: int) -> None:
    """Raise InputError, with both numbers, if a solve needs more memory than there is."""
    free = available_memory_bytes()
    if needed > free:
        size = " x ".join(map(str, shape))
        raise InputError(
            f"{size} voxels with {unknowns} unknowns need about {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB "
            "are free; crop or coarsen the image"
        )
