"""The chemical diffusivity from GITT: the textbook formula, the exact answer of the particle, and which to trust.

Textbook (Weppner and Huggins 1977): D = 4/(pi t) (V/S)**2 (dE_s/dE_t)**2 for a pulse of length t, dE_s the change of
the relaxed potential, dE_t that during the pulse without its jump; V/S = R/3 for a sphere. It holds for a flat,
half-infinite surface, t << R**2/D: on a sphere the curvature alone makes it 6 % too low at t D/R**2 = 0.001, 17 % at
0.01, 46 % at 0.1. The fit has no such limit: it takes the exact surface value of the particle under all pulses
so far, carries it to a potential by the relaxed potentials of the record, and adjusts D and the jump.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.experiments.diffusion_series import flux_surface
from electrode_homog.particles.experiments.gitt import GITTRecord, pulses
from electrode_homog.particles.experiments.gitt_fit import (
    PulseData,
    PulseFit,
    curve_through,
    fit_pulse,
    left_over,
    pulse_data,
)
from electrode_homog.particles.radial import Geometry
from electrode_homog.table import Table

MOST_SWEEPS, SETTLED = 20, 1e-3
"""Of fits; after each, the relaxed potentials belong to the surface that the fit computes, not to the mean. They end
where no diffusivity changes by more than SETTLED, one or two after the first where the rests are long."""

TOLERATED = 0.05
"""Bias of the textbook formula by its assumption of a short pulse that passes without a flag."""

SCATTER = 0.01
"""Of what the fit leaves, over the change of potential: a D that varies tenfold over 0.1 of stoichiometry leaves half
of it, the electrolyte of a cell, where `settle_s` does not leave it out, twice as much."""

REACH = 0.6
"""Found on diffusivities that vary tenfold over 0.1 of stoichiometry, both ways: the fit is within 4 % of D there, and
up to 20 % off the D in the middle of the pulse."""

VARIATION_SHARE = 0.06
"""Of the change of log D over a pulse: the error of a fit that takes D as constant over it, found as REACH was."""

LARGEST_ERROR = 0.1
"""Standard error of log D, beyond which a pulse says nothing of it."""

LONG_PULSE = "the pulse is not short against R**2/D"
PLATEAU = "the relaxed potential hardly changes"
CURVED = "the slope of the potential changes during the pulse"
NOT_RELAXED = "the rest ends before the particle is relaxed"
JUMP = "a jump of current makes much of the change of potential; it was removed"
OUTSIDE = "the surface leaves the stoichiometries of the measured relaxed potentials"
MISFIT = "diffusion in this particle does not describe the samples; a larger settle_s may leave out what else there is"
INSENSITIVE = "the pulse hardly depends on the diffusivity"


@dataclass(frozen=True, eq=False)  # eq=False: it holds arrays
class GITTEvaluation:
    """One entry per pulse, (k,), read-only, in order of time; NaN where a value cannot be had.

    `stoichiometry` is where `diffusivity_m2_s`, by the fit, applies if D varies: REACH of the way that the surface goes
    from the mean before the pulse; `mean_stoichiometry` is in the middle of the pulse. `relative_error` is the standard
    error of D from noise and from the change of D over the pulse, without what other processes than diffusion add;
    `textbook_m2_s` by the textbook formula; `textbook_bias` what the formula is off by according to the fit, for a
    straight potential and a finished rest: 4 T/(pi y(T)**2) - 1 with T = `pulse_tau` = t D/R**2 in a sphere.
    `slope_V` is dU/dx in the middle, `jump_V` the fitted jump of potential with the current, `misfit_V` the root mean
    square of what the fit leaves. `flaws` and `textbook_flaws` say why not to trust the one or the other.
    """

    stoichiometry: np.ndarray
    mean_stoichiometry: np.ndarray
    diffusivity_m2_s: np.ndarray
    relative_error: np.ndarray
    textbook_m2_s: np.ndarray
    textbook_bias: np.ndarray
    pulse_tau: np.ndarray
    slope_V: np.ndarray
    jump_V: np.ndarray
    misfit_V: np.ndarray
    flaws: tuple[tuple[str, ...], ...]
    textbook_flaws: tuple[tuple[str, ...], ...]

    def __post_init__(self):
        for name in self.__dataclass_fields__:
            if isinstance(getattr(self, name), np.ndarray):
                values = np.array(getattr(self, name), dtype=float)
                values.flags.writeable = False
                object.__setattr__(self, name, values)

    @property
    def sound(self) -> np.ndarray:
        """(k,) of bool: the pulses whose fit has no flaw."""
        return np.array([not flaws for flaws in self.flaws])


def evaluate_gitt(
    record: GITTRecord,
    *,
    radius_m: float,
    geometry: Geometry = Geometry.SPHERE,
    open_circuit_potential_V: Expression | Table | None = None,
    settle_s: float | None = None,
) -> GITTEvaluation:
    """D of each pulse of a record, of a particle or of an electrode whose kinetics and electrolyte settle fast.

    `radius_m` is that of the particle, of a plate half its thickness. The potential as a function of stoichiometry is
    `open_circuit_potential_V`, an Expression of x or a Table, or else what the relaxed potentials of the record
    give. Samples within `settle_s` after a change of current are left out (1 % of the pulse if not given): they hold
    what the double layer and the electrolyte do. Raises InputError for a record that has no pulse with samples left.
    """
    if isinstance(radius_m, bool) or not isinstance(radius_m, int | float) or not 0 < radius_m < math.inf:
        raise OutOfRangeError(f"radius_m = {radius_m!r} must be a positive number of metres")
    if settle_s is not None and not 0 <= settle_s < math.inf:
        raise OutOfRangeError(f"settle_s = {settle_s!r} must be a number of seconds, 0 or more")
    if not isinstance(record, GITTRecord):
        raise InputError(f"record = {record!r:.100} is not a GITTRecord; of a run, gitt_record(run) is one")
    found = pulses(record)
    data = [pulse_data(record, found, number, settle_s) for number in range(len(found))]
    nodes = np.array([data[0].potential_before_V, *(pulse.potential_after_V for pulse in data)])
    places = np.array([found[0].before, *(pulse.after for pulse in found)])
    known = open_circuit_potential_V
    curve, span = _curve(known, places, nodes), (float(places.min()), float(places.max()))
    fits = [fit_pulse(pulse, curve, radius_m, geometry) for pulse in data]
    for _ in range(MOST_SWEEPS if known is None else 0):
        last = fits
        curve = _curve(None, places + _left_over(data, fits, span, radius_m, geometry), nodes)
        fits = [fit_pulse(pulse, curve, radius_m, geometry) for pulse in data]
        if _change(last, fits) < SETTLED:
            break
    return _evaluation(data, fits, curve, span if known is None else (0.0, 1.0), radius_m, geometry)


def _left_over(
    data: list[PulseData], fits: list[PulseFit], span: tuple[float, float], radius_m: float, geometry: Geometry
) -> np.ndarray:
    """(k + 1,) surface less mean where the relaxed potentials are read; a pulse without a sound fit takes the
    diffusivity of its neighbours."""
    fitted = np.log([fit.diffusivity_m2_s for fit in fits])
    sound = np.array([not _flaws(pulse, fit, span) for pulse, fit in zip(data, fits, strict=True)])
    if not sound.any():
        sound = np.isfinite(fitted)
    number = np.arange(fitted.size)
    if sound.any():
        fitted = np.interp(number, number[sound], fitted[sound])
    times = radius_m**2 / np.exp(fitted)
    return np.array([0.0, *(left_over(pulse, time, geometry) for pulse, time in zip(data, times, strict=True))])


def _change(before: list[PulseFit], after: list[PulseFit]) -> float:
    """Largest relative change of a diffusivity that its pulse depends on; others wander, and need not settle."""
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if new.relative_error < LARGEST_ERROR]
    ratios = [new.diffusivity_m2_s / old.diffusivity_m2_s for old, new in pairs]
    return float(np.nanmax(np.abs(np.log(ratios)), initial=0.0))


def _curve(known: Expression | Table | None, places: np.ndarray, nodes: np.ndarray) -> Callable:
    match known:
        case None:
            return curve_through(places, nodes)
        case Table():
            return known
        case Expression():
            if set(known.variables) - {"x", "T"}:
                raise InputError(f"open_circuit_potential_V takes {known.variables}; it must be an Expression of x")
            return lambda x: known(**{name: {"x": x, "T": 298.15}[name] for name in known.variables})


def _evaluation(
    data: list[PulseData],
    fits: list[PulseFit],
    curve: Callable,
    span: tuple[float, float],
    radius_m: float,
    geometry: Geometry,
) -> GITTEvaluation:
    tau = np.array([p.length_s * f.diffusivity_m2_s / radius_m**2 for p, f in zip(data, fits, strict=True)])
    known = np.isfinite(tau)
    bias = np.full(tau.size, np.nan)
    bias[known] = 4 * tau[known] / (np.pi * flux_surface(tau[known], geometry) ** 2) - 1
    reached = [p.before + REACH * (f.surface_at_end - p.before) for p, f in zip(data, fits, strict=True)]
    middle = np.array([(p.before + p.after) / 2 for p in data])
    rise = np.array([p.after - p.before for p in data])
    diffusivity = np.array([fit.diffusivity_m2_s for fit in fits])
    change = _change_over_pulse(np.array(reached), diffusivity, (np.array(reached) - middle + rise / 2) / REACH)
    return GITTEvaluation(
        stoichiometry=np.array(reached),
        mean_stoichiometry=middle,
        diffusivity_m2_s=diffusivity,
        relative_error=np.hypot([fit.relative_error for fit in fits], VARIATION_SHARE * change),
        textbook_m2_s=np.array([p.textbook(radius_m / int(geometry)) for p in data]),
        textbook_bias=bias,
        pulse_tau=tau,
        slope_V=(curve(middle + 0.05 * rise) - curve(middle - 0.05 * rise)) / (0.1 * rise),
        jump_V=np.array([fit.jump_V for fit in fits]),
        misfit_V=np.array([fit.misfit_V for fit in fits]),
        flaws=tuple(_flaws(p, f, span) for p, f in zip(data, fits, strict=True)),
        textbook_flaws=tuple(_textbook_flaws(p, f, b, curve) for p, f, b in zip(data, fits, bias, strict=True)),
    )


def _change_over_pulse(x: np.ndarray, diffusivity: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(k,) change of log D between the mean before a pulse and the surface at its end, from the pulses around it."""
    known = np.isfinite(diffusivity)
    change = np.zeros(x.size)
    if known.sum() >= 2:
        change[known] = np.abs(np.gradient(np.log(diffusivity[known]), x[known]) * reach[known])
    return change


