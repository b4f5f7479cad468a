"""BPX files of every version become the cells that they describe, by the formulas of the standard."""

import tempfile
import warnings
from typing import Any

import numpy as np
import pytest
from bpx_files import NEGATIVE, POSITIVE, blended, bpx_content, changed, without, written

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS
from electrode_homog.expression import evaluate as evaluate_number
from electrode_homog.parameters import check_cell, load_parameter_set, read_bpx, save_parameter_set, write_bpx
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.exchange.bpx_section import checked_formula
from electrode_homog.parameters.problem import problems_of
from electrode_homog.table import Table

F, R = CONSTANTS["F"], CONSTANTS["R"]
X = np.linspace(0.01, 0.99, 99)
CHARGE = "State/Initial conditions/Initial state-of-charge"


def evaluate(law: Any, **state: Any) -> Any:
    """Of a law that is a number or a formula here."""
    return evaluate_number(law, **state)


def numbers(cell: CellParameters) -> dict:
    return {entry.path: entry.value for entry in cell.entries()}


@pytest.mark.parametrize("version", ["0.1.0", 0.1, "0.1", "0.3.1", "0.4.0", 0.5, "1.0.0", 1.0, "1.1.1", "1.9"])
def test_every_version_gives_the_same_cell(version, tmp_path):
    """One cell in the layouts of all versions, the tag a text or a number, is one set of numbers."""
    cell = read_bpx(written(bpx_content(version), tmp_path))
    assert numbers(cell) == numbers(read_bpx(written(bpx_content(), tmp_path, "other.json")))
    assert load_parameter_set(tmp_path / "cell.json") == cell == load_parameter_set(str(tmp_path / "cell.json"))


def test_numbers_mean_what_the_standard_says(tmp_path):
    """Fractions are a R/3, conductivities effective, functions Arrhenius's, and j0 = F K (c_e/c0 x (1 - x))**0.5."""
    cell = read_bpx(written(bpx_content(), tmp_path))
    side, T = cell.negative, 310.0
    assert cell.cell.electrode_area_m2 == pytest.approx(0.2, rel=1e-15)
    assert side.active_fraction == 3.9e5 * 5e-6 / 3
    assert side.inactive_fraction == pytest.approx(0.05)
    assert side.electrolyte_efficiency == 0.15
    assert side.conductivity_S_m * side.solid_efficiency == 0.5
    assert (cell.cell.initial_temperature_K, cell.cell.ambient_temperature_K) == (303.15, 293.15)
    rise = 1 / 298.15 - 1 / T
    D = 3e-14 * (1 - 0.5 * X) * np.exp(30000 / R * rise)
    np.testing.assert_allclose(evaluate(side.diffusivity_m2_s, x=X, T=T), D, rtol=1e-14)
    j0 = F * 5e-6 * np.exp(55000 / R * rise) * (700 / 1100 * X * (1 - X)) ** 0.5
    found = evaluate(side.exchange_current_density_A_m2, c_e=700.0, c_s=31000 * X, c_max=31000.0, T=T)
    np.testing.assert_allclose(found, j0, rtol=1e-13)
    kappa = (0.1297 * 0.9**3 - 2.51 * 0.9**1.5 + 3.329 * 0.9) * np.exp(17100 / R * rise)
    assert evaluate(cell.electrolyte.conductivity_S_m, c_e=900.0, T=T) == pytest.approx(kappa, rel=1e-14)
    assert cell.positive.diffusivity_m2_s == 1e-14


def test_values_name_file_hash_and_key(tmp_path):
    """Every value has a source with the file, the beginning of its hash, the title and the key."""
    cell = read_bpx(written(bpx_content(), tmp_path))
    source = cell.sources["negative.porosity"]
    assert source.startswith("BPX file cell.json (sha256 ")
    assert source.endswith(f"A made cell: {NEGATIVE}/Porosity")
    assert (cell.name, cell.title) == ("cell", "A made cell")
    assert "nobody, nowhere" in cell.citations
    assert "State/Initial conditions" in cell.sources["electrolyte.initial_concentration_mol_m3"]
    assert "state of charge 1 between rest at 2.8 V and 4.2 V" in cell.sources["negative.initial_concentration_mol_m3"]
    save_parameter_set(cell, tmp_path / "cell.toml")
    assert load_parameter_set(tmp_path / "cell.toml") == cell


