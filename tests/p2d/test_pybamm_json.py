"""PyBaMM's JSON of a cell: what PyBaMM reads from it is the cell."""

import json
from dataclasses import replace

import numpy as np
import pytest
from exported_cells import full_cell, hostile_cell

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.p2d import to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.pybamm_json import write_pybamm_json
from electrode_homog.p2d.stock_model import stock_options
from electrode_homog.parameters import load_parameter_set, parameter_set_names
from electrode_homog.particles import SphereSizes

TIMES_s = np.linspace(0, 600, 7)


def voltage(values, options):
    """Of PyBaMM's own model at 1C; a cell that begins empty is charged."""
    pybamm = import_pybamm()
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    phases = {f"r_{side}_{phase}": 6 for side in "np" for phase in ("prim", "sec")}
    points = {"x_n": 6, "x_s": 3, "x_p": 6, "r_n": 6, "r_p": 6, **phases}
    model = pybamm.lithium_ion.DFN(options)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
    return simulation.solve([0, TIMES_s[-1]], t_interp=TIMES_s)["Voltage [V]"].entries


@pytest.mark.parametrize("name", ["chen2020", "full cell"])
def test_voltage_after_the_round_trip(tmp_path, name):
    """From the file PyBaMM's own model computes the voltage of to_pybamm to 1e-6 V."""
    cell = full_cell() if name == "full cell" else load_parameter_set(name)
    write_pybamm_json(cell, tmp_path / "cell.json")
    read = import_pybamm().ParameterValues.from_json(tmp_path / "cell.json")
    ours, theirs = (voltage(values, stock_options(cell)) for values in (to_pybamm(cell), read))
    assert np.ptp(ours) > 0.05
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", parameter_set_names())
def test_numbers_are_kept_and_functions_have_names(tmp_path, name):
    """Names are those of the hand-over, numbers the same to the last bit, and PyBaMM writes functions as source."""
    cell, pybamm = load_parameter_set(name), import_pybamm()
    answer = write_pybamm_json(cell, tmp_path / "cell.json")
    assert answer.format == "PyBaMM JSON"
    read, ours = pybamm.ParameterValues.from_json(tmp_path / "cell.json"), to_pybamm(cell)
    assert set(read.keys()) == set(ours)
    for key, value in ours.items():
        if isinstance(value, int | float):
            assert read[key] == value, key
    assert read["Positive electrode OCP [V]"].to_source().startswith("def positive_electrode_ocp(sto):")


def test_functions_of_temperature_are_kept(tmp_path):
    """Conductivities and heat capacities are f(sto, T) and f(T) in the file too, with PyBaMM's own values to 1e-12."""
    pybamm = import_pybamm()
    write_pybamm_json(load_parameter_set("oregan2022"), tmp_path / "cell.json")
    read = pybamm.ParameterValues.from_json(tmp_path / "cell.json")
    reference, T = pybamm.ParameterValues("ORegan2022"), pybamm.Vector(np.linspace(273, 323, 11))
    names = [name for name in reference if "heat capacity" in name or "thermal conductivity" in name]
    for name in ("Positive electrode conductivity [S.m-1]", *names):
        sto = {"sto": pybamm.Vector(np.full(11, 0.4))} if name.endswith("[S.m-1]") else {}
        symbol = pybamm.FunctionParameter(name, {**sto, "T": T})
        given, expected = (
            np.ravel(values.process_symbol(symbol).evaluate()) + np.zeros(11) for values in (read, reference)
        )
        np.testing.assert_allclose(given, expected, rtol=1e-12, err_msg=name)
    varying = [name for name in names if callable(reference[name])]
    assert len(varying) == 8
    assert all(not isinstance(read[name], float) for name in varying)


FORMULAS = (
    "(c_e/1000)**0.3*(c_s/c_max)**0.5*(1 - c_s/c_max)**0.5",
    "((c_max - c_s)/(0.6*c_max))**0.5*c_s",
    "sqrt(c_e/1000)*sqrt(c_s)*sqrt(c_max - c_s)",
    "(c_s*c_e/1000/c_max)**0.4",
    "(1000/c_e)**0.5*c_s",
    "exp(0.5*log(c_s))*(c_e*exp(-3000/R*(1/T - 1/298.15)))**0.5",
)


