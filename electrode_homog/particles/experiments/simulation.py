"""Run a protocol on a single particle, with the same equations that run inside the P2D model.

Isothermal; the influx is uniform in the sense of the particle model, and the surface is at equilibrium with the
potential that the run reports: kinetics and electrolyte are the cell's matter. A held surface needs no differential
algebra: the surface value is linear in the influx, so the influx that keeps it follows from the drift, and the step
at the beginning is a pulse of lithium, which is counted.
"""

import math
from collections.abc import Sequence
from typing import Any, NoReturn, assert_never

import numpy as np

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.particles.discretised import OneSizeParticle, particle_equations
from electrode_homog.particles.experiments.integration import Drive, Ending, Integration, integrate
from electrode_homog.particles.experiments.particle_run import ParticleRun
from electrode_homog.particles.experiments.protocol import (
    SECONDS_PER_HOUR,
    ConstantInflux,
    End,
    HeldPotential,
    HeldSurface,
    MeanReaches,
    ParticleRest,
    ParticleStep,
    PotentialReaches,
    RateFalls,
    SurfaceReaches,
    particle_steps,
)
from electrode_homog.particles.experiments.state import EDGE, ParticleModel
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.particle import check_temperature

POINTS = 80
"""Along the radius. Surface value under constant influx: 8e-4 off at D t/R**2 = 0.001, 2e-4 at 0.01, 3e-5 at 0.1."""

FULL, EMPTY = "surface full", "surface empty"

LONGEST_S = 1e12
"""30 000 years: a hold that has not met its end by then never does."""


def simulate_particle(
    particle: OneSizeParticle,
    material: ActiveMaterial,
    steps: ParticleStep | Sequence[ParticleStep],
    *,
    initial_stoichiometry: float,
    temperature_K: float = 298.15,
    points: int = POINTS,
) -> ParticleRun:
    """From rest at a uniform stoichiometry through each step; `points` along the radius.

    A step that finds its end already reached ends at once. Where a constant influx fills or empties the surface before
    the end that was asked for, the whole run ends there, with "surface full" or "surface empty".

    Raises InputError or OutOfRangeError for arguments that make no sense, for a material in which Fick's law would
    run backwards, and for a potential that no stoichiometry has, or several; NotConvergedError, with what was reached
    as `.best`, where the integration gives up or a hold never meets its end.
    """
    steps = particle_steps(steps)
    temperature = _temperature(temperature_K)
    _check_particle(particle, material, temperature)
    equations = particle_equations(particle, material, points=points)
    model = ParticleModel(equations, material.open_circuit_potential_V, temperature)
    record = _Record(model, type(particle).__name__, "; ".join(map(str, steps)))
    state = np.append(_initial(initial_stoichiometry) * equations.uniform, 0.0)
    for number, step in enumerate(steps, start=1):
        drive, state = _drive(step, model, state)
        done = integrate(drive, state, _horizon(step, model, state), _endings(step, drive, model, state))
        record.add(drive, done)
        _check(done, step, number, record)
        state = done.states[:, -1]
        if done.ended_by in (FULL, EMPTY) and (step.duration_s is not None or step.until is not None):  # type: ignore
            break
    return record.run()


def _drive(step: ParticleStep, model: ParticleModel, state: np.ndarray) -> tuple[Drive, np.ndarray]:
    """What sets the influx during a step, and the state after the jump at its beginning."""
    match step:
        case ConstantInflux():
            return model.fixed(step.c_rate / SECONDS_PER_HOUR / model.inlet_per_m), state
        case ParticleRest():
            return model.fixed(0.0), state
        case HeldSurface():
            return model.held_surface(), model.with_surface(state, step.stoichiometry)
        case HeldPotential():
            if model.equations.potential_V is None:
                return model.held_surface(), model.with_surface(state, model.stoichiometry_at(step.potential_V))
            return model.held_potential(), model.with_potential(state, step.potential_V)
        case _:
            assert_never(step)


def _horizon(step: ParticleStep, model: ParticleModel, state: np.ndarray) -> float:
    if step.duration_s is not None:
        return step.duration_s
    if not isinstance(step, ConstantInflux):
        return LONGEST_S
    room = 1 - model.mean(state) if step.c_rate > 0 else model.mean(state)
    return 1.1 * SECONDS_PER_HOUR * max(room, EDGE) / abs(step.c_rate)


