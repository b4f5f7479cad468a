"""Parameter sets become BPX files that say the same, and name what such a file cannot hold."""

import json
import sys
import tempfile
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bpx_files import NEGATIVE, blended, bpx_content, changed, without, written
from particle_cells import cases

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.expression import evaluate as evaluate_number
from electrode_homog.parameters import Layers, load_parameter_set, parameter_set_names, read_bpx, write_bpx
from electrode_homog.parameters.exchange.bpx_formula import bpx_formula
from electrode_homog.parameters.exchange.bpx_functions import activation
from electrode_homog.parameters.exchange.bpx_section import checked_formula
from electrode_homog.particles import (
    ActiveMaterial,
    Arrhenius,
    DarkenDiffusivity,
    JumpDiffusivity,
    RegularSolution,
    SphereSizes,
    chemical_diffusivity,
)

X = np.linspace(0.02, 0.98, 49)
CHARGE = "State/Initial conditions/Initial state-of-charge"
NOT_HELD = ("cell.electrode_height_m", "cell.electrode_width_m", "thermal.")


@pytest.fixture
def chen2020():
    return load_parameter_set("chen2020")


def evaluate(law: Any, **state: Any) -> Any:
    """Of a law that is a number or a formula here."""
    return evaluate_number(law, **state)


def with_text(losses, text: str) -> list[str]:
    return [loss for loss in losses if text in loss]


def test_a_file_comes_back_as_it_was(tmp_path):
    """Read, written and read again, a cell has the same numbers, functions and state of charge."""
    for name, content in (
        ("charged", bpx_content()),
        ("half", changed(CHARGE, 0.5)),
        ("limits", without(CHARGE)),
        ("blend", blended(changed(CHARGE, 0.5))),
        ("table", changed(f"{NEGATIVE}/OCP [V]", {"x": [0, 0.1, 0.5, 1], "y": [1.0, 0.2, 0.1, 0.05]})),
    ):
        cell = read_bpx(written(content, tmp_path, f"{name}.json"))
        back = read_bpx(write_bpx(cell, tmp_path / f"{name} again.json").path)
        for ours, theirs in zip(cell.entries(), back.entries(), strict=True):
            assert ours.path == theirs.path
            if isinstance(ours.value, float | int):
                assert theirs.value == pytest.approx(ours.value, rel=1e-9, abs=1e-15), ours.path
        for side in ("negative", "positive"):
            for law in ("open_circuit_potential_V", "entropic_change_V_K", "diffusivity_m2_s"):
                values = [_curve(getattr(getattr(c, side), law)) for c in (cell, back)]
                np.testing.assert_allclose(values[1], values[0], rtol=1e-12, err_msg=f"{name} {side} {law}")


def _curve(law) -> np.ndarray:
    return evaluate(law, x=X, T=310.0) + 0 * X if isinstance(law, float | Expression) else law(X)


def test_a_table_that_was_read_is_written_with_its_own_points(tmp_path):
    """Straight lines between points come back as those points, not as many more."""
    table = {"x": [0.0, 0.1, 0.5, 1.0], "y": [1.0, 0.2, 0.1, 0.05]}
    cell = read_bpx(written(changed(f"{NEGATIVE}/OCP [V]", table), tmp_path))
    path = write_bpx(cell, tmp_path / "again.json").path
    found = json.loads((tmp_path / "again.json").read_text())["Parameterisation"][NEGATIVE]["OCP [V]"]
    np.testing.assert_allclose(found["x"], table["x"], atol=1e-15)
    np.testing.assert_allclose(found["y"], table["y"], atol=1e-15)
    assert path.endswith("again.json")


