"""PyBaMM evaluates the transport efficiencies that we hand over, in every region, to 1e-12.

B is read back from the solution of the built model, not from our input: all shipped sets, laws of every kind, an
image's tensor, a measured area, and layers cell by cell, for both electrodes, electrolyte and solid. Of laminates the B
is exact, and goes from the voxels into PyBaMM. The voltage is the same through tortuosity factors and through PyBaMM's
default Bruggeman exponents, and our sets give the voltage of PyBaMM's own.
"""

import os

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.parameters import Layers

MESH = eh.Mesh(20, 10, 20)
LAYERS = Layers((0.2, 0.3, 0.5), (0.2, 0.3, 0.35), (0.7, 0.62, 0.6), (0.03, 0.12, 0.2), (0.05, 0.4, 0.2))
os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")


def cells() -> dict[str, eh.CellParameters]:
    chen, marquis = (eh.load_parameter_set(name) for name in ("chen2020", "marquis2019"))
    image = eh.generate_electrode(seed=1, shape=(48, 48, 48), active_fraction=0.6, binder_fraction=0.05)
    electrode = eh.Microstructure(image, eh.ELECTRODE_PHASES)
    B = eh.effective_tensor(electrode, {"pore": 1.0}).through_thickness
    B_solid = eh.effective_tensor(electrode, {"active": 1.0}).through_thickness
    from_image = chen.with_electrode(
        "positive",
        porosity=electrode.fractions["pore"],
        active_fraction=electrode.fractions["active"],
        electrolyte_law=eh.FixedEfficiency(B),
        solid_law=eh.FixedEfficiency(B_solid),
        conductivity_S_m=1.0,
    )
    mixed = marquis.with_electrode(
        "negative", electrolyte_law=eh.TortuosityFactor(4.2), solid_law=eh.BruggemanLaw(2.7)
    ).with_electrode("positive", electrolyte_law=eh.BruggemanLaw(1.9), solid_law=eh.TortuosityFactor(3.3))
    return {"chen2020": chen, "marquis2019": marquis, "image": from_image, "mixed laws": mixed}


def more_cells() -> dict[str, eh.CellParameters]:
    """All shipped sets, and cells with layers and with a measured area."""
    found = {name: eh.load_parameter_set(name) for name in eh.parameter_set_names()}
    chen = found["chen2020"]
    area = 2.5 * chen.negative.surface_area_per_m
    layered = chen.with_layers("negative", LAYERS).with_layers("positive", LAYERS)
    return {**found, "layers": layered, "area": chen.with_electrode("negative", measured_surface_area_per_m=area)}


def worst_efficiency() -> float:
    worst = 0.0
    for cell in (*cells().values(), *more_cells().values()):
        used = eh.simulate(cell, eh.Rest(10.0), mesh=MESH).transport_efficiency
        for side in ("negative", "positive"):
            part = getattr(cell, side)
            for region, B in (
                ("electrolyte", part.electrolyte_law(part.porosity)),
                ("solid", part.solid_law(1 - part.porosity)),
            ):
                worst = max(worst, abs(used[f"{side} {region}"] / B - 1))
        B = cell.separator.electrolyte_law(cell.separator.porosity)
        worst = max(worst, abs(used["separator electrolyte"] / B - 1))
    return worst


def worst_in_layers() -> float:
    """Largest relative difference of B and of fractions, in any cell of the mesh of a graded electrode."""
    import pybamm

    cell = more_cells()["layers"]
    simulation = pybamm.Simulation(eh.pybamm_model(cell), parameter_values=eh.to_pybamm(cell))
    solution, worst = simulation.solve([0, 1]), 0.0
    for side in ("negative", "positive"):
        edges = solution[f"x_{side[0]} [m]"].mesh.edges
        depth = (solution[f"x_{side[0]} [m]"].entries[:, 0] - edges[0]) / np.ptp(edges)
        layer = np.searchsorted(LAYERS.boundaries, depth if side == "negative" else 1 - depth) - 1
        for name, values in {
            f"{side.capitalize()} electrolyte transport efficiency": LAYERS.electrolyte_efficiency,
            f"{side.capitalize()} electrode transport efficiency": LAYERS.solid_efficiency,
            f"{side.capitalize()} electrode porosity": LAYERS.porosity,
            f"{side.capitalize()} electrode active material volume fraction": LAYERS.active_fraction,
        }.items():
            worst = max(worst, float(np.abs(solution[name].entries[:, 0] / np.array(values)[layer] - 1).max()))
    return worst


def worst_laminate() -> float:
    """B of two layers of 0.3 and 0.7 that conduct 1 and 0.2: across and along them, from the voxels into PyBaMM."""
    worst = 0.0
    for normal, exact in ((0, 1 / (0.3 / 1.0 + 0.7 / 0.2)), (1, 0.3 * 1.0 + 0.7 * 0.2)):
        labels = np.zeros((20, 20, 20), np.uint8)
        labels[(slice(None),) * normal + (slice(6, None),)] = 1
        image = eh.VoxelImage(labels, voxel_size_m=1e-6)
        electrode = eh.Microstructure(image, {"pore": 0, "active": 1})
        tensor = eh.effective_tensor(electrode, {"pore": 1.0, "active": 0.2}, tolerance=1e-10)
        cell = eh.load_parameter_set("chen2020").with_electrode(
            "positive",
            porosity=0.5,
            active_fraction=0.4,
            electrolyte_law=eh.FixedEfficiency(tensor.through_thickness),
        )
        run = eh.simulate(cell, eh.Rest(10.0), mesh=MESH)
        worst = max(worst, abs(run.transport_efficiency["positive electrolyte"] / exact - 1))
    return worst


def voltage(values, option: str) -> np.ndarray:
    """DFN at 1C for 3000 s with one of PyBaMM's two right options, by PyBaMM's own simulation."""
    import pybamm

    model = pybamm.lithium_ion.DFN({"transport efficiency": option})
    points = {"x_n": 20, "x_s": 10, "x_p": 20, "r_n": 20, "r_p": 20}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
    t = np.linspace(0, 3000, 200)
    return simulation.solve([0, t[-1]], t_interp=t)["Voltage [V]"](t)


def outcomes() -> list[Outcome]:
    worst = worst_efficiency()
    import pybamm

    options = max(
        float(np.abs(voltage(values, "tortuosity factor") - voltage(values, "Bruggeman")).max())
        for values in (eh.to_pybamm(cell) for cell in cells().values())
    )
    own = max(
        float(
            np.abs(voltage(eh.to_pybamm(eh.load_parameter_set(name)), "Bruggeman") - voltage(theirs, "Bruggeman")).max()
        )
        for name, theirs in (
            ("chen2020", pybamm.ParameterValues("Chen2020")),
            ("marquis2019", pybamm.ParameterValues("Marquis2019")),
        )
    )
    return [
        at_most("B in PyBaMM against ours, every region: relative difference", "PyBaMM's own evaluation", worst, 1e-12),
        at_most("B and fractions in every cell of layers: relative difference", "the set", worst_in_layers(), 1e-12),
        at_most("laminates from voxels into PyBaMM: B, relative", "means over the layers", worst_laminate(), 1e-9),
        at_most("voltage by tortuosity factor against by Bruggeman exponent", "identity", options, 1e-6, "V"),
        at_most("our chen2020 and marquis2019 against PyBaMM's, 1C", "PyBaMM 26.10", own, 1e-6, "V"),
    ]
