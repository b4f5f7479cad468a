"""Thresholds: exact optima, invariance, uncertainty, and what is refused."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.segmentation import Median, denoised, explicit_thresholds, multi_otsu_thresholds
from electrode_homog.images.segmentation.class_variance import best_cuts, separability
from electrode_homog.images.segmentation.grey_histogram import GreyHistogram, grey_histogram
from electrode_homog.images.segmentation.thresholds import _NORMAL_SEPARABILITY
from electrode_homog.provenance import from_json, to_json


def grey(values, shape=None) -> GreyImage:
    values = np.asarray(values)
    return GreyImage(values.reshape(shape or (1, 1, -1)), 1e-6, "scan")


def within_classes(levels, counts, places) -> float:
    """Sum of squares about the means of the classes, as plainly as possible."""
    total = 0.0
    for start, stop in pairwise([0, *places, len(levels)]):
        values = np.repeat(np.array(levels[start:stop], float), counts[start:stop])
        total += ((values - values.mean()) ** 2).sum()
    return total


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(st.integers(-50, 50), st.integers(1, 9), min_size=5, max_size=9),
    st.integers(2, 5),
)
def test_multi_otsu_is_the_optimum(histogram, classes):
    """No other division of a small histogram into 2 to 5 classes has less deviation within them."""
    levels = sorted(histogram)
    counts = [histogram[level] for level in levels]
    found = best_cuts(GreyHistogram(np.array(levels), np.array(counts)), classes).tolist()
    assert found == sorted(set(found))
    best = min(within_classes(levels, counts, places) for places in combinations(range(1, len(levels)), classes - 1))
    assert within_classes(levels, counts, found) == pytest.approx(best, rel=1e-9, abs=1e-9)


def test_separability_is_one_minus_the_share_within_classes():
    """Otsu's eta from its definition."""
    levels, counts = [1, 2, 7, 8, 20], [5, 1, 2, 4, 3]
    expected = 1 - within_classes(levels, counts, [2, 4]) / within_classes(levels, counts, [])
    assert separability(GreyHistogram(np.array(levels), np.array(counts)), [0, 2, 4, 5]) == pytest.approx(expected)


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_one_normal_distribution_is_no_phases(classes):
    """Its separability is that of Max's quantiser, and cautions say that there is no valley."""
    values = np.random.default_rng(0).standard_normal(200_000)
    found = multi_otsu_thresholds(grey(values), classes=classes)
    assert found.separability == pytest.approx(_NORMAL_SEPARABILITY[classes], abs=3e-3)
    assert max(found.valley_depths) < 0.1
    assert sum("no valley" in caution for caution in found.cautions) == classes - 1


def test_two_phases_have_a_valley_and_no_caution(two_phases):
    """Well-parted phases: nothing to be careful with."""
    found = multi_otsu_thresholds(two_phases(0.4, 0.7).scanned(8), classes=2)
    assert found.valley_depths[0] > 0.5
    assert found.cautions == ()


def test_voxels_at_two_levels_are_parted_halfway():
    """Two separate clusters: the threshold is the middle of the gap, and no phase changes within its uncertainty."""
    values = np.repeat([10, 11, 12, 13, 50, 51, 52, 53], 100).astype(np.uint8)
    found = multi_otsu_thresholds(grey(values), classes=2)
    assert found.values == (31.5,)
    assert found.uncertainty[0] == pytest.approx(0.9 * (51 - 31.5))
    assert found.class_medians == (11.0, 51.0)
    assert found.class_fractions == (0.5, 0.5)