def open_circuit_voltage(cell: CellParameters) -> float:
    potentials = [
        evaluate(side.open_circuit_potential_V, x=side.initial_stoichiometry) for side in (cell.positive, cell.negative)
    ]
    return float(potentials[0] - potentials[1])


@pytest.mark.parametrize("charge", [0.0, 0.4, 1.0])
def test_state_of_charge_lies_between_the_rest_states_at_the_cut_offs(charge, tmp_path):
    """At 0 and 1 the rested cell is at its cut-offs, no lithium is lost, and the charge between them goes with it."""
    content = changed(CHARGE, charge)
    cell = read_bpx(written(content, tmp_path))
    if charge in (0, 1):
        assert open_circuit_voltage(cell) == pytest.approx([2.8, 4.2][int(charge)], abs=1e-9)
    n, p = (side.active_fraction * side.thickness_m for side in (cell.negative, cell.positive))
    total = n * cell.negative.initial_concentration_mol_m3 + p * cell.positive.initial_concentration_mol_m3
    assert total == pytest.approx(n * 0.85 * 31000 + p * 0.3 * 50000, rel=1e-12)
    ends = [read_bpx(written(changed(CHARGE, end), tmp_path, f"{end}.json")) for end in (0, 1)]
    low, high = (end.negative.initial_stoichiometry for end in ends)
    assert cell.negative.initial_stoichiometry == pytest.approx(low + charge * (high - low), rel=1e-12)


def test_without_a_state_of_charge_the_limits_stand(tmp_path):
    """Then the cell is full at the limits as they are written, whatever voltage that is."""
    cell = read_bpx(written(without(CHARGE), tmp_path))
    assert cell.negative.initial_stoichiometry == pytest.approx(0.85, rel=1e-15)
    assert cell.positive.initial_stoichiometry == pytest.approx(0.3, rel=1e-15)


def test_where_the_potentials_meet_no_cut_off_the_charge_is_between_the_limits(tmp_path):
    """As for a file whose potential is a placeholder."""
    content = changed(f"{POSITIVE}/OCP [V]", 3.3)
    content["State"]["Initial conditions"]["Initial state-of-charge"] = 0.25
    cell = read_bpx(written(content, tmp_path))
    assert cell.negative.initial_stoichiometry == pytest.approx(0.02 + 0.25 * 0.83)
    assert cell.positive.initial_stoichiometry == pytest.approx(0.95 - 0.25 * 0.65)
    assert "between the stoichiometry limits" in cell.sources["positive.initial_concentration_mol_m3"]


@pytest.mark.parametrize("charge", [1.0, 0.3])
def test_initial_state_is_that_of_pybamm(charge, tmp_path):
    """PyBaMM's own import of the same file begins with the same lithium in both electrodes."""
    theirs = imported(changed(CHARGE, charge))
    cell = read_bpx(written(changed(CHARGE, charge), tmp_path))
    for side in ("negative", "positive"):
        ours = getattr(cell, side).initial_concentration_mol_m3
        assert ours == pytest.approx(theirs[f"Initial concentration in {side} electrode [mol.m-3]"], rel=1e-7)


def imported(content: dict):
    """By PyBaMM, which runs the formulas; files of our own only."""
    import pybamm

    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setattr(tempfile, "tempdir", folder)
        return pybamm.ParameterValues.create_from_bpx_obj(content)


def test_blends_have_two_materials_at_one_potential(tmp_path):
    """The first stands in the electrode and the other beside it; at any charge both are at one potential."""
    content = blended(changed(CHARGE, 0.5))
    cell = read_bpx(written(content, tmp_path))
    first, second = cell.negative, cell.negative.secondary
    assert second is not None
    assert (first.active_fraction, second.active_fraction) == pytest.approx((0.55, 0.1))
    assert first.inactive_fraction == pytest.approx(0.05)
    U = [evaluate(phase.open_circuit_potential_V, x=phase.initial_stoichiometry) for phase in (first, second)]
    assert U[0] == pytest.approx(U[1], abs=1e-9)
    assert f"{NEGATIVE}/Particle/other" in cell.sources["negative.secondary.particle"]
    full = read_bpx(written(blended(without(CHARGE)), tmp_path))
    assert full.negative.secondary is not None
    assert full.negative.secondary.initial_stoichiometry == pytest.approx(0.98)


