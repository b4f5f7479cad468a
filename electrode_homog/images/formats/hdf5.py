"""HDF5 (.h5, .hdf5, .hdf, .nxs, .dream3d): one dataset, named by its path or the only one with three axes.

The voxel size is read from the attribute `element_size_um` (Fiji, ilastik: three micrometres in the order of the
array axes) or `voxel_size_m`; other attributes have no agreed meaning. Axes of length 1 beside three others are
dropped (ilastik writes a channel).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.datasets import ArrayEntry, image_axes, only_image
from electrode_homog.images.formats.guard import check_memory, parsing
from electrode_homog.images.formats.hdf5_data import check_present, check_unpacked, elsewhere, number_type
from electrode_homog.images.formats.hdf5_links import dataset_at, datasets_below
from electrode_homog.images.formats.stored import Box, StoredImage
from electrode_homog.images.length import Calibration

if TYPE_CHECKING:
    import h5py

_UNITS = {"element_size_um": "um", "voxel_size_m": "m"}  # attribute -> unit of its three numbers


@contextmanager
def opened_hdf5(path: Path, dataset: str | None) -> Iterator[StoredImage]:
    """The dataset of that name, or the only one of numbers with three axes; InputError lists them if there are more.

    Refused: links and storage outside the file, virtual datasets, data that are absent in whole or in part,
    filters that are not built in, values that are not numbers.
    """
    with opened_file(path) as file:
        with parsing(path):
            name = _only_name(path, file) if dataset is None else dataset
            data = dataset_at(path, file, name)
            image = stored_dataset(path, name, data)
        yield image


@contextmanager
def opened_file(path: Path) -> Iterator["h5py.File"]:
    """The file, for reading; InputError where it is not HDF5 or is cut short."""
    import h5py

    with ExitStack() as stack:
        with parsing(path):
            file = stack.enter_context(h5py.File(path, "r", locking="best-effort"))
        yield file


def stored_dataset(path: Path, name: str, dataset: "h5py.Dataset") -> StoredImage:
    """The dataset as an image, in the order of its axes, after all that can be judged without reading it."""
    outside = elsewhere(dataset)
    if outside:
        raise InputError(f"{path}: dataset {name!r} is {outside}; save its values into this file")
    dtype = number_type(dataset)
    if dtype is None:
        raise InputError(f"{path}: dataset {name!r} does not hold plain numbers; give one number per voxel")
    axes = image_axes(dataset.shape or ())
    if axes is None:
        raise InputError(f"{path}: dataset {name!r} has shape {dataset.shape}; three axes are needed")
    suspect = check_present(path, name, dataset)
    nx, ny, nz = (dataset.shape[axis] for axis in axes)

    def read(box: Box) -> np.ndarray:
        check_memory(path, tuple(part.stop - part.start for part in box), dtype.itemsize)
        parts = dict(zip(axes, box, strict=True))
        with parsing(path):
            for offset in [each for each in suspect if _is_touched(each, dataset.chunks or (), parts)]:
                check_unpacked(path, name, dataset, offset)
                suspect.discard(offset)
            return dataset[tuple(parts.get(axis, 0) for axis in range(len(dataset.shape)))]

    return StoredImage((nx, ny, nz), dtype, _calibration(dataset), read)


def _is_touched(offset: tuple[int, ...], chunks: tuple[int, ...], parts: dict[int, slice]) -> bool:
    return all(offset[k] < part.stop and part.start < offset[k] + chunks[k] for k, part in parts.items())


def _only_name(path: Path, file: "h5py.File") -> str:
    found, others = datasets_below(path, file)
    entries = []
    for name, dataset in found.items():
        outside, dtype = elsewhere(dataset), number_type(dataset)
        if outside or dtype is None:
            others.append(f"{name!r}, {outside or 'not plain numbers'}")
        else:
            entries.append(ArrayEntry(name, dataset.shape or (), str(dtype)))
    return only_image(path, entries, others=others)


def _calibration(dataset: "h5py.Dataset") -> Calibration | None:
    for name, unit in _UNITS.items():
        if name not in dataset.attrs:
            continue
        attribute = dataset.attrs.get_id(name)
        if attribute.shape == (3,) and attribute.dtype.kind in "iuf":
            # The shortest decimal that is this number: 0.398 stored in single precision is meant as 0.398.
            x, y, z = (float(str(value)) for value in np.asarray(dataset.attrs[name]))
            return Calibration((x, y, z), unit)
    return None
