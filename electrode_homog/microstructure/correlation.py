"""Two-point functions: the chance that two points a lag apart lie in given phases; and how far a phase is correlated.

Lags are whole voxels along x, y, z, up to half the image. Every pair of voxels is counted, as bits; nothing is sampled
or smoothed. With `Pairs.INSIDE` a pair lies inside the image, and its probability has no bias; with `Pairs.PERIODIC`
the image goes on periodically, which is right for an image that was made so and wrong for a cut-out.

The correlation is the correlation coefficient of the two indicators over those pairs: mean and variance are taken from
the pairs themselves, that is from the two shifted parts of the image, not from the whole. A layered or graded
image would otherwise show a correlation that never dies down. It is -1 to 1, and 1 at lag 0 of a phase with itself.
"""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from electrode_homog.compiled import Team, slabs
from electrode_homog.errors import InputError
from electrode_homog.microstructure.microstructure import Microstructure
from electrode_homog.microstructure.phase_bits import PhaseBits, phase_bits

Three = tuple[float, float, float]
ThreeArrays = tuple[np.ndarray, np.ndarray, np.ndarray]
_WORDS_AT_ONCE = 2**16  # 512 kB: stays in the cache of a core while it is shifted against itself


class Pairs(Enum):
    """Which pairs of voxels count."""

    INSIDE = "inside the image"
    PERIODIC = "in the periodic continuation"


@dataclass(frozen=True, eq=False)
class TwoPoint:
    """P(first phase at r, second phase at r + lag) along x, y, z.

    `lags_m`, `probability` and `correlation` hold an array per axis, from lag 0 on. `fractions` are those of the two
    phases in the whole image. `correlation` is NaN where one of the phases fills all of its part or none.
    """

    phases: tuple[str, str]
    fractions: tuple[float, float]
    pairs: Pairs
    lags_m: ThreeArrays
    probability: ThreeArrays
    correlation: ThreeArrays

    def __post_init__(self):
        for name in ("lags_m", "probability", "correlation"):
            views = [np.asarray(array).view() for array in getattr(self, name)]
            for view in views:
                view.flags.writeable = False
            object.__setattr__(self, name, tuple(views))

    @property
    def correlation_length_m(self) -> Three:
        """Distance along each axis at which the correlation first falls to 1/e, by linear interpolation.

        For a correlation exp(-r / a) it is a. Named for this and not for the integral because it uses short lags only,
        which an image holds many times: between images of overlapping spheres of radius R, 32 R wide, it scatters by
        1.0 % about the exact value, the integral by 2.5 %. Infinite where the correlation does not fall so far
        within the lags; NaN for a phase that fills the image. InputError for two different phases.
        """
        self._check_one_phase()
        x, y, z = (_crossing(*along, math.exp(-1)) for along in zip(self.lags_m, self.correlation, strict=True))
        return x, y, z

    @property
    def integral_length_m(self) -> Three:
        """Integral of the correlation along each axis, from lag 0 to its first zero, by trapezia; else as above."""
        self._check_one_phase()
        x, y, z = (_integral_to_zero(*along) for along in zip(self.lags_m, self.correlation, strict=True))
        return x, y, z

    def _check_one_phase(self) -> None:
        if self.phases[0] != self.phases[1]:
            raise InputError(f"phases are {self.phases}; a correlation length belongs to one phase with itself")


def two_point(
    electrode: Microstructure, phase: str, *, pairs: Pairs = Pairs.INSIDE, longest_m: float = math.inf
) -> TwoPoint:
    """Two-point function S2 of one phase, for lags up to `longest_m` and half the image, whichever is less.

    Raises InputError if there is no such phase or `longest_m` is not a length >= 0.
    """
    bits = phase_bits(electrode, phase)
    return _two_point(electrode, (phase, phase), (bits, bits), pairs, longest_m)


def cross_two_point(
    electrode: Microstructure, first: str, second: str, *, pairs: Pairs = Pairs.INSIDE, longest_m: float = math.inf
) -> TwoPoint:
    """P(`first` at r, `second` at r + lag), the lag towards higher x, y, z; exchanging the phases reverses it.

    Raises InputError as `two_point` does.
    """
    bits = phase_bits(electrode, first), phase_bits(electrode, second)
    return _two_point(electrode, (first, second), bits, pairs, longest_m)


