"""MATLAB files (.mat), versions 5 to 7.3: one numeric or logical array, in MATLAB's own axis order.

Version 7.3 is HDF5, where MATLAB's first axis is the last, and the field of a structure is an array that can be named
(`s/field`). Cells, objects, function handles and the structures of older versions are never built. No voxel size is
agreed on in these files, so none is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.datasets import ArrayEntry, image_axes, listed, only_image
from electrode_homog.images.formats.guard import opened, parsing
from electrode_homog.images.formats.hdf5 import opened_file, stored_dataset
from electrode_homog.images.formats.hdf5_data import elsewhere, number_type
from electrode_homog.images.formats.hdf5_links import dataset_at, datasets_below
from electrode_homog.images.formats.matlab5 import Element, array_of, elements
from electrode_homog.images.formats.stored import Box, StoredImage

if TYPE_CHECKING:
    import h5py

_HDF5 = b"\x89HDF\r\n\x1a\n"
_NUMERIC = ("double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))


@contextmanager
def opened_matlab(path: Path, dataset: str | None) -> Iterator[StoredImage]:
    """The variable of that name, or the only real array with three axes; InputError lists them if there are more.

    A variable that MATLAB packed (-v7) is unpacked whole at the first reading, whatever the box.
    """
    with opened(path) as file:
        with parsing(path):
            head = file.read(520)
            image = None if _HDF5 in (head[:8], head[512:]) else _version_5(path, file, dataset)
        if image is not None:
            yield image
            return
    with opened_file(path) as container:
        with parsing(path):
            image = _version_7_3(path, container, dataset)
        yield image


def _version_5(path: Path, file: BinaryIO, dataset: str | None) -> StoredImage:
    found = list(elements(path, file))
    entries = [ArrayEntry(each.name, each.shape, each.kind) for each in found if each.is_plain]
    others = [_described(each) for each in found if not each.is_plain and each.name]
    name = only_image(path, entries, others=others) if dataset is None else dataset
    element = _named(path, found, name)
    axes = image_axes(element.shape)
    if element.dtype is None or axes is None:
        raise InputError(
            f"{path}: {name!r} is a {element.kind} of shape {element.shape}; a real array with three axes is needed; "
            "save it as a variable of its own"
        )
    nx, ny, nz = shape = tuple(element.shape[axis] for axis in axes)
    whole = cache(lambda: array_of(path, file, element).reshape(shape, order="F"))

    def read(box: Box) -> np.ndarray:
        with parsing(path):
            return whole()[box]

    return StoredImage((nx, ny, nz), element.dtype, None, read, mapped=element.packed_at is None)


def _described(element: Element) -> str:
    hint = ": save the field with the image as a variable of its own" if element.kind in ("struct", "cell") else ""
    return f"{element.name!r}, a {element.kind}{hint}"


def _named(path: Path, found: list[Element], name: str) -> Element:
    matching = [each for each in found if each.name == name]
    if len(matching) != 1:
        known = listed([ArrayEntry(each.name, each.shape, each.kind) for each in found if each.name])
        raise InputError(f"{path}: {len(matching)} variables are named {name!r}; it holds {known or 'none'}")
    return matching[0]


def _version_7_3(path: Path, file: "h5py.File", dataset: str | None) -> StoredImage:
    name = _only_variable(path, file) if dataset is None else dataset
    data = dataset_at(path, file, name)
    if (kind := _class(data)) not in _NUMERIC or "MATLAB_empty" in data.attrs or "MATLAB_sparse" in data.attrs:
        raise InputError(f"{path}: {name!r} is a {kind} or empty; a full, real array with three axes is needed")
    stored = stored_dataset(path, name, data)
    nz, ny, nx = stored.shape

    def read(box: Box) -> np.ndarray:
        return stored.read((box[2], box[1], box[0])).T

    return StoredImage((nx, ny, nz), stored.dtype, None, read)


def _only_variable(path: Path, file: "h5py.File") -> str:
    entries, others = [], []
    found, links = datasets_below(path, file)
    for name, node in found.items():
        name = name.removeprefix("/")
        if name.startswith("#"):  # MATLAB's own: contents of cells and objects
            continue
        if outside := elsewhere(node):
            others.append(f"{name!r}, {outside}")
        elif number_type(node) is None or _class(node) not in _NUMERIC:
            others.append(f"{name!r}, a {_class(node)}")
        else:
            entry = ArrayEntry(name, tuple(reversed(node.shape or ())), _class(node))
            if "/" not in name:
                entries.append(entry)
            elif image_axes(entry.shape):
                others.append(f"{entry}, in a structure: give this name as dataset")
    return only_image(path, entries, others=[*others, *links])


def _class(data: "h5py.Dataset") -> str:
    """MATLAB's class of a variable; a file that other programs wrote may not state it."""
    if "MATLAB_class" not in data.attrs:
        return "double"
    stated = data.attrs["MATLAB_class"]
    return stated.decode("ascii", "replace") if isinstance(stated, bytes) else str(stated)
