"""Two-point functions: against np.roll, closed forms and symmetries; correlation lengths."""

import math

import numpy as np
import pytest
from boolean_model import boolean_void, density, integral_range, void_correlation, void_two_point
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from media import electrode, layers

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure
from electrode_homog.microstructure.correlation import Pairs, TwoPoint, cross_two_point, two_point
from electrode_homog.microstructure.phase_bits import phase_bits
from electrode_homog.provenance import from_json, to_json

SPACING = (1.0, 2.0, 0.5)
SHAPES = [(1, 1, 1), (1, 5, 9), (7, 1, 6), (6, 8, 1), (3, 64, 65), (64, 63, 2), (130, 3, 129)]
IMAGES = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=9), elements=st.integers(0, 2))


def noise(shape, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 3, shape)


def plain(first, second, axis, lag, pairs) -> tuple[float, float]:
    """Probability and correlation coefficient of two masks by moving one of them."""
    n = first.shape[axis]
    if pairs is Pairs.PERIODIC:
        a, b = first, np.roll(second, -lag, axis)
    else:
        a, b = np.take(first, range(n - lag), axis), np.take(second, range(lag, n), axis)
    spread = a.std() * b.std()
    both = np.mean(a & b)
    return both, (both - a.mean() * b.mean()) / spread if spread > 1e-9 else math.nan


# ---- against the twin -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("pairs", Pairs)
@pytest.mark.parametrize("words_at_once", [7, 2**16])
def test_counts_are_those_of_shifted_masks(shape, pairs, words_at_once, monkeypatch):
    """Probability and correlation at each lag are those of a mask and a shifted mask, of one phase and of two."""
    monkeypatch.setattr("electrode_homog.microstructure.correlation._WORDS_AT_ONCE", words_at_once)
    labels = noise(shape)
    medium = electrode(labels, SPACING)
    first, *_, second = [*medium.phases] * 2
    for result, other in [
        (two_point(medium, first, pairs=pairs), first),
        (cross_two_point(medium, first, second, pairs=pairs), second),
    ]:
        a, b = medium.mask(first), medium.mask(other)
        assert result.fractions == (a.mean(), b.mean())
        for axis, n in enumerate(shape):
            twin = np.array([plain(a, b, axis, lag, pairs) for lag in range(n // 2 + 1)])
            np.testing.assert_allclose(result.probability[axis], twin[:, 0], atol=1e-14)
            np.testing.assert_allclose(result.correlation[axis], twin[:, 1], atol=1e-9)
            np.testing.assert_allclose(result.lags_m[axis], np.arange(n // 2 + 1) * SPACING[axis])


@pytest.mark.parametrize("planes_at_once", [1, 5])
def test_bits_do_not_depend_on_the_planes_read_at_once(planes_at_once, monkeypatch):
    """Layers of bits count the voxels of the phase, however many planes are packed at once."""
    labels = noise((11, 67, 9))
    whole = phase_bits(electrode(labels), "b")
    monkeypatch.setattr("electrode_homog.microstructure.phase_bits._PACKED_AT_ONCE", planes_at_once * 67 * 9)
    bits = phase_bits(electrode(labels), "b")
    for axis in range(3):
        np.testing.assert_array_equal(bits.layers[axis], whole.layers[axis])
        np.testing.assert_array_equal(bits.counts(axis), np.moveaxis(labels == 1, axis, 0).sum(axis=(1, 2)))


# ---- closed forms ---------------------------------------------------------------------------------------------------


def test_closed_form_has_the_known_values():
    """Spheres of radius 0.1 and void 0.5: density 165.4767001, S2(R) = 0.310464453 (reference value E-BOOL)."""
    assert density(0.1, 0.5) == pytest.approx(165.4767001, rel=1e-9)
    assert void_two_point(0.1, 0.1, 0.5) == pytest.approx(0.310464453, rel=1e-8)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 2.0, 0.5)])
def test_two_point_function_of_overlapping_spheres(spacing):
    """In periodic boxes S2 is exp(-density V_union) within 1 % of phi at every lag along every axis.

    The mean of four boxes, each of which has a fraction that scatters by sqrt((1 - phi) / phi A3 / V) = 0.65 % of phi:
    the bar is 3.1 standard errors. Correlation lengths are right to 5 % where they are no longer than one voxel.
    """
    radius, void, boxes = 3.0, 0.5, 4
    assert math.sqrt((1 - void) / void * integral_range(radius, void) / 128**3) == pytest.approx(0.0065, abs=1e-4)
    shape = tuple(round(128 / h) for h in spacing)
    results = [
        two_point(Microstructure(VoxelImage(labels, spacing), {"solid": 0, "void": 1}), "void", pairs=Pairs.PERIODIC)
        for labels in (boolean_void(shape, radius, void, seed, spacing) for seed in range(boxes))
    ]
    for axis, lags in enumerate(results[0].lags_m):
        mean = np.mean([result.probability[axis] for result in results], axis=0)
        np.testing.assert_allclose(mean, void_two_point(lags, radius, void), atol=0.01 * void)
    lengths = np.mean([result.correlation_length_m for result in results], axis=0)
    np.testing.assert_allclose(lengths, exact_decay(radius, void), rtol=0.05)


def exact_decay(radius, void) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda r: void_correlation(r, radius, void) - math.exp(-1), 0, 2 * radius))


