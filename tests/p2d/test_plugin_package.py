"""A cell as a package: it says what the cell says, and holds no text that could be anything else than text."""

import ast
import importlib.util
import re
import tomllib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from exported_cells import HOSTILE, full_cell, hostile_cell

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.p2d import plugin_package, to_pybamm
from electrode_homog.p2d.checked_source import checked_source
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.plugin_module import module_source
from electrode_homog.p2d.plugin_package import plugin_files, plugin_name, write_plugin
from electrode_homog.p2d.stock_model import stock_options
from electrode_homog.parameters import Layers, load_parameter_set, parameter_set_names
from electrode_homog.particles import Ball, SphereSizes, UniformFlux, reduce_particle

STATE = {"sto": 0.43, "T": 311.0, "c_e": 870.0, "c_s_surf": 21e3, "c_s_max": 60e3, "y": 0.0, "z": 0.0}
TIMES_s = np.linspace(0, 600, 7)


def imported(folder, cell):
    """The module in a package, without installing it."""
    name = plugin_name(cell)
    spec = importlib.util.spec_from_file_location(name, folder / name / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def value_at(value, x, values):
    """A number for any value of a parameter set: functions at STATE and the place x."""
    pybamm = import_pybamm()
    if callable(value) and not isinstance(value, pybamm.Symbol):
        code = value.__code__
        state = STATE | {"x": x}
        value = value(*(pybamm.Scalar(state[name]) for name in code.co_varnames[: code.co_argcount]))
    if not isinstance(value, pybamm.Symbol):
        return float(value)
    numbers = {pybamm.Parameter(name): pybamm.Scalar(n) for name, n in values.items() if isinstance(n, float)}

    def number(symbol, parts):
        if isinstance(symbol, pybamm.SpatialVariable):
            return pybamm.Scalar(x)
        if isinstance(symbol, pybamm.Parameter):
            return numbers[symbol]
        if isinstance(symbol, pybamm.Broadcast):
            return parts[0]
        return pybamm.rebuild(symbol, parts)

    return float(np.squeeze(pybamm.tree_map(number, value).evaluate()))


@pytest.mark.parametrize("name", [*parameter_set_names(), "full cell"])
def test_every_value_is_that_of_the_hand_over(tmp_path, name):
    """Numbers are the same to the last bit; functions of state and of place the same to rounding."""
    cell = full_cell() if name == "full cell" else load_parameter_set(name)
    answer = write_plugin(cell, tmp_path / "package")
    assert (answer.path, answer.format) == (str(tmp_path / "package"), "PyBaMM plug-in")
    given, expected = imported(tmp_path / "package", cell).get_parameter_values(), to_pybamm(cell)
    assert set(given) == set(expected)
    width = sum(given[f"{part} thickness [m]"] for part in ("Negative electrode", "Separator", "Positive electrode"))
    for key, value in expected.items():
        if isinstance(value, int | float):
            assert (given[key], type(given[key])) == (value, type(value)), key
            continue
        for x in np.linspace(0, width, 9):
            theirs = value_at(value, x, expected)
            assert value_at(given[key], x, expected) == pytest.approx(theirs, rel=1e-13, abs=1e-300), key


def test_voltage_is_that_of_the_hand_over(tmp_path):
    """PyBaMM's own model computes the same from the package as from to_pybamm, to 1e-9 V."""
    pybamm, cell = import_pybamm(), full_cell()
    write_plugin(cell, tmp_path / "package")
    module = imported(tmp_path / "package", cell)
    voltages = []
    for values, model in (
        (to_pybamm(cell), pybamm.lithium_ion.DFN(stock_options(cell))),
        (pybamm.ParameterValues(module.get_parameter_values()), module.P2D()),
    ):
        solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
        points = {"x_n": 6, "x_s": 3, "x_p": 6, "r_n": 6, "r_p": 6}
        simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
        voltages.append(simulation.solve([0, TIMES_s[-1]], t_interp=TIMES_s)["Voltage [V]"].entries)
    assert np.ptp(voltages[0]) > 0.05
    np.testing.assert_allclose(voltages[1], voltages[0], rtol=0, atol=1e-9)


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
@pytest.mark.parametrize("name", ["chen2020", "mohtat2020"])
def test_what_a_package_says_of_itself_runs(tmp_path, name):
    """The example of its README and its own test, of a cell that begins full and of one that begins empty."""
    pybamm, cell = import_pybamm(), load_parameter_set(name)
    write_plugin(cell, tmp_path / "package")
    module, asked = imported(tmp_path / "package", cell), []

    def values(wanted):
        asked.append(wanted)
        return pybamm.ParameterValues(module.get_parameter_values())

    installed = SimpleNamespace(ParameterValues=values, Model=lambda wanted: module.P2D(), Simulation=pybamm.Simulation)
    readme = (tmp_path / "package" / "README.md").read_text(encoding="utf-8")
    names = {"pybamm": installed}
    exec(readme.split("```python\nimport pybamm\n")[1].split("```")[0], names)
    assert names["solution"].t[-1] > 1800
    source = (tmp_path / "package" / "tests" / "test_parameter_set.py").read_text(encoding="utf-8")
    exec(source.replace("import pybamm\n", ""), names)
    names["test_a_minute_at_1C"]()
    assert asked == [plugin_name(cell)] * 2


def test_more_options_may_be_given_to_the_model(tmp_path):
    """Those that belong to the cell are set, and others are added."""
    cell = full_cell()
    write_plugin(cell, tmp_path / "package")
    model = imported(tmp_path / "package", cell).P2D({"thermal": "lumped"}, build=False)
    options = {name: model.options[name] for name in ("transport efficiency", "contact resistance", "thermal")}
    assert options == {"transport efficiency": "tortuosity factor", "contact resistance": "true", "thermal": "lumped"}


def test_a_formula_without_its_variable_is_a_function_still(tmp_path):
    """PyBaMM takes no plain number from a function, and derives it."""
    cell = load_parameter_set("chen2020")
    cell = cell.with_electrode("negative", open_circuit_potential_V=Expression("0.1", ("x",)))
    write_plugin(cell, tmp_path / "package")
    given = imported(tmp_path / "package", cell).get_parameter_values()["Negative electrode OCP [V]"]
    assert given(0.5) == import_pybamm().Scalar(0.1)


def test_the_module_tells_the_source_of_every_value():
    """Each source stands in the module; formulas are written as formulas, with the constants by name."""
    cell = load_parameter_set("chen2020")
    sources = {path: f"source of {path}" for path in cell.sources}
    text = module_source(replace(cell, sources=sources, uncertainties={"positive.porosity": 0.013}), "a_name", "x.toml")
    silent = {"negative.inactive_fraction", "positive.inactive_fraction"}
    for path in set(cell.sources) - silent:
        assert f"source of {path}" in text, path
    assert "standard deviation 0.013" in text
    assert "6.48e-07 * np.exp(35000 / R * (1 / 298.15 - 1 / T))" in text


def test_the_package_is_whole(tmp_path):
    """The set itself is in it, the entry points have the one name, and nothing is left beside it."""
    cell = full_cell()
    write_plugin(cell, tmp_path / "package")
    name = "electrode_homog_full_cell"
    assert load_parameter_set(tmp_path / "package" / name / "parameter_set.toml") == cell
    project = tomllib.loads((tmp_path / "package" / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"] == {
        "pybamm_parameter_sets": {name: f"{name}:get_parameter_values"},
        "pybamm_models": {name: f"{name}:P2D"},
    }
    assert [entry.split(">")[0] for entry in project["project"]["dependencies"]] == ["pybamm"]
    readme = (tmp_path / "package" / "README.md").read_text(encoding="utf-8")
    assert "| separator.porosity | 0.47 | 1 | 0.02 | PyBaMM set Chen2020, citing Chen2020 |" in readme
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def without_texts(source: str) -> str:
    """What a module does: its tree without strings that stand alone, such as docstrings."""
    tree = ast.parse(source.encode())  # bytes, in which a comment may name an encoding
    for node in ast.walk(tree):
        if hasattr(node, "body"):
            node.body = [
                item for item in node.body if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))
            ]
    return ast.dump(tree)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_set_becomes_code(text):
    """The module does the same whatever the texts are; all its lines are printable, and so are the other files."""
    plain, hostile = full_cell(), hostile_cell(text)
    files = plugin_files(hostile, "a_name")
    assert without_texts(files["a_name/__init__.py"]) == without_texts(
        plugin_files(plain, "a_name")["a_name/__init__.py"]
    )
    for place, content in files.items():
        assert all(line.isprintable() for line in content.split("\n")), place
    assert files["a_name/__init__.py"].split("\n")[0].startswith('"""A battery cell')
    project = tomllib.loads(files["pyproject.toml"])
    assert set(project) == {"build-system", "project", "tool"}
    assert "\n" not in project["project"]["description"]
    readme = files["README.md"]
    assert "<script" not in readme
    assert "](javascript" not in readme.replace("\\]", "")
    rows = [line for line in readme.split("\n") if line.startswith("| ")]
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "from os import abort",
        "x = __import__('os')",
        "x = ().__class__",
        "x = [y for y in ()]",
        "x = lambda: 1",
        "x = np.load('f')",
        "x = eval('1')",
        "def f():\n    global x",
        "x = f'{1}'",
        "exec = 1\nexec('1')",
        "x = (",
        "x = pybamm.load('f')",
    ],
)
def test_code_that_is_no_set_is_not_written(code):
    """Should a text ever get out of its quotes, the last look refuses the module."""
    with pytest.raises(InputError, match="my set cannot be written as Python"):
        checked_source(f"import numpy as np\n{code}\n", "my set")


