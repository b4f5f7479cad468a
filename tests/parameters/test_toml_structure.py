"""Nested values in TOML: what is written comes back equal, what does not fit is refused with its place."""

import tomllib
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters.toml_structure import from_toml, to_toml, toml_name
from electrode_homog.particles import (
    Arrhenius,
    DarkenDiffusivity,
    FreeEnergy,
    FromOpenCircuitPotential,
    GivenAvailability,
    Ideal,
    Interstitial,
    JumpDiffusivity,
    LatticeGas,
    Margules,
    RedlichKister,
    RegularSolution,
    SiteBlocking,
    TracerDiffusivity,
    Vacancy,
)
from electrode_homog.table import Table

OF_X, OF_X_AND_T = ("x",), ("x", "T")
THERMODYNAMICS = [
    Ideal(),
    LatticeGas(),
    RegularSolution(1.7),
    RegularSolution(-3.0, 310.0),
    RedlichKister((1.5, -0.2, 1e-3)),
    Margules(0.5, -0.25),
    FreeEnergy(Expression("x*log(x) + (1-x)*log(1-x) + 300/T*x*(1-x)", OF_X_AND_T)),
    FromOpenCircuitPotential(),
]
MECHANISMS = [Interstitial(), Vacancy(), SiteBlocking(2.5), GivenAvailability(Expression("(1-x)*(1-0.3*x)", OF_X))]


class Colour(Enum):
    DEEP_RED = "deep-red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    count: int
    name: str = "plain"


@dataclass(frozen=True, eq=False)
class Outer:
    """One field of each sort that a particle may have."""

    matrix: np.ndarray
    pair: tuple[float, float]
    colour: Colour
    direct: Inner
    chosen: Inner | Vacancy
    many: tuple[Inner | Vacancy, ...] = ()
    curve: float | Expression | Table = 1.0
    perhaps: float | None = None
    closed: bool = True


def back(value, annotation):
    return from_toml(tomllib.loads(f"a = {to_toml(value, annotation)}")["a"], annotation)


def test_every_law_comes_back_equal():
    """All pairs of a thermodynamic factor and a mechanism, each with random numbers, survive the file bit for bit."""
    rng = np.random.default_rng(1)
    for thermodynamics in THERMODYNAMICS:
        for mechanism in MECHANISMS:
            number = float(10 ** rng.uniform(-20, -10))
            diffusivities = (
                JumpDiffusivity(number),
                JumpDiffusivity(Expression("1e-14*(1-0.5*x)", OF_X)),
                TracerDiffusivity(number, 0.653),
                TracerDiffusivity(Expression("1e-14*exp(-x)*T/300", OF_X_AND_T), Expression("1-0.3*x", OF_X)),
            )
            law = DarkenDiffusivity(
                diffusivities[rng.integers(4)],
                thermodynamics,
                mechanism,
                Arrhenius(float(rng.uniform(0, 1e5)), float(rng.uniform(250, 350))),
                None if rng.random() < 0.5 else float(rng.uniform(1e-3, 0.1)),
            )
            assert back(law, float | Expression | DarkenDiffusivity) == law


def test_every_sort_of_field_comes_back():
    """Arrays, tuples, enumerations, texts, whole numbers, truth values, formulas and tables keep value and type."""
    table = Table((0.0, 0.1, 0.5, 1.0), (4.2, 4.0, 3.9, 3.0))
    for curve in (0.1 + 0.2, Expression("x", OF_X), table):
        value = Outer(
            np.array([[1.0, -0.0], [np.pi, 5e-324]]), (1.0, 1e22), Colour.DEEP_RED, Inner(3, 'a "b"\n\x7fü'), Vacancy(),
            (Inner(1), Vacancy()), curve, 1 / 3, False,
        )  # fmt: skip
        found = back(value, Outer)
        np.testing.assert_array_equal(found.matrix, value.matrix)
        assert np.signbit(found.matrix[0, 1])
        for name in ("pair", "colour", "direct", "chosen", "many", "curve", "perhaps", "closed"):
            assert getattr(found, name) == getattr(value, name)


def test_defaults_are_left_out():
    """What a field has anyway is not written, so that a file shows what was chosen."""
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), LatticeGas())
    text = to_toml(law, float | DarkenDiffusivity)
    assert text == "{darken = {diffusivity = {jump = {value_m2_s = 1e-14}}, thermodynamics = {lattice_gas = {}}}}"