def test_laminate_is_correlated_along_its_layers():
    """Along the layers the correlation stays 1, and its length is infinite; across them it swings with the period."""
    result = two_point(layers([0, 0, 1, 1] * 6, axis=1, across=(6, 8), spacing=SPACING), "a", pairs=Pairs.PERIODIC)
    for axis in (0, 2):
        np.testing.assert_allclose(result.correlation[axis], 1)
        assert result.correlation_length_m[axis] == result.integral_length_m[axis] == math.inf
    np.testing.assert_allclose(result.correlation[1], [1, 0, -1, 0] * 3 + [1])
    assert result.correlation_length_m[1] == pytest.approx(2 * (1 - math.exp(-1)))
    assert result.integral_length_m[1] == pytest.approx(1.0)


def test_a_step_in_the_fraction_is_no_correlation():
    """Two halves of independent voxels, 10 % and 90 %: correlated along x over half the image, but not at its far end.

    With one mean for both ends of the pairs, the correlation at lag n / 2 would be -0.64.
    """
    random = np.random.default_rng(0).random((64, 32, 32))
    labels = random < np.where(np.arange(64) < 32, 0.1, 0.9)[:, None, None]
    result = two_point(electrode(labels.astype(int)), "b")
    assert abs(result.correlation[0][-1]) < 0.02
    assert 0.5 < result.correlation[0][1] < 0.7


def test_voxels_of_their_own_have_no_correlation():
    """Independent voxels: S2 = phi^2 and correlation 0 beyond lag 0, and a length below one voxel."""
    result = two_point(electrode((np.random.default_rng(0).random((64, 64, 64)) < 0.3).astype(int), SPACING), "b")
    for axis in range(3):
        np.testing.assert_allclose(result.probability[axis][1:], 0.09, atol=0.003)
        assert result.correlation_length_m[axis] == pytest.approx(SPACING[axis] * (1 - math.exp(-1)), rel=0.02)


# ---- properties -----------------------------------------------------------------------------------------------------


@given(IMAGES)
@settings(max_examples=40, deadline=None)
def test_bounds_and_symmetries(labels):
    """S2(0) = phi, S2 <= phi; all pairs of phases add up to 1; rotation permutes, mirrors and shifts change nothing."""
    medium = electrode(labels)
    periodic = {name: two_point(medium, name, pairs=Pairs.PERIODIC) for name in medium.phases}
    for name, result in periodic.items():
        place = int(medium.labels(name)[0])
        turned = two_point(electrode(labels.transpose(2, 0, 1)), name, pairs=Pairs.PERIODIC)
        mirrored = two_point(electrode(labels[::-1, :, ::-1]), name)
        shifted = two_point(electrode(np.roll(labels, (1, 2, 3), (0, 1, 2))), name, pairs=Pairs.PERIODIC)
        relabelled = two_point(electrode(5 - labels), "abcdef"[5 - place], pairs=Pairs.PERIODIC)
        inside = two_point(medium, name)
        for axis in range(3):
            here = result.probability[axis]
            assert here[0] == pytest.approx(medium.fractions[name])
            assert (here <= here[0] + 1e-15).all()
            np.testing.assert_array_equal(turned.probability[(axis + 1) % 3], here)
            np.testing.assert_array_equal(shifted.probability[axis], here)
            np.testing.assert_array_equal(relabelled.probability[axis], here)
            np.testing.assert_allclose(mirrored.probability[axis], inside.probability[axis], atol=1e-15)
    for axis in range(3):
        every = [
            cross_two_point(medium, a, b).probability[axis]  # of a phase with itself too
            for a in medium.phases
            for b in medium.phases
        ]
        np.testing.assert_allclose(np.sum(every, axis=0), 1)