@pytest.mark.parametrize(
    ("gain", "offset", "dtype"),
    [(1, 0, "u2"), (1, 0, ">i2"), (257, 0, "u2"), (0.01, -1, "f4"), (-1e6, 3, "f8"), (1, 0, "i8")],
)
def test_thresholds_go_with_the_scale_of_grey_values(gain, offset, dtype, two_phases):
    """Grey values times a factor plus a constant, in any type: so are thresholds and uncertainties; phases stay."""
    values = two_phases(0.4, 0.7).scanned(8).values
    found = multi_otsu_thresholds(GreyImage(values, 1e-6), classes=3)
    scaled = multi_otsu_thresholds(GreyImage((values.astype(float) * gain + offset).astype(dtype), 1e-6), classes=3)
    order = slice(None) if gain > 0 else slice(None, None, -1)
    np.testing.assert_allclose(scaled.values, (np.array(found.values) * gain + offset)[order], rtol=1e-6)
    np.testing.assert_allclose(scaled.uncertainty, np.array(found.uncertainty)[order] * abs(gain), rtol=1e-4)
    assert scaled.separability == pytest.approx(found.separability)


def test_floats_with_many_values_give_the_thresholds_of_the_whole_numbers(two_phases):
    """Grey values spread within their rounding: thresholds move by less than one of 1024 bins."""
    whole = two_phases(0.4, 0.7).scanned(8)
    spread = whole.values + np.random.default_rng(1).uniform(-0.5, 0.5, whole.shape)
    assert grey_histogram(GreyImage(spread, 1e-6)).levels.size <= 1024
    exact, found = (multi_otsu_thresholds(image, classes=2) for image in (whole, GreyImage(spread, 1e-6)))
    assert found.values[0] == pytest.approx(exact.values[0], abs=256 / 1024 + 0.5)


@pytest.mark.parametrize("outlier", [1e4, 1e12, 1e30, -1e30, 1e300])
def test_a_few_outliers_move_nothing(outlier, two_phases):
    """Two voxels, however far out, move the threshold by less than a grey level."""
    values = two_phases(0.4, 0.7).clean + np.random.default_rng(1).normal(0, 8, (48, 48, 48))
    before = multi_otsu_thresholds(GreyImage(values, 1e-6), classes=2)
    values[3, 4, 5], values[40, 1, 1] = outlier, -outlier / 2
    after = multi_otsu_thresholds(GreyImage(values, 1e-6), classes=2)
    assert after.values[0] == pytest.approx(before.values[0], abs=1)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i8", "f2", "f4", "f8"])
def test_histogram_counts_every_voxel(dtype):
    """Up to 1024 distinct values are counted one by one in any type."""
    values = np.random.default_rng(4).integers(0, 120, (7, 8, 9))
    histogram = grey_histogram(GreyImage(values.astype(dtype), 1e-6))
    levels, counts = np.unique(values, return_counts=True)
    np.testing.assert_array_equal(histogram.levels, levels)
    np.testing.assert_array_equal(histogram.counts, counts)


def test_histogram_of_many_values_keeps_number_and_mean():
    """16-bit values in 1024 bins: as many voxels, and the same mean."""
    values = np.random.default_rng(4).integers(0, 65536, (20, 30, 40), dtype=np.uint16)
    histogram = grey_histogram(GreyImage(values, 1e-6))
    assert histogram.levels.size <= 1024
    assert histogram.counts.sum() == values.size
    assert np.average(histogram.levels, weights=histogram.counts) == pytest.approx(values.mean())


def test_uncertainty_grows_with_noise_in_the_valley(two_phases):
    """More noise at the same contrast, a flatter criterion: a wider interval in fractions."""
    widths = []
    for noise in (5, 15, 25):
        image = two_phases(0.4, 0.7).scanned(noise)
        found = multi_otsu_thresholds(image, classes=2)
        low, high = (np.mean(image.values < found.values[0] + sign * found.uncertainty[0]) for sign in (-1, 1))
        widths.append(high - low)
    assert widths == sorted(widths)


def test_shifted_thresholds_keep_their_order(three_phases):
    """Every threshold plus or minus its uncertainty stays between the medians of the classes beside it."""
    for noise in (2, 10, 40):
        found = multi_otsu_thresholds(three_phases.scanned(noise), classes=5)
        for k, (value, width) in enumerate(zip(found.values, found.uncertainty, strict=True)):
            assert found.class_medians[k] < value - width < value + width < found.class_medians[k + 1]