def test_names_of_classes():
    """A class is called as its name reads, without a last word that says what stands there anyway."""
    assert [toml_name(kind) for kind in (RegularSolution, DarkenDiffusivity, TracerDiffusivity, Table)] == [
        "regular_solution", "darken", "tracer", "table",
    ]  # fmt: skip


DARKEN = "{darken = {diffusivity = {jump = {value_m2_s = 1e-14}}, thermodynamics = {lattice_gas = {}}}}"


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("{darkn = {}}", InputError, "did you mean 'darken'"),
        ("{}", InputError, "exactly one of darken, expression"),
        ("{darken = {}, expression = 3}", InputError, "'darken' is not a key here"),
        ("{darken = 3}", InputError, "darken: 3 must be a table"),
        (DARKEN.replace("value_m2_s", "value"), InputError, "diffusivity: jump: 'value' is not a key.*'value_m2_s'"),
        (DARKEN.replace("value_m2_s = 1e-14", ""), InputError, "diffusivity: jump: value_m2_s is missing"),
        (DARKEN.replace("1e-14", "-1e-14"), OutOfRangeError, "diffusivity: jump: value_m2_s = -1e-14 is not above 0"),
        (DARKEN.replace("1e-14", '"1e-14"'), InputError, "value_m2_s: '1e-14' is not a plain number"),
        (DARKEN.replace("1e-14", "true"), InputError, "value_m2_s: True is not a plain number"),
        (DARKEN.replace("1e-14", "1" + "0" * 400), InputError, "is not a plain number"),
        (DARKEN.replace("1e-14", "nan"), InputError, "not"),
        (DARKEN.replace("1e-14", "[1e-14]"), InputError, "is not a plain number"),
        (DARKEN.replace("lattice_gas", "latice_gas"), InputError, "thermodynamics: 'latice_gas'.*'lattice_gas'"),
        (DARKEN.replace("lattice_gas = {}", "lattice_gas = {a = 1}"), InputError, "'a' is not a key here"),
        (DARKEN.replace("1e-14", '{expression = "__import__(1)"}'), InputError, "not allowed"),
        (DARKEN.replace("1e-14", '{expression = "x", a = 1}'), InputError, "'a' is not a key here"),
        (DARKEN.replace("1e-14", '{expression = "x", variables = "x"}'), InputError, "variables"),
        (DARKEN.replace("1e-14", "{expression = 3}"), InputError, "is not text"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(text, error, says):
    """The message leads to the key that is wrong, and names the one that was meant."""
    with pytest.raises(error, match=says):
        from_toml(tomllib.loads(f"a = {text}")["a"], float | Expression | DarkenDiffusivity)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{x = [1, 2]}", "two lists of equal length"),
        ("[1, 2]", "two lists of equal length"),
        ('{x = [0, 1, 2, "3"], values = [1, 2, 3, 4]}', "table: x: '3' is not a plain number"),
        ("{x = [0, 1, 2, 2], values = [1, 2, 3, 4]}", "table: x of a table must increase"),
        ("{x = [0, 1, 2, 3], values = [1, 2, 3, inf]}", "not a plain number"),
    ],
)
def test_tables_that_are_none_are_refused(text, says):
    """A table is two lists of numbers under their names."""
    with pytest.raises(InputError, match=says):
        from_toml(tomllib.loads(f"a = {{table = {text}}}")["a"], Expression | Table)


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("pair", "[1.0]", "pair: .* must have 2 entries"),
        ("matrix", "[[1, 2], [3]]", "matrix: .* rows of different length"),
        ("matrix", '[["a"]]', "matrix: 'a' is not a plain number"),
        ("colour", '"green"', "colour: 'green' is not known"),
        ("direct", "{count = 1.5}", "direct: count: 1.5 is not a whole number"),
        ("direct", "{count = 1, name = 3}", "name: 3 is not a text"),
        ("closed", "1", "closed: 1 is not bool"),
        ("many", "[{inner = {count = 1}}, 3]", "many: 3 is not"),
    ],
)
def test_fields_are_checked_by_their_annotation(field, text, says):
    """A value of another type, length or choice is refused by name."""
    good = {
        "matrix": "[[1.0]]", "pair": "[1, 2]", "colour": '"blue"', "direct": "{count = 1}", "chosen": "{vacancy = {}}",
    }  # fmt: skip
    given = ", ".join(f"{key} = {value}" for key, value in {**good, field: text}.items())
    with pytest.raises(InputError, match=says):
        from_toml(tomllib.loads(f"a = {{{given}}}")["a"], Outer)


def test_what_no_file_can_hold_is_refused():
    """A function is not written."""
    with pytest.raises(InputError, match="cannot be written"):
        to_toml(len, float)
