"""What holds on the surface of a particle whose mean influx is prescribed.

A particle in a porous electrode is told the mean of its influx; how that spreads over the surface decides which
mean of an anisotropic diffusivity counts: the harmonic one where the flux is uniform, the arithmetic one where the
concentration is. The kinetics lie between.
"""

import math
from dataclasses import dataclass

from electrode_homog.errors import InputError, OutOfRangeError


@dataclass(frozen=True)
class UniformFlux:
    """The same flux enters everywhere: slow kinetics, or a plateau of the open-circuit potential."""


@dataclass(frozen=True)
class UniformConcentration:
    """The same concentration holds everywhere on the surface: fast kinetics on a steep open-circuit potential."""


@dataclass(frozen=True)
class LinearisedKinetics:
    """The local influx is biot D/R (c_common - c): kinetics linearised about the common state of the surface.

    `biot` = k R/D with k the exchange velocity [m/s], R = 3 volume/surface area, D the diffusivity that the tensor is
    relative to. `biot` -> 0 is UniformFlux, `biot` -> infinity UniformConcentration. It is one number: the k of a
    run follows D(x, T) and not the exchange current density. Raises InputError where it is not a finite number,
    OutOfRangeError where it is not positive.
    """

    biot: float

    def __post_init__(self):
        if isinstance(self.biot, bool) or not isinstance(self.biot, int | float) or not math.isfinite(self.biot):
            raise InputError(
                f"biot = {self.biot!r} is not a finite number; for fast kinetics write UniformConcentration()"
            )
        if self.biot <= 0:
            raise OutOfRangeError(f"biot = {self.biot:g} is not positive; write UniformFlux() for the limit 0")
        object.__setattr__(self, "biot", float(self.biot))


SurfaceClosure = UniformFlux | UniformConcentration | LinearisedKinetics
