"""Denoising: exact medians, non-local means by their definition, the noise level."""

from itertools import product

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import median_filter

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.segmentation import Median, NonLocalMeans, denoised, noise_level
from electrode_homog.images.segmentation import overlapping_slabs as overlapping

RANDOM = np.random.default_rng(3)
NOISY = RANDOM.integers(0, 256, (19, 11, 13), dtype=np.uint8)


@pytest.fixture
def thin_slabs(monkeypatch):
    monkeypatch.setattr(overlapping, "_SLAB_VOXELS", 3 * 11 * 13)


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i2", "f2", "f4", "f8"])
@pytest.mark.parametrize("radius", [1, 2])
def test_median_is_that_of_the_whole_image(dtype, radius, thin_slabs):
    """Slab by slab, in any type, the median is SciPy's of the whole image, exactly."""
    result = denoised(GreyImage(NOISY.astype(dtype), 1e-6, "scan"), Median(radius))
    np.testing.assert_array_equal(result.values, median_filter(NOISY, 2 * radius + 1))
    assert result.values.dtype == dtype
    assert result.source == f"scan; median of {2 * radius + 1}³ voxels"


def plain_non_local_means(values, patch, search, strength):
    """As slowly and plainly as possible, for noise of unit variance."""
    reach, width = patch + search, 2 * patch + 1
    padded = np.pad(values, reach, mode="symmetric")

    def shifted(offset, margin):
        return padded[
            tuple(slice(reach + o - margin, reach + o + n + margin) for o, n in zip(offset, values.shape, strict=True))
        ]

    weights, means = np.zeros(values.shape), np.zeros(values.shape)
    for offset in product(range(-search, search + 1), repeat=3):
        squares = (shifted(offset, patch) - shifted((0, 0, 0), patch)) ** 2
        difference = sliding_window_view(squares, (width,) * 3).mean(axis=(3, 4, 5))
        weight = np.exp(-np.maximum(difference - 2, 0) / strength**2)
        weights += weight
        means += weight * shifted(offset, 0)
    return means / weights


@pytest.mark.parametrize(("patch", "search", "strength"), [(1, 2, 0.8), (2, 1, 0.8), (1, 3, 2.0)])
def test_non_local_means_follow_their_definition(patch, search, strength):
    """Compiled, on any number of slabs, they are those of the definition within 0.2 % of the noise."""
    values = np.random.default_rng(0).standard_normal((11, 12, 13))
    values[5:] += 6
    grey = GreyImage(values * 10 + 50, 1e-6, "scan")
    result = denoised(grey, NonLocalMeans(strength, patch, search))
    noise = noise_level(grey)
    expected = plain_non_local_means(grey.values / noise, patch, search, strength) * noise
    np.testing.assert_allclose(result.values, expected, atol=0.002 * noise)
    assert f"strength {strength:g}, noise level {noise:.4g}" in result.source


@pytest.mark.parametrize(
    ("gain", "offset", "dtype"), [(1, 0, "u2"), (200, 1000, "u2"), (0.001, -3, "f4"), (1e6, 0, "f8")]
)
def test_denoising_goes_with_the_scale_of_grey_values(gain, offset, dtype, two_phases):
    """Grey values times a factor plus a constant, in any type: the result changes in the same way."""
    values = two_phases(0.5, 0.7).scanned(20).values[:16, :16, :16]
    scaled = (values.astype(float) * gain + offset).astype(dtype)
    for method in (Median(), NonLocalMeans()):
        expected = denoised(GreyImage(values, 1e-6), method).values * float(gain) + offset
        found = denoised(GreyImage(scaled, 1e-6), method).values
        np.testing.assert_allclose(found, expected, atol=2e-4 * gain, rtol=1e-6)