@pytest.mark.parametrize("name", parameter_set_names())
def test_shipped_sets_come_back(name, tmp_path):
    """Every number that BPX holds is read again as it was; height and width, foils and bulk values are named losses."""
    cell = load_parameter_set(name)
    exported = write_bpx(cell, tmp_path / "set.json")
    assert exported.format == "BPX 1.1.1"
    assert exported.losses
    back = read_bpx(exported.path)
    changing = " ".join(with_text(exported.losses, "changes the voltage"))
    for entry in cell.entries():
        if not isinstance(entry.value, float | int) or entry.path.startswith(NOT_HELD):
            continue
        side = entry.path.partition(".")[0]
        if entry.path.endswith(("_law.exponent", "_law.value", "conductivity_S_m")):
            continue
        tolerance = 1e-8 if "initial_concentration" in entry.path or entry.path == "separator.porosity" else 1e-13
        if entry.path not in ("electrolyte.thermodynamic_factor", "electrolyte.transference_number"):
            assert back.value(entry.path) == pytest.approx(entry.value, rel=tolerance, abs=1e-13), entry.path
        elif back.value(entry.path) != entry.value:
            assert side in changing
    for side in ("negative", "separator", "positive"):
        ours, theirs = getattr(cell, side), getattr(back, side)
        assert theirs.electrolyte_efficiency == pytest.approx(ours.electrolyte_efficiency, rel=2e-9)
        if side != "separator":
            parts, T_ref = (ours, theirs), cell.cell.reference_temperature_K
            sigma = [evaluate(part.conductivity_S_m, T=T_ref) * part.solid_efficiency for part in parts]
            assert sigma[1] == pytest.approx(sigma[0], rel=1e-15)


def test_functions_of_temperature_are_values_at_the_reference_temperature(tmp_path):
    """BPX has no activation energy of electrons and heat: each is its value there, and a loss names it."""
    cell = load_parameter_set("oregan2022").with_value("cell.reference_temperature_K", 310.0)
    exported = write_bpx(cell, tmp_path / "set.json")
    back = read_bpx(exported.path)
    sigma = 0.8473 * np.exp(3500 / 8.31446261815324 * (1 / 298.15 - 1 / 310))
    assert back.positive.conductivity_S_m == pytest.approx(sigma, rel=1e-12)
    through = [c.thermal.positive.through_plane_conductivity_W_m_K for c in (cell, back)]
    k = 2.063e-5 * 310**2 - 0.01127 * 310 + 2.331
    assert evaluate(through[0], T=310.0) == pytest.approx(k, rel=1e-12)
    layers = [(85.2e-6, -2.61e-4 * 310**2 + 0.1726 * 310 - 24.49), (12e-6, 0.3344), (75.6e-6, k)]
    assert through[1] == pytest.approx(172.8e-6 / sum(L / k for L, k in layers), rel=1e-12)
    parts = [getattr(cell.thermal, name) for name in ("negative", "separator", "positive")]
    parts += [cell.thermal.negative_collector, cell.thermal.positive_collector]
    masses = [L * part.density_kg_m3 for L, part in zip((85.2, 12, 75.6, 12, 16), parts, strict=True)]
    heat = sum(m * evaluate(part.specific_heat_J_kg_K, T=310.0) for m, part in zip(masses, parts, strict=True))
    assert back.thermal.separator.specific_heat_J_kg_K == pytest.approx(heat / sum(masses), rel=1e-12)
    losses = " ".join(with_text(exported.losses, "changes the voltage away from 310 K"))
    assert "positive: the conductivity is a function of temperature" in losses
    assert "negative: the conductivity is a function" not in losses
    assert "positive_collector.specific_heat_J_kg_K" in losses
    constant = write_bpx(load_parameter_set("chen2020"), tmp_path / "constant.json").losses
    assert not with_text(constant, "changes the voltage away")


