"""What a particle does to a discharge: thermodynamics, shape and tensor, sizes, and two ways to separate into phases.

A cathode of layered oxide with four kinds of particle, and a made-up one with the potential and the grains of lithium
iron phosphate with three. All radii are kinetic, 3 volume / surface, so that the reacting surface stays the same.
"""

import dataclasses

import numpy as np

import electrode_homog as eh
from electrode_homog.particles import with_radius

# Ah at 1C on the coarse mesh below, printed by version 0.1.0.
EXPECTED = {
    "sphere": 4.938,
    "sphere, Darken": 4.950,
    "flake": 4.945,
    "spheres of five sizes": 4.927,
    "grain, diffusion": 3.064,
    "grain, shrinking core": 2.844,
    "grain, phase field": 3.092,
}
TOLERANCE = 0.01  # relative
COARSE = eh.Mesh(x_points=8, separator_points=4, r_points=32)
OXIDE_RADIUS_M, GRAIN_RADIUS_M = 5.22e-6, 100e-9


def oxide_cells() -> dict[str, eh.CellParameters]:
    """The cell of Chen et al. (2020) with other particles in the positive electrode."""
    base = eh.load_parameter_set("chen2020")
    darken = eh.DarkenDiffusivity(eh.JumpDiffusivity(4e-16), eh.FromOpenCircuitPotential(), floor=0.1)
    flake = eh.reduce_particle(eh.Cylinder(5e-6, 2e-6), tensor=np.diag([10.0, 10.0, 1.0]), closure=eh.UniformFlux())
    sizes = eh.log_normal_sizes(OXIDE_RADIUS_M, 1.5, sizes=5)
    changes = {
        "sphere": {},
        "sphere, Darken": {"diffusivity_m2_s": darken},
        "flake": {"particle": with_radius(flake, OXIDE_RADIUS_M)},
        "spheres of five sizes": {"particle": with_radius(sizes, OXIDE_RADIUS_M)},
    }
    return {name: base.with_electrode("positive", source="assumed", **change) for name, change in changes.items()}


def flat_cells() -> dict[str, eh.CellParameters]:
    """Grains with a flat potential: plain diffusion, a shrinking core, and a phase field, whose own is not flat."""
    flat = eh.Expression("3.4 + 0.35*exp(-150*x) - 0.35*exp(-150*(1 - x))", ("x",))
    mixture = eh.Expression("3.4 - R*298.15/F*(log(x/(1 - x)) + 3*(1 - 2*x))", ("x",))
    darken = eh.DarkenDiffusivity(eh.JumpDiffusivity(2e-17), eh.FromOpenCircuitPotential())
    base = flat_base().with_electrode("positive", source="assumed", open_circuit_potential_V=flat)
    width = eh.gradient_coefficient_of_width(eh.ActiveMaterial(22806.0, darken, mixture), 30e-9)
    core = eh.ShrinkingCore(GRAIN_RADIUS_M, x_alpha=0.05, x_beta=0.95, diffusivity_ratio=1.0)
    changes = {
        "grain, diffusion": {},
        "grain, shrinking core": {"particle": core},
        "grain, phase field": {
            "particle": eh.CahnHilliard(GRAIN_RADIUS_M, width),
            "diffusivity_m2_s": darken,
            "open_circuit_potential_V": mixture,
        },
    }
    return {name: base.with_electrode("positive", source="assumed", **change) for name, change in changes.items()}


def flat_base() -> eh.CellParameters:
    """The anode and the electrolyte of Chen et al. with a made-up cathode of small grains that starts empty."""
    base = eh.load_parameter_set("chen2020").with_electrode(
        "positive",
        source="assumed, of the order of lithium iron phosphate",
        particle=eh.Sphere(GRAIN_RADIUS_M),
        diffusivity_m2_s=2e-17,
        maximum_concentration_mol_m3=22806.0,
        initial_concentration_mol_m3=0.02 * 22806,
        exchange_current_density_A_m2=eh.Expression(
            "0.02*(c_e/1000)**0.5*(c_s/c_max*(1 - c_s/c_max))**0.5", ("c_e", "c_s", "c_max", "T")
        ),
    )
    return dataclasses.replace(base.with_value("cell.nominal_capacity_Ah", 3.0), name="flat cathode")


def discharges(cells: dict[str, eh.CellParameters]) -> dict[str, eh.CellRun]:
    """Each cell at 1C."""
    return {name: eh.simulate(cell, eh.ConstantCurrent(c_rate=1.0), mesh=COARSE) for name, cell in cells.items()}


def main() -> dict[str, float]:
    """Return the capacity that each kind of particle delivers at 1C, in Ah."""
    runs = discharges({**oxide_cells(), **flat_cells()})
    return {name: run.capacity_Ah for name, run in runs.items()}


if __name__ == "__main__":
    cells = {**oxide_cells(), **flat_cells()}
    runs = discharges(cells)
    items = [eh.Named(name, item) for found in (cells, runs) for name, item in found.items()]
    print(eh.write_report(items, "particles.html", title="Seven kinds of particle", overwrite=True))
    for name, run in runs.items():
        print(f"{name:24s} {run.capacity_Ah:.4f}")
