"""Correctors against closed forms, and their fluxes against conservation and the tensor, in plain numpy."""

import numpy as np
import pytest
from media import electrode, layers

import electrode_homog as eh
from electrode_homog.errors import InputError, NotConvergedError, NotPercolatingError
from electrode_homog.homogenization import Boundary, graph, voxel_solver
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure

ALL = pytest.mark.parametrize("boundary", list(Boundary))
FREE = (Boundary.PERIODIC, Boundary.UNIFORM_FLUX)  # the potential is known up to a constant
SPACING = (2e-7, 5e-7, 3e-7)


@pytest.fixture
def iterative(monkeypatch):
    """Small images are solved to rounding on one level; here they go through several, and stop at the tolerance."""
    monkeypatch.setattr(voxel_solver, "EXACT_SIZE", 0)
    monkeypatch.setattr(graph, "DIRECT_SIZE", 20)


def line(k, h):
    """chi at the centres of layers of conductivity k (n,) and thickness h; the outer faces have the value 0."""
    flux = 1 / np.mean(1 / k)
    return flux * h * (np.cumsum(1 / k) - 0.5 / k) - h * (np.arange(len(k)) + 0.5)


def potential(found, spacing):
    """x_k + chi_k at the centres of the voxels."""
    n = found.values.shape[found.axis]
    x = spacing[found.axis] * (np.arange(n) + 0.5)
    return found.values + x.reshape([-1 if a == found.axis else 1 for a in range(3)])


def fluxes(found, field, spacing, matrix):
    """For x, y, z: fluxes (n + 1 along the axis) through the faces of the voxels, differences with harmonic means."""
    phi, k = potential(found, spacing), np.where(np.isnan(found.values), 0.0, field)
    phi = np.where(np.isnan(phi), 0.0, phi)
    x = [h * (np.arange(n) + 0.5) for h, n in zip(spacing, k.shape, strict=True)]
    result = []
    for axis, h in enumerate(spacing):
        p, c = np.moveaxis(phi, axis, 0), np.moveaxis(k, axis, 0)
        along = axis == found.axis
        length = h * len(p) if along else 0.0
        match found.boundary:
            case Boundary.PERIODIC:
                p, c = np.concatenate([p[-1:] - length, p, p[:1] + length]), np.concatenate([c[-1:], c, c[:1]])
                both = c[:-1] + c[1:]
                g = np.divide(2 * c[:-1] * c[1:], both, out=np.zeros(both.shape), where=both > 0)
                result.append(np.moveaxis(g * np.diff(p, axis=0) / h, 0, axis))
                continue
            case Boundary.UNIFORM_FLUX:
                low = high = np.full(p.shape[1:], matrix[axis, found.axis])
            case Boundary.INSULATED_SIDES if not along:
                low = high = np.zeros(p.shape[1:])
            case _:
                shape = [-1 if a == found.axis else 1 for a in range(3)]
                outside = np.moveaxis(np.broadcast_to(x[found.axis].reshape(shape), k.shape), axis, 0)
                low = c[0] * (p[0] - (0.0 if along else outside[0])) / (h / 2)
                high = c[-1] * ((length if along else outside[-1]) - p[-1]) / (h / 2)
        both = c[:-1] + c[1:]
        g = np.divide(2 * c[:-1] * c[1:], both, out=np.zeros(both.shape), where=both > 0)
        inner = g * np.diff(p, axis=0) / h
        result.append(np.moveaxis(np.concatenate([low[None], inner, high[None]]), 0, axis))
    return result


def divergence(faces, spacing):
    return sum(np.diff(f, axis=axis) / h for axis, (f, h) in enumerate(zip(faces, spacing, strict=True)))


def mean_flux(faces):
    """(3,) averages over the voxels, each with half of its two faces."""
    halves = [np.moveaxis(f, axis, 0) for axis, f in enumerate(faces)]
    return np.array([np.mean(f[:-1] + f[1:]) / 2 for f in halves])


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("boundary", [Boundary.INSULATED_SIDES, Boundary.PERIODIC, Boundary.UNIFORM_FLUX])
def test_laminate_is_piecewise_linear(axis, boundary):
    """Across layers the slope is (harmonic mean) / k - 1; nothing varies along them, and the mean is 0 or the ends."""
    k, sequence = np.array([1.0, 10.0, 0.3]), [1, 0, 2, 2, 0, 1, 0, 1]
    medium = layers(sequence, axis, spacing=SPACING)
    found = eh.corrector(medium, dict(zip("abc", k, strict=True)), axis=axis, boundary=boundary)
    expected = line(k[sequence], SPACING[axis])
    if boundary in FREE:
        expected = expected - expected.mean()
    expected = expected.reshape([-1 if a == axis else 1 for a in range(3)])
    np.testing.assert_allclose(
        found.values, np.broadcast_to(expected, found.values.shape), atol=1e-5 * np.ptp(expected)
    )