def test_explicit_thresholds_describe_the_same_classes(two_phases):
    """Given the values that multi-Otsu finds, everything but the method is the same."""
    image = denoised(two_phases(0.4, 0.7).scanned(8), Median())
    found = multi_otsu_thresholds(image, classes=3)
    given_by_hand = explicit_thresholds(image, *found.values)
    assert (given_by_hand.uncertainty, given_by_hand.class_fractions) == (found.uncertainty, found.class_fractions)
    assert given_by_hand.method == "thresholds by hand"


def test_uncertainty_can_be_given():
    """One width for all or one for each; not negative, not so wide that thresholds meet."""
    found = explicit_thresholds(grey(np.arange(100)), 30, 60)
    assert found.with_uncertainty(2).uncertainty == (2.0, 2.0)
    assert found.with_uncertainty(2, 5).uncertainty == (2.0, 5.0)
    for wrong in [(-1,), (1, 2, 3), (float("nan"),), (20,), ()]:
        with pytest.raises(InputError, match="uncertainty"):
            found.with_uncertainty(*wrong)


def test_thresholds_go_through_json(two_phases):
    """Written and read back equal."""
    found = multi_otsu_thresholds(two_phases(0.4, 0.7).scanned(8), classes=2)
    assert from_json(to_json(found), type(found)) == found


@pytest.mark.parametrize("classes", [1, 6, 0, -2, 2.0, True, "3"])
def test_classes_are_two_to_five(classes):
    """Any other number is refused with what would be right."""
    with pytest.raises(InputError, match=r"classes = .*2 to 5"):
        multi_otsu_thresholds(grey(np.arange(100)), classes=classes)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.full(50, 7, np.uint8), "1 distinct values .7.; it is constant"),
        (np.full(50, 7.5), "constant"),
        (np.arange(60) % 3, r"3 distinct values .0, 1, 2.; it is labelled already"),
        (np.array([-1.7e308, 1.7e308, *range(2000)]), "beyond double precision"),
    ],
)
def test_images_without_grey_values_are_refused(values, says):
    """Constant images, labels and ranges beyond double precision, each by name."""
    with pytest.raises(InputError, match=says):
        multi_otsu_thresholds(grey(values), classes=2)


def test_labels_can_be_thresholded_by_hand_with_a_caution():
    """Few distinct values may be meant: explicit thresholds are taken, and the caution asks."""
    found = explicit_thresholds(grey(np.arange(60) % 3), 1)
    assert any("labels already?" in caution for caution in found.cautions)


@pytest.mark.parametrize("values", [(), (5, 5), (6, 5), (float("nan"),), (float("inf"),)])
def test_thresholds_rise(values):
    """None, equal, falling and non-finite thresholds are refused."""
    with pytest.raises(InputError):
        explicit_thresholds(grey(np.arange(100)), *values)


@pytest.mark.parametrize(("values", "phase"), [((-1,), 0), ((0,), 0), ((99.5,), 1), ((500,), 1), ((20.2, 20.7), 1)])
def test_every_phase_holds_a_voxel(values, phase):
    """A threshold outside the grey values, or two with none between, is refused; the message says which phase."""
    with pytest.raises(OutOfRangeError, match=f"leave phase {phase} of 'scan' without a voxel"):
        explicit_thresholds(grey(np.arange(100)), *values)


@pytest.mark.parametrize(("value", "word"), [(0, "lowest"), (255, "highest")])
def test_a_mask_around_the_sample_is_pointed_out(value, word):
    """A tenth of the voxels at one end of the scale is what lies outside the field of view, and is said to be."""
    rng = np.random.default_rng(0)
    values = np.where(rng.random((40, 40, 40)) < 0.5, 90, 170) + rng.normal(0, 10, (40, 40, 40))
    grey = values.clip(1, 254).astype(np.uint8)
    plain = multi_otsu_thresholds(GreyImage(grey, 1.0), classes=2)
    assert not any("field of view" in caution for caution in plain.cautions)
    grey[:, :4] = value
    masked = multi_otsu_thresholds(GreyImage(grey, 1.0), classes=2)
    assert any(f"10.0% of the voxels have exactly the value {value}, the {word}" in each for each in masked.cautions)