@pytest.mark.parametrize(
    ("given", "name", "cut"),
    [
        ("chen2020", "electrode_homog_chen2020", False),
        ("My Cell-2", "electrode_homog_my_cell_2", False),
        ("My Cell-2 (new)", "electrode_homog_my_cell_2_new", True),
        ("../../etc/passwd", "electrode_homog_etc_passwd", True),
        ("class", "electrode_homog_class", False),
        ("2", "electrode_homog_2", False),
        ("Zelle für Ähren", "electrode_homog_zelle_f_r_hren", True),
        ("a" * 500, "electrode_homog_" + "a" * 60, True),
        ('"; import os; "', "electrode_homog_import_os", True),
    ],
)
def test_names_are_safe(given, name, cut):
    """A name is an identifier with our prefix, whatever the cell is called, and six digits where something is cut."""
    found = plugin_name(replace(load_parameter_set("chen2020"), name=given))
    assert re.fullmatch(re.escape(name) + ("_[0-9a-f]{6}" if cut else ""), found)
    assert found.isidentifier()


def test_names_that_differ_in_what_is_cut_stay_apart():
    """Installing one cell does not replace another whose name has the same letters a to z."""
    cell = load_parameter_set("chen2020")
    names = ("Müller A", "M ller A", "Möller A", "a" * 61, "a" * 62)
    assert len({plugin_name(replace(cell, name=name)) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["电池", "—", "\u202e"])
def test_a_name_without_letters_is_refused(tmp_path, name):
    """There is nothing to call the package by."""
    with pytest.raises(InputError, match="no letter a to z and no digit"):
        write_plugin(replace(load_parameter_set("chen2020"), name=name), tmp_path / "package")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("particle", "kind"),
    [
        (SphereSizes((2e-6, 5e-6), (0.3, 0.7)), "SphereSizes"),
        (reduce_particle(Ball(5e-6), tensor=np.eye(3), closure=UniformFlux(), states=3), "ReducedParticle"),
    ],
)
def test_particles_that_pybamm_does_not_have_are_refused(tmp_path, particle, kind):
    """The error names path, kind and remedy, and nothing is written."""
    cell = load_parameter_set("chen2020").with_electrode("negative", particle=particle)
    with pytest.raises(OutOfRangeError, match=rf"negative\.particle is a {kind}.*sphere_radius_m = [0-9.e-]+"):
        write_plugin(cell, tmp_path / "package")
    assert not list(tmp_path.iterdir())


