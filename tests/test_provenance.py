"""Results as JSON and back."""

import dataclasses
import json

import numpy as np
import pytest
from media import electrode, layers

from electrode_homog.errors import InputError
from electrode_homog.homogenization import (
    Boundary,
    EffectiveConductivity,
    EffectiveTensor,
    corrector,
    effective_conductivity,
    effective_tensor,
)
from electrode_homog.microstructure import Description, describe
from electrode_homog.provenance import current_provenance, from_json, to_json
from electrode_homog.transport_law import BruggemanLaw


def same(a, b) -> bool:
    """Equal, results field by field, arrays and NaN by their values."""
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray | float) else a == b


@pytest.mark.parametrize(
    "result",
    [
        effective_tensor(layers([0, 1, 1], 2), {"a": 1.0}),
        effective_conductivity(layers([0, 1, 1], 1), {"a": 1.0, "b": 2.0}),
        *(effective_tensor(layers([0, 1, 1], 0), {"a": 1.0, "b": 2.0}, boundary=boundary) for boundary in Boundary),
        corrector(layers([0, 1, 1], 0), {"a": 1.0, "b": 2.0}),
        describe(electrode(np.zeros((3, 3, 3), dtype=int))),
        BruggemanLaw(1.7, (0.2, 0.4)),
    ],
    ids=lambda result: type(result).__name__,
)
def test_round_trip(result):
    """What is written is read back equal, and the file says which software made it."""
    text = to_json(result)
    assert same(from_json(text, type(result)), result)
    assert json.loads(text)["type"] == type(result).__name__
    assert json.loads(text)["provenance"]["packages"]["numpy"] == np.__version__


def test_numbers_that_json_lacks():
    """NaN travels as text, so that the file is strict JSON."""
    text = to_json(BruggemanLaw(1.5))
    assert '"nan"' in text
    assert np.isnan(from_json(text, BruggemanLaw).exponent_standard_error)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d | {"type": "EffectiveTensor"}, "'BruggemanLaw' is needed"),
        (lambda d: d | {"colour": 1}, "no field colour"),
        (lambda d: d | {"exponent": "steep"}, "exponent"),
        (lambda d: d | {"exponent": True}, "exponent"),
        (lambda d: d | {"exponent": {"type": "os.system"}}, "exponent"),
        (lambda d: d | {"porosity_range": [0.1]}, "porosity_range"),
        (lambda d: {k: v for k, v in d.items() if k != "exponent"}, "exponent"),
        (lambda d: [d], "list"),
    ],
)
def test_other_content_is_refused(change, message):
    """A file of another type, with unknown, missing or wrong fields is refused by name."""
    data = json.loads(to_json(BruggemanLaw(1.5)))
    with pytest.raises(InputError, match=message):
        from_json(json.dumps(change(data)), BruggemanLaw)


@pytest.mark.parametrize("text", ["", "{", '{"type": "BruggemanLaw", "type": "x"}', '{"exponent": NaN}', "[" * 100_000])
def test_what_is_not_json_is_refused(text):
    """Broken, repeated-key, NaN and deeply nested files are refused."""
    with pytest.raises(InputError, match="not a JSON result"):
        from_json(text, BruggemanLaw)


def test_checks_run_again():
    """An impossible value in a file is refused like one in a call: B above the Voigt bound."""
    data = json.loads(to_json(effective_tensor(layers([0, 1], 2), {"a": 1.0})))
    data["matrix"][0][0] = 0.7
    with pytest.raises(Exception, match="Voigt"):
        from_json(json.dumps(data), EffectiveTensor)


def test_only_results_are_written():
    """Anything that is not a result is refused, and so is a class in place of an instance."""
    for thing in (3, {"a": 1}, EffectiveConductivity, Description):
        with pytest.raises(InputError):
            to_json(thing)


def test_provenance_names_the_packages():
    """The versions of the packages that decide the numbers are recorded."""
    packages = current_provenance().packages
    assert {"numpy", "scipy", "pybamm", "electrode-homog"} <= set(packages)
