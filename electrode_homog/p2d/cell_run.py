"""One simulated run of a cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np

from electrode_homog.errors import OutOfRangeError


@dataclass(frozen=True)
class Mesh:
    """Finite volumes per electrode, in the separator, and along the radius of PyBaMM's particle; all uniform.

    Particles of other kinds take as many nodes as `p2d.model.particle_points` makes of r_points.

    The default has a mesh error in voltage of 0.34 mV rms at 1C (first 95 % of the discharge of chen2020; 0.18 mV
    for marquis2019) against 80, 30, 120 points, and 2.3 mV at 3C. 20 points everywhere: 1.05, 0.41 and 6.0 mV.
    The largest single difference, 5 mV, is about a second after the start of chen2020, where the concentration
    has not moved past the first shell of the particles; after 100 s it is 0.4 mV.
    """

    x_points: int = 30
    separator_points: int = 10
    r_points: int = 40

    def __post_init__(self):
        for name in ("x_points", "separator_points", "r_points"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 3 <= value <= 1000:
                raise OutOfRangeError(f"Mesh: {name} = {value!r} is not a whole number of 3 to 1000 points")


@dataclass(frozen=True, eq=False)  # eq=False: it holds arrays
class ParticleHistory:
    """What went on in particles of one electrode at three depths: at the collector, in the middle, at the separator.

    `model` is the name of the particle model. `stoichiometry` (m, 3, p) holds m times, three depths, p places in the
    particle at `position` (p,), 0 at the centre to 1 at the surface, which `place_names` names where the distance
    does not; `mean` and `surface` are (m, 3). The arrays are read-only; m is 81 at most, at the solver's own steps.
    """

    model: str
    time_s: np.ndarray
    position: np.ndarray
    stoichiometry: np.ndarray
    mean: np.ndarray
    surface: np.ndarray
    place_names: tuple[str, ...] = ()

    def __post_init__(self):
        _keep_read_only(self, "time_s", "position", "stoichiometry", "mean", "surface")

    def __reduce__(self):  # arrays come out of a pickle writable
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


CSV_COLUMNS = "time_s,current_A,voltage_V,discharge_capacity_Ah,temperature_K"


@dataclass(frozen=True, eq=False)  # eq=False: it holds arrays
class CellRun:
    """Time series of one protocol; discharge current positive, voltage of one cell of the series.

    The arrays are (n,), read-only, at the solver's own time steps, strictly increasing in time: linear
    interpolation between them is within 0.4 mV at 1C. A jump of current between two steps of the protocol is
    two points 1e-9 s apart. `transport_efficiency` is re-read from what the solved model evaluated, with keys
    "negative electrolyte", "separator electrolyte", "positive electrolyte", "negative solid", "positive solid"; of
    layers it is the harmonic mean.
    `particles` has the keys "negative" and "positive", and "negative.secondary" or "positive.secondary" for the second
    active material of a blended electrode.
    `ended_by` says why the last step ended, `steps_ended_by` why each did. `lithium_drift` is the relative
    spread of the total lithium in particles, electrolyte and the products of side reactions, `seconds` the wall time
    with building the model. `temperature_K` (n,) is the mean over the volume of the cell, constant where it is
    isothermal, NaN in a run kept before it was. `options_text` names options of PyBaMM that were asked for.
    """

    time_s: np.ndarray
    current_A: np.ndarray
    voltage_V: np.ndarray
    discharge_capacity_Ah: np.ndarray
    transport_efficiency: Mapping[str, float]
    ended_by: str
    steps_ended_by: tuple[str, ...]
    cell_name: str
    protocol_text: str
    mesh: Mesh
    lithium_drift: float
    seconds: float
    particles: Mapping[str, ParticleHistory] = field(default_factory=dict)
    temperature_K: np.ndarray = field(default_factory=lambda: np.array(np.nan))
    options_text: str = ""

    def __post_init__(self):
        if np.ndim(self.temperature_K) == 0:
            object.__setattr__(self, "temperature_K", np.full_like(self.time_s, self.temperature_K, dtype=float))
        _keep_read_only(self, "time_s", "current_A", "voltage_V", "discharge_capacity_Ah", "temperature_K")
        for name in ("transport_efficiency", "particles"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self):  # read-only maps cannot be pickled
        values = (getattr(self, field.name) for field in fields(self))
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)

    def __repr__(self) -> str:
        return f"CellRun({self.cell_name}, {self.protocol_text}: {self.capacity_Ah:.4g} Ah, {self.ended_by})"

    def csv_rows(self) -> Iterator[str]:
        """One line of text per time, nine digits, in the order of CSV_COLUMNS."""
        columns = (getattr(self, name) for name in CSV_COLUMNS.split(","))
        for row in zip(*columns, strict=True):
            yield ",".join(f"{value:.9g}" for value in row)

    @property
    def capacity_Ah(self) -> float:
        """Charge delivered: the integral of the discharge current, charging not subtracted."""
        return float(np.trapezoid(np.maximum(self.current_A, 0.0), self.time_s)) / 3600

    @property
    def energy_Wh(self) -> float:
        """Energy delivered: the integral of V I over the discharge, charging not subtracted."""
        return float(np.trapezoid(self.voltage_V * np.maximum(self.current_A, 0.0), self.time_s)) / 3600

    @property
    def mean_power_W(self) -> float:
        """Energy delivered over the duration of the whole run."""
        return self.energy_Wh * 3600 / self.duration_s

    @property
    def duration_s(self) -> float:
        return float(self.time_s[-1] - self.time_s[0])


def _keep_read_only(holder: object, *names: str) -> None:
    for name in names:
        values = np.array(getattr(holder, name), dtype=float)
        values.flags.writeable = False
        object.__setattr__(holder, name, values)
