"""Which voxels carry a current from face to face.

Voxels are connected through shared faces (6 neighbours), never through edges or corners: those conduct
nothing in a finite-volume scheme. Parts are found on runs of voxels, not on voxels: that takes 12 bytes per run,
8 per row of the image and 56 per part.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError
from electrode_homog.microstructure.microstructure import Microstructure

Three = tuple[bool, bool, bool]


@dataclass(frozen=True, eq=False)
class ConnectedParts:
    """The face-connected parts of the conducting voxels of an image (nx, ny, nz), cut off at its outer faces.

    Row i * ny + j of the image, the voxels (i, j, :), has the runs row_start[row] to row_start[row + 1] - 1. A run
    covers start <= z < stop and belongs to `part`; parts are numbered in the order in which rows and runs
    meet them. `sizes` (count,) are their voxels, `face_voxels` (count, 3, 2) those on the low and high outer face
    normal to each axis.
    """

    shape: tuple[int, int, int]
    row_start: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    part: np.ndarray
    sizes: np.ndarray
    face_voxels: np.ndarray

    def __post_init__(self):
        for name in ("row_start", "start", "stop", "part", "sizes", "face_voxels"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))

    @property
    def count(self) -> int:
        return self.sizes.size

    @property
    def touches(self) -> np.ndarray:
        """(count, 3, 2): does the part touch the low, the high outer face normal to the axis."""
        return self.face_voxels > 0

    def spanning(self, axis: int) -> np.ndarray:
        """(count,): does the part touch both outer faces normal to the axis."""
        return np.all(self.face_voxels[:, axis] > 0, axis=1)

    def contacts_spread(self) -> np.ndarray:
        """(count, 3): do the centres of the outer voxel faces of the part differ in position along the axis."""
        from electrode_homog.microstructure import run_kernels

        lowest = np.full((self.count, 3), np.iinfo(np.int64).max)
        highest = np.full((self.count, 3), -1)
        run_kernels.spread_contacts(*self.shape, self.row_start, self.start, self.stop, self.part, lowest, highest)
        return highest > lowest

    def periodic(self) -> tuple[np.ndarray, Three]:
        """Parts (count,) that wrap onto their own image in the periodic continuation, and along which axes any does.

        Each part of the single cell is a node; each pair of touching voxels on opposite faces is an edge that
        moves one cell along its axis. A closed walk with a net movement is a wrap. Nodes carry their cell
        relative to a root (union-find with offsets), so that every edge inside a tree closes such a walk.
        """
        from electrode_homog.microstructure import run_kernels

        root = np.arange(self.count)
        cell = np.zeros((self.count, 3), dtype=np.int64)  # position of a node relative to its root
        closes, axes = np.zeros(self.count, dtype=bool), np.zeros(3, dtype=bool)
        runs = (self.row_start, self.start, self.stop, self.part)
        run_kernels.link_faces(*self.shape, *runs, root, cell, closes, axes)
        x, y, z = axes.tolist()
        return closes[root], (x, y, z)

    def mask(self, keep: np.ndarray, team: Team | None = None) -> np.ndarray:
        """True, in (nx, ny, nz), for the voxels of the parts where `keep` (count,) is True."""
        from electrode_homog.microstructure import run_kernels

        keep = np.asarray(keep)
        if keep.shape != (self.count,) or keep.dtype != bool:
            raise InputError(f"keep has {keep.dtype} {keep.shape}; one bool for each of the {self.count} parts")
        mask = np.empty(self.shape, dtype=bool)
        with _at_work(team) as team:
            spans = team.shares(self.shape[0])
            runs = (self.row_start, self.start, self.stop, self.part)
            team.run(run_kernels.fill_mask, spans, *runs, _read_only(np.ascontiguousarray(keep)), mask)
        return mask


def connected_parts(labels: np.ndarray, conducts: np.ndarray, team: Team | None = None) -> ConnectedParts:
    """Connected parts of the voxels whose label conducts; labels (nx, ny, nz) whole numbers, conducts[label] bool.

    A mask is an image of the labels False and True, with conducts = [False, True]. The result does not depend on
    the number of threads. Raises InputError if `conducts` does not cover the labels.
    """
    from electrode_homog.microstructure import run_kernels

    labels, conducts = _checked(labels, conducts)
    nx, ny, nz = labels.shape
    with _at_work(team) as team:
        spans = team.shares(nx)  # each costs one seam
        row_start = np.zeros(nx * ny + 1, dtype=np.int64)
        team.run(_on_planes(run_kernels.count_runs), spans, labels, conducts, row_start)
        np.cumsum(row_start, out=row_start)
        runs = int(row_start[-1])
        start, stop = np.empty(runs, dtype=np.int32), np.empty(runs, dtype=np.int32)

        def locate(first: int, last: int, *image: np.ndarray) -> None:
            run_kernels.locate_runs(first, last, *image, start, stop, np.empty(nz + 1, dtype=np.int32))

        team.run(_on_planes(locate), spans, labels, conducts, row_start)
        part = np.empty(runs, dtype=np.int32 if runs < 2**31 else np.int64)
        team.run(run_kernels.join_within, spans, ny, row_start, start, stop, part)
    for seam, _ in spans[1:]:
        run_kernels.join_plane(seam, ny, row_start, start, stop, part)
    count = run_kernels.number_parts(part)
    sizes, face_voxels = np.zeros(count, dtype=np.int64), np.zeros((count, 3, 2), dtype=np.int64)
    run_kernels.measure_parts(nx, ny, nz, row_start, start, stop, part, sizes, face_voxels)
    return ConnectedParts((nx, ny, nz), row_start, start, stop, part, sizes, face_voxels)


def phase_parts(electrode: Microstructure, name: str) -> ConnectedParts:
    """Connected parts of one phase, without a mask where the labels are bytes. Raises InputError for no such phase."""
    labels = electrode.image.labels
    if labels.dtype != np.uint8:
        return connected_parts(electrode.mask(name), np.array([False, True]))
    return connected_parts(labels, np.isin(np.arange(256), electrode.labels(name)))


def _checked(labels: np.ndarray, conducts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels that are numbers, and a table of all of them: the kernels look up without a check."""
    if labels.ndim != 3 or labels.dtype.kind not in "bui":
        raise InputError(f"labels are {labels.dtype} {labels.shape}; whole numbers or bool (nx, ny, nz)")
    if conducts.ndim != 1 or conducts.dtype != bool:
        raise InputError(f"conducts is {conducts.dtype} {conducts.shape}; one bool for each label from 0 on")
    if labels.dtype == bool:
        labels = labels.view(np.uint8)
    if labels.size and (labels.dtype != np.uint8 or conducts.size < 256):
        least, most = int(labels.min()), int(labels.max())
        if least < 0 or most >= conducts.size:
            raise InputError(f"labels run from {least} to {most}; conducts covers 0 to {conducts.size - 1}")
    return labels, _read_only(np.ascontiguousarray(conducts))


def _on_planes(kernel: Callable) -> Callable:
    """The kernel on a few planes as numba likes them: contiguous, of the byte order of the machine, read-only.

    Only planes that are not so are copied. Each other layout would be compiled anew, and slow along z.
    """

    def on_planes(first: int, last: int, labels: np.ndarray, conducts: np.ndarray, row_start: np.ndarray) -> None:
        planes = np.ascontiguousarray(labels[first:last], dtype=labels.dtype.newbyteorder("="))
        kernel(0, last - first, _read_only(planes), conducts, row_start[first * labels.shape[1] :])

    return on_planes


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view


def _at_work(team: Team | None) -> Team | nullcontext[Team]:
    """The given team, left as it is, or a new one for the time of a `with`."""
    return Team() if team is None else nullcontext(team)
