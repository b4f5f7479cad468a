"""How much longer a phase is along one axis than along the others, by its chords and by its correlation.

The scale of a phase along an axis is its mean chord, or its correlation length. The flattening along an axis is
the geometric mean of the scales along the other two over the scale along it: 1 where the axes are alike, above 1 along
an axis across which the phase is pressed flat. Particles in a calendered electrode are pressed along x.
"""

import math
from dataclasses import dataclass

from electrode_homog.errors import InputError
from electrode_homog.microstructure.chords import ChordLengths
from electrode_homog.microstructure.correlation import TwoPoint

Three = tuple[float, float, float]


@dataclass(frozen=True)
class Anisotropy:
    """Scales of a phase along x, y, z and what follows from them; a flattening is NaN where a scale is not finite."""

    phase: str
    mean_chord_m: Three
    correlation_length_m: Three
    chord_flattening: Three
    correlation_flattening: Three

    @property
    def flattest_axis(self) -> int:
        """The axis along which the mean chord is shortest."""
        return self.mean_chord_m.index(min(self.mean_chord_m))


def anisotropy(chords: ChordLengths, correlation: TwoPoint) -> Anisotropy:
    """Flattening of one phase. Raises InputError if the two are not of one and the same phase."""
    if correlation.phases != (chords.phase, chords.phase):
        raise InputError(f"chords are of {chords.phase!r}, the correlation of {correlation.phases}; give one phase")
    lengths = correlation.correlation_length_m
    return Anisotropy(chords.phase, chords.mean_m, lengths, flattening(chords.mean_m), flattening(lengths))


def flattening(scale: Three) -> Three:
    """Geometric mean of the two other scales over each scale; NaN where one of them is not finite or not > 0."""
    if not all(math.isfinite(value) and value > 0 for value in scale):
        return math.nan, math.nan, math.nan
    x, y, z = scale
    return math.sqrt(y * z) / x, math.sqrt(x * z) / y, math.sqrt(x * y) / z
