"""What went on in a single particle."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)  # eq=False: it holds arrays
class ParticleRun:
    """Time series of one particle under one protocol; an influx that lithiates is positive.

    `time_s`, `mean`, `surface`, `potential_V` (equilibrium potential of the surface), `c_rate` (d mean/dt x 3600 s)
    and `influx_m_s` (mean molar influx over the maximum concentration) are (m,), at the solver's own steps: dense
    after a jump, wide near the end of a rest. Where a step begins its instant stands twice, at the end of the
    step before and after the jump; `step_ends` (one index per step) is the last row of each step.
    `stoichiometry` (m, p) is local, at `position` (p,), 0 at the centre to 1 at the surface, which `place_names`
    names where the distance does not.
    `ended_by` says why the last step ended, `steps_ended_by` why each did: "duration", the text of its end
    condition, "surface full", "surface empty". `lithium_error` is the largest difference between the rise of the
    mean and the lithium that went in, in stoichiometry.
    """

    time_s: np.ndarray
    mean: np.ndarray
    surface: np.ndarray
    potential_V: np.ndarray
    c_rate: np.ndarray
    influx_m_s: np.ndarray
    stoichiometry: np.ndarray
    position: np.ndarray
    place_names: tuple[str, ...]
    step_ends: tuple[int, ...]
    steps_ended_by: tuple[str, ...]
    steps_text: str
    particle: str
    temperature_K: float
    lithium_error: float

    def __post_init__(self):
        for name in ("time_s", "mean", "surface", "potential_V", "c_rate", "influx_m_s", "stoichiometry", "position"):
            values = np.array(getattr(self, name), dtype=float)
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    def __repr__(self) -> str:
        return f"ParticleRun({self.particle}, {self.steps_text}: mean {self.mean[-1]:.4g}, {self.ended_by})"

    @property
    def ended_by(self) -> str:
        return self.steps_ended_by[-1]

    def step(self, number: int) -> slice:
        """The rows of one step, counted from 0."""
        first = 0 if number == 0 else self.step_ends[number - 1] + 1
        return slice(first, self.step_ends[number] + 1)
