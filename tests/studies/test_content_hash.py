"""Equal content, equal name."""

from dataclasses import replace

import numpy as np
import pytest

from electrode_homog.parameters import load_parameter_set
from electrode_homog.studies.content_hash import content_hash
from electrode_homog.studies.variation import PorosityRule


def test_order_of_keys_does_not_count():
    """Dictionaries are compared by content."""
    assert content_hash({"a": 1, "b": [2.0, None]}) == content_hash({"b": [2.0, None], "a": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 2}),
        (1.0, 1.0 + 2**-52),
        ([1, 2], [2, 1]),
        ("1", 1),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2, np.float32), np.zeros(2)),
        (PorosityRule.CALENDERED, PorosityRule.ACTIVE_FIXED),
    ],
)
def test_other_content_has_another_name(one, other):
    """Values, types, order and shapes count."""
    assert content_hash(one) != content_hash(other)


def test_cells_are_named_by_their_numbers():
    """A cell that was loaded twice has one name, a changed one another; so has a changed expression."""
    cell = load_parameter_set("chen2020")
    assert content_hash(cell) == content_hash(load_parameter_set("chen2020"))
    assert content_hash(cell) != content_hash(cell.with_value("positive.thickness_m", 76e-6))
    assert content_hash(cell) != content_hash(replace(cell, negative=cell.positive))


def test_other_objects_have_none():
    """What another process could not name alike is a TypeError."""
    with pytest.raises(TypeError, match="content hash"):
        content_hash(object())
