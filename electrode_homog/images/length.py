"""Lengths at the edge of the package: text to metres, what files state, and what is too large or small."""

import math
import re
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError

# Powers of ten; both characters for micro (U+00B5, U+03BC) are in use, and ImageJ may escape the first.
_UNITS = {
    "Å": -10,  # U+00C5
    "\u212b": -10,  # the sign of its own that Unicode has for it
    "nm": -9,
    "um": -6,
    "µm": -6,
    "μm": -6,
    "\\u00B5m": -6,
    "micron": -6,
    "microns": -6,
    "mm": -3,
    "cm": -2,
    "m": 0,
}
_OFFERED = "Å, nm, um, µm, micron, mm, cm or m"
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,4}))?\s*(\D*)")

LARGEST_THICKNESS_m = 2e-3  # coatings are 10 um to 0.5 mm; a scan may hold the current collector and more
SMALLEST_EXTENT_m = 1e-6  # smaller than one particle


def parse_length(text: str) -> float:
    """Metres from text such as "398 nm", "0.4um", "1.2e-3 mm"; plain "1" is the unit voxel, without a length.

    Raises InputError for any other number without a unit, an unknown unit, and a length that is not positive.

    >>> parse_length("398 nm")
    3.98e-07
    """
    match = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise InputError(f"{text!r} is not a length: a number with a decimal point and {_OFFERED}, as in '398 nm'")
    mantissa, exponent, unit = match.group(1), int(match.group(2) or 0), match.group(3).strip()
    if not unit:
        if float(f"{mantissa}e{exponent}") == 1:
            return 1.0
        raise InputError(f"length {text!r} has no unit; say {_OFFERED}, or 1 for voxels without a physical length")
    if unit not in _UNITS:
        raise InputError(f"length {text!r}: unit {unit!r} is not one of {_OFFERED}")
    value = float(f"{mantissa}e{exponent + _UNITS[unit]}")  # one rounding: "398 nm" is exactly 398e-9
    if not 0 < value < float("inf"):
        raise InputError(f"length {text!r} is not positive and finite")
    return value


@dataclass(frozen=True)
class Calibration:
    """A voxel size as a file states it: three numbers in file axis order, NaN where absent, and a unit."""

    lengths: tuple[float, float, float]
    unit: str

    def voxel_size_m(self) -> tuple[float, float, float]:
        """In metres; InputError for a unit that is not a length and for numbers that are not positive."""
        if not self.unit:
            numbers = ", ".join(f"{length:g}" for length in self.lengths)
            raise InputError(f"states the voxel size ({numbers}) without a unit; give voxel_size_m")
        in_metres(1, self.unit)
        if not all(0 < length < float("inf") for length in self.lengths):
            stated = ", ".join("not stated" if math.isnan(length) else f"{length:g}" for length in self.lengths)
            raise InputError(
                f"states no voxel size along all axes: ({stated}) {self.unit} is incomplete; give voxel_size_m"
            )
        x, y, z = (in_metres(length, self.unit) for length in self.lengths)
        return x, y, z


def in_metres(length: float, unit: str) -> float:
    """A length in one of the known units; InputError for another."""
    if unit not in _UNITS:
        raise InputError(f"its unit {unit!r} is not one of {_OFFERED}; give voxel_size_m")
    return length / 10.0 ** -_UNITS[unit]


def check_extent(name: str, shape: tuple[int, ...], voxel_size_m: tuple[float, ...]) -> None:
    """OutOfRangeError if the thickness (axis 0) exceeds 2 mm or the largest extent is below 1 um."""
    extent = np.array(shape) * np.array(voxel_size_m)
    if _is_plausible(extent):
        return
    sizes = " x ".join(f"{size:g}" for size in voxel_size_m)
    text = (
        f"{name}: {sizes} m per voxel makes it {extent[0]:.3g} m thick, {extent.max():.3g} m at most; "
        f"expected a thickness <= {LARGEST_THICKNESS_m:g} m and an extent >= {SMALLEST_EXTENT_m:g} m"
    )
    for unit, factor in (("millimetres", 1e-3), ("micrometres", 1e-6), ("nanometres", 1e-9)):
        if _is_plausible(extent * factor):
            raise OutOfRangeError(f"{text}. {voxel_size_m[0]:g} {unit}?")
    raise OutOfRangeError(f"{text}. Check voxel_size_m")


def _is_plausible(extent: np.ndarray) -> bool:
    return bool(extent[0] <= LARGEST_THICKNESS_m and extent.max() >= SMALLEST_EXTENT_m)