def _flaws(pulse: PulseData, fit: PulseFit, span: tuple[float, float]) -> tuple[str, ...]:
    if pulse.is_plateau or not np.isfinite(fit.diffusivity_m2_s):
        return (PLATEAU,)
    width = abs(pulse.after - pulse.before)
    out = max(span[0] - fit.lowest_surface, fit.highest_surface - span[1]) > 0.1 * width
    scatter = fit.misfit_V > SCATTER * abs(pulse.change_V) + pulse.noise_V
    loose = not fit.relative_error < LARGEST_ERROR
    return tuple(text for text, true in ((OUTSIDE, out), (MISFIT, scatter), (INSENSITIVE, loose)) if true)


def _textbook_flaws(pulse: PulseData, fit: PulseFit, bias: float, curve: Callable) -> tuple[str, ...]:
    if pulse.is_plateau:
        return (PLATEAU,)
    at = np.array([pulse.before, fit.surface_at_end])
    step = 0.05 * (pulse.after - pulse.before)
    slopes = (curve(at + step) - curve(at - step)) / (2 * step)
    curved = not abs(slopes[1] - slopes[0]) < 0.2 * abs(slopes).mean()
    unrelaxed = abs(fit.left_over) > 0.02 * abs(pulse.after - pulse.before) or pulse.still_drifts
    jump = abs(fit.jump_V) > 0.1 * abs(pulse.change_V)
    long = not abs(bias) < TOLERATED
    named = ((LONG_PULSE, long), (CURVED, curved), (NOT_RELAXED, unrelaxed), (JUMP, jump))
    return tuple(text for text, true in named if true)