@ALL
def test_layers_along_the_gradient_need_no_corrector(boundary):
    """Along layers the potential is x, unless a uniform flux is pressed through all of them alike."""
    found = eh.corrector(layers([1, 0, 1, 1], axis=2, spacing=SPACING), {"a": 1.0, "b": 10.0}, boundary=boundary)
    if boundary is Boundary.UNIFORM_FLUX:
        assert np.abs(found.values).max() > 1e-8
    else:
        np.testing.assert_allclose(found.values, 0, atol=1e-15)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("boundary", [Boundary.INSULATED_SIDES, Boundary.PERIODIC])
def test_separable_medium(axis, boundary, iterative):
    """a = f(x) g(y) h(z) has the corrector of its factor along the axis, whatever the other two are."""
    r = np.random.default_rng(1)
    factors = [np.exp(r.normal(size=n)) for n in (8, 6, 10)]
    field = np.einsum("i,j,k->ijk", *factors)
    numbers = np.arange(field.size).reshape(field.shape)
    medium = Microstructure(VoxelImage(numbers, SPACING), {f"p{n}": n for n in range(field.size)})
    conductivity = {f"p{n}": value for n, value in enumerate(field.ravel())}
    found = eh.corrector(medium, conductivity, axis=axis, boundary=boundary, tolerance=1e-12)
    expected = line(factors[axis], SPACING[axis])
    if boundary is Boundary.PERIODIC:
        expected = expected - expected.mean()
    expected = expected.reshape([-1 if a == axis else 1 for a in range(3)])
    np.testing.assert_allclose(found.values, np.broadcast_to(expected, field.shape), atol=1e-5 * np.ptp(expected))


def random_medium(seed, boundary):
    """Two conductors and an insulator on oblong voxels; no insulator on the faces that a uniform flux enters."""
    labels = np.random.default_rng(seed).choice(3, p=[0.5, 0.25, 0.25], size=(9, 8, 10))
    if boundary is Boundary.UNIFORM_FLUX:
        for axis in range(3):
            for layer in (0, -1):
                face = np.moveaxis(labels, axis, 0)[layer]
                face[face == 2] = 0
    k = np.array([1.0, 20.0, 0.0])
    return electrode(labels, SPACING), {"a": k[0], "b": k[1]}, k[labels]


@ALL
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flux_is_conserved_and_its_mean_is_the_column_of_the_tensor(boundary, axis, iterative):
    """div(a (e_k + grad chi)) = 0 in each voxel, and <a (e_k + grad chi)> is what the energies gave."""
    medium, conductivity, field = random_medium(3, boundary)
    solve = {"boundary": boundary, "tolerance": 1e-12}
    tensor = eh.effective_tensor(medium, conductivity, **solve)
    found = eh.corrector(medium, conductivity, axis=axis, **solve)
    faces = fluxes(found, field, SPACING, tensor.matrix)
    largest = max(float(np.abs(f).max()) for f in faces)
    assert np.abs(divergence(faces, SPACING)).max() * min(SPACING) < 1e-4 * largest
    mean = mean_flux(faces)
    first_order = boundary is Boundary.UNIFORM_FLUX  # its fluxes inside have the error of the field, not of an energy
    assert mean[axis] == pytest.approx(tensor.matrix[axis, axis], rel=1e-6 if first_order else 1e-9)
    if boundary is not Boundary.INSULATED_SIDES:
        np.testing.assert_allclose(mean, tensor.matrix[:, axis], atol=1e-6 * tensor.matrix.max())
    if boundary in FREE:
        assert abs(np.nanmean(found.values)) < 1e-12 * np.nanmax(np.abs(found.values))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_uniform_flux_has_a_unit_mean_gradient(axis, iterative):
    """The potential between opposite faces differs by their distance along the axis, and not along the others."""
    medium, conductivity, field = random_medium(5, Boundary.UNIFORM_FLUX)
    solve = {"boundary": Boundary.UNIFORM_FLUX, "tolerance": 1e-12}
    matrix = eh.effective_tensor(medium, conductivity, **solve).matrix
    phi = potential(eh.corrector(medium, conductivity, axis=axis, **solve), SPACING)
    for a, h in enumerate(SPACING):
        p, k = np.moveaxis(phi, a, 0), np.moveaxis(field, a, 0)
        high, low = p[-1] + matrix[a, axis] * h / 2 / k[-1], p[0] - matrix[a, axis] * h / 2 / k[0]
        assert np.mean(high - low) / (h * len(p)) == pytest.approx(float(a == axis), abs=1e-6)


