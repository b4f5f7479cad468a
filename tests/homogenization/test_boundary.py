"""What the four boundary conditions promise about each other, as `effective_tensor` gives them."""

import numpy as np
import pytest
from media import electrode

from electrode_homog.errors import NotPercolatingError
from electrode_homog.homogenization import Boundary, effective_conductivity, effective_tensor, graph, voxel_solver

INSULATED, PERIODIC = Boundary.INSULATED_SIDES, Boundary.PERIODIC
LINEAR, FLUX = Boundary.LINEAR_POTENTIAL, Boundary.UNIFORM_FLUX
ALL = pytest.mark.parametrize("boundary", list(Boundary))


@pytest.fixture
def iterative(monkeypatch):
    """Small images are solved to rounding on one level; here they go through several, and stop at the tolerance."""
    monkeypatch.setattr(voxel_solver, "EXACT_SIZE", 0)
    monkeypatch.setattr(graph, "DIRECT_SIZE", 20)


def medium(seed, *, insulating, open_faces=True):
    """Three phases, c insulating, on oblong voxels; no c on the outer faces if they are open."""
    r = np.random.default_rng(seed)
    labels = r.choice(3, p=[0.6 - insulating / 2, 0.4 - insulating / 2, insulating], size=(8, 7, 9))
    for axis in range(3) if open_faces else ():
        for layer in (0, -1):
            face = np.moveaxis(labels, axis, 0)[layer]
            face[face == 2] = 0
    return electrode(labels, tuple(r.uniform(0.5, 2, 3)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("insulating", [0.0, 0.3])
def test_order(seed, insulating, iterative):
    """Uniform flux <= periodic <= linear potential as matrices; 1 / (UF^-1)_kk <= insulated_kk <= linear_kk."""
    image, k = medium(seed, insulating=insulating), {"a": 1.0, "b": 30.0}
    tensor = {b: effective_tensor(image, k, boundary=b, tolerance=1e-9).matrix for b in Boundary}
    assert np.linalg.eigvalsh(tensor[PERIODIC] - tensor[FLUX]).min() >= -1e-7
    assert np.linalg.eigvalsh(tensor[LINEAR] - tensor[PERIODIC]).min() >= -1e-7
    assert np.all(1 / np.diag(np.linalg.inv(tensor[FLUX])) <= np.diag(tensor[INSULATED]) * (1 + 1e-7))
    assert np.all(np.diag(tensor[INSULATED]) <= np.diag(tensor[LINEAR]) * (1 + 1e-7))
    off = tensor[INSULATED] - np.diag(np.diag(tensor[INSULATED]))
    assert not off.any()
    for boundary in (PERIODIC, LINEAR, FLUX):
        np.testing.assert_array_equal(tensor[boundary], tensor[boundary].T)
        assert np.abs(tensor[boundary] - np.diag(np.diag(tensor[boundary]))).max() > 1e-3


@ALL
@pytest.mark.parametrize("tolerance", [0.5, 0.1, 1e-3])
def test_bounds_hold_at_any_tolerance(boundary, tolerance, iterative):
    """The check against Reuss and Voigt, with the reported error as its slack, passes whatever is prescribed."""
    for seed in range(6):
        insulating = 0.3 * (seed % 2)
        k = {"a": 1.0, "b": [0.01, 30.0, 1e4][seed % 3]}
        tensor = effective_tensor(medium(seed, insulating=insulating), k, boundary=boundary, tolerance=tolerance)
        assert np.all(np.diag(tensor.matrix) > 0)
        assert np.all(tensor.tortuosity_factor >= 1 - tensor.relative_error)


def test_a_linear_potential_sees_what_only_touches_the_surface():
    """A rod from the low x face into the low y face has a through-thickness value under a linear potential only."""
    labels = np.ones((6, 6, 6), dtype=int)
    labels[:2, 0, 3] = 0  # contacts at different x, but none on the high x face
    rod, k = electrode(labels), {"a": 1.0}
    value = {b: effective_tensor(rod, k, boundary=b).matrix[0, 0] for b in Boundary}
    assert value[LINEAR] > 0
    assert (value[INSULATED], value[PERIODIC], value[FLUX]) == (0, 0, 0)


def test_a_uniform_flux_enters_no_insulator():
    """One insulating voxel on an outer face takes the axis out, exactly; the others keep their values."""
    labels = np.zeros((5, 6, 4), dtype=int)
    labels[0, 3, 2] = 1
    tensor = effective_tensor(electrode(labels), {"a": 1.0}, boundary=FLUX)
    assert tensor.percolates == (False, True, True)
    assert not tensor.matrix[0].any()
    assert not tensor.matrix[:, 0].any()
    assert np.all(np.diag(tensor.matrix)[1:] > 0.9)


@ALL
def test_a_blocked_axis_is_refused_in_the_words_of_its_boundary(boundary):
    """An island conducts nothing; the message is about the boundary condition that was asked for."""
    labels = np.ones((5, 5, 5), dtype=int)
    labels[2, 2, 2] = 0
    with pytest.raises(NotPercolatingError) as caught:
        effective_conductivity(electrode(labels), {"a": 1.0}, axis=1, boundary=boundary)
    assert boundary.obstacle(1) in str(caught.value)
    assert "axis 1 (y)" in boundary.obstacle(1)
    assert caught.value.axes == (0, 1, 2)
    assert len({b.obstacle(1) for b in Boundary}) == 4
