"""Through-thickness profiles: what fills each layer of voxels, and how much of it is connected to the faces.

A part touches a face where one of its voxels lies on the outermost layer. Parts join through voxel faces only, and are
cut off at the sides of the image.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.microstructure.connectivity import ConnectedParts, phase_parts
from electrode_homog.microstructure.microstructure import Microstructure


@dataclass(frozen=True, eq=False)
class Profiles:
    """Fractions of each layer normal to `axis`, by phase, in an image of n layers.

    `position_m` (n,) are the centres of the layers, from the low face on. `fraction` (phases, n) adds up to 1 in each
    layer; of it, `from_low` and `from_high` are connected to the low and the high face, and `spanning` to both. What is
    connected to neither is fraction - from_low - from_high + spanning.
    """

    axis: int
    phases: tuple[str, ...]
    position_m: np.ndarray
    fraction: np.ndarray
    from_low: np.ndarray
    from_high: np.ndarray
    spanning: np.ndarray

    def __post_init__(self):
        for name in ("position_m", "fraction", "from_low", "from_high", "spanning"):
            view = np.asarray(getattr(self, name)).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @property
    def isolated(self) -> np.ndarray:
        """(phases, n): share of each layer that belongs to parts connected to neither face."""
        return self.fraction - self.from_low - self.from_high + self.spanning


def profiles(electrode: Microstructure, *, axis: int = 0) -> Profiles:
    """Profiles along an axis; costs one labelling per phase. Raises InputError for an axis that is not 0, 1 or 2."""
    return profiles_of_parts(electrode, {name: phase_parts(electrode, name) for name in electrode.phases}, axis=axis)


def profiles_of_parts(electrode: Microstructure, parts: Mapping[str, ConnectedParts], *, axis: int = 0) -> Profiles:
    """As `profiles`, from the connected parts of every phase, where they are known already.

    Raises InputError for an axis that is not 0, 1 or 2, and unless `parts` are those of the phases of the image.
    """
    if axis not in (0, 1, 2):
        raise InputError(f"axis = {axis!r} is not 0 (x, through the thickness), 1 (y) or 2 (z)")
    if set(parts) != set(electrode.phases) or any(found.shape != electrode.image.shape for found in parts.values()):
        raise InputError(f"parts are of {sorted(parts)}; one each for {', '.join(electrode.phases)} of this image")
    n, edge = electrode.image.shape[axis], electrode.image.voxel_size_m[axis]
    shares = np.array([_layer_shares(parts[name], axis) for name in electrode.phases])
    every, low, high, both = np.moveaxis(shares, 1, 0)
    return Profiles(axis, tuple(electrode.phases), (np.arange(n) + 0.5) * edge, every, low, high, both)


def _layer_shares(parts: ConnectedParts, axis: int) -> np.ndarray:
    """(4, n): share of each layer normal to `axis` in all parts, those that touch the low, the high, both faces."""
    low, high = parts.touches[:, axis, 0], parts.touches[:, axis, 1]
    kinds = np.array([np.ones_like(low), low, high, low & high], dtype=float)
    nx, ny, nz = parts.shape
    voxels = np.zeros((4, parts.shape[axis]))
    for i in range(nx):  # plane by plane: temporaries for all runs of a large image would not fit
        starts = parts.row_start[i * ny : (i + 1) * ny + 1]
        runs = slice(starts[0], starts[-1])
        kept = kinds[:, parts.part[runs]]
        start, stop = parts.start[runs], parts.stop[runs]
        match axis:
            case 0:
                voxels[:, i] = kept @ (stop - start)
            case 1:
                upto = np.zeros((4, stop.size + 1))
                np.cumsum(kept * (stop - start), axis=1, out=upto[:, 1:])
                voxels += np.diff(upto[:, starts - starts[0]], axis=1)
            case _:
                ends = [np.bincount(start, one, nz + 1) - np.bincount(stop, one, nz + 1) for one in kept]
                voxels += np.cumsum(ends, axis=1)[:, :nz]
    return voxels / (nx * ny * nz // parts.shape[axis])
