"""Tensors: what does not depend on the axes, which mean is which, and what is refused."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.laws.diffusivity_tensor import (
    DiffusivityTensor,
    isotropic_diffusivity,
    principal_diffusivities,
    random_rotation,
    surface_mean_inverse_root,
    surface_mean_root,
)
from electrode_homog.particles.laws.polycrystal import randomly_oriented

FLAKE = principal_diffusivities((1.0, 1.0, 0.1))


def test_rotation_keeps_the_invariants():
    """Trace, determinant, trace of the inverse and principal values do not depend on the axes, to 1e-12."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        values = np.exp(rng.normal(size=3)) * 1e-14
        tensor, Q = principal_diffusivities(values), random_rotation(rng)
        turned = principal_diffusivities(values, Q)
        np.testing.assert_allclose(turned.matrix, tensor.rotated(Q).matrix, rtol=1e-12, atol=0)
        for name in ("trace", "determinant", "trace_of_inverse", "harmonic_mean", "arithmetic_mean"):
            assert getattr(turned, name) == pytest.approx(getattr(tensor, name), rel=1e-12)
        np.testing.assert_allclose(turned.principal_values, np.sort(values), rtol=1e-12)
        k = int(rng.integers(3))
        np.testing.assert_allclose(turned.matrix @ Q[:, k], values[k] * Q[:, k], rtol=1e-10, atol=1e-26)


def test_means_of_a_flake():
    """diag(1, 1, 0.1) has the harmonic mean 0.25 and the arithmetic mean 0.7."""
    assert FLAKE.harmonic_mean == pytest.approx(0.25, rel=1e-15)
    assert FLAKE.arithmetic_mean == pytest.approx(0.7, rel=1e-15)


def test_surface_means():
    """Reference values C-ANIS-S; the means scale as roots and agree with a mean over random directions."""
    assert surface_mean_inverse_root(FLAKE) == pytest.approx(1.3166098475, abs=1e-10)
    assert surface_mean_root(FLAKE) == pytest.approx(0.8164188068, abs=1e-10)
    small = principal_diffusivities((3e-14, 1e-15, 4e-16), random_rotation(np.random.default_rng(1)))
    n = np.random.default_rng(2).normal(size=(200_000, 3))
    n /= np.linalg.norm(n, axis=1)[:, None]
    along = np.einsum("ki,ij,kj->k", n, small.matrix, n)
    assert surface_mean_root(small) == pytest.approx(np.mean(along**0.5), rel=3e-3)
    assert surface_mean_inverse_root(small) == pytest.approx(np.mean(along**-0.5), rel=3e-3)
    assert surface_mean_root(isotropic_diffusivity(4e-14)) == pytest.approx(2e-7, rel=1e-12)


