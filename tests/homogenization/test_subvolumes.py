"""Pieces of an electrode: what they are, which are blocked, what is refused."""

import numpy as np
import pytest
from media import electrode

from electrode_homog.errors import InputError
from electrode_homog.homogenization import check_divisions, effective_conductivity, subvolume_values


def test_one_piece_is_the_whole():
    """Undivided, the only piece has the value of the whole image."""
    medium = electrode((np.random.default_rng(0).random((12, 12, 12)) < 0.3).astype(int))
    values = subvolume_values(medium, {"a": 1.0}, divisions=(1, 1, 1), axis=1)
    whole = effective_conductivity(medium, {"a": 1.0}, axis=1)
    assert values.values.tolist() == [whole.value]
    assert values.volume_fractions.tolist() == [whole.volume_fraction]


def test_layers_in_pieces():
    """Layers normal to z cut along y and z: pieces conduct their own share along x, or nothing."""
    labels = np.ones((16, 16, 32), dtype=int)
    labels[:, :, :16] = 0  # the first half along z is open, but for a quarter
    labels[:, :, :4] = 1
    values = subvolume_values(electrode(labels), {"a": 1.0}, divisions=(1, 2, 4))
    np.testing.assert_allclose(sorted(values.values), [0.5, 0.5, 1.0, 1.0])
    assert values.blocked == 4  # those without any of the conducting phase count too
    np.testing.assert_allclose(values.volume_fractions, values.values)


def test_fractions_of_named_phases():
    """With a binder that conducts a little, the porosity is that of the pores alone."""
    labels = np.zeros((8, 8, 8), dtype=int)
    labels[:, 4:] = 1
    labels[:, 6:] = 2
    values = subvolume_values(electrode(labels), {"a": 1.0, "b": 0.1}, divisions=(1, 1, 1))
    assert values.fractions_of("a").tolist() == [0.5]
    assert values.volume_fractions.tolist() == [0.75]
    assert values.values == pytest.approx([0.525])


def test_bad_input_is_refused():
    """Too many pieces, divisions that are no three whole numbers, and unknown phases are refused at once."""
    medium = electrode(np.zeros((20, 20, 20), dtype=int))
    for divisions, words in (
        ((3, 1, 1), "at least 8"),
        ((0, 1, 1), "pieces"),
        ((2, 2), "three"),
        ((2.0, 2, 2), "three"),
    ):
        with pytest.raises(InputError, match=words):
            subvolume_values(medium, {"a": 1.0}, divisions=divisions)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'pore'"):
        subvolume_values(medium, {"pore": 1.0})
    check_divisions((5, 16, 16), (1, 2, 2))  # a thin axis that is not divided is nobody's fault
