"""What is done to a single particle: steps of influx, of a held surface, of rest. Lithiation is positive, everywhere.

That is the sign of a half cell against lithium, whose discharge lithiates the particle. `c_rate` is that of the
particle: at 1 the mean stoichiometry rises by one in an hour, whatever the particle's size.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.checking import set_number, set_positive

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class SurfaceReaches:
    """The step ends where the surface stoichiometry is `stoichiometry`."""

    stoichiometry: float

    def __post_init__(self):
        _check_stoichiometry(self)

    def __str__(self) -> str:
        return f"surface at {self.stoichiometry:g}"


@dataclass(frozen=True)
class MeanReaches:
    """The step ends where the mean stoichiometry is `stoichiometry`."""

    stoichiometry: float

    def __post_init__(self):
        _check_stoichiometry(self)

    def __str__(self) -> str:
        return f"mean at {self.stoichiometry:g}"


@dataclass(frozen=True)
class PotentialReaches:
    """The step ends where the equilibrium potential of the surface is `potential_V` against lithium."""

    potential_V: float

    def __post_init__(self):
        set_number(self, "potential_V")

    def __str__(self) -> str:
        return f"surface at {self.potential_V:g} V"


@dataclass(frozen=True)
class RateFalls:
    """The step ends where the magnitude of the particle's C-rate has fallen to `c_rate`: of held surfaces only."""

    c_rate: float

    def __post_init__(self):
        set_positive(self, "c_rate")

    def __str__(self) -> str:
        return f"{self.c_rate:g}C"


End = SurfaceReaches | MeanReaches | PotentialReaches | RateFalls


@dataclass(frozen=True)
class ConstantInflux:
    """Uniform influx that lithiates the particle where `c_rate` is positive, and empties it where it is negative.

    Ends after `duration_s`, at `until`, or where the surface is full or empty, whatever comes first.
    """

    c_rate: float
    duration_s: float | None = field(default=None, kw_only=True)
    until: End | None = field(default=None, kw_only=True)

    def __post_init__(self):
        if set_number(self, "c_rate") == 0:
            raise InputError("c_rate = 0 is a rest; use ParticleRest(duration_s=...)")
        _check_ends(self, needed=False)
        if isinstance(self.until, RateFalls):
            raise InputError("ConstantInflux: until = RateFalls cannot be reached, the rate is constant")

    def __str__(self) -> str:
        return f"{self.c_rate:g}C {_ends(self, 'the surface is full or empty')}"


@dataclass(frozen=True)
class HeldSurface:
    """Hold the surface at a stoichiometry, from the first instant on, for `duration_s` or until `until`."""

    stoichiometry: float
    duration_s: float | None = field(default=None, kw_only=True)
    until: MeanReaches | RateFalls | None = field(default=None, kw_only=True)

    def __post_init__(self):
        _check_stoichiometry(self)
        _check_ends(self, needed=True)

    def __str__(self) -> str:
        return f"hold surface at {self.stoichiometry:g} {_ends(self)}"


@dataclass(frozen=True)
class HeldPotential:
    """Hold the equilibrium potential of the surface, from the first instant on: fast kinetics at a set voltage."""

    potential_V: float
    duration_s: float | None = field(default=None, kw_only=True)
    until: MeanReaches | RateFalls | None = field(default=None, kw_only=True)

    def __post_init__(self):
        set_number(self, "potential_V")
        _check_ends(self, needed=True)

    def __str__(self) -> str:
        return f"hold surface at {self.potential_V:g} V {_ends(self)}"


@dataclass(frozen=True)
class ParticleRest:
    """No influx."""

    duration_s: float

    def __post_init__(self):
        set_positive(self, "duration_s")

    def __str__(self) -> str:
        return f"rest {self.duration_s:g} s"


ParticleStep = ConstantInflux | HeldSurface | HeldPotential | ParticleRest


def particle_steps(steps: ParticleStep | Sequence[ParticleStep]) -> tuple[ParticleStep, ...]:
    """One step or several as a tuple. Raises InputError for anything else, and for an empty sequence."""
    steps = (steps,) if isinstance(steps, ParticleStep) else steps
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        raise InputError(f"steps = {steps!r} is not a step, e.g. ConstantInflux(c_rate=1.0), or a list of them")
    for step in steps:
        if not isinstance(step, ParticleStep):
            raise InputError(f"steps contain {step!r}, which is not a step such as ParticleRest(duration_s=600)")
    if not steps:
        raise InputError("steps are empty; give at least one step")
    return tuple(steps)


def _ends(step: Any, otherwise: str = "") -> str:
    ends = [f"for {step.duration_s:g} s"] if step.duration_s is not None else []
    ends += [f"until {step.until or otherwise}"] if step.until or not ends else []
    return " or ".join(ends)


def _check_ends(step: Any, needed: bool) -> None:
    name, held = type(step).__name__, isinstance(step, HeldSurface | HeldPotential)
    if needed and step.duration_s is None and step.until is None:
        raise InputError(f"{name} needs duration_s or until; else it never ends")
    if step.duration_s is not None:
        set_positive(step, "duration_s")
    allowed = MeanReaches | RateFalls if held else End
    if step.until is not None and not isinstance(step.until, allowed):
        example = "RateFalls(c_rate=0.01)" if held else "SurfaceReaches(stoichiometry=0.9)"
        raise InputError(f"{name}: until = {step.until!r} is not an end that this step can reach, e.g. {example}")


def _check_stoichiometry(step: Any) -> None:
    value = set_number(step, "stoichiometry")
    if not 0 < value < 1:
        raise OutOfRangeError(f"{type(step).__name__}: stoichiometry = {value:g} is not between 0 and 1")
