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
    "mm": -3,
    "cm": -2,
    "m": 0,
}
# Written out, as in OME-Zarr; the case of these does not matter, while that of symbols does.
_WORDS = {"angstrom": -10, "ångström": -10, "micron": -6, "microns": -6}
_WORDS |= {
    f"{prefix}met{ending}": power
    for prefix, power in (("nano", -9), ("micro", -6), ("milli", -3), ("centi", -2), ("", 0))
    for ending in ("er", "re", "ers", "res")
}
_OFFERED = "Å, nm, um, µm, micron, mm, cm or m"
_GIVE = "give voxel_size_m in metres (--voxel-size 398nm, or three: 50nm,398nm,398nm)"
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,4}))?\s*(\D*)")

LARGEST_THICKNESS_m = 2e-3  # coatings are 10 um to 0.5 mm; a scan may hold the current collector and more
SMALLEST_EXTENT_m = 1e-6  # smaller than one particle
_LARGEST_VOXEL_m = 1e-4  # coarser than the coating of an electrode


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
    power = _power(unit)
    if power is None:
        raise InputError(f"length {text!r}: unit {unit!r} is not one of {_OFFERED}")
    value = float(f"{mantissa}e{exponent + power}")  # one rounding: "398 nm" is exactly 398e-9
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
            raise InputError(f"states the voxel size ({numbers}) without a unit; {_GIVE}")
        in_metres(1, self.unit)
        if not all(0 < length < float("inf") for length in self.lengths):
            stated = ", ".join("not stated" if math.isnan(length) else f"{length:g}" for length in self.lengths)
            raise InputError(f"states no voxel size along all axes: ({stated}) {self.unit} is incomplete; {_GIVE}")
        x, y, z = (in_metres(length, self.unit) for length in self.lengths)
        return x, y, z


def in_metres(length: float, unit: str) -> float:
    """A length in one of the known units; InputError for another."""
    power = _power(unit)
    if power is None:
        raise InputError(f"its unit {unit!r} is not one of {_OFFERED}; {_GIVE}")
    return length / 10.0**-power


def _power(unit: str) -> int | None:
    """Of ten, from a unit to metres."""
    return _UNITS.get(unit, _WORDS.get(unit.lower()))


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
    if max(voxel_size_m) >= _LARGEST_VOXEL_m:  # too large for any voxel: the number was meant in another unit
        for unit, factor in (("millimetres", 1e-3), ("micrometres", 1e-6), ("nanometres", 1e-9)):
            if _is_plausible(extent * factor):
                raise OutOfRangeError(f"{text}. {voxel_size_m[0]:g} {unit}?")
    raise OutOfRangeError(f"{text}. Check voxel_size_m{_for_no_electrode(extent, voxel_size_m)}")


def _for_no_electrode(extent: np.ndarray, voxel_size_m: tuple[float, ...]) -> str:
    """What is left to do where the voxel size is right, as for a rock."""
    remedies = []
    if len(set(voxel_size_m)) == 1:  # the shape of other voxels would be lost
        remedies.append(
            "give a voxel size of 1 (--voxel-size 1), on which fractions, connection and tensors do not depend"
        )
    most = int(LARGEST_THICKNESS_m / voxel_size_m[0])
    if extent[0] > LARGEST_THICKNESS_m and most:
        remedies.append(f"crop it to {most} voxels along x (crop; --crop of convert)")
    return f"; for a geometry that is no electrode, as a rock, {', or '.join(remedies)}" if remedies else ""


def _is_plausible(extent: np.ndarray) -> bool:
    return bool(extent[0] <= LARGEST_THICKNESS_m and extent.max() >= SMALLEST_EXTENT_m)
