"""Flakes and other electrodes whose reacting surface is not 3 active fraction / radius: lithium and charge stay whole.

A graphite electrode gets 2.5 and 0.4 times the surface of its particles, a cathode likewise, at 1C with spheres, flakes
and sizes; and two layers with 2.5 and 0.4 times. PyBaMM's own sphere, given the kinetic radius and the diffusivity that
goes with it, is compared with our equations of a sphere of its own radius and another influx.
"""

import os
from collections.abc import Iterator

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.parameters import Layers
from electrode_homog.particles import Particle

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

FARADAY = 96485.33212331002
FACTORS = (2.5, 0.4)
MESH = eh.Mesh(20, 10, 30)


def particles(radius_m: float) -> dict[str, Particle]:
    flake = eh.reduce_particle(
        eh.Ellipsoid((radius_m, radius_m, radius_m / 3)), tensor=np.eye(3), closure=eh.UniformFlux(), states=6
    )
    return {
        "sphere": eh.Sphere(radius_m),
        "flake": flake,
        "sizes": eh.SphereSizes((0.7 * radius_m, 1.3 * radius_m), (0.5, 0.5)),
    }


def cases() -> Iterator[tuple[str, str, eh.CellParameters]]:
    """Claim, electrode, and cell with a measured area."""
    base = eh.load_parameter_set("chen2020")
    for side in ("negative", "positive"):
        for kind, particle in particles(getattr(base, side).particle.radius_m).items():
            cell = base.with_electrode(side, particle=particle)
            area = getattr(cell, side).surface_area_per_m
            for factor in FACTORS:
                changed = cell.with_electrode(side, measured_surface_area_per_m=factor * area)
                yield f"{kind}, {factor:g} times", side, changed
            yield f"{kind}, layers", side, cell.with_layers(side, two_areas(getattr(cell, side)))


def two_areas(part: eh.Electrode) -> Layers:
    same = [(value,) * 2 for value in (part.porosity, part.active_fraction, part.electrolyte_efficiency)]
    areas = tuple(factor * part.surface_area_per_m for factor in FACTORS)
    return Layers((0.5, 0.5), *same, (part.solid_efficiency,) * 2, areas)


def solved(cell: eh.CellParameters, *, mesh: eh.Mesh = MESH, seconds: float = 1800.0):
    import pybamm

    values = eh.to_pybamm(cell)
    values["Current function [A]"] = values["Nominal cell capacity [A.h]"]
    points = {"x_n": mesh.x_points, "x_s": mesh.separator_points, "x_p": mesh.x_points}
    points |= {"r_n": mesh.r_points, "r_p": mesh.r_points, "R_n": 1, "R_p": 1}
    solver = pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9)
    model = eh.pybamm_model(cell, mesh=mesh)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
    return simulation.solve([0, seconds], t_interp=np.linspace(0, seconds, 91))


def area_error(solution, side: str, part: eh.Electrode) -> float:
    """Largest relative difference of PyBaMM's area, in any cell, from the set's."""
    found = solution[f"{side.capitalize()} electrode surface area to volume ratio [m-1]"].entries[:, 0]
    expected = np.full(found.size, part.surface_area_per_m)
    if part.layers is not None:
        x = solution[f"x_{side[0]} [m]"].entries[:, 0]
        edges = solution[f"x_{side[0]} [m]"].mesh.edges
        near_start = x < (edges[0] + edges[-1]) / 2
        first, second = part.layers.surface_area_per_m or ()
        expected = np.where(near_start == (side == "negative"), first, second)
    return float(np.abs(found / expected - 1).max())


def closures(solution, side: str) -> tuple[float, float]:
    """Relative drift of all lithium, and of the lithium of the electrode against the charge."""
    total = solution["Total lithium [mol]"].entries
    gained = np.ptp(solution[f"Total lithium in {side} electrode [mol]"].entries)
    charge = solution["Discharge capacity [A.h]"].entries[-1] * 3600 / FARADAY
    return float(np.ptp(total) / total[0]), float(abs(gained / charge - 1))


def implementations_mV() -> float:
    """Largest difference of PyBaMM's sphere and ours, after the first 20 s, on 600 shells."""
    base, worst, mesh = eh.load_parameter_set("chen2020"), 0.0, eh.Mesh(6, 4, 600)
    for side in ("negative", "positive"):
        for factor in FACTORS:
            part = getattr(base, side)
            stock = base.with_electrode(side, measured_surface_area_per_m=factor * part.surface_area_per_m)
            ours = stock.with_electrode(side, particle=eh.SphereSizes((part.particle.radius_m,), (1.0,)))
            first, second = (solved(cell, mesh=mesh)["Voltage [V]"].entries[1:] for cell in (stock, ours))
            worst = max(worst, 1e3 * float(np.abs(first - second).max()))
    return worst


def outcomes() -> list[Outcome]:
    areas, drifts, charges = [], [], []
    for _, side, cell in cases():
        solution = solved(cell)
        areas.append(area_error(solution, side, getattr(cell, side)))
        drift, charge = closures(solution, side)
        drifts.append(drift)
        charges.append(charge)
    count = f"{len(areas)} cells of 2.5 and 0.4 times the area"
    return [
        at_most(f"{count}: PyBaMM's area against the set's, every cell", "identity", max(areas), 1e-12),
        at_most(f"{count}: drift of lithium, 1800 s at 1C", "conservation", max(drifts), 1e-8),
        at_most(f"{count}: lithium of the electrode against charge", "Faraday", max(charges), 1e-8),
        at_most("PyBaMM's sphere against ours with measured area", "each other", implementations_mV(), 0.01, "mV"),
    ]