@given(IMAGES)
@settings(max_examples=20, deadline=None)
def test_exchanging_the_phases_reverses_the_lag(labels):
    """P(a, then b) in the image is P(b, then a) in its mirror image."""
    medium, mirrored = electrode(labels), electrode(labels[::-1, ::-1, ::-1])
    first, *_, second = [*medium.phases] * 2
    one, other = cross_two_point(medium, first, second), cross_two_point(mirrored, second, first)
    for axis in range(3):
        np.testing.assert_allclose(one.probability[axis], other.probability[axis], atol=1e-15)


def test_refinement_keeps_even_lags():
    """Halving the voxels leaves the periodic S2 at even lags as it was, and S2 between them the mean of neighbours."""
    labels = noise((8, 10, 6))
    fine = labels.repeat(2, axis=0).repeat(2, axis=1).repeat(2, axis=2)
    coarse, refined = (
        two_point(electrode(image, h), "a", pairs=Pairs.PERIODIC) for image, h in [(labels, 1.0), (fine, 0.5)]
    )
    for axis in range(3):
        known = coarse.probability[axis]
        np.testing.assert_allclose(refined.probability[axis][::2], known, atol=1e-15)
        np.testing.assert_allclose(refined.probability[axis][1::2], (known[1:] + known[:-1]) / 2, atol=1e-15)
        np.testing.assert_allclose(refined.lags_m[axis][::2], coarse.lags_m[axis])


# ---- limits, refusals -----------------------------------------------------------------------------------------------


def test_longest_lag():
    """Lags end at the length asked for, lag included, or at half the image."""
    medium = electrode(noise((20, 20, 20)), (0.1, 0.2, 0.3))
    lags = two_point(medium, "a", longest_m=0.6).lags_m
    assert [along.size - 1 for along in lags] == [6, 3, 2]
    assert [along.size - 1 for along in two_point(medium, "a", longest_m=0).lags_m] == [0, 0, 0]
    assert [along.size - 1 for along in two_point(medium, "a").lags_m] == [10, 10, 10]
    for wrong in (-1.0, math.nan, "far"):
        with pytest.raises(InputError, match=r"longest_m = .* is not a length in metres >= 0"):
            two_point(medium, "a", longest_m=wrong)  # type: ignore[arg-type]


def test_a_phase_that_fills_the_image():
    """Its correlation and correlation length are not numbers: nothing varies."""
    result = two_point(electrode(np.zeros((4, 4, 4), dtype=int)), "a")
    assert np.isnan(result.correlation).all()
    assert np.isnan(result.correlation_length_m).all()
    assert np.isnan(result.integral_length_m).all()


def test_refusals():
    """No such phase; and two phases have no correlation length."""
    medium = electrode(noise((4, 5, 6)))
    with pytest.raises(InputError, match="no phase 'pore'"):
        two_point(medium, "pore")
    with pytest.raises(InputError, match="no phase 'pore'"):
        cross_two_point(medium, "a", "pore")
    with pytest.raises(InputError, match="belongs to one phase with itself"):
        _ = cross_two_point(medium, "a", "b").correlation_length_m


def test_result_survives_json():
    """A two-point function, enumeration and all, comes back from JSON; its arrays cannot be written to."""
    result = two_point(electrode(noise((4, 5, 6))), "a")
    again = from_json(to_json(result), TwoPoint)
    assert again.pairs is Pairs.INSIDE
    np.testing.assert_array_equal(again.probability[2], result.probability[2])
    with pytest.raises(ValueError, match="read-only"):
        result.probability[0][0] = 1