def test_all_reasons_are_given_at_once(tmp_path):
    """Particles of one electrode and areas of layers in the other are in one error."""
    layers = Layers((0.5, 0.5), (0.4, 0.3), (0.55, 0.65), (0.2, 0.15), (1.0, 1.0), (3e5, 5e5))
    cell = load_parameter_set("chen2020").with_layers("positive", layers)
    cell = cell.with_electrode("negative", particle=SphereSizes((2e-6, 5e-6), (0.3, 0.7)))
    with pytest.raises(OutOfRangeError) as refused:
        write_plugin(cell, tmp_path / "package")
    assert "negative.particle" in str(refused.value)
    assert "positive.layers differ in area" in str(refused.value)


def test_nothing_is_overwritten_unless_asked(tmp_path):
    """A package may be replaced; a folder with anything else in it, a file, and the working folder never."""
    cell, folder = load_parameter_set("chen2020"), tmp_path / "package"
    folder.mkdir()
    write_plugin(cell, folder)  # an empty folder is free
    with pytest.raises(InputError, match="exists already"):
        write_plugin(cell, folder)
    write_plugin(replace(cell, name="other"), folder, overwrite=True)
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "electrode_homog_other",
        "pyproject.toml",
        "tests",
    ]
    (folder / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match=r"'thesis\.tex', which no plug-in has"):
        write_plugin(cell, folder, overwrite=True)
    assert (folder / "thesis.tex").read_text(encoding="utf-8") == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_places_that_cannot_be_a_package(tmp_path, monkeypatch):
    """A foreign project, a file, a link, the working folder, and a folder that is nowhere."""
    cell = load_parameter_set("chen2020")
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[project]\nname = 'theirs'\n", encoding="utf-8")
    with pytest.raises(InputError, match="not a plug-in written here"):
        write_plugin(cell, project, overwrite=True)
    with pytest.raises(InputError, match="not a folder"):
        write_plugin(cell, project / "pyproject.toml", overwrite=True)
    (tmp_path / "link").symlink_to(project)
    with pytest.raises(InputError, match="not a folder"):
        write_plugin(cell, tmp_path / "link", overwrite=True)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(InputError, match="working folder"):
        write_plugin(cell, ".", overwrite=True)
    with pytest.raises(OSError, match="does not exist"):
        write_plugin(cell, tmp_path / "nowhere" / "package")


