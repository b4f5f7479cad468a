"""A segmented 3-D image: whole-number labels on a regular grid of box-shaped voxels.

Axis 0 is through-thickness (x). A voxel size of exactly 1 on all three axes means a geometry without a
physical length; transport efficiencies do not depend on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.axes import contiguous, three_axes
from electrode_homog.images.coarsening import coarsening_note, majority_labels, three_factors


@dataclass(frozen=True, eq=False, init=False)
class VoxelImage:
    """`labels` (nx, ny, nz) integers >= 0, kept as a read-only view; `voxel_size_m` three lengths > 0.

    A single number is a cubic voxel; boolean labels become 0 and 1. `source` says where the image came from.
    Raises InputError for labels that are not a non-empty 3-D array of integers >= 0, and for a voxel size
    that is not positive and finite. No physical range is checked here: see `read_image`.
    """

    labels: np.ndarray
    voxel_size_m: tuple[float, float, float]
    source: str

    # Written by hand because `voxel_size_m` accepts a number and is kept as three.
    def __init__(self, labels: np.ndarray, voxel_size_m: float | Sequence[float], source: str = "unknown"):
        object.__setattr__(self, "labels", _checked_labels(labels, source))
        object.__setattr__(self, "voxel_size_m", three_lengths(voxel_size_m))
        object.__setattr__(self, "source", source)

    def __repr__(self) -> str:
        voxels, edges = " x ".join(map(str, self.shape)), " x ".join(f"{edge:g}" for edge in self.voxel_size_m)
        return f"VoxelImage({voxels} voxels of {edges} m, {self.source!r})"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along (x, y, z)."""
        nx, ny, nz = self.labels.shape
        return nx, ny, nz

    @property
    def extent_m(self) -> tuple[float, float, float]:
        """Edge lengths of the whole image."""
        (nx, ny, nz), (dx, dy, dz) = self.shape, self.voxel_size_m
        return nx * dx, ny * dy, nz * dz

    @property
    def has_physical_length(self) -> bool:
        """False for the unit voxel (1, 1, 1)."""
        return self.voxel_size_m != (1.0, 1.0, 1.0)

    def cropped(self, x: slice, y: slice, z: slice) -> "VoxelImage":
        """The box inside three slices of step 1, in voxels; shares memory with this image.

        Raises InputError for a step other than 1, which would change the voxel size, and for an empty box.
        """
        box = checked_box((x, y, z), self.shape, self.source)
        return VoxelImage(self.labels[box], self.voxel_size_m, f"{self.source} {box_text(box)}")

    def reordered(self, order: tuple[int, int, int]) -> "VoxelImage":
        """Axis k of the result is axis order[k] of this image; a copy. (2, 0, 1) makes the last axis x.

        Raises InputError unless `order` holds 0, 1 and 2 once each.
        """
        order = three_axes(order)
        labels = contiguous(self.labels, order)
        x, y, z = (self.voxel_size_m[axis] for axis in order)
        return VoxelImage(labels, (x, y, z), f"{self.source} axes {order}")

    def coarsened(self, factor: int | Sequence[int]) -> "VoxelImage":
        """Blocks of factor (one number, or three along x, y, z) voxels become one, with their commonest label.

        Ties go to each of the tied labels equally often, see `coarsening`; voxels left over at the far ends are cut
        off, which `source` says. Raises InputError for a factor that is not whole, < 1 or larger than the image.
        """
        factors = three_factors(factor)
        if factors == (1, 1, 1):
            return self
        size = coarse_voxel(self.voxel_size_m, factors)
        labels = majority_labels(self.labels, factors)
        return VoxelImage(labels, size, f"{self.source} {coarsening_note(self.shape, factors)}")


def coarse_voxel(voxel_size_m: tuple[float, float, float], factors: tuple[int, int, int]) -> tuple[float, float, float]:
    """Size of a block of voxels; without a physical length it stays the unit voxel, as far as it is cubic."""
    if voxel_size_m == (1.0, 1.0, 1.0):
        if len(set(factors)) > 1:
            raise InputError(f"coarsen = {factors}: blocks that are not cubes need an image with a physical voxel size")
        return voxel_size_m
    x, y, z = (factor * edge for factor, edge in zip(factors, voxel_size_m, strict=True))
    return x, y, z


def box_text(box: tuple[slice, slice, slice]) -> str:
    """How a source names a part of an image."""
    return "[" + ", ".join(f"{part.start}:{part.stop}" for part in box) + "]"


def checked_box(
    box: tuple[slice, slice, slice], shape: tuple[int, int, int], source: str
) -> tuple[slice, slice, slice]:
    """Three slices of step 1 with start and stop inside the shape; InputError for other steps and an empty box."""
    for name, part in zip("xyz", box, strict=True):
        if not isinstance(part, slice) or part.step not in (None, 1):
            raise InputError(f"{name} = {part!r} is not a slice of step 1")
    x, y, z = (slice(*part.indices(n)[:2]) for part, n in zip(box, shape, strict=True))
    if any(part.stop <= part.start for part in (x, y, z)):
        raise InputError(f"the box {box_text((x, y, z))} holds no voxel of {source}, shape {shape}")
    return x, y, z


def three_lengths(voxel_size_m: float | Sequence[float]) -> tuple[float, float, float]:
    """One number (cubic) or three, each positive and finite, as three floats; InputError otherwise."""
    wrong = InputError(f"voxel_size_m = {voxel_size_m!r} is not one or three lengths in metres, finite and > 0")
    if isinstance(voxel_size_m, (str, bytes)):
        raise wrong  # text such as "398 nm" is converted by parse_length
    values = np.asarray(voxel_size_m)
    if values.dtype.kind not in "iuf" or values.shape not in ((), (3,)):
        raise wrong
    values = values.astype(float)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise wrong
    x, y, z = np.broadcast_to(values, 3).tolist()
    return x, y, z


def _checked_labels(labels: np.ndarray, source: str) -> np.ndarray:
    if not isinstance(labels, np.ndarray) or isinstance(labels, np.ma.MaskedArray):
        raise InputError(f"labels of {source} are {type(labels).__name__}, not a plain NumPy array")
    if labels.dtype.kind not in "biu":
        raise InputError(f"labels of {source} are of type {labels.dtype}, not integers; segment the image first")
    if labels.ndim != 3 or labels.size == 0:
        raise InputError(f"labels of {source} have shape {labels.shape}, not (nx, ny, nz) with a voxel in it")
    view = labels.view(np.uint8) if labels.dtype == bool else labels.view()
    if view.dtype.kind == "i" and view.min() < 0:
        raise InputError(f"labels of {source} go down to {view.min()}; labels are whole numbers >= 0")
    view.flags.writeable = False
    return view
