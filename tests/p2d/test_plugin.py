"""The entry points of our wheel: every shipped set, by names that nobody else has."""

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from electrode_homog.p2d import plugin, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.parameters import load_parameter_set, parameter_set_names

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def declared(group: str) -> dict[str, str]:
    return tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["entry-points"][group]


def test_there_is_one_entry_point_for_each_shipped_set():
    """The names in pyproject.toml are the sets in parameter_sets, with our prefix, each at its own attribute."""
    assert declared("pybamm_parameter_sets") == {
        f"{plugin.PREFIX}{name}": f"electrode_homog.p2d.plugin:{name}" for name in parameter_set_names()
    }


def test_no_name_is_one_of_pybamm():
    """Of two packages that offer a name, PyBaMM takes the last without a word."""
    import_pybamm()
    theirs = {entry.name.lower() for entry in importlib.metadata.distribution("pybamm").entry_points}
    ours = {name.lower() for group in ("pybamm_parameter_sets", "pybamm_models") for name in declared(group)}
    assert "chen2020" in theirs
    assert not ours & theirs


@pytest.mark.parametrize("name", parameter_set_names())
def test_each_set_loads_as_pybamm_loads_it(name):
    """The function behind the entry point takes nothing and returns the values of to_pybamm."""
    value = declared("pybamm_parameter_sets")[f"{plugin.PREFIX}{name}"]
    function = EntryPoint(f"{plugin.PREFIX}{name}", value, "pybamm_parameter_sets").load()
    given, expected = function(), to_pybamm(load_parameter_set(name))
    ends = {"Open-circuit voltage at 0% SOC [V]", "Open-circuit voltage at 100% SOC [V]"}
    assert set(given) == {*expected.keys(), *ends}
    for key, number in expected.items():
        if isinstance(number, int | float):
            assert given[key] == number, key
    import_pybamm().ParameterValues(given)


@pytest.mark.parametrize("name", parameter_set_names())
def test_the_docstring_tells_unit_and_source_of_every_value(name):
    """What get_docstring shows has a line for each entry of the set, and the options of a blend."""
    cell, text = load_parameter_set(name), getattr(plugin, name).__doc__
    for entry in cell.entries():
        line = next(line for line in text.splitlines() if line.startswith(f"- {entry.path} = "))
        assert line.endswith(f"; {entry.source}")
        if entry.unit not in ("", "1"):
            assert f" {entry.unit}; " in line
    blended = cell.negative.secondary is not None or cell.positive.secondary is not None
    assert ("'particle phases'" in text) == blended


def test_the_model_of_a_cell_is_offered_too():
    """`pybamm.Model("electrode_homog.P2D", cell)` calls pybamm_model."""
    assert {
        name: EntryPoint(name, value, "pybamm_models").load() for name, value in declared("pybamm_models").items()
    } == {"electrode_homog.P2D": pybamm_model}


def test_an_unknown_set_is_no_attribute():
    """So that PyBaMM, and getattr, see what they expect."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = plugin.nonsense


def test_pybamm_lists_the_sets_without_importing_us(tmp_path):
    """Installed, a set is listed before anything of ours is loaded, and is a ParameterValues by its name."""
    info = tmp_path / "electrode_homog-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: electrode-homog\nVersion: 0\n", encoding="utf-8")
    lines = [
        line
        for group in ("pybamm_parameter_sets", "pybamm_models")
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in declared(group).items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code = (
        "import sys, pybamm; names = list(pybamm.parameter_sets); models = list(pybamm.dispatch.models)\n"
        "assert not [name for name in sys.modules if name.startswith('electrode_homog')]\n"
        f"assert set(names) >= set({sorted(declared('pybamm_parameter_sets'))!r}), names\n"
        "assert 'electrode_homog.P2D' in models\n"
        "values = pybamm.ParameterValues('electrode_homog.chen2020')\n"
        "import electrode_homog as eh; cell = eh.load_parameter_set('chen2020')\n"
        "assert pybamm.Model('electrode_homog.P2D', cell).options['transport efficiency'] == 'tortuosity factor'\n"
        "print(values['Negative electrode thickness [m]'])"
    )
    source = str(Path(plugin.__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{source}", "PYBAMM_DISABLE_TELEMETRY": "true"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) == load_parameter_set("chen2020").negative.thickness_m
