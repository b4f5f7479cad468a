"""What a solve takes, known before it starts, so that it is refused rather than killed half way."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

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


@dataclass(frozen=True)
class Cost:
    """Forecast for one axis: unknowns, bytes beyond the image, seconds."""

    unknowns: int
    bytes: int
    seconds: float


def forecast(
    electrode: Microstructure,
    conducting_phases: Iterable[str],
    *,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    double_precision: bool = False,
) -> Cost:
    """Cost of one axis of the cell problem in the named phases; the tensor takes about three times the seconds.

    Double precision is what tolerances below 1e-5 and contrasts above 1e3 take. The seconds are those of this machine:
    a small problem is timed once, and what it took is kept in the user's cache folder.
    """
    names = list(conducting_phases)
    fractions = electrode.fractions
    voxels = electrode.image.labels.size
    unknowns = round(sum(fractions[electrode.checked_name(name)] for name in names) * voxels)
    edges = electrode.image.voxel_size_m
    fields = 0 if len(names) == 1 and min(edges) == max(edges) else 1
    needed = needed_bytes(
        electrode.image.shape, unknowns, boundary=boundary, fields=fields, double_precision=double_precision
    )
    work = SECONDS_PER_VOXEL * voxels + SECONDS_PER_UNKNOWN * unknowns
    slower = (1 + fields) * (1 + double_precision) / relative_speed()
    return Cost(unknowns, needed, work * slower)


def needed_bytes(
    shape: tuple[int, int, int], unknowns: int, *, boundary: Boundary, fields: int, double_precision: bool
) -> int:
    """Peak of the memory beyond the image; `fields` of resistivity (0 for one conductor, 3 if it depends on the axis).

    Insulated sides keep three vectors; the others keep the solution of each axis, and a sum of two.
    """
    each = 8 if double_precision else 4
    places = Layout(shape, (False, False, False)).size
    vectors = 3 if boundary is Boundary.INSULATED_SIDES else 6
    image = places * (1 + fields * each) + math.prod(shape) * (BYTES_RUNS + 0.5)
    return round(image + max(BYTES_BUILDING * unknowns, BYTES_COARSE * unknowns + vectors * each * places))


def largest_cube(memory_bytes: int, *, volume_fraction: float = 0.5) -> int:
    """Side, in voxels, of the largest cube of one conductor that fits if `volume_fraction` of it conducts."""

    def fits(edge: int) -> bool:
        shape, unknowns = (edge, edge, edge), round(volume_fraction * edge**3)
        boundary = Boundary.INSULATED_SIDES
        beyond = needed_bytes(shape, unknowns, boundary=boundary, fields=0, double_precision=False)
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