@pytest.mark.parametrize("before", [False, True])
def test_the_whole_package_or_nothing(tmp_path, monkeypatch, before):
    """Where the disk is full in the middle, what was there before is there still, and nothing else."""
    cell, folder = load_parameter_set("chen2020"), tmp_path / "package"
    if before:
        write_plugin(replace(cell, name="old"), folder)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plugin_package, "save_parameter_set", full)
    with pytest.raises(OSError, match="No space left"):
        write_plugin(cell, folder, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == (["package"] if before else [])
    assert not before or (folder / "electrode_homog_old").is_dir()


def test_a_character_that_no_file_holds_is_refused(tmp_path):
    """Half of a surrogate pair in a source."""
    cell = load_parameter_set("chen2020")
    cell = replace(cell, sources={**cell.sources, "positive.porosity": "\ud800"})
    with pytest.raises(InputError, match="is no character"):
        write_plugin(cell, tmp_path / "package")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("owner", "refused"), [("somebody-else", True), ("Electrode.Homog_chen2020", False)])
@pytest.mark.parametrize("group", ["pybamm_parameter_sets", "pybamm_models"])
def test_a_name_that_another_package_has_is_refused(tmp_path, monkeypatch, owner, refused, group):
    """PyBaMM would take one of the two without a word; an older version of the same package is no other."""
    info = tmp_path / "site" / "theirs-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\nElectrode_Homog_chen2020 = a:b\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    cell = load_parameter_set("chen2020")
    if not refused:
        write_plugin(cell, tmp_path / "package")
        return
    with pytest.raises(InputError, match="somebody-else offers"):
        write_plugin(cell, tmp_path / "package")


def test_a_state_of_charge_may_be_asked_for(tmp_path):
    """PyBaMM sets the cell to half its charge, between the cut-off voltages."""
    cell = load_parameter_set("chen2020")
    write_plugin(cell, tmp_path / "package")
    values = import_pybamm().ParameterValues(imported(tmp_path / "package", cell).get_parameter_values())
    before = values["Initial concentration in negative electrode [mol.m-3]"]
    values.set_initial_state(0.5)
    assert 0.4 < values["Initial concentration in negative electrode [mol.m-3]"] / before < 0.6
