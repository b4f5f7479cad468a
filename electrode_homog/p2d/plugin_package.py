"""A cell as a small package that `pip install` takes, and that PyBaMM then knows by name; it needs PyBaMM only.

    DIR/pyproject.toml, README.md                     what it is, and where each value comes from
    DIR/electrode_homog_<name>/__init__.py            the values, as `plugin_module` writes them
    DIR/electrode_homog_<name>/parameter_set.toml     the set itself
    DIR/tests/test_parameter_set.py                   that PyBaMM finds, reads and solves it

Distribution, module and both entry points have one name, with a prefix that no set of PyBaMM has.
"""

import hashlib
import importlib.metadata
import importlib.util
import re
from functools import partial
from pathlib import Path

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.output import folder_written_whole
from electrode_homog.p2d.plugin_module import ENTRY, MODEL, module_source
from electrode_homog.p2d.plugin_readme import charging, readme
from electrode_homog.p2d.python_source import identifier, one_line, string
from electrode_homog.p2d.stock_model import beyond_stock, losses
from electrode_homog.parameters import CellParameters, Exported, save_parameter_set
from electrode_homog.parameters.toml_structure import text_to_toml

PREFIX = "electrode_homog_"
FORMAT = "PyBaMM plug-in"
DATA_FILE = "parameter_set.toml"
ENTRY_GROUPS = ("pybamm_parameter_sets", "pybamm_models")
MARK = "[tool.electrode-homog.plug-in]"
"""In the pyproject.toml of every package written here; a folder without it is never replaced."""

LONGEST_NAME = 60
LEFT_BY_BUILDS = ("build", "dist", "__pycache__", ".pytest_cache")


def write_plugin(cell: CellParameters, folder: str | Path, *, overwrite: bool = False) -> Exported:
    """Write the package, the whole folder or nothing; `pip install FOLDER` makes the set known to PyBaMM.

    `losses` of the answer name what PyBaMM's parameter values cannot hold; the TOML in the package does. With
    `overwrite` a plug-in written here before is replaced, never another folder. Raises OutOfRangeError for a cell that
    PyBaMM's own model does not compute, with every reason; InputError for a folder that exists, and for a name that
    leaves no identifier or belongs to another installed package; OSError where nothing can be written.
    """
    folder = Path(folder)
    name = plugin_name(cell)
    reasons = beyond_stock(cell)
    if reasons:
        raise OutOfRangeError("\n  - ".join([f"{cell.name} cannot be a plug-in that needs PyBaMM only:", *reasons]))
    refuse_folder(folder, overwrite=overwrite)
    _refuse_taken(name)
    _write_folder(folder, cell, name, overwrite=overwrite)
    return Exported(str(folder), FORMAT, tuple(losses(cell)))


