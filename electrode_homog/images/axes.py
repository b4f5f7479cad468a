"""Axes in another order, copied tile by tile: where the fastest axis changes, a plain copy misses the cache."""

from collections.abc import Sequence

import numpy as np

from electrode_homog.errors import InputError

_TILE_BYTES = 64  # of a row that is read before the next row: one line of cache


def three_axes(order: Sequence[int]) -> tuple[int, int, int]:
    """0, 1 and 2 in some order; InputError otherwise."""
    if (
        not isinstance(order, (tuple, list))
        or not all(isinstance(n, int) and not isinstance(n, bool) for n in order)
        or sorted(order) != [0, 1, 2]
    ):
        raise InputError(f"order = {order!r} is not 0, 1 and 2 in some order, as in (2, 0, 1)")
    x, y, z = order
    return x, y, z


def contiguous(array: np.ndarray, order: tuple[int, int, int] = (0, 1, 2)) -> np.ndarray:
    """Axis k of the result is axis order[k] of the array (3-D); in C order, without a copy where it already is."""
    turned = array.transpose(order)
    fastest = int(np.argmin(turned.strides))
    if turned.flags.c_contiguous or fastest == 2:
        return np.ascontiguousarray(turned)
    copy = np.empty(turned.shape, turned.dtype)
    step = max(1, _TILE_BYTES // turned.dtype.itemsize)
    between = 1 - fastest  # the axis that is neither the fastest of the array nor that of the copy
    source, target = (np.moveaxis(volume, (between, fastest), (0, 1)) for volume in (turned, copy))
    for plane, into in zip(source, target, strict=True):
        for start in range(0, plane.shape[0], step):
            into[start : start + step] = plane[start : start + step]
    return copy
