"""PyBaMM evaluates the transport efficiencies that we hand over, in every region, to 1e-12.

B is read back from the solution of the built model, not from our input: base sets, laws of every kind, and an
image's tensor, for both electrodes, electrolyte and solid. The voltage is the same through tortuosity factors and
through PyBaMM's default Bruggeman exponents, and our sets give the voltage of PyBaMM's own.
"""

import os

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh

MESH = eh.Mesh(20, 10, 20)
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


def worst_efficiency() -> float:
    worst = 0.0
    for cell in cells().values():
        used = eh.simulate(cell, eh.ConstantCurrent(1.0, duration_s=60.0), mesh=MESH).transport_efficiency
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
        at_most("voltage by tortuosity factor against by Bruggeman exponent", "identity", options, 1e-6, "V"),
        at_most("our chen2020 and marquis2019 against PyBaMM's, 1C", "PyBaMM 26.10", own, 1e-6, "V"),
    ]
