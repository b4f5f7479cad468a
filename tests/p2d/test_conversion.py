"""The hand-over to PyBaMM: complete, exact, and the same cell by both of its transport options."""

from dataclasses import replace

import numpy as np
import pytest
from heated_cells import heated_cell

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.p2d import ConstantCurrent, Mesh, Rest, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import TORTUOSITY_FACTOR_OPTION
from electrode_homog.parameters import EFFECTIVE_ALREADY, load_parameter_set
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor

COARSE = Mesh(10, 5, 10)
POINTS = {"x_n": 10, "x_s": 5, "x_p": 10, "r_n": 10, "r_p": 10}
SETS = [("chen2020", "Chen2020"), ("marquis2019", "Marquis2019")]


def solved_1C(values, options):
    """PyBaMM's own discharge, without anything of ours but the values."""
    pybamm = import_pybamm()
    values["Current function [A]"] = values["Nominal cell capacity [A.h]"]
    model = pybamm.lithium_ion.DFN(options)
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    return pybamm.Simulation(model, parameter_values=values, var_pts=POINTS, solver=solver).solve([0, 4000])


def largest_difference_V(first, second):
    assert abs(first.t[-1] - second.t[-1]) < 1e-3
    time = np.linspace(0, min(first.t[-1], second.t[-1]), 500)
    return np.abs(first["Voltage [V]"](time) - second["Voltage [V]"](time)).max()


def test_the_names_handed_over_are_those_that_the_model_needs():
    """They are exactly what PyBaMM's P2D model asks for by its two transport options and an initial state of charge."""
    pybamm = import_pybamm()
    option = {"contact resistance": "true"}
    models = [pybamm.lithium_ion.DFN({**option, **transport}) for transport in ({}, TORTUOSITY_FACTOR_OPTION)]
    needed = {parameter.name for model in models for parameter in model.parameters}
    needed |= {"Open-circuit voltage at 0% SOC [V]", "Open-circuit voltage at 100% SOC [V]"}
    assert set(to_pybamm(load_parameter_set("chen2020").with_thermal(None))) == needed


@pytest.mark.parametrize(("ours", "theirs"), SETS)
def test_numbers_are_those_of_the_set_of_pybamm(ours, theirs):
    """Every number of the two shipped sets is, to the last bit, the one in PyBaMM's set of that name."""
    given, reference = to_pybamm(load_parameter_set(ours)), import_pybamm().ParameterValues(theirs)
    compared = 0
    for name in given:
        free = given.get(name.replace("Bruggeman coefficient (electrolyte)", "porosity")) == 1  # 1**b = 1
        if name in reference and not callable(reference[name]) and not free:
            assert given[name] == pytest.approx(reference[name], rel=1e-15, abs=0), name
            compared += 1
    assert compared > 30


@pytest.mark.parametrize(("ours", "theirs"), SETS)
def test_voltage_is_that_of_the_set_of_pybamm_by_both_options(ours, theirs):
    """At 1C the voltage is that of PyBaMM's own set to 1e-6 V, through tau and through b."""
    reference = solved_1C(import_pybamm().ParameterValues(theirs), {})
    for options in ({}, TORTUOSITY_FACTOR_OPTION):
        run = solved_1C(to_pybamm(load_parameter_set(ours)), options)
        assert largest_difference_V(run, reference) <= 1e-6


@pytest.mark.parametrize(("ours", "theirs"), SETS)
@pytest.mark.parametrize("side", ["Negative", "Positive"])
def test_functions_are_those_of_the_set_of_pybamm_off_the_reference_temperature(ours, theirs, side):
    """Potential, entropic change, diffusivity and exchange current agree with PyBaMM's at 278 K."""
    pybamm = import_pybamm()
    given, reference = to_pybamm(load_parameter_set(ours)), pybamm.ParameterValues(theirs)
    x, T = pybamm.Scalar(0.43), pybamm.Scalar(278.0)
    concentrations = (pybamm.Scalar(900.0), pybamm.Scalar(11e3), pybamm.Scalar(25e3))
    for name, arguments in {
        f"{side} electrode OCP [V]": (x,),
        f"{side} electrode OCP entropic change [V.K-1]": (x,),
        f"{side} particle diffusivity [m2.s-1]": (x, T),
        f"{side} electrode exchange-current density [A.m-2]": (*concentrations, T),
        "Electrolyte diffusivity [m2.s-1]": (concentrations[0], T),
        "Electrolyte conductivity [S.m-1]": (concentrations[0], T),
    }.items():
        values = []
        for source in (given, reference):
            value = source[name](*arguments) if callable(source[name]) else source[name]
            values.append(float(value.evaluate()) if isinstance(value, pybamm.Symbol) else float(value))
        assert values[0] == pytest.approx(values[1], rel=1e-13), name


def test_hand_computed_tortuosity_factors():
    """Porosities 0.25, 0.47, 0.335 with b = 1.5 give tau = 2, 1.458650, 1.727737 (porosity**-0.5)."""
    values = to_pybamm(load_parameter_set("chen2020"))
    names = ("Negative electrode", "Separator", "Positive electrode")
    factors = [values[f"{name} tortuosity factor (electrolyte)"] for name in names]
    assert factors == pytest.approx([2.0, 1.458650, 1.727737], abs=1e-6)