def _two_point(
    electrode: Microstructure,
    phases: tuple[str, str],
    bits: tuple[PhaseBits, PhaseBits],
    pairs: Pairs,
    longest_m: float,
) -> TwoPoint:
    if not (isinstance(longest_m, int | float) and longest_m >= 0):
        raise InputError(f"longest_m = {longest_m!r} is not a length in metres >= 0")
    lags, probability, correlation = [], [], []
    with Team() as team:
        for axis, (n, edge) in enumerate(zip(electrode.image.shape, electrode.image.voxel_size_m, strict=True)):
            longest = n // 2 if longest_m >= n // 2 * edge else int(longest_m / edge * (1 + 1e-12))
            lags.append(np.arange(longest + 1) * edge)
            both, first, second = _shares(team, bits, axis, longest, pairs)
            probability.append(both)
            spread = np.sqrt(first * (1 - first) * second * (1 - second))
            with np.errstate(invalid="ignore", divide="ignore"):
                correlation.append(np.where(spread > 0, (both - first * second) / spread, np.nan))
    fractions = electrode.fractions
    return TwoPoint(
        phases, (fractions[phases[0]], fractions[phases[1]]), pairs, tuple(lags), tuple(probability), tuple(correlation)
    )


def _shares(
    team: Team, bits: tuple[PhaseBits, PhaseBits], axis: int, longest: int, pairs: Pairs
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the pairs at each lag 0 ... longest, the share with both phases, with the first, with the second."""
    n, voxels = bits[0].shape[axis], math.prod(bits[0].shape)
    lags = np.arange(longest + 1)
    both = _pairs(team, bits[0].layers[axis], bits[1].layers[axis], lags)
    first, second = (np.append(0, np.cumsum(phase.counts(axis))) for phase in bits)
    if pairs is Pairs.PERIODIC:
        around = _pairs(team, bits[1].layers[axis], bits[0].layers[axis], n - lags)
        whole = np.full(longest + 1, 1 / voxels)
        return (both + around) / voxels, first[-1] * whole, second[-1] * whole
    counted = voxels // n * (n - lags)
    return both / counted, first[n - lags] / counted, (second[-1] - second[lags]) / counted


def _pairs(team: Team, low: np.ndarray, high: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """For each lag the bits set in `low` (n, words) and, that many layers further, in `high`."""
    n, words = low.shape

    def count(start: int, stop: int) -> np.ndarray:
        here, there = np.ascontiguousarray(low[:, start:stop]), np.ascontiguousarray(high[:, start:stop])
        common, set_bits = np.empty_like(here), np.empty(here.shape, dtype=np.uint8)
        found = np.zeros(lags.size, dtype=np.int64)
        for place, lag in enumerate(lags):
            kept = slice(0, max(0, n - lag))
            np.bitwise_and(here[kept], there[lag:], out=common[kept])
            np.bitwise_count(common[kept], out=set_bits[kept])
            found[place] = set_bits[kept].sum(dtype=np.int64)
        return found

    spans = slabs(words, max(team.cores, -(-n * words // _WORDS_AT_ONCE)))
    return np.sum(team.run(count, spans), axis=0)


def _crossing(lags: np.ndarray, values: np.ndarray, level: float) -> float:
    """Where `values` first falls to `level`, by linear interpolation; infinite if it does not, NaN if unknown."""
    if np.isnan(values[0]):
        return math.nan
    below = np.flatnonzero(values <= level)
    if not below.size:
        return math.inf
    k = int(below[0])
    return float(lags[k - 1] + (lags[k] - lags[k - 1]) * (values[k - 1] - level) / (values[k - 1] - values[k]))


def _integral_to_zero(lags: np.ndarray, values: np.ndarray) -> float:
    end = _crossing(lags, values, 0.0)
    if not math.isfinite(end):
        return end
    inside = lags < end
    return float(np.trapezoid(np.append(values[inside], 0.0), np.append(lags[inside], end)))
