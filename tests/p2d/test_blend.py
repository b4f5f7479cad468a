"""Electrodes of two active materials: PyBaMM's phases, one electrode where both are the same, lithium kept in both."""

from dataclasses import fields, replace

import numpy as np
import pytest

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.expression import evaluate
from electrode_homog.p2d import CellRun, ConstantCurrent, Mesh, Rest, pybamm_model, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.parameters import ActivePhase, CellParameters, load_parameter_set
from electrode_homog.particles import DarkenDiffusivity, FromOpenCircuitPotential, JumpDiffusivity, Sphere, SphereSizes
from electrode_homog.provenance import from_json, to_json
from electrode_homog.table import Table

COARSE = Mesh(5, 4, 8)
FARADAY = 96485.33212331002
STEPS = [ConstantCurrent(1.0, duration_s=800.0)] * 3
DARKEN = DarkenDiffusivity(JumpDiffusivity(1e-13), FromOpenCircuitPotential(), floor=0.05)


@pytest.fixture(scope="module")
def silicon() -> CellParameters:
    """Graphite with silicon against NMC."""
    return load_parameter_set("chen2020_composite")


def as_phase(electrode, **changes) -> ActivePhase:
    return ActivePhase(**{**{f.name: getattr(electrode, f.name) for f in fields(ActivePhase)}, **changes})


def halves(cell: CellParameters, side) -> CellParameters:
    """The same electrode as a blend of two equal halves."""
    electrode = getattr(cell, side)
    half = electrode.active_fraction / 2
    area = electrode.measured_surface_area_per_m
    area = {} if area is None else {"measured_surface_area_per_m": area / 2}
    return cell.with_electrode(
        side, active_fraction=half, secondary=as_phase(electrode, active_fraction=half, **area), **area
    )


def step_ends(run: CellRun) -> np.ndarray:
    return np.array([run.voltage_V[np.argmin(np.abs(run.time_s - 800.0 * k))] for k in (1, 2, 3)])


