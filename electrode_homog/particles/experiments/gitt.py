"""The galvanostatic intermittent titration technique (GITT): pulses of constant current, each followed by a rest.

Lithiation is positive: `c_rate` is that of the particle, or of the half cell against lithium.
"""

import math
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.discretised import OneSizeParticle
from electrode_homog.particles.experiments.particle_run import ParticleRun
from electrode_homog.particles.experiments.protocol import SECONDS_PER_HOUR, ConstantInflux, ParticleRest, ParticleStep
from electrode_homog.particles.experiments.simulation import POINTS, simulate_particle
from electrode_homog.particles.material import ActiveMaterial

MOST_PULSES = 2000
SMALLEST_SHARE = 0.01
"""Of the largest current of a record; below it a sample counts as rest."""

STEADY = 0.05
"""Relative spread of the current that still passes as a constant-current pulse."""


@dataclass(frozen=True, eq=False)  # eq=False: it holds arrays
class GITTRecord:
    """What an instrument records: time, potential against lithium, C-rate, all (m,), read-only.

    `time_s` never decreases. `c_rate` is current over capacity, the capacity being that of a change of
    stoichiometry by 1, positive where the electrode lithiates; a pulse lasts from the last sample at rest before
    it to its own last sample. `initial_stoichiometry` is the mean at the beginning, where the electrode is at rest.
    Raises InputError for arrays that do not fit, for a record that begins inside a pulse or has none.
    """

    time_s: np.ndarray
    potential_V: np.ndarray
    c_rate: np.ndarray
    initial_stoichiometry: float

    def __post_init__(self):
        for name in ("time_s", "potential_V", "c_rate"):
            try:
                values = np.array(getattr(self, name), dtype=float)
            except (TypeError, ValueError) as error:
                raise InputError(f"GITTRecord: {name} is not an array of numbers: {error}") from error
            if values.ndim != 1 or not np.all(np.isfinite(values)):
                raise InputError(f"GITTRecord: {name} of shape {values.shape} must be (m,) finite numbers")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        sizes = {self.time_s.size, self.potential_V.size, self.c_rate.size}
        if len(sizes) != 1 or self.time_s.size < 4:
            raise InputError(f"GITTRecord: arrays of {sorted(sizes)} samples; they must be equal, at least 4")
        if np.any(np.diff(self.time_s) < 0):
            raise InputError(f"GITTRecord: time_s decreases after sample {int(np.argmin(np.diff(self.time_s)))}")
        if not np.any(self.c_rate):
            raise InputError("GITTRecord: c_rate is 0 everywhere; there is no pulse to evaluate")
        if abs(self.c_rate[0]) > SMALLEST_SHARE * np.abs(self.c_rate).max():
            raise InputError("GITTRecord begins inside a pulse; its first sample must be at rest, with c_rate = 0")
        start = self.initial_stoichiometry
        if isinstance(start, bool) or not isinstance(start, int | float) or not 0 <= start <= 1:
            raise OutOfRangeError(f"GITTRecord: initial_stoichiometry = {start!r} is not a number of 0 to 1")


@dataclass(frozen=True)
class Pulse:
    """One pulse and its rest: instants [s], rate d mean/dt [1/s], mean stoichiometry before and after.

    `rows` and `rest_rows` are first and last-but-one row of the record in the pulse and in the rest.
    """

    start_s: float
    end_s: float
    rest_end_s: float
    rate_per_s: float
    before: float
    after: float
    rows: tuple[int, int]
    rest_rows: tuple[int, int]


def gitt(
    particle: OneSizeParticle,
    material: ActiveMaterial,
    *,
    c_rate: float,
    pulse_s: float,
    rest_s: float,
    initial_stoichiometry: float,
    final_stoichiometry: float,
    temperature_K: float = 298.15,
    points: int = POINTS,
) -> ParticleRun:
    """Rest, then as many pulses, each with its rest, as fit between the two stoichiometries.

    `c_rate` is a magnitude; the particle lithiates if the final stoichiometry is the larger. Ends early where a
    pulse fills or empties the surface. Raises what `simulate_particle` raises, and OutOfRangeError where not even
    one pulse fits.
    """
    start, end = initial_stoichiometry, final_stoichiometry
    _check_positive(c_rate=c_rate, pulse_s=pulse_s, rest_s=rest_s, initial_stoichiometry=start, final_stoichiometry=end)
    change = end - start
    each = c_rate * pulse_s / SECONDS_PER_HOUR
    count = math.floor(abs(change) / each + 1e-9)
    if not 1 <= count <= MOST_PULSES:
        raise OutOfRangeError(
            f"{count} pulses of {each:g} fit between stoichiometries {start:g} and {end:g}; 1 to {MOST_PULSES} can be "
            "run: change c_rate or pulse_s"
        )
    steps: list[ParticleStep] = [ParticleRest(rest_s)]
    for _ in range(count):
        steps += [ConstantInflux(math.copysign(c_rate, change), duration_s=pulse_s), ParticleRest(rest_s)]
    return simulate_particle(
        particle, material, steps, initial_stoichiometry=start, temperature_K=temperature_K, points=points
    )


def _check_positive(**values: float) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise InputError(f"{name} = {value!r} must be a positive number")


def gitt_record(run: ParticleRun) -> GITTRecord:
    """The run of a particle as an instrument would record it, at the solver's own steps."""
    return GITTRecord(run.time_s, run.potential_V, run.c_rate, float(run.mean[0]))


def pulses(record: GITTRecord) -> list[Pulse]:
    """The pulses of a record in order of time; a last pulse without a rest is left out.

    Raises InputError for a pulse whose current is not constant, and for a record without one whole pulse.
    """
    on = np.abs(record.c_rate) > SMALLEST_SHARE * np.abs(record.c_rate).max()
    edges = np.flatnonzero(np.diff(on.astype(int)))  # the last row before each change
    found, mean = [], record.initial_stoichiometry
    for before, last, rest_last in zip(edges[::2], edges[1::2], [*edges[2::2], on.size - 1], strict=False):
        rates = record.c_rate[before + 1 : last + 1]
        if np.ptp(rates) > STEADY * abs(rates.mean()):
            raise InputError(
                f"the current of the pulse at {record.time_s[before]:g} s varies from {rates.min():g} to "
                f"{rates.max():g} C; pulses must be of constant current"
            )
        start, end, rest_end = (float(record.time_s[row]) for row in (before, last, rest_last))
        rate = float(rates.mean()) / SECONDS_PER_HOUR
        after = mean + rate * (end - start)
        if end > start and rest_end > end:
            rows, rest_rows = (int(before) + 1, int(last) + 1), (int(last) + 1, int(rest_last) + 1)
            found.append(Pulse(start, end, rest_end, rate, mean, after, rows, rest_rows))
        mean = after
    if not found:
        raise InputError("the record has no pulse that is followed by a rest")
    return found
