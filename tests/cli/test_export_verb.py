"""A set for other programs, on the command line."""

import json
import subprocess
import sys

import pytest

from electrode_homog.cli.exports import Exports
from electrode_homog.parameters import load_parameter_set
from electrode_homog.provenance import from_json


def test_what_is_written_and_lost_is_shown(command, tmp_path):
    """A row for each file, each loss once with the formats that have it."""
    code, out, err = command(
        "export", "chen2020", "--plugin", "package", "--pybamm-json", "cell.json", "--toml", "cell.toml"
    )
    assert code == 0, err
    for words in ("package", "PyBaMM plug-in", "cell.json", "cell.toml", "Not held by the format, or approximate"):
        assert words in out
    assert out.count("inactive_fraction") == 1
    assert "PyBaMM JSON, PyBaMM plug-in" in out
    assert load_parameter_set(tmp_path / "cell.toml") == load_parameter_set("chen2020")
    assert json.loads((tmp_path / "cell.json").read_text(encoding="utf-8"))["Separator porosity"] == 0.47
    assert (tmp_path / "package" / "electrode_homog_chen2020" / "__init__.py").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cell.json", "cell.toml", "package"]


def test_values_are_changed_and_a_file_is_read(command, tmp_path):
    """--set goes into what is written, with its source; SET may be a file."""
    code, out, err = command(
        "export", "chen2020", "--toml", "cell.toml", "--set", "positive.porosity=0.3", "--json", "-"
    )
    assert code == 0, err
    answer = from_json(out, Exports)
    assert [(exported.path, exported.losses) for exported in answer.written] == [("cell.toml", ())]
    code, out, err = command("export", "cell.toml", "--pybamm-json", "cell.json", "--json", "answer.json")
    assert code == 0, err
    assert "PyBaMM JSON" in out
    answer = from_json((tmp_path / "answer.json").read_text(encoding="utf-8"), Exports)
    assert answer.written[0].format == "PyBaMM JSON"
    assert json.loads((tmp_path / "cell.json").read_text(encoding="utf-8"))["Positive electrode porosity"] == 0.3
    assert load_parameter_set(tmp_path / "cell.toml").sources["positive.porosity"] == "--set on the command line"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing to write"),
        (("--toml", "cell.txt"), "must end in .toml"),
        (("--toml", "there.toml"), "exists already"),
        (("--plugin", "."), "working folder"),
        (("--plugin", "there.toml"), "not a folder"),
        (("--pybamm-json", "a.json", "--toml", "a.json"), "another output of the same command"),
        (("--pybamm-json", "a", "--plugin", "a"), "another output of the same command"),
        (("--pybamm-json", "a.json", "--set", "positive.porosty=0.3"), "did you mean"),
        (("--pybamm-json", "a.json", "--set", "positive.porosity=much"), "is not a number"),
    ],
)
def test_bad_input(command, tmp_path, arguments, says):
    """Exit code 2, the reason, and nothing written or changed."""
    (tmp_path / "there.toml").write_text("old", encoding="utf-8")
    code, out, err = command("export", "chen2020", *arguments)
    assert (code, out) == (2, "")
    assert says in " ".join(err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["there.toml"]
    assert (tmp_path / "there.toml").read_text(encoding="utf-8") == "old"


def test_an_output_is_never_the_input(command, tmp_path):
    """Not with --force either."""
    command("export", "chen2020", "--toml", "cell.toml")
    before = (tmp_path / "cell.toml").read_bytes()
    code, _, err = command("export", "cell.toml", "--toml", "cell.toml", "--force")
    assert code == 2
    assert "is an input" in err
    assert (tmp_path / "cell.toml").read_bytes() == before


def test_a_folder_that_does_not_exist(command):
    """Exit code 5, as for all that cannot be written."""
    code, _, err = command("export", "chen2020", "--plugin", "nowhere/package")
    assert code == 5
    assert "does not exist" in err


def test_force_replaces_a_package(command, tmp_path):
    """And nothing else: the folder of another project stays."""
    assert command("export", "chen2020", "--plugin", "package")[0] == 0
    assert command("export", "marquis2019", "--plugin", "package")[0] == 2
    assert command("export", "marquis2019", "--plugin", "package", "--force")[0] == 0
    assert (tmp_path / "package" / "electrode_homog_marquis2019").is_dir()
    assert not (tmp_path / "package" / "electrode_homog_chen2020").exists()
    (tmp_path / "package" / "notes.txt").write_text("mine", encoding="utf-8")
    code, _, err = command("export", "marquis2019", "--plugin", "package", "--force")
    assert code == 2
    assert "notes.txt" in err


def test_help_loads_nothing_heavy():
    """The verb is there before NumPy and PyBaMM are."""
    code = "import sys, electrode_homog.cli.export_verb; print([n for n in ('numpy', 'pybamm') if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
