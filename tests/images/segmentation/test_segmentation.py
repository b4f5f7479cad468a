"""Segmentation: phases recovered from tomograms with known labels, intervals that hold the truth, watersheds."""

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.segmentation import (
    ByThreshold,
    MarkerWatershed,
    Median,
    NonLocalMeans,
    denoised,
    explicit_thresholds,
    multi_otsu_thresholds,
    segmented,
    sure_ranges,
)
from electrode_homog.images.segmentation.watershed import _gradient_magnitude
from electrode_homog.provenance import from_json, to_json

COUNTING = GreyImage(np.arange(120, dtype=np.uint8).reshape(4, 5, 6), (1e-6, 2e-6, 3e-6), "scan")


@pytest.mark.parametrize("dark", [0.15, 0.4, 0.85])
@pytest.mark.parametrize(("blur", "noise", "method"), [(0.5, 10, Median()), (0.8, 25, NonLocalMeans())])
def test_two_phases_are_recovered(dark, blur, noise, method, two_phases):
    """Denoised and divided by Otsu: fractions within 0.5 %, the truth inside their interval; Dice above 0.98 for phases
    of a third and more, above 0.97 for the rest, of whose voxels more lie at a face."""
    scene = two_phases(dark, blur)
    quiet = denoised(scene.scanned(noise), method)
    found = segmented(quiet, multi_otsu_thresholds(quiet, classes=2), ByThreshold())
    np.testing.assert_allclose(found.fractions, scene.fractions, atol=0.005)
    for phase, share in enumerate(scene.fractions):
        assert scene.dice(found.image.labels, phase) > (0.98 if share > 1 / 3 else 0.97)
    intervals = found.fraction_intervals()
    assert (np.array(intervals.lowest) <= scene.fractions).all()
    assert (np.array(intervals.highest) >= scene.fractions).all()
    assert intervals.highest[0] - intervals.lowest[0] < 0.08


def test_a_slow_gradient_of_brightness_stays_inside_the_interval(two_phases):
    """Beam hardening of a twelfth of the contrast across the image: fractions within 1 %."""
    scene = two_phases(0.4, 0.7)
    slope = np.linspace(-5, 5, 48)[:, None, None]
    quiet = denoised(scene.scanned(10, background=slope), Median())
    found = segmented(quiet, multi_otsu_thresholds(quiet, classes=2), ByThreshold())
    np.testing.assert_allclose(found.fractions, scene.fractions, atol=0.01)


def test_watershed_removes_the_false_shell(three_phases):
    """Thresholds give bright balls a shell of the intermediate phase; the watershed with cores does not."""
    scene = three_phases
    quiet = denoised(scene.scanned(8), NonLocalMeans())
    thresholds = multi_otsu_thresholds(quiet, classes=3)
    simple = segmented(quiet, thresholds, ByThreshold())
    flooded = segmented(quiet, thresholds, MarkerWatershed(sure_ranges(thresholds)))
    assert simple.fractions[1] > 1.2 * scene.fractions[1]
    np.testing.assert_allclose(flooded.fractions, scene.fractions, atol=0.01)
    assert min(scene.dice(flooded.image.labels, phase) for phase in range(3)) > 0.98
    assert abs(simple.fractions[1] - scene.fractions[1]) > 8 * abs(flooded.fractions[1] - scene.fractions[1])
    assert scene.dice(simple.image.labels, 1) < 0.92
    assert simple.sandwiched[1] > 10 * flooded.sandwiched[1]
    assert simple.sandwiched[0] == simple.sandwiched[2] == 0
    assert max(flooded.sandwiched) < 0.02


def test_a_shell_is_worth_a_caution(three_phases):
    """An intermediate phase of which a third lies between darker and brighter neighbours is named."""
    blurred = GreyImage(np.where(three_phases.labels == 1, 40, three_phases.clean), 1e-6)
    found = segmented(blurred, explicit_thresholds(blurred, 80, 150), ByThreshold())
    assert any("of phase 1 touch a darker and a brighter" in caution for caution in found.cautions)


def test_watershed_agrees_with_thresholds_on_two_phases(two_phases):
    """Without an intermediate phase both put the face where the grey value is halfway: Dice above 0.97."""
    scene = two_phases(0.4, 0.7)
    quiet = denoised(scene.scanned(10), Median())
    thresholds = multi_otsu_thresholds(quiet, classes=2)
    flooded = segmented(quiet, thresholds, MarkerWatershed(sure_ranges(thresholds)))
    np.testing.assert_allclose(flooded.fractions, scene.fractions, atol=0.01)
    assert min(scene.dice(flooded.image.labels, phase) for phase in (0, 1)) > 0.97


@pytest.mark.parametrize("shape", [(5, 6, 7), (1, 6, 7), (5, 1, 1)])
def test_gradient_is_per_length(shape):
    """On a ramp in oblong voxels the gradient is exact: grey values per shortest edge, over the contrast; an axis of
    one voxel has none."""
    slopes, edges = np.array([3.0, 8.0, 6.0]), (1e-6, 2e-6, 3e-6)
    values = sum(slope * index for slope, index in zip(slopes, np.indices(shape), strict=True))
    found = _gradient_magnitude(values, edges, ((-np.inf, 10.0), (20.0, np.inf)))
    per_edge = slopes / [1, 2, 3] * (np.array(shape) > 1)
    np.testing.assert_allclose(found, np.sqrt((per_edge**2).sum()) / 10, rtol=1e-5)