@pytest.mark.parametrize("method", [Median(), NonLocalMeans()])
def test_denoising_knows_no_direction(method, two_phases):
    """The denoised image of a turned and mirrored image is the turned and mirrored denoised image."""
    values = two_phases(0.5, 0.7).scanned(20).values[:18, :20, :22]
    turned = denoised(GreyImage(values.transpose(2, 0, 1)[::-1], 1e-6), method).values
    straight = denoised(GreyImage(values, 1e-6), method).values.transpose(2, 0, 1)[::-1]
    np.testing.assert_allclose(turned, straight, atol=1e-3 if isinstance(method, NonLocalMeans) else 0)


@pytest.mark.parametrize("method", [Median(), NonLocalMeans()])
def test_denoising_takes_noise_and_leaves_faces(method, two_phases):
    """The root mean square error against the noise-free image falls to less than half."""
    scene = two_phases(0.5, 0.7)
    before = np.std(scene.scanned(20).values - scene.clean)
    after = np.std(denoised(scene.scanned(20), method).values - scene.clean)
    assert after < 0.5 * before


def test_denoising_repeats_itself(two_phases):
    """The same image gives the same values, to the last bit, on any number of cores."""
    grey = two_phases(0.5, 0.7).scanned(20)
    for method in (Median(), NonLocalMeans(search_radius_voxels=1)):
        np.testing.assert_array_equal(denoised(grey, method).values, denoised(grey, method).values)
    alone, together = np.empty((2, *grey.shape), np.uint8)
    for result, cores in ((alone, 1), (together, 3)):
        with Team(cores) as team:
            overlapping.filtered_by_slabs(lambda part: median_filter(part, 3), grey.values, 1, result, team)
    np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize("noise", [0.5, 2, 20])
def test_noise_level_is_that_of_the_noise(noise, two_phases):
    """Within 8 % between blurred faces of 240 to 6 times the noise; rounding to whole numbers adds its 1/12."""
    scene = two_phases(0.5, 0.7)
    noisy = scene.clean + noise * np.random.default_rng(5).standard_normal(scene.clean.shape)
    assert noise_level(GreyImage(noisy, 1e-6)) == pytest.approx(noise, rel=0.08)
    assert noise_level(scene.scanned(noise)) == pytest.approx(np.sqrt(noise**2 + 1 / 12), rel=0.08)


@pytest.mark.parametrize("shape", [(1, 40, 40), (40, 2, 40), (40, 40, 1), (2, 2, 900)])
def test_thin_images_are_denoised_too(shape):
    """One or two voxels along an axis: the noise level comes from the other axes and the shape stays."""
    values = 10 * np.random.default_rng(2).standard_normal(shape)
    grey = GreyImage(values, 1e-6)
    assert noise_level(grey) == pytest.approx(10, rel=0.2)
    assert denoised(grey, Median()).shape == shape
    assert denoised(grey, NonLocalMeans()).shape == shape


def test_without_noise_nothing_changes():
    """A constant image and clean labels have noise level 0 and keep their values."""
    labels = np.zeros((9, 9, 9), np.uint8)
    for values in (labels, labels + (np.arange(9) > 4).astype(np.uint8)):
        result = denoised(GreyImage(values, 1e-6), NonLocalMeans())
        np.testing.assert_array_equal(result.values, values)
        assert "noise level 0" in result.source


@pytest.mark.parametrize(
    ("method", "options"),
    [
        (Median, {"radius_voxels": 0}),
        (Median, {"radius_voxels": 1.0}),
        (Median, {"radius_voxels": True}),
        (Median, {"radius_voxels": 11}),
        (NonLocalMeans, {"strength": 0}),
        (NonLocalMeans, {"strength": 101}),
        (NonLocalMeans, {"strength": float("nan")}),
        (NonLocalMeans, {"patch_radius_voxels": -1}),
        (NonLocalMeans, {"search_radius_voxels": 0}),
    ],
)
def test_what_is_no_method_is_refused(method, options):
    """Radii are whole numbers from 1 to 10, strengths from 0.01 to 100; the message names the option."""
    with pytest.raises(InputError, match=next(iter(options))):
        method(**options)