def test_functions_without_a_value_at_the_reference_temperature_are_refused(tmp_path, chen2020):
    """What is fine at 298 K has no value at 280 K, or is 0 there: no file, and the error names it where it can."""
    cold = chen2020.with_value("cell.reference_temperature_K", 280.0)
    law = Expression("0.18*sqrt(T - 290)", ("T",))
    layer = replace(cold.thermal.positive, specific_heat_J_kg_K=Expression("100*(T - 290)", ("T",)))
    layer = replace(layer, through_plane_conductivity_W_m_K=Expression("exp(1e8*(1/298.15 - 1/T))", ("T",)))
    salt = replace(cold.electrolyte, conductivity_S_m=Expression("0.18*sqrt(T - 290)", ("c_e", "T")))
    for cell, words in (
        (cold.with_electrode("positive", conductivity_S_m=law), r"\[positive\] conductivity_S_m is nan S/m at 280 K"),
        (cold.with_thermal(replace(cold.thermal, positive=layer)), r"2 problems(?s:.*)is 0 W/\(m K\) at 280 K"),
        (replace(cold, electrolyte=salt), "not finite at the reference temperature"),
    ):
        with pytest.raises(OutOfRangeError, match=words):
            write_bpx(cell, tmp_path / "set.json")
    assert list(tmp_path.iterdir()) == []


def test_functions_of_a_shipped_set_come_back(chen2020, tmp_path):
    """Potentials, exchange currents, diffusivities and their dependence on temperature, to the last digits."""
    marquis = load_parameter_set("marquis2019")
    for cell in (chen2020, marquis):
        back = read_bpx(write_bpx(cell, tmp_path / f"{cell.name}.json").path)
        for side in ("negative", "positive"):
            ours, theirs = getattr(cell, side), getattr(back, side)
            c_max = ours.maximum_concentration_mol_m3
            state = {"c_e": 800.0, "c_s": c_max * X, "c_max": c_max, "T": 315.0}
            j0 = [evaluate(part.exchange_current_density_A_m2, **state) for part in (ours, theirs)]
            np.testing.assert_allclose(j0[1], j0[0], rtol=1e-10)
            for law in ("open_circuit_potential_V", "entropic_change_V_K", "diffusivity_m2_s"):
                values = _curve(getattr(theirs, law)), _curve(getattr(ours, law))
                np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-18)
        for law in ("diffusivity_m2_s", "conductivity_S_m"):
            values = [evaluate(getattr(c.electrolyte, law), c_e=1200.0, T=310.0) for c in (back, cell)]
            assert values[0] == pytest.approx(values[1], rel=1e-9)


def voltage(values) -> np.ndarray:
    import pybamm

    points = {"x_n": 8, "x_s": 5, "x_p": 8, "r_n": 8, "r_p": 8}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(pybamm.lithium_ion.DFN(), parameter_values=values, var_pts=points, solver=solver)
    t = np.linspace(0, 1800, 60)
    return simulation.solve([0, t[-1]], t_interp=t)["Voltage [V]"](t)


@pytest.mark.parametrize("name", ["chen2020", "marquis2019"])
def test_pybamm_computes_the_same_voltage_from_the_file(name, tmp_path, monkeypatch):
    """PyBaMM's own import of what was written, against the set handed over directly: within a microvolt at 1C."""
    import pybamm

    from electrode_homog.p2d import to_pybamm

    cell = load_parameter_set(name)
    exported = write_bpx(cell, tmp_path / "set.json")
    assert not with_text(exported.losses, "changes the voltage")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pybamm.ParameterValues.create_from_bpx(exported.path)
        difference = voltage(theirs) - voltage(to_pybamm(cell))
    assert np.max(np.abs(difference)) < 1e-6


