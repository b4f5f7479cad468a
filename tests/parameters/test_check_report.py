"""A check reports what is wrong and what follows from a set; it never raises for a bad one."""

import dataclasses

import pytest

from electrode_homog.errors import InputError
from electrode_homog.parameters import (
    CheckReport,
    check_cell,
    check_parameter_set,
    load_parameter_set,
    parameter_set_names,
    save_parameter_set,
)
from electrode_homog.provenance import from_json, to_json


@pytest.mark.parametrize("name", parameter_set_names())
def test_shipped_sets_pass(name):
    """No published set that is shipped has an error, and none more than two warnings."""
    report = check_parameter_set(name)
    assert report.passed
    assert len(report.warnings) <= 2
    assert all(p.key and p.unit and p.remedy and p.value is not None for p in report.warnings)


def test_derived_quantities_by_hand():
    """Chen et al. (2020): capacities, N/P, stoichiometry, B, tortuosity factor and area, computed by hand."""
    found = {d.key: d.value for d in check_parameter_set("chen2020").derived}
    per_mole = 96485.33212 / 3600
    negative = 0.75 * 85.2e-6 * 0.1027 * 33133 * per_mole
    positive = 0.665 * 75.6e-6 * 0.1027 * 63104 * per_mole
    assert found["negative.theoretical_capacity_Ah"] == pytest.approx(negative, rel=1e-9)
    assert found["cell.capacity_ratio"] == pytest.approx(negative / positive, rel=1e-9)
    assert found["positive.initial_stoichiometry"] == pytest.approx(17038 / 63104)
    assert found["separator.electrolyte_efficiency"] == pytest.approx(0.322216, rel=1e-6)
    assert found["separator.tortuosity_factor"] == pytest.approx(1.458650, rel=1e-6)
    assert found["negative.surface_area_per_m"] == pytest.approx(3 * 0.75 / 5.86e-6)
    assert found["cell.initial_voltage_V"] == pytest.approx(
        4.1809, abs=2e-4
    )  # PyBaMM's "Bulk open-circuit voltage [V]"
    used = found["negative.stoichiometry_charged"] - found["negative.stoichiometry_discharged"]
    assert used * negative == pytest.approx(found["cell.usable_capacity_Ah"], rel=1e-9)


def test_share_of_assumed_values():
    """Half of the sources assumed is a share of one half."""
    cell = load_parameter_set("chen2020")
    paths = sorted(cell.sources)
    sources = {path: "Assumed, like" if number % 2 else "Table 1" for number, path in enumerate(paths)}
    found = {d.key: d.value for d in check_cell(dataclasses.replace(cell, sources=sources)).derived}
    assert found["sources.assumed_share"] == (len(paths) // 2) / len(paths)


def test_report_is_json(tmp_path):
    """A report with errors, and one with warnings, come back equal from JSON."""
    path = tmp_path / "bad.toml"
    path.write_text("schema = 1\nname = 3\n", encoding="utf-8")
    for report in (check_parameter_set(path), check_parameter_set("ramadass2004")):
        assert report.findings
        assert from_json(to_json(report), CheckReport) == report


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", b"\xff\xfes\x00", b"schema = 1", b"a = " + b"[" * 6000, b"x = 0x" + b"f" * 6000, b"#" * 1_000_001],
)
def test_bad_file_is_reported(tmp_path, content):
    """Whatever is in a file, a report says what is wrong; nothing is derived from it."""
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    report = check_parameter_set(path)
    assert not report.passed
    assert report.derived == ()
    assert (report.name, report.file) == ("bad", str(path))
    assert all(p.text and p.remedy for p in report.errors)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"Header": 3}', b"{" * 3000, b"nan"])
def test_bad_bpx_is_reported(tmp_path, content):
    """So it is of a BPX file."""
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert not check_parameter_set(path).passed


def test_only_what_is_not_there_raises(tmp_path):
    """A missing file and an unknown name are InputErrors, with a suggestion for the name."""
    for missing in (tmp_path / "nix.toml", "nix.toml", "nix.json", tmp_path):
        with pytest.raises(InputError, match="is not a file"):
            check_parameter_set(missing)
    with pytest.raises(InputError, match="did you mean 'chen2020'"):
        check_parameter_set("chen2022")


def test_set_in_memory_is_checked_as_its_file(tmp_path):
    """The findings of a set and of its file are the same."""
    cell = load_parameter_set("chen2020").with_value("cell.nominal_capacity_Ah", 5000.0)
    path = save_parameter_set(cell, tmp_path / "mine.toml")
    report = check_cell(cell)
    assert not report.passed
    assert report.findings == check_parameter_set(path).findings
    assert report.derived == check_parameter_set(path).derived
