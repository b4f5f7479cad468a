"""A body of many grains of one crystal in all orientations: bounds and an estimate of its isotropic diffusivity."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.particles.laws.diffusivity_tensor import DiffusivityTensor


@dataclass(frozen=True)
class PolycrystalDiffusivity:
    """Effective diffusivity [m2/s] of randomly oriented equiaxed grains in perfect contact, smallest first.

    `reuss` (harmonic mean) and `voigt` (arithmetic mean) hold for every polycrystal that is isotropic as a whole.
    The bounds of Hashin and Shtrikman (1963) are tighter and hold where orientations are not correlated with shapes
    and places. `self_consistent` treats each grain as a ball in the effective medium. Grain boundaries that resist, or
    conduct better, are not in it.
    """

    reuss: float
    lower: float
    self_consistent: float
    upper: float
    voigt: float


def randomly_oriented(tensor: DiffusivityTensor) -> PolycrystalDiffusivity:
    """The diffusivity of a polycrystal, from the principal values D_i of its grains.

    A ball of the crystal in a matrix k0 gives k = 3/sum 1/(D_i + 2 k0) - 2 k0: with the smallest and the largest D_i
    for k0 these are the bounds, and the k0 that returns itself, sum (D_i - k)/(D_i + 2k) = 0, is the estimate.
    """
    from scipy.optimize import brentq

    values = np.asarray(tensor.principal_values)
    scale = float(values[-1])
    D = values / scale

    def embedded(k0: float) -> float:
        return float(3 / np.sum(1 / (D + 2 * k0)) - 2 * k0)

    low, high = embedded(float(D[0])), embedded(float(D[-1]))
    estimate = low
    if high - low > 1e-14:
        estimate = float(brentq(lambda k: np.sum((D - k) / (D + 2 * k)), low, high, rtol=1e-14))  # type: ignore
    return PolycrystalDiffusivity(
        reuss=tensor.harmonic_mean,
        lower=low * scale,
        self_consistent=estimate * scale,
        upper=high * scale,
        voigt=tensor.arithmetic_mean,
    )
