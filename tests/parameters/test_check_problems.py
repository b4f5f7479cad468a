"""Every problem of a set has a key, the value, its unit and a remedy, and the error carries all of them."""

import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters import Layers, Problem, Severity, load_parameter_set, save_parameter_set
from electrode_homog.parameters.problem import problems_of, raise_problems, raise_within, within
from electrode_homog.transport_law import FixedEfficiency


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


def test_one_error_carries_all_problems():
    """Two problems, one of form: an InputError whose message and `.problems` have both, in order."""
    problems = [Problem("a = 3 is too large", True, "a", 3.0, "m", "write less"), Problem("b is missing", key="s.b")]
    with pytest.raises(
        InputError, match=r"(?s)cell: 2 problems\n  - a = 3.*; write less\n  - \[s\] b is missing$"
    ) as caught:
        raise_problems("cell", problems)
    assert caught.value.problems == tuple(problems)
    with pytest.raises(OutOfRangeError):
        raise_problems("cell", problems[:1])
    raise_problems("cell", [])


def test_problems_move_into_sections():
    """Seen from the cell, the porosity of its positive electrode is positive.porosity; the class of the error stays."""
    inner = [Problem("porosity = 3", True, "porosity"), Problem("all of it", True)]
    assert [p.key for p in within("positive", inner)] == ["positive.porosity", "positive"]
    with pytest.raises(OutOfRangeError, match=r"^mine, positive: porosity") as caught:
        raise_within(problems_error(inner[:1]), "mine, ", "positive")
    assert [p.key for p in caught.value.problems] == ["positive.porosity"]


def problems_error(problems):
    try:
        raise_problems("positive", problems)
    except OutOfRangeError as error:
        return error


def test_error_without_problems_is_one_problem():
    """What another module raised becomes a problem with its message, at the key that is given."""
    (problem,) = problems_of(OutOfRangeError("radius 5 m"), key="particle", value=5)
    assert (problem.text, problem.physical, problem.key, problem.value) == ("radius 5 m", True, "particle", 5.0)
    assert problem.remedy
    assert problem.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("path", "value", "unit", "remedy"),
    [
        ("positive.thickness_m", 75.6, "m", "micrometres"),
        ("positive.porosity", 33.5, "1", "per cent"),
        ("cell.initial_temperature_K", 25.0, "K", "298.15"),
        ("positive.maximum_concentration_mol_m3", 63.104, "mol/m3", "mol/L"),
        ("thermal.cooling.cell_volume_m3", 24.2, "m3", "litres"),
        ("positive.particle.radius_m", 5.22, "", ""),
        ("negative.electrolyte_law.exponent", 0.5, "", ""),
    ],
)
def test_a_wrong_value_is_named_by_its_path(chen2020, path, value, unit, remedy):
    """Key, value, unit and remedy of a value that is refused, whatever dataclass refused it."""
    with pytest.raises(OutOfRangeError) as caught:
        chen2020.with_value(path, value)
    (problem,) = caught.value.problems
    assert problem.key == path
    if unit:
        assert (problem.value, problem.unit) == (value, unit)
    assert remedy in problem.remedy != ""


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"porosity": "a", "thickness_m": 75.0}, {"positive.porosity", "positive.thickness_m"}),
        ({"porosity": 0.3, "active_fraction": 0.6, "inactive_fraction": 0.3}, {"positive.porosity"}),
        ({"porosity": 0.5}, {"positive.porosity"}),
        ({"electrolyte_law": 0.2}, {"positive.electrolyte_law"}),
        ({"electrolyte_law": FixedEfficiency(0.4)}, {"positive.electrolyte_law"}),
        ({"particle": 5e-6}, {"positive.particle"}),
        ({"layers": 3}, {"positive.layers"}),
        ({"open_circuit_potential_V": Expression("log(x - 0.5)", ("x",))}, {"positive.open_circuit_potential_V"}),
        ({"diffusivity_m2_s": Expression("1e-14 - 1e-13*x", ("x", "T"))}, {"positive.diffusivity_m2_s"}),
        ({"conductivity_S_m": 10**400}, {"positive.conductivity_S_m"}),
    ],
)
def test_wrong_changes_are_named_by_their_paths(chen2020, changes, keys):
    """The problems of an electrode have the path of the electrode in their keys, and remedies."""
    with pytest.raises((InputError, OutOfRangeError)) as caught:
        chen2020.with_electrode("positive", **changes)
    assert {problem.key for problem in caught.value.problems} == keys
    assert all(problem.text and problem.remedy for problem in caught.value.problems)


def test_layers_name_their_lists():
    """What is wrong with layers is a list of theirs."""
    good = {
        "thickness_fractions": (0.5, 0.5),
        "porosity": (0.3, 0.4),
        "active_fraction": (0.6, 0.5),
        "electrolyte_efficiency": (0.15, 0.25),
        "solid_efficiency": (1.0, 1.0),
    }
    for name, wrong in (
        ("porosity", (0.3, "a")),
        ("porosity", (0.5, 0.5)),
        ("electrolyte_efficiency", (0.31, 0.2)),
        ("thickness_fractions", (0.5, 0.4)),
        ("active_fraction", (0.6, float("nan"))),
        ("solid_efficiency", 3),
    ):
        with pytest.raises((InputError, OutOfRangeError)) as caught:
            Layers(**{**good, name: wrong})
        assert caught.value.problems[0].key == name


def test_a_file_names_all_keys_at_once(chen2020, tmp_path):
    """Misspelt, missing, in quotes, without a source, out of range: one error, each with its path."""
    path = save_parameter_set(chen2020, tmp_path / "mine.toml")
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("porosity = {value = 0.25,", "porosty = {value = 0.25,"),
        ("thickness_m = {value = 7.56e-05", "thickness_m = {value = 75.6"),
        ("conductivity_S_m = {value = 0.18", 'conductivity_S_m = {value = "0.18"'),
        ('transference_number = {value = 0.2594, source = "PyBaMM', 'transference_number = {value = 0.2594, sauce = "'),
        ("[separator]\nthickness_m = {value", "[separator]\nthickness_m = {tortuosity = 3, value"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_parameter_set(path)
    found = {problem.key: problem for problem in caught.value.problems}
    assert set(found) == {
        "negative.porosty",
        "negative.porosity",
        "positive.thickness_m",
        "positive.conductivity_S_m",
        "electrolyte.transference_number",
        "separator.thickness_m",
    }
    assert found["negative.porosty"].remedy == "did you mean 'porosity'?"
    assert found["positive.thickness_m"].value == 75.6
    assert found["positive.conductivity_S_m"].value == "0.18"
    assert all(problem.remedy for problem in found.values())
    assert all(problem.text in str(caught.value) for problem in found.values())