def test_boundary_lies_at_the_steepest_place():
    """Between markers, voxels go to the side from which the slope has not been crossed."""
    line = np.array([0, 10, 20, 30, 90, 100, 100], float)
    grey = GreyImage(np.broadcast_to(line[:, None, None], (7, 5, 5)), (1e-6, 5e-6, 2e-6))
    found = segmented(grey, explicit_thresholds(grey, 15), MarkerWatershed(((-np.inf, 5.0), (95.0, np.inf))))
    np.testing.assert_array_equal(found.image.labels[:, 2, 2], [0, 0, 0, 0, 1, 1, 1])
    assert found.image.voxel_size_m == (1e-6, 5e-6, 2e-6)


def test_value_at_a_threshold_belongs_to_the_brighter_phase():
    """Label = number of thresholds that the value reaches."""
    found = segmented(COUNTING, explicit_thresholds(COUNTING, 30, 70.5), ByThreshold())
    expected = (COUNTING.values >= 30).astype(int) + (COUNTING.values >= 71)
    np.testing.assert_array_equal(found.image.labels, expected)
    assert found.fractions == pytest.approx((30 / 120, 41 / 120, 49 / 120))
    assert found.image.labels.dtype == np.uint8


@pytest.mark.parametrize("dtype", ["u1", ">u2", "i4", "f2", "f4", "f8"])
def test_labels_do_not_depend_on_the_type_of_grey_values(dtype, two_phases):
    """The same numbers in another type give the same thresholds and the same labels, with either assignment."""
    plain = two_phases(0.4, 0.7).scanned(8)
    other = GreyImage(plain.values.astype(dtype), plain.voxel_size_m)
    for assign in (lambda _: ByThreshold(), lambda cuts: MarkerWatershed(sure_ranges(cuts))):
        labels = []
        for grey in (plain, other):
            thresholds = multi_otsu_thresholds(grey, classes=2)
            labels.append(segmented(grey, thresholds, assign(thresholds)).image.labels)
        np.testing.assert_array_equal(*labels)


def test_labels_turn_with_the_image(three_phases):
    """Labels by threshold of a turned and mirrored image are the turned and mirrored labels, exactly; by watershed
    but for ties, one voxel in a thousand."""
    grey = denoised(three_phases.scanned(8), Median())
    turned = GreyImage(grey.values.transpose(1, 2, 0)[:, ::-1], 1e-6)
    thresholds = multi_otsu_thresholds(grey, classes=3)
    assert multi_otsu_thresholds(turned, classes=3) == thresholds
    for assignment, share in ((ByThreshold(), 0), (MarkerWatershed(sure_ranges(thresholds)), 1e-3)):
        straight, other = (segmented(image, thresholds, assignment).image.labels for image in (grey, turned))
        assert np.mean(straight.transpose(1, 2, 0)[:, ::-1] != other) <= share


def test_everything_repeats_itself(three_phases):
    """The same image gives the same labels and the same text."""
    runs = []
    for _ in range(2):
        quiet = denoised(three_phases.scanned(8), Median())
        thresholds = multi_otsu_thresholds(quiet, classes=3)
        runs.append(segmented(quiet, thresholds, MarkerWatershed(sure_ranges(thresholds))).image)
    np.testing.assert_array_equal(runs[0].labels, runs[1].labels)
    assert runs[0].source == runs[1].source


def test_source_tells_the_whole_way(three_phases):
    """Denoising, thresholds with their uncertainty, and the watershed's settings stand in the source."""
    quiet = denoised(three_phases.scanned(8), Median())
    thresholds = multi_otsu_thresholds(quiet, classes=3)
    source = segmented(quiet, thresholds, MarkerWatershed(sure_ranges(thresholds), core_radius_voxels=2)).image.source
    first, second = thresholds.values
    assert source.startswith(f"synthetic; median of 3³ voxels; multi-Otsu, 3 classes at {first:.6g} ± ")
    assert f", {second:.6g} ± " in source
    assert source.endswith("cores of 5³ voxels")
    assert "marker watershed, sure ranges [-inf, " in source


def test_shifted_thresholds_give_the_counted_fractions():
    """Lower, upper and single shifts are the labels at the shifted values; intervals add them up."""
    thresholds = explicit_thresholds(COUNTING, 30, 70).with_uncertainty(5, 10)
    found = segmented(COUNTING, thresholds, ByThreshold())
    np.testing.assert_array_equal(found.lower().labels, found.at((25, 60)).labels)
    np.testing.assert_array_equal(found.upper().labels, found.at((35, 80)).labels)
    np.testing.assert_array_equal(found.shifted((0, -1)).labels, found.at((30, 60)).labels)
    assert "thresholds moved to 30, 60" in found.shifted((0, -1)).source
    intervals = found.fraction_intervals()
    np.testing.assert_allclose(intervals.nominal, np.array([30, 40, 50]) / 120)
    np.testing.assert_allclose(intervals.lowered, np.array([[25, 45, 50], [30, 30, 60]]) / 120)
    np.testing.assert_allclose(intervals.raised, np.array([[35, 35, 50], [30, 50, 40]]) / 120)
    np.testing.assert_allclose(intervals.lowest, np.array([25, 25, 40]) / 120)
    np.testing.assert_allclose(intervals.highest, np.array([35, 55, 60]) / 120)
    assert from_json(to_json(intervals), type(intervals)) == intervals