CHANGES = {
    "with thermodynamics": {"diffusivity_m2_s": DARKEN},
    "with a measured area": {"measured_surface_area_per_m": 6e5},
    "with both": {"diffusivity_m2_s": DARKEN, "measured_surface_area_per_m": 6e5},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_two_equal_halves_are_one_electrode(changes):
    """Cutting the active material in two changes no voltage by more than 0.01 mV."""
    cell = load_parameter_set("chen2020").with_electrode("positive", **changes)
    whole, cut = (simulate(one, STEPS, mesh=COARSE) for one in (cell, halves(cell, "positive")))
    assert np.abs(step_ends(whole) - step_ends(cut)).max() < 1e-5
    assert cut.lithium_drift < 1e-12
    first, second = cut.particles["positive"], cut.particles["positive.secondary"]
    assert second.stoichiometry == pytest.approx(first.stoichiometry, abs=1e-9)
    assert first.model == second.model == "Sphere"


def test_the_halves_may_be_in_both_electrodes():
    """And in PyBaMM's own particles."""
    cell = load_parameter_set("chen2020")
    both = halves(halves(cell, "negative"), "positive")
    whole, cut = (simulate(one, STEPS, mesh=COARSE) for one in (cell, both))
    assert np.abs(step_ends(whole) - step_ends(cut)).max() < 1e-5
    assert set(cut.particles) == {"negative", "negative.secondary", "positive", "positive.secondary"}


def test_the_names_are_those_that_pybamm_needs(silicon):
    """Exactly: those of PyBaMM's own model with two phases, by its two transport options, and of a state of charge."""
    pybamm = import_pybamm()
    needed = {"Open-circuit voltage at 0% SOC [V]", "Open-circuit voltage at 100% SOC [V]"}
    for transport in ("Bruggeman", "tortuosity factor"):
        options = {"particle phases": ("2", "1"), "contact resistance": "true", "transport efficiency": transport}
        needed |= {parameter.name for parameter in pybamm.lithium_ion.DFN(options).parameters}
    assert set(to_pybamm(silicon.with_thermal(None))) == needed


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
def test_silicon_and_graphite_are_those_of_pybamm(silicon):
    """With its option and its set Chen2020_composite, PyBaMM gives our voltage over half an hour at 1C to 0.05 mV."""
    pybamm = import_pybamm()
    theirs = pybamm.ParameterValues("Chen2020_composite")
    theirs["Current function [A]"] = theirs["Nominal cell capacity [A.h]"]
    points = {"x_n": 5, "x_s": 4, "x_p": 5, "r_n": 8, "r_p": 8, "r_n_prim": 8, "r_n_sec": 8}
    t = np.linspace(0, 1800, 60)
    voltages = []
    for model, values in (
        (pybamm.lithium_ion.DFN({"particle phases": ("2", "1")}), theirs),
        (pybamm_model(silicon, options={"surface form": "algebraic"}), to_pybamm(silicon)),
        (pybamm_model(silicon), to_pybamm(silicon)),
    ):
        solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
        simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
        voltages.append(simulation.solve([0, 1800], t_interp=t)["Voltage [V]"](t))
    assert np.abs(voltages[0] - voltages[1]).max() < 5e-5
    assert np.abs(voltages[0] - voltages[2]).max() < 5e-3  # 5 points see the difference of the two forms


@pytest.fixture(scope="module")
def rested(silicon) -> CellRun:
    steps = [ConstantCurrent(1.0, duration_s=2400), ConstantCurrent(-0.5, duration_s=1200), Rest(1e6)]
    return simulate(silicon, steps, mesh=COARSE)


def test_lithium_and_charge_of_both_materials(silicon, rested):
    """After discharge, charge and rest all lithium is there, and what left graphite and silicon is the charge."""
    run = rested
    assert run.lithium_drift < 1e-10
    electrode, cell = silicon.negative, silicon.cell
    moved = 0.0
    for path, phase in (("negative", electrode), ("negative.secondary", electrode.secondary)):
        history = run.particles[path]
        assert np.ptp(history.stoichiometry[-1]) < 1e-3  # at rest
        change = history.mean[0].mean() - history.mean[-1].mean()
        volume = electrode.thickness_m * cell.electrode_area_m2 * phase.active_fraction
        moved += change * phase.maximum_concentration_mol_m3 * volume * FARADAY / 3600
    assert moved == pytest.approx(run.discharge_capacity_Ah[-1], rel=1e-3)
    kept = from_json(to_json(run), CellRun)
    assert np.array_equal(kept.particles["negative.secondary"].mean, run.particles["negative.secondary"].mean)


def potential(phase, x: np.ndarray) -> np.ndarray:
    value = phase.open_circuit_potential_V
    return value(x) if isinstance(value, Table) else evaluate(value, x=x)


def test_at_rest_both_materials_have_the_potential_of_the_electrode(silicon, rested):
    """After a long rest graphite and silicon are at one potential, and the voltage is U_p less that: 0.1 mV."""
    run = rested
    phases = {
        "negative": silicon.negative,
        "negative.secondary": silicon.negative.secondary,
        "positive": silicon.positive,
    }
    at_rest = {path: potential(phase, run.particles[path].surface[-1]) for path, phase in phases.items()}
    assert at_rest["negative"] == pytest.approx(at_rest["negative.secondary"], abs=1e-4)
    assert at_rest["positive"] - at_rest["negative"] == pytest.approx(np.full(3, run.voltage_V[-1]), abs=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_each_material_has_its_own_area(silicon):
    """PyBaMM reacts on the measured area of the one and on 3 eps/R of the other, to 1e-12."""
    pybamm = import_pybamm()
    second = replace(silicon.negative.secondary, measured_surface_area_per_m=9e4)
    cell = silicon.with_electrode("negative", secondary=second)
    model = pybamm_model(cell)
    points = {**model.default_var_pts, "x_n": 4, "x_s": 3, "x_p": 4}
    solution = pybamm.Simulation(model, parameter_values=to_pybamm(cell), var_pts=points).solve([0, 10])
    for phase, area in (("primary", cell.negative.surface_area_per_m), ("secondary", 9e4)):
        used = solution[f"X-averaged negative electrode {phase} surface area to volume ratio [m-1]"].entries
        assert used[0] == pytest.approx(area, rel=1e-12)


def test_heat_and_films_on_both_materials(silicon):
    """A lumped cell warms; SEI, which PyBaMM asks for by phase, takes lithium that is counted."""
    step = ConstantCurrent(1.0, duration_s=300)
    warm = silicon.with_thermal(load_parameter_set("chen2020").thermal)
    warm = simulate(warm, step, mesh=COARSE, options={"thermal": "lumped"})
    assert np.ptp(warm.temperature_K) > 1
    names = {
        "Initial SEI thickness [m]": 5e-9,
        "Ratio of lithium moles to SEI moles": 2.0,
        "SEI growth activation energy [J.mol-1]": 0.0,
        "SEI open-circuit potential [V]": 0.4,
        "SEI partial molar volume [m3.mol-1]": 9.585e-5,
        "SEI reaction exchange current density [A.m-2]": 1e-3,
        "SEI resistivity [Ohm.m]": 2e5,
    }
    extra = {f"{phase}: {name}": value for phase in ("Primary", "Secondary") for name, value in names.items()}
    run = simulate(silicon, step, mesh=COARSE, options={"SEI": "reaction limited"}, extra_values=extra)
    assert run.lithium_drift < 1e-9
    with pytest.raises(InputError, match="'Primary: Initial SEI thickness"):
        simulate(silicon, step, mesh=COARSE, options={"SEI": "reaction limited"})


def test_what_a_blended_electrode_cannot_do_is_refused(silicon):
    """Several sizes of one of the materials, another number of phases, a start that neither material allows."""
    sizes = silicon.with_electrode("negative", particle=SphereSizes((4e-6, 7e-6), (0.5, 0.5)))
    with pytest.raises(InputError, match=r"negative\.particle: particles of several sizes"):
        simulate(sizes, STEPS[0], mesh=COARSE)
    with pytest.raises(InputError, match=r"'particle phases'.*active materials"):
        pybamm_model(silicon, options={"particle phases": ("1", "2")})
    with pytest.raises(InputError, match="secondary"):
        simulate(silicon, STEPS[0], mesh=COARSE, options={"particle phases": ("1", "2")})
    empty = silicon.with_value("negative.initial_concentration_mol_m3", 100.0)
    empty = empty.with_value("negative.secondary.initial_concentration_mol_m3", 500.0)
    with pytest.raises(OutOfRangeError, match="open-circuit voltage"):
        simulate(empty.with_value("cell.lower_voltage_V", 3.8), STEPS[0], mesh=COARSE)


@pytest.mark.filterwarnings("ignore")
def test_parameter_values_of_another_blend_end_a_run_at_its_start():
    """The radius of the second material, where its particles are ours."""
    pybamm = import_pybamm()
    cell = halves(load_parameter_set("chen2020").with_electrode("positive", diffusivity_m2_s=DARKEN), "positive")
    values = to_pybamm(cell)
    values["Secondary: Positive particle radius [m]"] = 2e-6
    with pytest.raises(pybamm.SolverError, match=r"Secondary: Positive particle radius.*not the one of the cell"):
        pybamm.Simulation(pybamm_model(cell), parameter_values=values).solve([0, 10])


def test_a_tabulated_potential_of_the_second_material_ends_a_run_where_it_ends(silicon):
    """As for any electrode, by the path of the material."""
    x = np.linspace(0.9, 0.9995, 60)
    values = potential(silicon.negative.secondary, x)
    table = Table(tuple(x.tolist()), tuple(values.tolist()))
    second = replace(silicon.negative.secondary, open_circuit_potential_V=table, particle=Sphere(1.52e-6))
    cell = silicon.with_electrode("negative", secondary=second)
    with pytest.raises(NotConvergedError, match=r"negative\.secondary open-circuit potential known from x = 0\.9"):
        simulate(cell, ConstantCurrent(1.0), mesh=COARSE)
