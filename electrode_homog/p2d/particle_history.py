"""What went on in the particles, read from the states that the solver kept."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from electrode_homog.p2d.active_phases import is_blended, side_of
from electrode_homog.p2d.cell_run import ParticleHistory
from electrode_homog.p2d.names import (
    BLEND_MEAN_STOICHIOMETRY_VARIABLES,
    BLEND_STATE_VARIABLES,
    BLEND_STOICHIOMETRY_VARIABLES,
    BLEND_SURFACE_STOICHIOMETRY_VARIABLES,
    MEAN_STOICHIOMETRY_VARIABLES,
    PARTICLE_STATE_VARIABLES,
    PLACE_VARIABLES,
    STOICHIOMETRY_VARIABLES,
    SURFACE_STOICHIOMETRY_VARIABLES,
)
from electrode_homog.parameters import CellParameters
from electrode_homog.particles.equations import ParticleEquations
from electrode_homog.particles.sphere_sizes import SphereSizes

if TYPE_CHECKING:
    import pybamm

MOST_TIMES = 81
"""Enough for figures and animations, and small beside the run."""

ROUND_OFF = 1e-9
"""Relative, of places: of the two nodes that are equally near the middle of an even number of cells, the second."""

PARTICLE_VARIABLES = (
    PARTICLE_STATE_VARIABLES,
    STOICHIOMETRY_VARIABLES,
    MEAN_STOICHIOMETRY_VARIABLES,
    SURFACE_STOICHIOMETRY_VARIABLES,
)
BLEND_PARTICLE_VARIABLES = (
    BLEND_STATE_VARIABLES,
    BLEND_STOICHIOMETRY_VARIABLES,
    BLEND_MEAN_STOICHIOMETRY_VARIABLES,
    BLEND_SURFACE_STOICHIOMETRY_VARIABLES,
)


def particle_histories(
    solution: "pybamm.Solution", cell: CellParameters, equations: dict[str, ParticleEquations]
) -> dict[str, ParticleHistory]:
    """Of all active materials, at those of the solver's own time steps that are nearest to evenly spread ones."""
    kept = nearest_steps(solution.t)
    histories = {}
    for path, phase in cell.active_materials().items():
        names = _Variables.of(path, blended=is_blended(cell, path))
        if path not in equations:
            places = _of_stock(solution, kept, names)
        elif isinstance(phase.particle, SphereSizes):
            places = _of_sizes(solution, kept, names, equations[path], phase.particle)
        else:
            places = _of_equations(solution, kept, names, equations[path])
        histories[path] = ParticleHistory(model=type(phase.particle).__name__, time_s=solution.t[kept], **places)
    return histories


@dataclass(frozen=True)
class _Variables:
    """PyBaMM's names of what an active material is read from."""

    side: str
    state: str
    stoichiometry: str
    mean: str
    surface: str

    @classmethod
    def of(cls, path: str, *, blended: bool) -> "_Variables":
        tables = BLEND_PARTICLE_VARIABLES if blended else PARTICLE_VARIABLES
        return cls(side_of(path), *(table[path] for table in tables))


def nearest_steps(time_s: np.ndarray) -> np.ndarray:
    """Indices of at most MOST_TIMES times, first and last among them."""
    wanted = np.linspace(time_s[0], time_s[-1], MOST_TIMES)
    after = np.clip(np.searchsorted(time_s, wanted), 1, time_s.size - 1)
    nearer_before = wanted - time_s[after - 1] < time_s[after] - wanted
    return np.unique(np.append(after - nearer_before, [0, time_s.size - 1]))


def _of_stock(solution: "pybamm.Solution", kept: np.ndarray, names: _Variables) -> dict[str, Any]:
    surface = _values(solution, names.surface, kept)
    depths = _depths(solution, names.side)
    inside = _values(solution, names.stoichiometry, kept).reshape(kept.size, surface.shape[1], -1)
    shells = inside.shape[2]
    return {
        "position": np.append((np.arange(shells) + 0.5) / shells, 1.0),
        "stoichiometry": np.concatenate([inside, surface[:, :, None]], axis=2)[:, depths],
        "mean": _values(solution, names.mean, kept)[:, depths],
        "surface": surface[:, depths],
    }


def _of_equations(
    solution: "pybamm.Solution", kept: np.ndarray, names: _Variables, equations: ParticleEquations
) -> dict[str, Any]:
    state = _values(solution, names.state, kept).reshape(kept.size, -1, equations.states)
    state = state[:, _depths(solution, names.side)]
    return {
        "position": equations.position,
        "stoichiometry": state @ equations.places.T,
        "mean": state @ equations.mean,
        "surface": state @ equations.surface,
        "place_names": equations.place_names,
    }


def _of_sizes(
    solution: "pybamm.Solution",
    kept: np.ndarray,
    names: _Variables,
    equations: ParticleEquations,
    particle: SphereSizes,
) -> dict[str, Any]:
    """Places are the centre and the surface of each size; means are over all sizes."""
    sizes = len(particle.radii_m)
    state = _values(solution, names.state, kept).reshape(kept.size, -1, sizes, equations.states)
    state = state[:, _depths(solution, names.side)]
    surface = state @ equations.surface
    ends = np.stack([state @ equations.places[np.argmin(equations.position)], surface], axis=-1)
    return {
        "position": np.tile([0.0, 1.0], sizes),
        "stoichiometry": ends.reshape(*ends.shape[:2], -1),
        "mean": state @ equations.mean @ np.array(particle.volume_fractions),
        "surface": surface @ np.array(particle.area_fractions),
        "place_names": tuple(
            f"{place}, radius {radius * 1e6:.3g} um" for radius in particle.radii_m for place in ("centre", "surface")
        ),
    }


def _values(solution: "pybamm.Solution", name: str, kept: np.ndarray) -> np.ndarray:
    """(times, entries) of a variable that is linear in the states; PyBaMM's own way evaluates it at every step."""
    rows, first = [], 0
    for y, model in zip(solution.all_ys, solution.all_models, strict=True):
        states = np.asarray(y)
        own = kept[(kept >= first) & (kept < first + states.shape[1])] - first
        first += states.shape[1]
        if own.size:
            rows.append(model.get_processed_variable(name).evaluate(t=0.0, y=states[:, own]).T)
    return np.concatenate(rows)


def _depths(solution: "pybamm.Solution", side: str) -> np.ndarray:
    """At the collector, in the middle, at the separator; x runs from the negative collector to the positive."""
    x = _values(solution, PLACE_VARIABLES[side], np.array([0])).ravel()
    middle = (x[0] + x[-1]) / 2 + ROUND_OFF * (x[-1] - x[0])
    depths = np.array([0, np.argmin(np.abs(x - middle)), x.size - 1])
    return depths if side == "negative" else depths[::-1]