def test_what_is_written_is_accepted_by_bpx(chen2020, tmp_path, monkeypatch):
    """The reference implementation parses the file without a warning, and writing leaves no files behind."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    path = write_bpx(chen2020, tmp_path / "set.json").path
    assert list((tmp_path / "temporary").iterdir()) == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bpx
    bpx.parse_bpx_file(path)


def test_a_file_that_bpx_did_not_see_says_so(chen2020, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bpx", None)
    assert with_text(write_bpx(chen2020, tmp_path / "set.json").losses, "not validated, as bpx is not installed")


def test_a_measured_surface_is_handed_over_exactly(chen2020, tmp_path):
    """Spheres of 3 eps/a with D (R_k/R)**2 take up lithium as those of R with the surface a do."""
    a = 2e5
    cell = chen2020.with_electrode("negative", measured_surface_area_per_m=a)
    exported = write_bpx(cell, tmp_path / "set.json")
    back = read_bpx(exported.path).negative
    assert back.particle.radius_m == pytest.approx(3 * 0.75 / a)
    assert back.surface_area_per_m == pytest.approx(a)
    assert back.active_fraction == pytest.approx(0.75, rel=1e-15)
    scale = (3 * 0.75 / a / 5.86e-6) ** 2
    assert evaluate(back.diffusivity_m2_s, x=0.5, T=300.0) == pytest.approx(3.3e-14 * scale)
    assert with_text(exported.losses, "negative: measured surface 200000 1/m")


def test_losses_are_named(chen2020, tmp_path):
    """Sizes, layers, a varying transference number and thermodynamic factor, other kinetics: each is one loss."""
    sizes = SphereSizes((4e-6, 8e-6), (0.5, 0.5))
    layers = Layers((0.5, 0.5), (0.3, 0.2), (0.7, 0.8), (0.16, 0.09), (1.0, 1.0))
    cell = chen2020.with_electrode("positive", particle=sizes).with_layers("negative", layers)
    electrolyte = {
        "transference_number": Expression("0.3 - 1e-5*c_e", ("c_e", "T")),
        "thermodynamic_factor": Expression("1 + c_e/2000", ("c_e", "T")),
        "conductivity_S_m": Expression("1 + 0.01*(T - 298.15)*c_e/1000", ("c_e", "T")),
    }
    cell = replace(cell, electrolyte=replace(cell.electrolyte, **electrolyte))
    j0 = Expression("1e-6*c_e**0.4*c_s**0.5*(c_max - c_s)**0.5", ("c_e", "c_s", "c_max", "T"))
    cell = cell.with_electrode("positive", exchange_current_density_A_m2=j0)
    losses = write_bpx(cell, tmp_path / "set.json").losses
    for text in (
        "changes the voltage: positive: 2 sizes of spheres: written as one of 5.33333e-06 m",
        "changes the voltage: negative: 2 layers through the thickness",
        "changes the voltage: electrolyte: the transference number varies; written is 0.29 at 1000 mol/m3",
        "changes the voltage: electrolyte: the thermodynamic factor varies; written is 1.5",
        "changes the voltage: positive: the exchange current density is not k",
        "changes the voltage away from 298.15 K: the conductivity of the electrolyte has no single activation energy",
        "height and width of the electrodes",
        "sources of",
    ):
        assert with_text(losses, text), text


def test_what_pybamm_takes_from_user_defined_is_written_there(chen2020, tmp_path):
    """Contact resistance, cells in series and a constant thermodynamic factor come back; a loss says where they are."""
    cell = chen2020.with_value("cell.contact_resistance_Ohm", 0.01).with_value("cell.cells_in_series", 2)
    cell = cell.with_value("electrolyte.thermodynamic_factor", 1.5)
    exported = write_bpx(cell, tmp_path / "set.json")
    back = read_bpx(exported.path)
    assert (back.cell.contact_resistance_Ohm, back.cell.cells_in_series) == (0.01, 2)
    assert back.electrolyte.thermodynamic_factor == 1.5
    assert with_text(exported.losses, "in User-defined, where PyBaMM and read_bpx take it")


def test_a_diffusivity_with_thermodynamics_is_written_as_points(chen2020, tmp_path):
    """What is written is the chemical diffusivity, within a millionth of its smallest value, times one Arrhenius."""
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), RegularSolution(1.0), arrhenius=Arrhenius(30e3))
    exported = write_bpx(chen2020.with_electrode("negative", diffusivity_m2_s=law), tmp_path / "set.json")
    assert with_text(exported.losses, "negative: the diffusivity with thermodynamics is written as the chemical")
    found = json.loads((tmp_path / "set.json").read_text())["Parameterisation"][NEGATIVE]
    x = np.linspace(0.01, 0.99, 99)
    table = found["Diffusivity [m2.s-1]"]
    material = ActiveMaterial(33133.0, law, chen2020.negative.open_circuit_potential_V)
    D = chemical_diffusivity(material, x, 298.15)
    np.testing.assert_allclose(np.interp(x, table["x"], table["y"]), D, rtol=1e-5)
    assert found["Diffusivity activation energy [J.mol-1]"] == 30e3 or with_text(
        exported.losses, "no single activation"
    )


def test_particles_that_are_no_spheres_are_refused(chen2020, tmp_path):
    """A sphere with diffusion in their place would be another cell."""
    made = cases()
    for name, kind in (
        ("phase separation", "CahnHilliard"),
        ("shrinking core", "ShrinkingCore"),
        ("ellipsoid", "ReducedParticle"),
    ):
        with pytest.raises(InputError, match=f"chen2020 cannot be written as BPX: particle {kind}"):
            write_bpx(made[name].cell, tmp_path / "set.json")
    assert list(tmp_path.iterdir()) == []


def test_files_are_not_overwritten_by_chance(chen2020, tmp_path):
    path = tmp_path / "set.json"
    path.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        write_bpx(chen2020, path)
    assert path.read_text() == "mine"
    write_bpx(chen2020, path, overwrite=True)
    with pytest.raises(InputError, match=r"must end in \.json"):
        write_bpx(chen2020, tmp_path / "set.bpx")


TRANSLATED = [
    "1.5*sqrt(x) - sinh(2*x)/3",
    "exp(136.4*log(x))",
    "exp(-35000/R*(1/298.15 - 1/T))*x",
    "F*1e-5*x**2 - (R/F)*(T - 300)",
    "-x**2 - -x",
    "(x - 0.5)**-2 + 2.5",
    "1e-7*x + log(10)*x",
    "(-2)*x - (3 - x)*(x - 1) - (2 - (3 - x))",
    "x/(2/x)/3*cosh(x)**-2",
]


@pytest.mark.parametrize("text", TRANSLATED)
def test_formulas_keep_their_values(text):
    """An expression and its form in BPX's language differ in the last digits at most; bpx's own grammar takes it."""
    expression = Expression(text, ("x", "T"))
    formula = bpx_formula(expression, "x", {"T": 310.0}, times=2.0)
    np.testing.assert_allclose(checked_formula(formula)(x=X), 2 * expression(x=X, T=310.0), rtol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bpx

        bpx.Function.validate(formula)


def test_a_logarithm_becomes_points(chen2020, tmp_path):
    """BPX has none; straight lines between the points are within a quarter of a microvolt where the cell works."""
    law = Expression("0.1 - 0.025*log(x/(1 - x))", ("x",))
    exported = write_bpx(chen2020.with_electrode("negative", open_circuit_potential_V=law), tmp_path / "set.json")
    assert with_text(exported.losses, "negative: OCP [V]: ")
    table = json.loads((tmp_path / "set.json").read_text())["Parameterisation"][NEGATIVE]["OCP [V]"]
    fine = np.linspace(0.001, 0.999, 7001)
    assert np.max(np.abs(np.interp(fine, table["x"], table["y"]) - law(x=fine))) < 2.5e-7


def test_an_activation_energy_is_found():
    """Of one Arrhenius factor to all digits; of two, that they are no single one."""
    one = Expression("(1 + x)*exp(35000/R*(1/296 - 1/T))", ("x", "T"))
    assert activation(lambda T: one(x=X, T=T), 298.15).energy_J_mol == 35000.0
    assert activation(lambda T: one(x=X, T=T), 298.15).spread_J_mol == 0
    two = Expression("exp(35000/R*(1/296 - 1/T)) + x*exp(20000/R*(1/296 - 1/T))", ("x", "T"))
    found = activation(lambda T: two(x=X, T=T), 298.15)
    assert 20000 < found.energy_J_mol < 35000
    assert found.spread_J_mol > 1000


def test_a_state_of_charge_is_named(tmp_path):
    """A cell that begins partly charged says that PyBaMM solves for its concentrations again; a full one does not."""
    for name, state in (("chen2020", "0.989573"), ("oregan2022", "")):
        losses = write_bpx(load_parameter_set(name), tmp_path / f"{name}.json").losses
        found = with_text(losses, "finds its concentrations again")
        assert [state in text for text in found] == ([True] if state else [])
