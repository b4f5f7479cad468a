"""Values that are possible each, but not together: what a check says of them, and closed forms for what it says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from electrode_homog.expression import Expression
from electrode_homog.parameters import (
    ActivePhase,
    CurrentCollector,
    Layers,
    Severity,
    check_cell,
    load_parameter_set,
)
from electrode_homog.parameters.plausibility import balance, plausibility_problems
from electrode_homog.particles import Sphere
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency

ERROR, WARNING = Severity.ERROR, Severity.WARNING
U_n, U_p = "negative.open_circuit_potential_V", "positive.open_circuit_potential_V"


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


@pytest.fixture(scope="module")
def marquis2019():
    return load_parameter_set("marquis2019")


def formula(text: str, *variables: str) -> Expression:
    return Expression(text, variables or ("x",))


def found(cell) -> dict[str, Severity]:
    """The worst severity for each key."""
    return {problem.key: problem.severity for problem in reversed(plausibility_problems(cell))}


def second_material(cell, **changes) -> ActivePhase:
    n = cell.negative
    same = {
        "active_fraction": 0.25,
        "particle": Sphere(1e-6),
        "maximum_concentration_mol_m3": n.maximum_concentration_mol_m3,
        "initial_concentration_mol_m3": n.initial_concentration_mol_m3,
        "diffusivity_m2_s": n.diffusivity_m2_s,
        "open_circuit_potential_V": n.open_circuit_potential_V,
        "entropic_change_V_K": 0.0,
        "exchange_current_density_A_m2": n.exchange_current_density_A_m2,
    }
    return ActivePhase(**{**same, **changes})


def test_balance_of_straight_potentials(chen2020):
    """Of U_n = 1 - x and U_p = 4.5 - y the voltage falls by d (1/Q_n + 1/Q_p): capacity and windows in closed form."""
    cell = chen2020.with_electrode("negative", open_circuit_potential_V=formula("1 - x"))
    cell = cell.with_electrode("positive", open_circuit_potential_V=formula("4.5 - x"))
    cell = cell.with_value("cell.lower_voltage_V", 3.4)
    answer = balance(cell)
    Q_n, Q_p = cell.theoretical_capacity_Ah("negative"), cell.theoretical_capacity_Ah("positive")
    x, y = 29866 / 33133, 17038 / 63104
    assert answer.initial_voltage_V == pytest.approx(3.5 + x - y, abs=1e-9)
    slope = 1 / Q_n + 1 / Q_p
    last = (answer.initial_voltage_V - 3.4) / slope
    first = max((answer.initial_voltage_V - 4.2) / slope, -y * Q_p, -(1 - x) * Q_n)
    assert answer.usable_capacity_Ah == pytest.approx(last - first, rel=2e-3)
    assert answer.negative_discharged == pytest.approx(x - last / Q_n, abs=2e-3)
    assert answer.positive_discharged == pytest.approx(y + last / Q_p, abs=2e-3)
    assert answer.capacity_ratio == pytest.approx(Q_n / Q_p)


def test_blend_of_one_material_is_that_material(chen2020):
    """A third of the graphite declared as a second material changes neither voltage nor capacity nor window."""
    second = second_material(chen2020)
    blend = chen2020.with_electrode("negative", active_fraction=0.5, secondary=second)
    one, two = balance(chen2020), balance(blend)
    for name in ("initial_voltage_V", "usable_capacity_Ah", "negative_discharged", "positive_charged"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), abs=2e-3)
    assert found(blend) == {}


def test_blend_out_of_equilibrium(chen2020):
    """A second material that is empty beside a full one is an error at its own concentration."""
    second = second_material(chen2020, initial_concentration_mol_m3=20.0)
    blend = chen2020.with_electrode("negative", active_fraction=0.5, secondary=second)
    assert found(blend)["negative.secondary.initial_concentration_mol_m3"] is ERROR


def test_table_is_judged_like_its_formula(chen2020):
    """The positive potential as a table of 60 points leaves no finding and the same voltage."""
    x = np.linspace(0.2, 0.95, 60)
    table = Table(tuple(x), tuple(chen2020.positive.open_circuit_potential_V(x=x)))
    cell = chen2020.with_electrode("positive", open_circuit_potential_V=table)
    assert found(cell) == {}
    assert balance(cell).usable_capacity_Ah == pytest.approx(balance(chen2020).usable_capacity_Ah, rel=2e-3)


@pytest.mark.parametrize(
    ("path", "value", "severity", "key"),
    [
        ("cell.nominal_capacity_Ah", 5000.0, ERROR, None),
        ("cell.nominal_capacity_Ah", 2.5, WARNING, None),
        ("cell.electrodes_in_parallel", 20, ERROR, "cell.nominal_capacity_Ah"),
        ("cell.upper_voltage_V", 5.0, WARNING, None),
        ("cell.upper_voltage_V", 3.5, ERROR, "positive.initial_concentration_mol_m3"),
        ("cell.upper_voltage_V", 4.15, WARNING, "positive.initial_concentration_mol_m3"),
        ("cell.contact_resistance_Ohm", 0.2, WARNING, None),
        ("cell.contact_resistance_Ohm", 9.0, ERROR, None),
        ("cell.ambient_temperature_K", 210.0, WARNING, None),
        ("negative.thickness_m", 9e-4, WARNING, None),
        ("negative.thickness_m", 9e-4, ERROR, "positive.maximum_concentration_mol_m3"),
        ("negative.particle.radius_m", 50e-6, WARNING, "negative.particle"),
        ("negative.particle.radius_m", 90e-6, ERROR, "negative.particle"),
        ("negative.conductivity_S_m", 1e5, WARNING, None),
        ("positive.conductivity_S_m", 1e-7, ERROR, None),
        ("positive.diffusivity_m2_s", 1e-10, WARNING, None),
        ("positive.diffusivity_m2_s", 1e-20, ERROR, None),
        ("positive.entropic_change_V_K", 9e-3, WARNING, None),
        ("negative.electrolyte_law.exponent", 4.0, WARNING, "negative.electrolyte_law"),
        ("negative.electrolyte_law.exponent", 1.0, WARNING, "negative.electrolyte_law"),
        ("separator.electrolyte_law.exponent", 25.0, ERROR, "separator.electrolyte_law"),
        ("separator.porosity", 0.1, WARNING, None),
        ("electrolyte.initial_concentration_mol_m3", 1.2, ERROR, None),
        ("electrolyte.transference_number", 0.95, WARNING, None),
        ("electrolyte.thermodynamic_factor", 50.0, WARNING, None),
        ("thermal.negative.density_kg_m3", 2e4, WARNING, None),
        ("thermal.negative.through_plane_conductivity_W_m_K", 17.0, WARNING,
         "thermal.negative.in_plane_conductivity_W_m_K"),
        ("thermal.positive_collector.conductivity_S_m", 3.7e5, WARNING, None),
        ("thermal.positive_collector.thermal_conductivity_W_m_K", 2.37, WARNING, None),
        ("thermal.cooling.cell_volume_m3", 2.42e-6, WARNING, None),
        ("thermal.cooling.cell_volume_m3", 2.42e-2, ERROR, None),
        ("thermal.cooling.surface_area_m2", 1e-3, WARNING, None),
        ("thermal.cooling.heat_transfer_coefficient_W_m2_K", 9e4, WARNING, None),
    ],
)  # fmt: skip
def test_one_value_changed(chen2020, path, value, severity, key):
    """A good set with one value changed has that finding at that key; the good set has none."""
    assert plausibility_problems(chen2020) == []
    problems = [p for p in plausibility_problems(chen2020.with_value(path, value)) if p.key == (key or path)]
    assert severity in {p.severity for p in problems}
    assert all(p.text and p.remedy and isinstance(p.value, float) for p in problems)


@pytest.mark.parametrize(
    ("side", "changes", "severity", "key"),
    [
        ("positive", {"open_circuit_potential_V": formula("4300 - 1000*x")}, ERROR, U_p),
        ("positive", {"open_circuit_potential_V": formula("3.3 + x")}, ERROR, U_p),
        ("positive", {"open_circuit_potential_V": formula("4.5 - x + 0.1*tanh(60*(x - 0.5))")}, WARNING, U_p),
        ("positive", {"open_circuit_potential_V": formula("0.2 - 0.1*x")}, ERROR, U_p),
        ("negative", {"open_circuit_potential_V": formula("4.2 - x")}, ERROR, U_n),
        ("negative", {"measured_surface_area_per_m": 3.8e6}, WARNING, "negative.measured_surface_area_per_m"),
        ("negative", {"measured_surface_area_per_m": 3.8e8}, ERROR, "negative.measured_surface_area_per_m"),
        ("negative", {"measured_surface_area_per_m": 1e3}, ERROR, "negative.measured_surface_area_per_m"),
        ("negative", {"electrolyte_law": BruggemanLaw(1.8, (0.3, 0.5))}, WARNING, "negative.electrolyte_law"),
        ("negative", {"electrolyte_law": FixedEfficiency(1e-8)}, ERROR, "negative.electrolyte_law"),
        ("positive", {"diffusivity_m2_s": formula("4e-15*(300 - T)", "x", "T")}, WARNING, "positive.diffusivity_m2_s"),
        ("positive", {"diffusivity_m2_s": formula("4e-15*exp(-30/R*(1/T - 1/298.15))", "T")}, WARNING,
         "positive.diffusivity_m2_s"),
        ("positive", {"diffusivity_m2_s": formula("4e-15*exp(-30e6/R*(1/T - 1/298.15))", "T")}, ERROR,
         "positive.diffusivity_m2_s"),
        ("positive", {"exchange_current_density_A_m2": formula("1e-30*c_e", "c_e")}, ERROR,
         "positive.exchange_current_density_A_m2"),
    ],
)  # fmt: skip
def test_one_function_changed(chen2020, side, changes, severity, key):
    """So it is with functions, laws and areas of an electrode."""
    assert found(chen2020.with_electrode(side, **changes)).get(key) is severity


@pytest.mark.parametrize(
    ("sigma", "initial_K", "severity"),
    [
        ("0.18*exp(3500/R*(1/298.15 - 1/T))", 278.0, None),
        ("0.18*exp(3.5/R*(1/298.15 - 1/T))", 298.15, WARNING),  # kJ/mol
        ("0.18*exp(3500e3/R*(1/298.15 - 1/T))", 298.15, ERROR),
        ("0.18 - 0.0001*(T - 298.15)", 298.15, None),  # as a metal
        ("0.18 - 0.009*(T - 298.15)", 298.15, WARNING),  # negative above 318 K
        ("0.18 - 0.009*(T - 298.15)", 320.0, ERROR),
        ("0.18 + 1e9*exp(-(T - 303)**2*10)", 298.15, WARNING),  # above all conductivities at 303 K
        ("0.18*exp(1e6*(1/298.15 - 1/T))", 270.0, ERROR),  # 0 there
        ("0.18*sqrt(T - 290)", 298.15, WARNING),
        ("0.18*sqrt(T - 290)", 280.0, ERROR),
    ],
)
def test_conductivity_of_the_solid_as_a_function(chen2020, sigma, initial_K, severity):
    """What fails at the temperatures of the cell is an error, between 0 and 50 degrees a warning."""
    cell = chen2020.with_value("cell.initial_temperature_K", initial_K)
    cell = cell.with_electrode("positive", conductivity_S_m=formula(sigma, "T"))
    assert found(cell).get("positive.conductivity_S_m") is severity


@pytest.mark.parametrize(
    ("section", "name", "text", "severity"),
    [
        ("positive", "specific_heat_J_kg_K", "700 + 3*(T - 298.15)", None),
        ("positive", "specific_heat_J_kg_K", "700 - 30*(T - 298.15)", WARNING),
        ("positive", "specific_heat_J_kg_K", "700 + 1e3*(T - 298.15)", WARNING),
        ("negative", "through_plane_conductivity_W_m_K", "1.7/(T/310 - 1)**2", WARNING),  # a pole within
        ("negative_collector", "thermal_conductivity_W_m_K", "401 - 0.07*(T - 298.15)", None),
        ("negative_collector", "thermal_conductivity_W_m_K", "4.01 - 0.07*(T - 298.15)", WARNING),
    ],
)
def test_thermal_values_as_functions(chen2020, section, name, text, severity):
    """So it is with heat, whose small changes with temperature are no activation energies."""
    changed = replace(getattr(chen2020.thermal, section), **{name: formula(text, "T")})
    cell = chen2020.with_thermal(replace(chen2020.thermal, **{section: changed}))
    assert found(cell).get(f"thermal.{section}.{name}") is severity


@pytest.mark.parametrize(
    ("changes", "severity", "key"),
    [
        ({"conductivity_S_m": formula("10*(c_e/1000)", "c_e")}, WARNING, "conductivity_S_m"),
        ({"conductivity_S_m": formula("c_e/20", "c_e")}, ERROR, "conductivity_S_m"),
        ({"diffusivity_m2_s": 1.8e-11}, WARNING, "diffusivity_m2_s"),
        ({"diffusivity_m2_s": 1.8e-14}, ERROR, "diffusivity_m2_s"),
        ({"transference_number": formula("0.26 - 0.01*(298.15 - T)", "T")}, None, "transference_number"),
        ({"transference_number": formula("0.2 - 0.01*(298.15 - T)", "T")}, WARNING, "transference_number"),
    ],
)
def test_electrolyte_changed(chen2020, changes, severity, key):
    """So it is with the electrolyte; a transference number that stays positive from 0 to 50 degrees is fine."""
    cell = replace(chen2020, electrolyte=replace(chen2020.electrolyte, **changes))
    assert found(cell).get(f"electrolyte.{key}") is severity


def test_nernst_and_einstein(chen2020):
    """Ions that move alone: kappa = F^2 c (D+ + D-)/(R T) has the ratio 1 and no finding, a hundredth of it has one."""
    D, t, c, T = 2e-10, 0.4, 1000.0, 298.15
    kappa = 96485.33212**2 * c * D / (2 * t * (1 - t)) / (8.314462618 * T)
    ideal = {"diffusivity_m2_s": D, "transference_number": t, "thermodynamic_factor": 1.0}
    for factor, finding in ((1.0, None), (1 / 100, WARNING), (1 / 2000, ERROR)):
        changed = replace(chen2020.electrolyte, **ideal, conductivity_S_m=factor * kappa)
        assert found(replace(chen2020, electrolyte=changed)).get("electrolyte.conductivity_S_m") is finding


def test_electrodes_exchanged(chen2020):
    """Positive and negative exchanged: one error, that says so."""
    (problem, *_) = plausibility_problems(replace(chen2020, negative=chen2020.positive, positive=chen2020.negative))
    assert problem.severity is ERROR
    assert "exchanged" in problem.remedy
    assert problem.value == pytest.approx(-balance(chen2020).initial_voltage_V)
    alike = chen2020.with_electrode("positive", open_circuit_potential_V=chen2020.negative.open_circuit_potential_V)
    assert found(alike)[U_p] is ERROR


def test_tabs(marquis2019):
    """A tab lies on the edge, within the electrode, and not on the other one."""
    foil = marquis2019.thermal.positive_collector
    assert foil.tab_centre_y_m is not None
    width, height = marquis2019.cell.electrode_width_m, marquis2019.cell.electrode_height_m

    def severity(y: float, z: float) -> list[Severity]:
        changed: CurrentCollector = replace(foil, tab_centre_y_m=y, tab_centre_z_m=z)
        cell = replace(marquis2019, thermal=replace(marquis2019.thermal, positive_collector=changed))
        return [p.severity for p in plausibility_problems(cell) if "tab" in p.key]

    negative = marquis2019.thermal.negative_collector
    assert severity(foil.tab_centre_y_m, foil.tab_centre_z_m) == []
    assert severity(width + 0.01, height) == [ERROR]
    assert severity(width - 0.001, height) == [WARNING]
    assert severity(width / 2, height / 2) == [WARNING]
    assert severity(negative.tab_centre_y_m, negative.tab_centre_z_m) == [WARNING]


def test_uncertainty_above_the_value(chen2020):
    """A standard deviation of 1 of a porosity of 0.3 is a warning, one of 0.01 is not."""
    for deviation, finding in ((1.0, WARNING), (0.01, None)):
        cell = replace(chen2020, uncertainties={"positive.porosity": deviation})
        assert found(cell).get("positive.porosity") is finding


def test_sources_that_say_nothing_or_too_much(chen2020):
    """A source "TODO" is a warning, "assumed" is not; an effective conductivity with a solid law counts twice."""
    for text, finding in (("TODO", WARNING), ("?", WARNING), ("assumed", None)):
        cell = replace(chen2020, sources={**chen2020.sources, "positive.porosity": text})
        assert found(cell).get("positive.porosity") is finding
    changes = {"conductivity_S_m": 0.18, "solid_law": BruggemanLaw(1.5)}
    for text, finding in (("effective value of Table 2", WARNING), ("bulk value of Table 2", None)):
        assert found(chen2020.with_electrode("positive", source=text, **changes)).get("positive.solid_law") is finding


def test_graded_electrode_passes(chen2020):
    """Layers with areas of their own leave no finding that the whole electrode does not have."""
    shares = (0.5, 0.5)
    layers = Layers(shares, (0.2, 0.3), (0.8, 0.7), (0.09, 0.16), (1.0, 1.0), (4.1e5, 3.6e5))
    report = check_cell(chen2020.with_layers("negative", layers))
    assert report.findings == ()
    assert {d.key: d.value for d in report.derived}["negative.electrolyte_efficiency"] == pytest.approx(
        1 / (0.5 / 0.09 + 0.5 / 0.16)
    )


def test_nothing_raises_or_warns_of_itself(chen2020):
    """Values at the ends of what the schema allows give findings, never an exception or a floating-point warning."""
    for path, low, high in (
        ("cell.nominal_capacity_Ah", 1e-6, 1e4),
        ("cell.initial_temperature_K", 200.0, 400.0),
        ("positive.initial_concentration_mol_m3", 1e-3, 63103.9),
        ("positive.maximum_concentration_mol_m3", 17039.0, 4e5),
        ("positive.diffusivity_m2_s", 1e-22, 1e-9),
        ("positive.conductivity_S_m", 1e-8, 1e8),
        ("electrolyte.conductivity_S_m", 1e-6, 1e3),
        ("electrolyte.diffusivity_m2_s", 1e-14, 1e-7),
        ("separator.porosity", 1e-3, 1.0),
    ):
        for value in (low, high):
            if path.startswith("electrolyte."):
                changed = replace(chen2020.electrolyte, **{path.partition(".")[2]: value})
                problems = plausibility_problems(replace(chen2020, electrolyte=changed))
            else:
                problems = plausibility_problems(chen2020.with_value(path, value))
            assert problems or value == 1.0
            assert all(not isinstance(p.value, float) or not math.isinf(p.value) for p in problems)


def test_a_reversed_potential_is_one_finding(chen2020):
    """Its rising in places follows from its rising, and is not told beside it."""
    cell = chen2020.with_electrode("positive", open_circuit_potential_V=formula("3.5 + x"))
    (told,) = (problem for problem in plausibility_problems(cell) if problem.key == U_p)
    assert told.is_error


def test_particles_do_not_become_slower_with_temperature(chen2020):
    """An Arrhenius factor with the wrong sign is a warning."""
    for energy, wrong in (("35000", False), ("-35000", True)):
        law = formula(f"3.3e-14*exp({energy}/R*(1/298.15 - 1/T))", "x", "T")
        cell = chen2020.with_electrode("negative", diffusivity_m2_s=law)
        assert (found(cell).get("negative.diffusivity_m2_s") is WARNING) == wrong


def test_an_exchange_current_per_square_centimetre_is_seen(chen2020):
    """1e-4 of a published one costs 0.44 V at 1C, where no published one costs 0.09 V."""
    law = formula(f"1e-4*({chen2020.positive.exchange_current_density_A_m2.text})", "c_e", "c_s", "c_max", "T")
    cell = chen2020.with_electrode("positive", exchange_current_density_A_m2=law)
    assert found(cell)["positive.exchange_current_density_A_m2"] is WARNING


@pytest.mark.parametrize(
    ("path", "value", "remedy"),
    [
        ("cell.nominal_capacity_Ah", 5000.0, "mA h? then write 5"),
        ("electrolyte.initial_concentration_mol_m3", 1.0, "1000"),
    ],
)
def test_one_slip_is_one_error(chen2020, path, value, remedy):
    """What follows from a wrong capacity or concentration, such as losses at its 1C, is not told beside it."""
    (error,) = (p for p in plausibility_problems(chen2020.with_value(path, value)) if p.is_error)
    assert error.key == path
    assert remedy in error.remedy


def test_of_lithium_metal_there_may_be_any_amount(chen2020):
    """N/P above 3 is an error of a host whose potential moves, and none of one at a constant potential."""
    wide = chen2020.with_value("cell.upper_voltage_V", 4.4)
    host, metal = (
        wide.with_electrode("negative", open_circuit_potential_V=formula(text), thickness_m=500e-6)
        for text in ("0.01 + 0.2*(1 - x)", "0.01 + 0*x")
    )
    assert any("N/P" in problem.text for problem in check_cell(host).errors)
    assert not check_cell(metal).errors
    assert any("N/P" in problem.text for problem in check_cell(metal).warnings)
