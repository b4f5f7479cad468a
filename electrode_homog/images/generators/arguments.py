"""What every generator refuses: wrong shapes, seeds and numbers, ranges left, and images larger than the memory."""

import math

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.machine import available_memory_bytes

Shape = tuple[int, int, int]
Lengths = tuple[float, float, float]
ROUNDING = 1e-9  # what a sum or a ratio of given numbers may be off


def check_shape(name: str, shape: Shape) -> None:
    """InputError unless `shape` is three whole numbers >= 1."""
    if not (isinstance(shape, tuple | list) and len(shape) == 3 and all(is_whole(n) and n >= 1 for n in shape)):
        raise InputError(f"{name} = {shape!r} is not three whole numbers >= 1")


def check_seed(seed: int) -> None:
    """InputError unless `seed` is a whole number >= 0."""
    if not (is_whole(seed) and seed >= 0):
        raise InputError(f"seed = {seed!r} is not a whole number >= 0")


def check_periodic(periodic: bool) -> None:
    """InputError unless `periodic` is True or False."""
    if not isinstance(periodic, bool):
        raise InputError(f"periodic = {periodic!r} is not True or False")


def is_whole(value: object) -> bool:
    """A whole number that is not True or False."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def check_number(name: str, value: float) -> None:
    """InputError unless `value` is one finite number."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not (is_number and np.isfinite(value)):
        raise InputError(f"{name} = {value!r} is not a finite number")


def check_range(name: str, value: float, low: float, high: float) -> None:
    """InputError unless `value` is a finite number, OutOfRangeError unless it is in [low, high]."""
    check_number(name, value)
    if not low <= value <= high:
        raise OutOfRangeError(f"{name} = {value:g} is not in {low:g} to {high:g}")


def check_between(name: str, value: float, low: float, high: float) -> None:
    """As `check_range`, with both ends excluded."""
    check_number(name, value)
    if not low < value < high:
        raise OutOfRangeError(f"{name} = {value:g} is not between {low:g} and {high:g}")


def checked_numbers(name: str, values: object, count: int | None = None) -> np.ndarray:
    """Finite numbers as a float array of one axis, of length `count` if given; InputError otherwise."""
    wanted = "a sequence" if count is None else str(count)
    wrong = InputError(f"{name} = {values!r} is not {wanted} of finite numbers")
    if isinstance(values, str | bytes):
        raise wrong
    try:
        array = np.asarray(values)
    except ValueError:
        raise wrong from None
    if array.dtype.kind not in "iuf" or array.ndim != 1 or array.size == 0 or (count and array.size != count):
        raise wrong
    if not np.isfinite(array).all():
        raise wrong
    return array.astype(float)


def checked_lengths(name: str, values: object) -> Lengths:
    """Three lengths > 0 as floats; InputError otherwise."""
    x, y, z = checked_numbers(name, values, 3).tolist()
    if not min(x, y, z) > 0:
        raise InputError(f"{name} = {values!r} is not three lengths in metres > 0")
    return x, y, z


def checked_fractions(name: str, values: object) -> np.ndarray:
    """Fractions >= 0 with the sum 1, in their order; InputError or OutOfRangeError otherwise."""
    fractions = checked_numbers(name, values)
    if fractions.min() < 0 or abs(fractions.sum() - 1) > ROUNDING:
        raise OutOfRangeError(f"{name} = {fractions.tolist()} are not fractions >= 0 with the sum 1")
    return fractions


def check_memory(shape: Shape, bytes_per_voxel: float) -> None:
    """InputError if an image of this shape does not fit; `bytes_per_voxel` is what its making takes at the peak."""
    needed, free = bytes_per_voxel * math.prod(shape), available_memory_bytes()
    if needed > free:
        raise InputError(
            f"shape = {tuple(shape)} needs {needed / 1e9:.3g} GB, {free / 1e9:.3g} GB are free; choose a smaller shape"
        )