@ALL
@pytest.mark.parametrize("tolerance", [1e-1, 1e-3, 1e-5])
def test_the_mean_flux_is_within_the_reported_error(boundary, tolerance, iterative):
    """At any tolerance the flux along the axis is the exact value to the relative error of the corrector."""
    medium, conductivity, field = random_medium(7, boundary)
    exact = eh.effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-11).matrix
    found = eh.corrector(medium, conductivity, boundary=boundary, tolerance=tolerance)
    assert found.relative_error <= tolerance
    if boundary is not Boundary.UNIFORM_FLUX:  # there the mean flux is prescribed
        mean = mean_flux(fluxes(found, field, SPACING, exact))[0]
        assert abs(mean / exact[0, 0] - 1) <= found.relative_error + 1e-6


@ALL
def test_values_stand_where_current_flows(boundary):
    """Insulators and islands are NaN; the array is read-only and float."""
    labels = np.zeros((6, 7, 7), dtype=int)
    labels[2:5, 2:5, 2:5] = 1
    labels[3, 3, 3] = 0  # an island
    found = eh.corrector(electrode(labels, SPACING), {"a": 1.0}, boundary=boundary)
    outside = labels == 1
    outside[3, 3, 3] = True
    np.testing.assert_array_equal(np.isnan(found.values), outside)
    assert (found.values.dtype, found.boundary, found.axis) == (float, boundary, 0)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0, 0] = 1


@ALL
def test_lengths_scale_with_the_voxels_and_nothing_with_the_unit_of_conductivity(boundary, iterative):
    """chi is a length: twice as large voxels double it; conductivities in another unit change nothing."""
    medium, conductivity, _ = random_medium(9, boundary)
    large = Microstructure(VoxelImage(medium.image.labels, tuple(2 * h for h in SPACING)), medium.phases)
    small, scaled = (
        eh.corrector(m, {name: u * k for name, k in conductivity.items()}, boundary=boundary, tolerance=1e-10)
        for m, u in ((medium, 1.0), (large, 1e-9))
    )
    np.testing.assert_allclose(scaled.values, 2 * small.values, atol=1e-6 * np.nanmax(np.abs(small.values)))


def test_single_precision_is_good_for_its_tolerance():
    """Above 4000 unknowns vectors are in single precision: the mean flux keeps its error, the mean stays 0."""
    labels = (np.random.default_rng(2).random((24, 25, 26)) < 0.4).astype(int)
    found = eh.corrector(electrode(labels, (1e-6,) * 3), {"a": 1.0})
    exact = eh.effective_tensor(electrode(labels), {"a": 1.0}, boundary=Boundary.PERIODIC, tolerance=1e-10).matrix
    mean = mean_flux(fluxes(found, (labels == 0).astype(float), (1e-6,) * 3, exact))[0]
    assert abs(mean / exact[0, 0] - 1) <= found.relative_error
    assert abs(np.nanmean(found.values)) < 1e-9 * np.nanmax(np.abs(found.values))


def test_what_cannot_be_solved_is_refused(iterative):
    """As for the conductivity: a blocked axis, a fourth axis, too few iterations, with the best as far as it got."""
    labels = np.zeros((6, 5, 4), dtype=int)
    labels[3] = 1
    with pytest.raises(NotPercolatingError, match="axis 0"):
        eh.corrector(electrode(labels), {"a": 1.0})
    with pytest.raises(NotPercolatingError, match="passes no uniform flux along axis 1"):
        eh.corrector(electrode(labels), {"a": 1.0}, axis=1, boundary=Boundary.UNIFORM_FLUX)
    with pytest.raises(InputError, match="axis"):
        eh.corrector(electrode(labels), {"a": 1.0}, axis=3)
    medium, conductivity, _ = random_medium(1, Boundary.PERIODIC)
    with pytest.raises(NotConvergedError, match="tolerance") as caught:
        eh.corrector(medium, conductivity, tolerance=1e-9, max_iterations=1)
    assert isinstance(caught.value.best, eh.Corrector)
