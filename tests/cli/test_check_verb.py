"""The verb that checks a parameter set."""

import pytest

from electrode_homog.parameters import CheckReport, load_parameter_set, save_parameter_set
from electrode_homog.provenance import from_json


@pytest.fixture
def bad(tmp_path):
    """A set with a thickness in micrometres and a misspelt porosity."""
    path = save_parameter_set(load_parameter_set("chen2020"), tmp_path / "bad.toml")
    text = path.read_text(encoding="utf-8").replace("thickness_m = {value = 8.52e-05", "thickness_m = {value = 85.2", 1)
    path.write_text(text.replace("porosity = {value = 0.335", "porosty = {value = 0.335", 1), encoding="utf-8")
    return "bad.toml"


def test_good_set(command):
    """Exit code 0; what follows from the values on stdout, the verdict on stderr."""
    code, out, err = command("check", "chen2020")
    assert code == 0
    assert "cell.capacity_ratio" in out
    assert "0.66" in out
    assert "no errors, no warnings" in err


def test_warnings_are_allowed(command):
    """A published set with warnings passes; they are shown with their keys."""
    code, out, _ = command("check", "ramadass2004")
    assert code == 0
    assert "warning: cell.nominal_capacity_Ah" in out


def test_bad_set(command, bad):
    """Exit code 2; all problems with key, value and remedy on stdout."""
    code, out, err = command("check", bad)
    assert code == 2
    for word in (
        "error: negative.thickness_m",
        "85.2 m",
        "micrometres?",
        "positive.porosty",
        "did you mean 'porosity'?",
    ):
        assert word in out
    assert "3 errors" in err


def test_json(command, bad):
    """--json gives the report, to stdout or a file, with the same exit code."""
    code, out, _ = command("check", bad, "--json", "-")
    assert code == 2
    report = from_json(out, CheckReport)
    assert {p.key for p in report.errors} == {"negative.thickness_m", "positive.porosty", "positive.porosity"}
    code, _, _ = command("check", "chen2020", "--json", "report.json")
    assert code == 0
    assert command("check", "chen2020", "--json", "report.json")[0] == 2  # is never overwritten unasked
    assert command("check", bad, "--json", bad, "--force")[0] == 2  # nor is the input


def test_what_is_not_there(command):
    """A missing file and an unknown name are bad input."""
    for missing in ("nix.toml", "nix.json", "nix"):
        code, out, err = command("check", missing)
        assert (code, out) == (2, "")
        assert missing in err


def test_a_link_to_itself_is_no_file(command, tmp_path):
    """It is refused as any other that is not there."""
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    code, _, err = command("check", str(tmp_path / "loop.toml"))
    assert code == 2
    assert "is not a file" in err


def test_json_does_not_steer_the_terminal(command, tmp_path):
    """What JSON leaves as it is, but a terminal obeys, is escaped on stdout."""
    path = tmp_path / "odd.json"
    path.write_text('{"Header": {"BPX": "\x9b31m\u202e\x7f\u00b5"}}', encoding="utf-8")
    code, out, _ = command("check", "--json", "-", str(path))
    assert code == 2
    assert "\\u009b31m\\u202e\\u007f\u00b5" in out
    assert from_json(out, CheckReport).findings[0].value == "\x9b31m\u202e\x7f\u00b5"