def plugin_name(cell: CellParameters) -> str:
    """What PyBaMM will know the cell by: a prefix, and of its name the letters and digits.

    Where other characters, or more than LONGEST_NAME, are left out, a hash of the name keeps two cells apart.
    Raises InputError for a name without any.
    """
    plain = identifier(cell.name)[:LONGEST_NAME].strip("_")
    if plain and plain != re.sub(r"[-. ]+", "_", cell.name.lower()).strip("_"):
        plain += "_" + hashlib.sha256(cell.name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    if not plain:
        raise InputError(
            f"name = {one_line(cell.name)!r} has no letter a to z and no digit to name a package by; give the set "
            "another name"
        )
    return PREFIX + plain


def plugin_files(cell: CellParameters, name: str) -> dict[str, str]:
    """Path inside the folder -> text of all files but the TOML."""
    return {
        "pyproject.toml": _pyproject(cell, name),
        "README.md": readme(cell, name),
        f"{name}/__init__.py": module_source(cell, name, DATA_FILE),
        "tests/test_parameter_set.py": _test_source(cell, name),
    }


def refuse_folder(folder: Path, *, overwrite: bool = False) -> None:
    """Raise InputError unless the folder is free, empty, or a plug-in to be replaced; OSError without a parent."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"{folder} is not a folder; give the name of a folder for the package")
    if folder.exists() and Path.cwd().is_relative_to(folder.resolve()):
        raise InputError(f"{folder} holds the working folder, which cannot be replaced; choose another name")
    if not folder.exists():
        if not folder.absolute().parent.is_dir():
            raise FileNotFoundError(2, "the folder around it does not exist", str(folder))
        return
    there = sorted(path.name for path in folder.iterdir())
    if not there:
        return
    if not overwrite:
        raise InputError(f"{folder} exists already; choose another name or overwrite it (--force)")
    project = folder / "pyproject.toml"
    ours = project.is_file() and MARK in project.read_text(encoding="utf-8", errors="replace")
    known = {"pyproject.toml", "README.md", "tests", *LEFT_BY_BUILDS}
    others = [name for name in there if name not in known and not name.startswith(PREFIX)]
    if not ours or others:
        what = f"holds {others[0]!r}, which no plug-in has" if others else "is not a plug-in written here"
        raise InputError(f"{folder} {what}, so that it is not overwritten; choose another name")


def _refuse_taken(name: str) -> None:
    """Raise InputError for a name that something installed has, other than this plug-in itself."""
    own = _distribution_name(name)
    for group in ENTRY_GROUPS:
        for entry in importlib.metadata.entry_points(group=group):
            owner = entry.dist.name if entry.dist is not None else "an unknown package"
            if entry.name.lower() == name and _distribution_name(owner) != own:
                raise InputError(f"{owner} offers a set {entry.name!r} to PyBaMM already; give the set another name")
    if importlib.util.find_spec(name) is None:
        return
    owners = {_distribution_name(owner) for owner in importlib.metadata.packages_distributions().get(name, ())}
    if owners - {own}:
        raise InputError(f"a module {name!r} is installed already, by {min(owners)}; give the set another name")


def _distribution_name(name: str) -> str:
    """As package indices compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _write_folder(folder: Path, cell: CellParameters, name: str, *, overwrite: bool) -> None:
    files = plugin_files(cell, name)
    refuse = partial(refuse_folder, folder, overwrite=overwrite)
    try:
        with folder_written_whole(folder.resolve(), refuse=refuse, what="the package") as beside:
            for place, text in files.items():
                path = beside / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            save_parameter_set(cell, beside / name / DATA_FILE)
    except UnicodeEncodeError as error:
        raise InputError(
            f"{cell.name!r}: {error.object[error.start]!a} in a text of the set is no character"
        ) from error


def _pyproject(cell: CellParameters, name: str) -> str:
    description = text_to_toml(f"{one_line(cell.name)} as a parameter set of PyBaMM")
    groups = "\n\n".join(
        f'[project.entry-points."{group}"]\n{name} = "{name}:{attribute}"'
        for group, attribute in zip(ENTRY_GROUPS, (ENTRY, MODEL), strict=True)
    )
    return f"""\
[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "{_distribution_name(name)}"
version = "1.0.0"
description = {description}
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["pybamm>=26.10,<27"]  # names of parameters and options move between its releases

{groups}

[tool.hatch.build.targets.wheel]
packages = ["{name}"]

{MARK}
written = true
"""


def _test_source(cell: CellParameters, name: str) -> str:
    current = "".join(f"    {line}\n" for line in charging(cell))
    return f'''\
"""PyBaMM finds the set and its model by name, and computes a minute with them."""

import pybamm

NAME = {string(name)}


def test_a_minute_at_1C():
    """The voltage stays within the window of the cell."""
    values = pybamm.ParameterValues(NAME)
{current}    solution = pybamm.Simulation(pybamm.Model(NAME), parameter_values=values).solve([0, 60])
    voltage = solution["Voltage [V]"].entries
    assert solution.t[-1] == 60
    assert values["Lower voltage cut-off [V]"] < voltage.min() <= voltage.max() <= values["Upper voltage cut-off [V]"]
'''