def test_shifted_watershed_moves_its_markers(three_phases):
    """Sure ranges move with the thresholds, so that lower ones never make less of the brightest phase; and they keep
    their order when thresholds come closer."""
    quiet = denoised(three_phases.scanned(8), Median())
    thresholds = multi_otsu_thresholds(quiet, classes=3)
    found = segmented(quiet, thresholds, MarkerWatershed(sure_ranges(thresholds)))
    counts = [np.count_nonzero(image.labels == 2) for image in (found.lower(), found.image, found.upper())]
    assert counts == sorted(counts, reverse=True)
    np.testing.assert_array_equal(found.at(thresholds.values).labels, found.image.labels)
    assert found.shifted((3.0, -3.0)).shape == found.image.shape


def test_phases_that_are_far_apart_keep_their_markers():
    """A threshold between two sharp peaks is known badly, and its markers survive all shifts that are as good."""
    bright = np.zeros((12, 12, 12))
    bright[6:] = 1
    noise = np.random.default_rng(0).normal(scale=2, size=bright.shape)
    grey = GreyImage(np.round(80 + 90 * bright + noise), 1e-6)
    thresholds = explicit_thresholds(grey, 125)
    assert thresholds.uncertainty[0] > 30
    found = segmented(grey, thresholds, MarkerWatershed(sure_ranges(thresholds)))
    intervals = found.fraction_intervals()
    assert (intervals.lowest, intervals.highest) == ((0.5, 0.5), (0.5, 0.5))


@pytest.mark.parametrize("values", [(30,), (70, 30), (30, 30), (30, 50, 70), (float("nan"), 70)])
def test_other_thresholds_are_as_many_and_rising(values):
    """One value for each threshold, rising."""
    found = segmented(COUNTING, explicit_thresholds(COUNTING, 30, 70), ByThreshold())
    with pytest.raises(InputError, match="rising"):
        found.at(values)
    with pytest.raises(InputError, match="steps"):
        found.shifted((1,))


@pytest.mark.parametrize(
    "ranges",
    [
        (),
        ((0, 10),),
        ((0, 10), (5, 20)),
        ((20, 30), (0, 10)),
        ((10, 0), (20, 30)),
        ((0, 10), (10, 20)),
        ((0, float("nan")), (20, 30)),
    ],
)
def test_sure_ranges_are_apart_and_rising(ranges):
    """Ranges that overlap, touch, fall or are not numbers are refused."""
    with pytest.raises(InputError, match="sure_ranges"):
        MarkerWatershed(ranges)


def test_watershed_refuses_what_cannot_flood():
    """Core radii that are not whole, ranges on the wrong side of a threshold, phases without markers, odd shares."""
    thresholds = explicit_thresholds(COUNTING, 30, 70)
    for radius in (-1, 1.0, True, 11):
        with pytest.raises(InputError, match="core_radius_voxels"):
            MarkerWatershed(((0, 10), (20, 30)), radius)
    with pytest.raises(InputError, match="either side"):
        segmented(COUNTING, thresholds, MarkerWatershed(((0, 10), (20, 60), (80, 90))))
    with pytest.raises(InputError, match="either side"):
        segmented(COUNTING, thresholds, MarkerWatershed(((0, 10), (80, 90))))
    with pytest.raises(InputError, match="phase 1 has no marker"):
        segmented(COUNTING, thresholds, MarkerWatershed(sure_ranges(thresholds)))
    with pytest.raises(InputError, match="phase 0 has no marker"):
        segmented(COUNTING, thresholds, MarkerWatershed(((-9, -5), (40, 50), (80, 90))))
    for share in (0, 1, float("nan")):
        with pytest.raises(InputError, match="unsure_share"):
            sure_ranges(thresholds, unsure_share=share)


def test_outliers_do_not_blind_the_watershed(two_phases):
    """Two voxels of 1e30 change no more labels than those around them."""
    values = two_phases(0.4, 0.7).clean.copy()
    grey = GreyImage(values, 1e-6)
    thresholds = multi_otsu_thresholds(grey, classes=2)
    watershed = MarkerWatershed(sure_ranges(thresholds))
    before = segmented(grey, thresholds, watershed).image.labels
    wild = values.copy()
    wild[5, 5, 5], wild[40, 40, 40] = 1e30, -1e30
    after = segmented(GreyImage(wild, 1e-6), thresholds, watershed).image.labels
    assert np.count_nonzero(before != after) <= 2 * 27
