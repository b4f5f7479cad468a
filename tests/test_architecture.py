"""The picture of the house, kept: who imports whom, where heavy libraries load, what is public."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import electrode_homog

ROOT = Path(electrode_homog.__file__).parent
PACKAGE = "electrode_homog"

MAY_IMPORT = {
    "errors": set(),
    "machine": {"errors"},
    "compiled": {"errors", "machine"},
    "output": {"errors"},
    "provenance": {"errors"},
    "transport_law": {"errors"},
    "expression": {"errors"},
    "table": {"errors"},
    # the microscale wing: voxels, never cells
    "images": {"errors", "machine", "output", "compiled"},
    "microstructure": {"errors", "machine", "compiled", "images"},
    "homogenization": {"errors", "machine", "output", "compiled", "images", "microstructure"},
    # the cell wing: cells, never voxels
    "particles": {"errors", "expression", "table"},
    "parameters": {"errors", "output", "provenance", "transport_law", "expression", "table", "particles"},
    "p2d": {"errors", "output", "transport_law", "expression", "table", "particles", "parameters"},
    "studies": {
        "errors", "machine", "output", "provenance", "transport_law", "expression", "table", "particles", "parameters",
        "p2d",
    },
}  # fmt: skip
EVERYTHING = {*MAY_IMPORT, "report"}
MAY_IMPORT["report"] = EVERYTHING - {"report"}
MAY_IMPORT["workflow"] = EVERYTHING
MAY_IMPORT["cli"] = {*EVERYTHING, "workflow"}

ONLY_IN = {  # library -> the rooms that may speak it
    "pybamm": {"p2d"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
    "typer": {"cli"},
    "rich": {"cli"},
    "tifffile": {"images"},
    "h5py": {"images"},
    "zarr": {"images"},
    "skimage": {"images", "microstructure"},
    "numba": {"compiled", "homogenization"},
    "skfem": {"particles"},
    "casadi": {"particles"},
}
BAD_NAMES = {"utils", "helpers", "common", "base", "misc"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONG_FUNCTIONS = {  # options of a verb, and the signature and docstring of a public function, stand in one place
    "homogenization": {"effective_tensor"},
    "cli": {"tensor", "simulate", "design", "fit", "segment", "convert"},
    "studies": {"design", "fit"},
    "workflow": {"electrode_from_image"},
}

MODULES = sorted(path for path in ROOT.rglob("*.py") if "parameter_sets" not in path.parts)


def room(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Full names of all that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_down_the_picture(path):
    """Every room imports only what the picture allows, and only the rooms named for it speak a foreign library."""
    here = room(path)
    if here == "__init__":
        assert imported(path) == {"importlib.import_module"}
        return
    assert here in MAY_IMPORT, f"{path}: state the place of {here!r} in the import map first"
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top == PACKAGE:
            there = rest.split(".")[0]
            assert there == here or there in {*MAY_IMPORT[here], "__version__"}, f"{path} imports {name}"
        assert here in ONLY_IN.get(top, {here}), f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path):
    """No room is called utils; files have at most 400 lines, functions 40 (docstring included) unless stated."""
    assert path.stem not in BAD_NAMES
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.FunctionDef)
            and node.end_lineno
            and node.name not in LONG_FUNCTIONS.get(room(path), ())
        ):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{path}: {node.name}"


def test_stub_lists_the_public_names():
    """`__init__.pyi` imports each public name from the room that `__init__.py` names, and no other."""
    stub = imported(ROOT / "__init__.pyi")
    table = {f"{PACKAGE}.{home}.{name}" for name, home in electrode_homog._HOME.items()}
    assert stub == table
    assert electrode_homog.__all__ == sorted(electrode_homog._HOME)


def test_every_public_name_exists_and_has_a_docstring():
    """Each public name can be imported; functions and classes say what they do."""
    for name in electrode_homog.__all__:
        value = getattr(electrode_homog, name)
        if callable(value):
            assert value.__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = electrode_homog.nonsense


HEAVY = [
    "pybamm",
    "casadi",
    "skfem",
    "numba",
    "matplotlib",
    "scipy",
    "numpy",
    "pandas",
    "typer",
    "rich",
    "tifffile",
    "h5py",
    "zarr",
    "skimage",
]


def test_importing_the_package_loads_nothing_heavy():
    """`import electrode_homog` brings in no numerical library; `import electrode_homog.cli` none but typer and rich."""
    for module, allowed in (("electrode_homog", set()), ("electrode_homog.cli", {"typer", "rich"})):
        code = f"import sys, {module}; print([n for n in {HEAVY!r} if n in sys.modules])"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert set(ast.literal_eval(run.stdout)) <= allowed, module


def test_importing_pybamm_through_us_disables_its_telemetry():
    """The environment variable is set before PyBaMM is first imported, and only then."""
    code = (
        "import os, electrode_homog as eh; before = 'PYBAMM_DISABLE_TELEMETRY' in os.environ; "
        "eh.to_pybamm(eh.load_parameter_set('chen2020')); print(before, os.environ['PYBAMM_DISABLE_TELEMETRY'])"
    )
    import os

    environment = {key: value for key, value in os.environ.items() if key != "PYBAMM_DISABLE_TELEMETRY"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.split() == ["False", "true"]