def test_random_rotations_are_uniform():
    """Rotations are proper, differ, repeat with their seed, and average n n^T to 1/3."""
    rng = np.random.default_rng(3)
    turned = np.array([random_rotation(rng) for _ in range(4000)])
    np.testing.assert_allclose(turned @ turned.transpose(0, 2, 1), np.broadcast_to(np.eye(3), turned.shape), atol=1e-14)
    np.testing.assert_allclose(np.linalg.det(turned), 1, rtol=1e-13)
    first = turned[:, :, 0]
    np.testing.assert_allclose(first.T @ first / len(first), np.eye(3) / 3, atol=0.02)
    np.testing.assert_allclose(np.mean(first, axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.mean(first[:, 0] ** 4), 1 / 5, atol=0.01)
    np.testing.assert_array_equal(random_rotation(np.random.default_rng(3)), turned[0])


@pytest.mark.parametrize("values", [(1.0, 1.0, 0.1), (1.0, 0.5, 0.2), (1.0, 1e-3, 1e-3), (1.0, 1e-6, 1e-9)])
def test_polycrystal_bounds_are_in_order(values):
    """Reuss <= lower <= self-consistent <= upper <= Voigt, and all scale with the tensor and ignore its axes."""
    found = randomly_oriented(principal_diffusivities(values))
    ordered = [found.reuss, found.lower, found.self_consistent, found.upper, found.voigt]
    assert ordered == sorted(ordered)
    D, k = np.array(values), found.self_consistent
    assert np.sum((D - k) / (D + 2 * k)) == pytest.approx(0, abs=1e-10)
    Q = random_rotation(np.random.default_rng(5))
    scaled = randomly_oriented(principal_diffusivities(1e-14 * D, Q))
    assert scaled.self_consistent == pytest.approx(1e-14 * k, rel=1e-5)


def test_polycrystal_of_isotropic_grains_is_the_grain():
    """Bounds and estimate of isotropic grains coincide; for weak anisotropy they agree to second order."""
    found = randomly_oriented(isotropic_diffusivity(3e-14))
    for value in (found.reuss, found.lower, found.self_consistent, found.upper, found.voigt):
        assert value == pytest.approx(3e-14, rel=1e-12)
    d = 1e-3 * np.array([1.0, 0.5, -1.5])  # k = mean - <d**2>/(3 mean) + O(d**3)
    weak = randomly_oriented(principal_diffusivities(1 + d))
    expected = 1 - np.mean(d**2) / 3
    for value in (weak.lower, weak.self_consistent, weak.upper):
        assert value == pytest.approx(expected, abs=3e-9)


def test_tensor_is_read_only_and_copied():
    """The matrix cannot be changed through the tensor or the array it was made of."""
    given = np.eye(3)
    tensor = DiffusivityTensor(given)
    given[0, 0] = -1
    assert tensor.matrix[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        tensor.matrix[0, 0] = 2


Q = random_rotation(np.random.default_rng(4))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: DiffusivityTensor(np.diag([1.0, 1.0, -0.1])), OutOfRangeError, "-0.1"),
        (lambda: DiffusivityTensor(np.diag([1.0, 1.0, 0.0])), OutOfRangeError, "eigenvalues"),
        (lambda: DiffusivityTensor(Q @ np.diag([1.0, 1.0, 0.0]) @ Q.T), OutOfRangeError, "eigenvalues"),
        (lambda: DiffusivityTensor(Q @ np.diag([1e-14, 1e-14, -1e-16]) @ Q.T), OutOfRangeError, "-1e-16"),
        (lambda: DiffusivityTensor(np.zeros((3, 3))), OutOfRangeError, "eigenvalues"),
        (lambda: DiffusivityTensor(np.eye(3) + np.eye(3, k=1)), OutOfRangeError, r"\[0, 1\] = 1"),
        (lambda: DiffusivityTensor(np.eye(3) + 1e-6 * np.eye(3, k=1)), OutOfRangeError, "symmetric"),
        (lambda: DiffusivityTensor(np.diag([1.0, np.nan, 1.0])), InputError, "finite"),
        (lambda: DiffusivityTensor(np.eye(2)), InputError, r"\(3, 3\)"),
        (lambda: DiffusivityTensor([[1, 0, 0], [0, 1], [0, 0, 1]]), InputError, r"\(3, 3\)"),  # type: ignore[arg-type]
        (lambda: DiffusivityTensor(np.eye(3) * 1j), InputError, r"\(3, 3\)"),
        (lambda: principal_diffusivities((1.0, 1.0)), InputError, "three"),
        (lambda: principal_diffusivities((1.0, 1.0, 0.0)), OutOfRangeError, "eigenvalues"),
        (lambda: FLAKE.rotated(2 * np.eye(3)), OutOfRangeError, "orthogonal"),
        (lambda: FLAKE.rotated(np.eye(2)), InputError, r"\(3, 3\)"),
        (lambda: isotropic_diffusivity("1e-14"), InputError, "three"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_diffusivity_is_refused(make, error, message):
    """Not positive, not symmetric, not finite, not orthogonal: refused with the value that is wrong."""
    with pytest.raises(error, match=message):
        make()


def test_round_off_is_not_refused():
    """A rotated tensor of contrast 1e10 is symmetric and positive within round-off."""
    tensor = DiffusivityTensor(Q @ np.diag([1e-14, 1e-19, 1e-24]) @ Q.T)
    assert tensor.principal_values[2] == pytest.approx(1e-14)