def test_a_blend_of_one_material_is_that_material(tmp_path):
    content = blended(bpx_content())
    del content["Parameterisation"][NEGATIVE]["Particle"]["other"]
    cell = read_bpx(written(content, tmp_path))
    assert cell.negative.secondary is None
    assert cell.negative.active_fraction == pytest.approx(0.55)


@pytest.mark.parametrize("backwards", [False, True])
def test_tables_of_potentials_are_straight_lines(backwards, tmp_path):
    """A potential and an entropic change given by points are within a microvolt of straight lines between them."""
    x = np.concatenate([np.linspace(0, 0.1, 30), np.linspace(0.12, 1, 60)])
    U = 0.1 + 0.9 * np.exp(-25 * x) - 0.05 * np.tanh(20 * (x - 0.15))
    step = -1 if backwards else 1
    table = {"x": x[::step].tolist(), "y": U[::step].tolist()}
    content = changed(f"{NEGATIVE}/OCP [V]", table)
    content["Parameterisation"][NEGATIVE]["Entropic change coefficient [V.K-1]"] = {"x": [0, 1], "y": [1e-4, -1e-4]}
    cell = read_bpx(written(content, tmp_path))
    fine = np.linspace(0, 1, 20_011)
    law, entropic = cell.negative.open_circuit_potential_V, cell.negative.entropic_change_V_K
    assert isinstance(law, Table)
    assert isinstance(entropic, Table)
    assert np.max(np.abs(law(fine) - np.interp(fine, x, U))) < 1e-6
    np.testing.assert_allclose(entropic(fine), 1e-4 - 2e-4 * fine, atol=1e-18)


def test_tables_of_transport_become_formulas(tmp_path):
    """Diffusivities and conductivities by points are straight lines times Arrhenius's factor."""
    c, x = np.linspace(0, 4000, 21), np.linspace(0, 1, 30)
    kappa, D = 0.1 + np.sin(c / 1500) ** 2, 10 ** (-14 + np.sin(5 * x))
    content = changed("Electrolyte/Conductivity [S.m-1]", {"x": c.tolist(), "y": kappa.tolist()})
    content["Parameterisation"][NEGATIVE]["Diffusivity [m2.s-1]"] = {"x": x.tolist(), "y": D.tolist()}
    cell = read_bpx(written(content, tmp_path))
    factor = np.exp(30000 / R * (1 / 298.15 - 1 / 310))
    found = evaluate(cell.negative.diffusivity_m2_s, x=X, T=310.0)
    np.testing.assert_allclose(found, np.interp(X, x, D) * factor, rtol=2e-5)
    fine = np.linspace(0, 4000, 997)
    found = evaluate(cell.electrolyte.conductivity_S_m, c_e=fine, T=298.15)
    np.testing.assert_allclose(found, np.interp(fine, c, kappa), rtol=1e-4)


def test_long_smooth_tables_of_transport_keep_the_points_that_matter(tmp_path):
    """Of 500 points of a smooth diffusivity a formula of the most important ones is within 1 %."""
    x = np.linspace(0, 1, 500)
    D = 1e-14 * (1 + 0.5 * np.cos(4 * x))
    table = {"x": x.tolist(), "y": D.tolist()}
    cell = read_bpx(written(changed(f"{NEGATIVE}/Diffusivity [m2.s-1]", table), tmp_path))
    found = evaluate(cell.negative.diffusivity_m2_s, x=x, T=298.15)
    np.testing.assert_allclose(found, D, rtol=1e-2)