@pytest.mark.parametrize("solid_law", [EFFECTIVE_ALREADY, TortuosityFactor(2.5), BruggemanLaw(2.2)])
@pytest.mark.parametrize("side", ["negative", "positive"])
def test_transport_efficiency_is_re_read_from_the_solved_model(side, solid_law):
    """B that the model evaluates is law(fraction) to 1e-12, in every region, after a change of laws."""
    cell = load_parameter_set("marquis2019")
    cell = cell.with_electrode(side, electrolyte_law=FixedEfficiency(0.16), solid_law=solid_law)
    run = simulate(cell, Rest(1.0), mesh=COARSE)
    expected = {
        "negative electrolyte": cell.negative.electrolyte_law(cell.negative.porosity),
        "separator electrolyte": cell.separator.electrolyte_law(cell.separator.porosity),
        "positive electrolyte": cell.positive.electrolyte_law(cell.positive.porosity),
        "negative solid": cell.negative.solid_law(1 - cell.negative.porosity),
        "positive solid": cell.positive.solid_law(1 - cell.positive.porosity),
    }
    assert run.transport_efficiency == pytest.approx(expected, abs=1e-12, rel=0)
    assert run.transport_efficiency[f"{side} electrolyte"] == pytest.approx(0.16, abs=1e-12)


def test_laws_of_any_kind_are_the_same_cell_by_both_options():
    """With a measured B = 0.16 and tau_s = 2.5, tau and b give the same voltage to 1e-6 V."""
    cell = load_parameter_set("chen2020").with_electrode(
        "positive", electrolyte_law=FixedEfficiency(0.16), solid_law=TortuosityFactor(2.5)
    )
    runs = [solved_1C(to_pybamm(cell), options) for options in ({}, TORTUOSITY_FACTOR_OPTION)]
    assert largest_difference_V(*runs) <= 1e-6


def test_less_transport_means_less_voltage():
    """Halving B of the positive electrode lowers the voltage under load."""
    cell = load_parameter_set("chen2020")
    step = ConstantCurrent(c_rate=1.0, duration_s=600)
    worse = cell.with_electrode("positive", electrolyte_law=FixedEfficiency(0.097))
    before, after = (simulate(c, step, mesh=COARSE).voltage_V[-1] for c in (cell, worse))
    assert after < before - 1e-3


def test_free_electrolyte_with_reduced_transport_has_no_bruggeman_coefficient():
    """A separator of porosity 1 with tau = 2 is refused: 1**b = 1 for every b."""
    cell = load_parameter_set("marquis2019")
    separator = type(cell.separator)(25e-6, 1.0, TortuosityFactor(2.0))
    sources = dict(cell.sources)
    changed = type(cell)(
        **{**{f: getattr(cell, f) for f in cell.__dataclass_fields__}, "separator": separator, "sources": sources}
    )
    with pytest.raises(OutOfRangeError, match="separator of porosity 1"):
        to_pybamm(changed)


def test_conductivity_and_heat_may_be_constant_expressions():
    """Formulas without T give the voltage and temperature of the numbers that they are, to 1e-7."""
    cell, options = heated_cell(negative_face_coefficient_W_m2_K=5.0), {"thermal": "x-full"}
    layer = replace(cell.thermal.positive, specific_heat_J_kg_K=Expression("700", ("T",)))
    layer = replace(layer, through_plane_conductivity_W_m_K=Expression("2.1", ()))
    same = cell.with_thermal(replace(cell.thermal, positive=layer))
    same = same.with_electrode("positive", conductivity_S_m=Expression("0.18", ("T",)))
    protocol = ConstantCurrent(1.0, duration_s=60.0)
    runs = [simulate(one, protocol, mesh=COARSE, options=options) for one in (cell, same)]
    assert runs[1].voltage_V[-1] == pytest.approx(runs[0].voltage_V[-1], abs=1e-7)
    assert runs[1].temperature_K[-1] == pytest.approx(runs[0].temperature_K[-1], abs=1e-7)


def test_solid_conductivity_meets_the_temperature():
    """A positive electrode at 278 K with sigma(T) is the one with the number sigma(278 K), and not the one at 298 K."""
    cold = {f"cell.{which}_temperature_K": 278.0 for which in ("initial", "ambient")}
    cell, voltages = load_parameter_set("chen2020"), []
    for path, T in cold.items():
        cell = cell.with_value(path, T)
    for sigma in (Expression("0.02*exp((T - 298.15)/10)", ("T",)), 0.02 * np.exp(-2.015), 0.02):
        run = simulate(
            cell.with_electrode("positive", conductivity_S_m=sigma), ConstantCurrent(1.0, duration_s=60.0), mesh=COARSE
        )
        voltages.append(run.voltage_V[-1])
    assert voltages[0] == pytest.approx(voltages[1], abs=1e-7)
    assert voltages[2] - voltages[0] > 0.01


def test_a_constant_expression_is_a_function_for_pybamm():
    """An exchange current density that depends on nothing runs; PyBaMM takes no plain number from a function."""
    constant = Expression("2.5", ("c_e", "c_s", "c_max", "T"))
    cell = load_parameter_set("chen2020").with_electrode("positive", exchange_current_density_A_m2=constant)
    assert simulate(cell, Rest(1.0), mesh=COARSE).duration_s == 1.0