@pytest.mark.parametrize("name", [*parameter_set_names(), *FORMULAS])
def test_exchange_current_is_as_smooth_as_in_pybamm(tmp_path, name):
    """j0 as the model evaluates it is the same from the file, for surfaces and salt that are nearly used up too."""
    pybamm = import_pybamm()
    if name in FORMULAS:
        formula = Expression(name, ("c_e", "c_s", "c_max", "T"))
        cell = load_parameter_set("chen2020").with_electrode("positive", exchange_current_density_A_m2=formula)
    else:
        cell = load_parameter_set(name)
    write_pybamm_json(cell, tmp_path / "cell.json")
    read = pybamm.ParameterValues.from_json(tmp_path / "cell.json")
    salt, lithium = pybamm.StateVector(slice(0, 1)), pybamm.StateVector(slice(1, 2))
    material = pybamm.lithium_ion.DFN(stock_options(cell), build=False).param.p.prim
    symbol = material.j0(salt, lithium, pybamm.Scalar(300.0))
    ours, theirs = (values.process_symbol(symbol) for values in (to_pybamm(cell), read))
    for filled in (0.01, 0.05, 0.5, 0.99):
        state = np.array([[filled * 1000.0], [filled * cell.positive.maximum_concentration_mol_m3]])
        assert theirs.evaluate(y=state) == pytest.approx(ours.evaluate(y=state), rel=1e-12), filled


def test_the_file_names_nothing_to_run(tmp_path):
    """It is strict JSON in which every type is one of PyBaMM's, whatever the texts of the set are."""
    write_pybamm_json(hostile_cell('"$type": "os.system"\n'), tmp_path / "cell.json")
    text = (tmp_path / "cell.json").read_text(encoding="utf-8")
    assert "os.system" not in text

    def refuse(name):
        raise AssertionError(name)

    types = set()

    def look(pairs):
        types.update(value for key, value in pairs if key == "$type")
        return dict(pairs)

    json.loads(text, object_pairs_hook=look, parse_constant=refuse)
    assert types
    assert all(name.startswith("pybamm.") for name in types)


def test_what_is_lost_is_named(tmp_path):
    """Sources always; options, other particles, layers, areas, laws and tables where the cell has them."""
    lost = "\n".join(write_pybamm_json(load_parameter_set("marquis2019"), tmp_path / "a.json").losses)
    assert "sources" in lost
    assert "options" not in lost
    lost = "\n".join(write_pybamm_json(full_cell(), tmp_path / "b.json").losses)
    for words in (
        "{'contact resistance': 'true'}",
        "positive.layers are steps along x",
        "PyBaMM's SPMe takes the Bruggeman coefficients only",
        "positive.layers differ in active fraction",
        "negative.measured_surface_area_per_m",
        "positive.diffusivity_m2_s",
        "positive.open_circuit_potential_V ends where its table does",
    ):
        assert words in lost
    lost = "\n".join(write_pybamm_json(load_parameter_set("chen2020_composite"), tmp_path / "d.json").losses)
    assert "{'particle phases': ('2', '1')}" in lost
    assert "negative.secondary: with two active materials" in lost
    sizes = load_parameter_set("chen2020").with_electrode("negative", particle=SphereSizes((2e-6, 5e-6), (0.3, 0.7)))
    lost = "\n".join(write_pybamm_json(sizes, tmp_path / "c.json").losses)
    assert "approximate: negative.particle is a SphereSizes" in lost


def test_nothing_is_overwritten_unless_asked(tmp_path):
    """The old file stays as it was."""
    path, cell = tmp_path / "cell.json", load_parameter_set("chen2020")
    path.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        write_pybamm_json(cell, path)
    assert path.read_text(encoding="utf-8") == "old"
    write_pybamm_json(replace(cell, name="new"), path, overwrite=True)
    assert json.loads(path.read_text(encoding="utf-8"))["Separator porosity"] == 0.47