FORMULAS = [
    "1.5",
    "x",
    "-x**2",
    "- 2 * x ** -1.5",
    "2 - 3 - x",
    "2/x/3",
    "1e-3*x + .5e+1 - 2.",
    "+x - -x",
    "(1 - x)**0.5*exp(-((x - 0.08309) ** 2) / 0.004616)",
    "3*tanh(4*(x - 0.5)) + cosh(x)**-2",
    "9.47057878e-01 * exp(-1.59418743e+02  * x) - 3.50928033e+04 + 1.91517003e+04 * tanh(3.19648312e+00 * (x - 1.8))",
    "2**3**0.5*x",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_have_the_values_that_bpx_gives_them(formula, tmp_path, monkeypatch):
    """What is accepted means what the reference implementation makes of it, to the last digits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bpx

        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        theirs = bpx.Function.validate(formula).to_python_function()
    ours = checked_formula(formula)(x=X) + 0 * X
    np.testing.assert_allclose(ours, [theirs(float(x)) for x in X], rtol=1e-13)


def test_what_a_set_has_no_place_for_is_listed(tmp_path):
    """User-defined values, branches of a hysteresis, validation data and incomplete thermal values are named."""
    content = changed("User-defined", {"a": 1, "b": {"c": "2*x"}, "d": {"x": [0, 1], "y": [1, 2]}, "description": "Hi"})
    content["Parameterisation"][NEGATIVE]["OCP (lithiation) [V]"] = "0.1 - 0.01*x"
    content["Validation"] = {"run": {"Time [s]": [0, 1]}}
    notes = read_bpx(written(content, tmp_path)).citations[-1]
    for text in ("Validation", "User-defined/a", "b/c", "User-defined/d", "OCP (lithiation) [V]", "Density [kg.m-3]"):
        assert text in notes
    assert "not complete without Thermal conductivity [W.m-1.K-1], Heat transfer coefficient" in notes


def test_complete_thermal_values_are_taken(tmp_path):
    """With a heat transfer coefficient and a thermal conductivity every layer has the lumped values."""
    content = changed("State/Thermal environment/Heat transfer coefficient [W.m-2.K-1]", 10)
    content["Parameterisation"]["User-defined"] = {"Thermal conductivity [W.m-1.K-1]": 1.5}
    cell = read_bpx(written(content, tmp_path))
    assert cell.thermal is not None
    assert cell.thermal.separator.density_kg_m3 == cell.thermal.positive_collector.density_kg_m3 == 2000
    assert cell.thermal.cooling.heat_transfer_coefficient_W_m2_K == 10
    assert cell.thermal.cooling.cell_volume_m3 == 3e-5
    assert "Not taken" not in " ".join(cell.citations)
    for name in ("thickness_m", "conductivity_S_m"):  # of foils, which BPX does not know
        assert cell.sources[f"thermal.negative_collector.{name}"].startswith("assumed")
    assert "thermal values of Cell" in cell.sources["thermal.negative_collector.density_kg_m3"]
    assert [problem.key for problem in check_cell(cell).findings if "collector" in problem.key] == []


def test_values_that_pybamm_takes_from_user_defined_are_taken(tmp_path):
    """Contact resistance, cells in series and thermodynamic factor, under the names that PyBaMM has for them."""
    values = {
        "Contact resistance [Ohm]": 0.01,
        "Number of cells connected in series to make a battery": 3,
        "Thermodynamic factor": 1.7,
    }
    cell = read_bpx(written(changed("User-defined", values), tmp_path))
    assert (cell.cell.contact_resistance_Ohm, cell.cell.cells_in_series) == (0.01, 3)
    assert cell.electrolyte.thermodynamic_factor == 1.7


def test_defaults_are_said(tmp_path):
    """What may be missing is assumed, and its source says so."""
    content = bpx_content()
    del content["State"]
    for side in (NEGATIVE, POSITIVE):
        del content["Parameterisation"][side]["Entropic change coefficient [V.K-1]"]
    cell = read_bpx(written(content, tmp_path))
    assert cell.electrolyte.initial_concentration_mol_m3 == 1000
    assert cell.cell.initial_temperature_K == 298.15
    assert cell.negative.entropic_change_V_K == 0
    for path in (
        "electrolyte.initial_concentration_mol_m3",
        "cell.initial_temperature_K",
        "negative.entropic_change_V_K",
    ):
        assert cell.sources[path].startswith("assumed")


def test_an_entropic_change_in_millivolts_is_cautioned(tmp_path):
    """One published file has it a thousand times too large; at one temperature it has no effect, so it is read."""
    formula = "-0.1112 * x + 0.02914 + 0.3561 * exp(-((x - 0.08309) ** 2) / 0.004616)"
    cell = read_bpx(written(changed(f"{NEGATIVE}/Entropic change coefficient [V.K-1]", formula), tmp_path))
    assert "mV/K?" in cell.sources["negative.entropic_change_V_K"]


@pytest.mark.shared_data
def test_published_file_is_the_cell_that_pybamm_reads(shared_data):
    """Of the NMC cell of About:Energy: B to 1e-15, radii, fractions and initial concentrations as PyBaMM's import."""
    import json

    path = shared_data / "bpx" / "nmc_pouch_cell_BPX.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    cell, theirs = read_bpx(path), imported(content)
    for side in ("negative", "positive"):
        electrode, name = getattr(cell, side), f"{side.capitalize()} electrode"
        exponent = theirs[f"{name} Bruggeman coefficient (electrolyte)"]
        assert electrode.electrolyte_efficiency == pytest.approx(electrode.porosity**exponent, rel=1e-15, abs=0)
        assert electrode.active_fraction == theirs[f"{name} active material volume fraction"]
        initial = theirs[f"Initial concentration in {side} electrode [mol.m-3]"]
        assert electrode.initial_concentration_mol_m3 == pytest.approx(initial, rel=1e-7)


@pytest.mark.parametrize("beyond", [0.0, 1e-8, 5e-4])
def test_a_table_may_end_where_the_cell_begins(beyond, tmp_path):
    """Tables are often cut at the stoichiometry limits, which meet the cut-offs within a millivolt; as in PyBaMM, the
    last line goes on to the initial state, which is said, but no further."""
    full = numbers(read_bpx(written(bpx_content(), tmp_path)))["positive.initial_concentration_mol_m3"] / 50000
    x = np.linspace(full + beyond, 0.97, 40)
    y = 4.5 - 0.9 * x - 0.05 * np.tanh(15 * (x - 0.5))
    table = {"x": x.tolist(), "y": y.tolist()}
    cell = read_bpx(written(changed(f"{POSITIVE}/OCP [V]", table), tmp_path, "table.json"))
    law, start = cell.positive.open_circuit_potential_V, cell.positive.initial_stoichiometry
    assert isinstance(law, Table)
    assert start - 2e-6 < law.x[0] < start
    slope = (y[1] - y[0]) / (x[1] - x[0])
    assert law(start) == pytest.approx(y[0] + slope * (start - x[0]), abs=1e-9)
    assert "goes on to the initial state" in cell.sources["positive.open_circuit_potential_V"]


def test_a_table_that_ends_far_from_the_start_is_refused(tmp_path):
    """More than a millivolt is not gone on by."""
    x = np.linspace(0.4, 0.97, 40)
    table = {"x": x.tolist(), "y": (4.5 - 0.9 * x).tolist()}
    with pytest.raises(OutOfRangeError, match="the initial stoichiometry is"):
        read_bpx(written(changed(f"{POSITIVE}/OCP [V]", table), tmp_path))


def test_limits_that_only_say_where_the_cell_begins_are_no_capacity(tmp_path):
    """Without a state of charge an empty cell has narrow limits, as this package writes it."""
    cell = load_parameter_set("chen2020")
    empty = cell.with_value("negative.initial_concentration_mol_m3", 0.01 * 33133)
    empty = empty.with_value("positive.initial_concentration_mol_m3", 0.95 * 63104).with_value(
        "cell.lower_voltage_V", 0.1
    )
    path = write_bpx(empty, tmp_path / "empty.json").path
    assert read_bpx(path).negative.initial_stoichiometry == pytest.approx(0.01, rel=1e-12)


def test_a_version_that_does_not_fit_the_layout_is_what_is_wrong(tmp_path):
    """State in a file of BPX 0, and the layout of BPX 0 in one of BPX 1; a missing concentration is one problem."""
    content = changed("Header/BPX", 0.1)
    with pytest.raises(InputError, match="State is of BPX 1, but Header/BPX says 0; write") as caught:
        read_bpx(written(content, tmp_path))
    assert len(problems_of(caught.value)) == 2
    assert "nan" not in str(caught.value)
    content = changed("Header/BPX", 1.0, "0.4.0")
    with pytest.raises(InputError, match=r'or write "0\.5" in Header/BPX'):
        read_bpx(written(content, tmp_path))
