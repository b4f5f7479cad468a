"""What went on in the particles, read from the states that the solver kept."""

from typing import TYPE_CHECKING, Any

import numpy as np

from electrode_homog.p2d.cell_run import ParticleHistory
from electrode_homog.p2d.names import (
    MEAN_STOICHIOMETRY_VARIABLES,
    PARTICLE_STATE_VARIABLES,
    STOICHIOMETRY_VARIABLES,
    SURFACE_STOICHIOMETRY_VARIABLES,
)
from electrode_homog.parameters import CellParameters, Electrode
from electrode_homog.particles.equations import ParticleEquations
from electrode_homog.particles.sphere_sizes import SphereSizes

if TYPE_CHECKING:
    import pybamm

MOST_TIMES = 81
"""Enough for figures and animations, and small beside the run."""


def particle_histories(
    solution: "pybamm.Solution", cell: CellParameters, equations: dict[str, ParticleEquations]
) -> dict[str, ParticleHistory]:
    """Of both electrodes, at those of the solver's own time steps that are nearest to evenly spread ones."""
    kept = nearest_steps(solution.t)
    histories = {}
    for side, electrode in (("negative", cell.negative), ("positive", cell.positive)):
        if side not in equations:
            places = _of_stock(solution, kept, side)
        elif isinstance(electrode.particle, SphereSizes):
            places = _of_sizes(solution, kept, side, equations[side], electrode.particle)
        else:
            places = _of_equations(solution, kept, side, equations[side])
        histories[side] = ParticleHistory(model=_name(electrode), time_s=solution.t[kept], **places)
    return histories


def nearest_steps(time_s: np.ndarray) -> np.ndarray:
    """Indices of at most MOST_TIMES times, first and last among them."""
    wanted = np.linspace(time_s[0], time_s[-1], MOST_TIMES)
    after = np.clip(np.searchsorted(time_s, wanted), 1, time_s.size - 1)
    nearer_before = wanted - time_s[after - 1] < time_s[after] - wanted
    return np.unique(np.append(after - nearer_before, [0, time_s.size - 1]))


def _of_stock(solution: "pybamm.Solution", kept: np.ndarray, side: str) -> dict[str, Any]:
    surface = _values(solution, SURFACE_STOICHIOMETRY_VARIABLES[side], kept)
    depths = _depths(surface.shape[1], side)
    inside = _values(solution, STOICHIOMETRY_VARIABLES[side], kept).reshape(kept.size, surface.shape[1], -1)
    shells = inside.shape[2]
    return {
        "position": np.append((np.arange(shells) + 0.5) / shells, 1.0),
        "stoichiometry": np.concatenate([inside, surface[:, :, None]], axis=2)[:, depths],
        "mean": _values(solution, MEAN_STOICHIOMETRY_VARIABLES[side], kept)[:, depths],
        "surface": surface[:, depths],
    }


def _of_equations(
    solution: "pybamm.Solution", kept: np.ndarray, side: str, equations: ParticleEquations
) -> dict[str, Any]:
    state = _values(solution, PARTICLE_STATE_VARIABLES[side], kept).reshape(kept.size, -1, equations.states)
    state = state[:, _depths(state.shape[1], side)]
    return {
        "position": equations.position,
        "stoichiometry": state @ equations.places.T,
        "mean": state @ equations.mean,
        "surface": state @ equations.surface,
        "place_names": equations.place_names,
    }


def _of_sizes(
    solution: "pybamm.Solution", kept: np.ndarray, side: str, equations: ParticleEquations, particle: SphereSizes
) -> dict[str, Any]:
    """Places are the centre and the surface of each size; means are over all sizes."""
    sizes = len(particle.radii_m)
    state = _values(solution, PARTICLE_STATE_VARIABLES[side], kept).reshape(kept.size, -1, sizes, equations.states)
    state = state[:, _depths(state.shape[1], side)]
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


def _depths(points: int, side: str) -> np.ndarray:
    """At the collector, in the middle, at the separator; x runs from the negative collector to the positive."""
    depths = np.array([0, points // 2, points - 1])
    return depths if side == "negative" else depths[::-1]


def _name(electrode: Electrode) -> str:
    return type(electrode.particle).__name__