def _endings(step: ParticleStep, drive: Drive, model: ParticleModel, state: np.ndarray) -> list[Ending]:
    """Each is a text and a function of the state that is positive until the step ends."""
    match step:
        case ParticleRest():
            return []
        case ConstantInflux():
            sign = math.copysign(1.0, step.c_rate)
            edge, name = (1 - EDGE, FULL) if sign > 0 else (EDGE, EMPTY)
            endings: list[Ending] = [(name, lambda y: sign * (edge - model.surface(y)))]
        case HeldSurface() | HeldPotential():
            sign, endings = math.copysign(1.0, model.surface(state) - model.mean(state)), []
        case _:
            assert_never(step)
    if step.until is not None:
        endings.insert(0, (str(step.until), _until(step.until, sign, drive, model)))
    return endings


def _until(end: End, sign: float, drive: Drive, model: ParticleModel) -> Any:
    """`sign` is 1 where the particle is being lithiated, so that stoichiometries rise and the potential falls."""
    match end:
        case SurfaceReaches():
            return lambda y: sign * (end.stoichiometry - model.surface(y))
        case MeanReaches():
            return lambda y: sign * (end.stoichiometry - model.mean(y))
        case PotentialReaches():
            return lambda y: sign * (model.surface_potential(y) - end.potential_V)
        case RateFalls():
            return lambda y: abs(model.c_rate(drive, y)) - end.c_rate
        case _:
            assert_never(end)


def _check(done: Integration, step: ParticleStep, number: int, record: "_Record") -> None:
    def give_up(why: str) -> NoReturn:
        raise NotConvergedError(f"step {number} ({step}): {why}", best=record.run(), iterations=done.time_s.size)

    if done.ended_by == "failed":
        give_up(
            f"the integration gave up after {done.time_s[-1]:.6g} s ({done.message}); usually a law that jumps or has "
            "no value at a stoichiometry that occurs, or a particle model that needs more points"
        )
    if done.ended_by == "duration" and step.duration_s is None:
        give_up(f"its end is not reached in {done.time_s[-1]:.3g} s; hold a value beyond it, or give duration_s")


class _Record:
    """Collects the rows of a run, step by step."""

    def __init__(self, model: ParticleModel, particle: str, text: str):
        self._model, self._particle, self._text = model, particle, text
        self._times: list[np.ndarray] = []
        self._states: list[np.ndarray] = []
        self._influx: list[np.ndarray] = []
        self._reasons: list[str] = []

    def add(self, drive: Drive, done: Integration) -> None:
        start = self._times[-1][-1] if self._times else 0.0
        self._times.append(start + done.time_s)
        self._states.append(done.states)
        self._influx.append(drive.influx(done.states[:-1]))
        self._reasons.append(done.ended_by)

    def run(self) -> ParticleRun:
        model, equations = self._model, self._model.equations
        y, influx = np.hstack(self._states), np.concatenate(self._influx)
        ends = np.cumsum([times.size for times in self._times]) - 1
        mean = equations.mean @ y[:-1]
        return ParticleRun(
            time_s=np.concatenate(self._times),
            mean=mean,
            surface=equations.surface @ y[:-1],
            potential_V=model.surface_potential(y),
            c_rate=influx * model.inlet_per_m * SECONDS_PER_HOUR,
            influx_m_s=influx,
            stoichiometry=(equations.places @ y[:-1]).T,
            position=equations.position,
            place_names=equations.place_names,
            step_ends=tuple(ends.tolist()),
            steps_ended_by=tuple(self._reasons),
            steps_text=self._text,
            particle=self._particle,
            temperature_K=model.temperature_K,
            lithium_error=float(np.max(np.abs(mean - mean[0] - (y[-1] - y[-1, 0])))) if mean.size else 0.0,
        )


def _check_particle(particle: OneSizeParticle, material: ActiveMaterial, temperature_K: float) -> None:
    if not isinstance(particle, OneSizeParticle):
        raise InputError(f"particle = {particle!r} is not a particle of one size, such as Sphere(radius_m=5e-6)")
    if not isinstance(material, ActiveMaterial):
        raise InputError(f"material = {material!r:.100} is not an ActiveMaterial")
    check_temperature(particle, material, temperature_K)


def _initial(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
        raise InputError(f"initial_stoichiometry = {value!r} is not a finite number")
    if not EDGE <= value <= 1 - EDGE:
        raise OutOfRangeError(f"initial_stoichiometry = {value:g} is not between 0 and 1 (by {EDGE:g} at least)")
    return float(value)


def _temperature(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
        raise InputError(f"temperature_K = {value!r} is not a finite number")
    if not 150 <= value <= 500:
        raise OutOfRangeError(f"temperature_K = {value:g} is not in 150 to 500 K; degrees Celsius? then add 273.15")
    return float(value)
