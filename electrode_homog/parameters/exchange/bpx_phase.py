"""One active material of BPX: its numbers as they stand in the file, and what they are in a parameter set.

BPX gives the surface a and the radius R, from which the active fraction is a R/3. Functions of temperature are one
Arrhenius factor exp(E/R (1/T_ref - 1/T)). The normalised rate constant K means an exchange current density
F K (c_e/c_e0)**0.5 (x (1 - x))**0.5 with j = 2 j0 sinh(F eta/(2 R T)); versions before 0.3 left out the factor of 2 in
their document by mistake, and PyBaMM reads all versions alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import CONSTANTS, Expression, evaluate
from electrode_homog.parameters.checking import Quantity
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_polygon import Polygon
from electrode_homog.parameters.exchange.bpx_section import BPXFunction, BPXSection
from electrode_homog.particles import Sphere
from electrode_homog.table import Table

POTENTIALS_V = Quantity("V", -2.0, 8.0)
"""Of an open-circuit potential between its stoichiometry limits."""

ENTROPIC_V_K = Quantity("V/K", -1.0, 1.0)
"""Of a function; what is above the usual is cautioned, as it may be in mV/K."""

PAST_THE_END_V, PAST_THE_END_V_K, PAST_THE_END = 1e-3, 1e-5, 1e-6
"""Of a table: by how much its value may change from its end to the initial state; how far it then goes on past that.
A state of charge is between the cut-offs, which files meet within the millivolt that `bpx` grants, and many tables end
at the stoichiometry limits. PyBaMM goes straight on without end."""

LARGEST_DEVIATION = 1e-2
"""By which a table with more corners than a formula holds may be changed, relative."""


@dataclass(frozen=True)
class BPXPhase:
    """`where` is the way to it in the file; NaN where a value was wrong, which the list of problems tells."""

    where: str
    low: float
    high: float
    maximum: float
    radius: float
    area: float
    diffusivity: BPXFunction
    diffusivity_energy: float
    ocp: BPXFunction
    entropic: BPXFunction | None
    rate: float
    rate_energy: float
    unused: tuple[str, ...] = ()

    @property
    def active_fraction(self) -> float:
        return self.area * self.radius / 3

    @property
    def caution(self) -> str:
        """About an entropic change that is in mV/K, as in one published file; "" where it is not."""
        if self.entropic is None:
            return ""
        largest = np.abs(value_at(self.entropic, np.linspace(self.low, self.high, 201))).max()
        if keys.QUANTITIES[keys.ENTROPIC].contains(largest):
            return ""
        return f"; CAUTION: it reaches {largest:.2g} V/K, a thousand times the usual: is it in mV/K?"

    def potential(self, x: Any) -> Any:
        """At the reference temperature [V]."""
        return value_at(self.ocp, x)


def read_phase(section: BPXSection, known: tuple[str, ...]) -> BPXPhase:
    """The numbers of a material; `known` are further keys that stand in the same object."""
    section.only((*known, *keys.PARTICLE, *keys.HYSTERESIS))
    for key in keys.BRANCHES:
        section.optional_function(key)
    section.optional_number(keys.DECAY, Quantity("1"))
    number = {key: section.number(key, keys.QUANTITIES[key]) for key in _NUMBERS}
    phase = BPXPhase(
        section.where,
        *number.values(),
        diffusivity=section.function(keys.DIFFUSIVITY),
        diffusivity_energy=activation_energy(section, keys.DIFFUSIVITY_ENERGY),
        ocp=section.function(keys.OCP),
        entropic=section.optional_function(keys.ENTROPIC),
        rate=section.number(keys.RATE, keys.QUANTITIES[keys.RATE]),
        rate_energy=activation_energy(section, keys.RATE_ENERGY),
        unused=tuple(section.path(key) for key in keys.HYSTERESIS if section.content.get(key) is not None),
    )
    if phase.low >= phase.high:
        text = f"= {phase.low:g} must be below {keys.HIGHEST} = {phase.high:g}"
        section.problem(keys.LOWEST, text, remedy="exchange them, if they are swapped", physical=True)
    check_number(section, keys.DIFFUSIVITY, phase.diffusivity)
    check_number(section, keys.ENTROPIC, phase.entropic)
    if 0 <= phase.low < phase.high <= 1:
        _check_curve(section, phase, keys.OCP, phase.ocp, POTENTIALS_V)
        if phase.entropic is not None:
            _check_curve(section, phase, keys.ENTROPIC, phase.entropic, ENTROPIC_V_K)
    return phase


_NUMBERS = (keys.LOWEST, keys.HIGHEST, keys.MAXIMUM, keys.RADIUS, keys.AREA)


def active_phase_values(phase: BPXPhase, *, initial: float, reference_K: float, salt_mol_m3: float) -> dict[str, Any]:
    """The fields of an ActivePhase; `initial` is its stoichiometry. Raises InputError for what has no form here."""
    k = phase.rate * CONSTANTS["F"] / (phase.maximum * salt_mol_m3**0.5)
    rate = with_arrhenius(repr(k), phase.rate_energy, reference_K)
    return {
        "active_fraction": phase.active_fraction,
        "particle": Sphere(phase.radius),
        "maximum_concentration_mol_m3": phase.maximum,
        "initial_concentration_mol_m3": initial * phase.maximum,
        "diffusivity_m2_s": transport_value(phase.diffusivity, phase.diffusivity_energy, reference_K, "x"),
        "open_circuit_potential_V": _of_stoichiometry(reaching(phase.ocp, initial, PAST_THE_END_V)),
        "entropic_change_V_K": 0.0 if phase.entropic is None else _entropic(phase.entropic, initial),
        "exchange_current_density_A_m2": Expression(
            f"{rate}*c_e**0.5*c_s**0.5*(c_max - c_s)**0.5", ("c_e", "c_s", "c_max", "T")
        ),
    }


def reaching(value: BPXFunction, x: float, tolerance: float) -> BPXFunction:
    """A table that ends just before the initial state goes on to it, straight; all else as it is."""
    if not isinstance(value, Polygon) or value.x[0] + PAST_THE_END <= x <= value.x[-1] - PAST_THE_END:
        return value
    if abs(value(x) - value(min(max(x, value.x[0]), value.x[-1]))) > tolerance:
        return value
    return value.extended(x - PAST_THE_END if x < value.x[1] else x + PAST_THE_END)


def value_at(value: BPXFunction, x: Any) -> Any:
    match value:
        case Expression():
            return evaluate(value, x=x) + 0 * x  # a formula need not use x
        case Polygon():
            return value(x)
        case _:
            return value + 0 * x


def check_number(section: BPXSection, key: str, value: BPXFunction | None, quantity: Quantity | None = None) -> None:
    """A plain number must be in the range of the quantity; of a function the schema checks that."""
    quantity = quantity or keys.QUANTITIES[key]
    if isinstance(value, float) and not np.isnan(value) and not quantity.contains(value):
        section.out_of_range(key, value, quantity)


def activation_energy(section: BPXSection, key: str) -> float:
    """0 where there is none."""
    value = section.optional_number(key, keys.ACTIVATION_ENERGY)
    if value and abs(value) < keys.SMALLEST_ENERGY:
        remedy = f"kJ/mol? then write {value * 1e3:g}"
        section.problem(key, f"= {value:g} J/mol is nearly none", remedy=remedy, unit="J/mol", physical=True)
    return value or 0.0


def with_arrhenius(text: str, energy_J_mol: float, reference_K: float) -> str:
    """A formula times its Arrhenius factor."""
    if energy_J_mol == 0:
        return text
    return f"{text}*exp({energy_J_mol!r}/R*(1/{reference_K!r} - 1/T))"


def transport_value(value: BPXFunction, energy_J_mol: float, reference_K: float, variable: str) -> float | Expression:
    """A diffusivity or a conductivity as a number or an expression of `variable` and T; a table becomes one too."""
    match value:
        case float():
            if energy_J_mol == 0:
                return value
            text = repr(value)
        case Expression():
            text = f"({value.text.strip()})".replace("exp", "EXP").replace("x", variable).replace("EXP", "exp")
        case Polygon():
            text, off = value.short_formula(variable)
            if off > LARGEST_DEVIATION:
                raise InputError(
                    f"is a table whose {len(value.x)} points do not fit a formula ({off:.1%} off); thin it"
                )
            text = f"({text})"
    return Expression(with_arrhenius(text, energy_J_mol, reference_K), (variable, "T"))


def _of_stoichiometry(value: BPXFunction) -> Expression | Table:
    match value:
        case Expression():
            return value
        case Polygon():
            return value.cut(0.0, 1.0).table()
        case _:
            return Expression(repr(value), ("x",))


def _entropic(value: BPXFunction, initial: float) -> float | Expression | Table:
    return value if isinstance(value, float) else _of_stoichiometry(reaching(value, initial, PAST_THE_END_V_K))


def _check_curve(section: BPXSection, phase: BPXPhase, key: str, value: BPXFunction, quantity: Quantity) -> None:
    """A function must be in a wide range between the stoichiometry limits; a pole of a formula leaves it."""
    x = np.linspace(phase.low, phase.high, 2001)[1:-1]
    curve = np.asarray(value_at(value, x), float)
    if isinstance(value, float) and np.isnan(value):
        return  # refused already
    good = np.isfinite(curve) & (np.clip(curve, quantity.low, quantity.high) == curve)
    if not np.all(good):
        worst = int(np.argmin(good))
        text = f"is {curve[worst]:g} {quantity.unit} at x = {x[worst]:.4g}, not {quantity.range_text}"
        remedy = "check the formula and the limits"
        section.problem(
            key, f"{text} between the stoichiometry limits", remedy=remedy, unit=quantity.unit, physical=True
        )
