"""Chords and lineal path: against plain loops, closed forms and symmetries."""

import math
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from boolean_model import boolean_void, common_volume, density, void_lineal_path, void_mean_chord
from media import electrode, layers

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure
from electrode_homog.microstructure.chords import ChordCounts, ChordLengths, chord_lengths, count_chords, lineal_path
from electrode_homog.microstructure.correlation import two_point
from electrode_homog.provenance import from_json, to_json

SPACING = (1.0, 2.0, 0.5)


def noise(shape, phases=3, seed=0, smooth=0.0) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(np.random.default_rng(seed).random(shape), smooth)
    return np.searchsorted(np.quantile(field, np.arange(1, phases) / phases), field).astype(np.uint8)


def void_image(shape, radius, void, seed, spacing=(1.0, 1.0, 1.0)) -> Microstructure:
    labels = boolean_void(shape, radius, void, seed, spacing)
    return Microstructure(VoxelImage(labels, spacing), {"solid": 0, "void": 1})


def plain_counts(labels, phases, axis) -> tuple[np.ndarray, np.ndarray]:
    """Runs inside and at the border, by length, in Python."""
    n = labels.shape[axis]
    whole, cut = np.zeros((phases, n + 1), dtype=int), np.zeros((phases, n + 1), dtype=int)
    for row in np.moveaxis(labels, axis, -1).reshape(-1, n):
        position = 0
        for label, run in groupby(row.tolist()):
            length = len(list(run))
            inside = position > 0 and position + length < n
            (whole if inside else cut)[label, length] += 1
            position += length
    return whole, cut


# ---- counting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 9), (7, 1, 6), (6, 8, 1), (2, 3, 4), (23, 17, 70)], ids=str)
@pytest.mark.parametrize("planes_at_once", [1, 3, 100])
def test_counts_are_those_of_a_plain_loop(shape, planes_at_once, monkeypatch):
    """Runs of random images, read a few planes at a time, are those that itertools.groupby finds."""
    monkeypatch.setattr("electrode_homog.microstructure.chords._COUNTED_AT_ONCE", planes_at_once * shape[1] * shape[2])
    for seed, smooth in enumerate([0.0, 1.5]):
        labels = noise(shape, seed=seed, smooth=smooth)
        medium = electrode(labels)
        _, places = np.unique(labels, return_inverse=True)
        counts = count_chords(medium)
        for axis in range(3):
            whole, cut = plain_counts(places.reshape(shape), len(medium.phases), axis)
            np.testing.assert_array_equal(counts.whole[axis], whole)
            np.testing.assert_array_equal(counts.cut[axis], cut)


def test_runs_fill_the_image():
    """Along every axis the voxels of all runs of a phase, whole and cut, add up to its fraction."""
    medium = electrode(noise((9, 31, 14), smooth=1.0), SPACING)
    counts = count_chords(medium)
    for place, fraction in enumerate(medium.fractions.values()):
        for whole, cut in zip(counts.whole, counts.cut, strict=True):
            voxels = (whole + cut)[place] @ np.arange(whole.shape[1])
            assert voxels / medium.image.labels.size == pytest.approx(fraction, abs=1e-15)


def test_axes_mirrors_and_labels():
    """Rotating the image permutes the axes, mirroring changes nothing, other labels change the order of phases."""
    labels = noise((12, 15, 18), smooth=1.0)
    counts = count_chords(electrode(labels))
    turned = count_chords(electrode(labels.transpose(2, 0, 1)))
    mirrored = count_chords(electrode(labels[::-1, :, ::-1]))
    relabelled = count_chords(electrode((2 - labels) * 7, names="abcdefghijklmnopqrstuvwxyz"))
    for name in ("whole", "cut"):
        for axis in range(3):
            one = getattr(counts, name)[axis]
            np.testing.assert_array_equal(getattr(turned, name)[(axis + 1) % 3], one)
            np.testing.assert_array_equal(getattr(mirrored, name)[axis], one)
            np.testing.assert_array_equal(getattr(relabelled, name)[axis], one[::-1])


# ---- chord lengths --------------------------------------------------------------------------------------------------


def test_laminate_has_its_layers_as_chords():
    """Layers of 2 and 3 voxels along z have chords of those lengths, and none that ends along x and y."""
    medium = layers([0, 0, 1, 1, 1] * 8, axis=2, spacing=SPACING)
    counts = count_chords(medium)
    thin, thick = (chord_lengths(counts, name) for name in "ab")
    assert thin.mean_m[:2] == thick.mean_m[:2] == (math.inf, math.inf)
    assert thin.share[0].size == thin.share[1].size == 0
    np.testing.assert_array_equal(thin.length_m[2], [0.5, 1.0])
    np.testing.assert_allclose(thin.share[2], [0, 1])
    np.testing.assert_allclose(thick.share[2], [0, 0, 1])
    # 40 voxels of 0.5 and 39 faces, 15 of them chord ends of either phase
    assert thick.ends_per_m[2] == pytest.approx(15 / (39 * 0.5))
    assert thick.mean_m[2] == pytest.approx(2 * 0.6 * 39 * 0.5 / 15)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 2.0, 0.5)])
def test_mean_chord_of_overlapping_spheres(spacing):
    """Chords in the void are those of a Poisson process seen in steps of a voxel: mean h / (1 - S2(h) / S2(0)).

    To 1.5 % that is the mean chord of the space itself, 1 / (density pi R^2), and half a voxel.
    """
    radius, void = 6.0, 0.5
    shape = tuple(round(160 / h) for h in spacing)
    chords = chord_lengths(count_chords(void_image(shape, radius, void, 1, spacing)), "void")
    h = np.array(spacing)
    missed = density(radius, void) * (common_volume(0, radius) - common_volume(h, radius))
    exact = h / (1 - np.exp(-missed))
    np.testing.assert_allclose(exact, void_mean_chord(radius, void) + h / 2, rtol=0.015)
    np.testing.assert_allclose(np.array(chords.mean_m) / chords.fraction, exact / void, rtol=0.02)


def test_distribution_of_overlapping_spheres():
    """Chord lengths in the void are exponential, in a small image too: the weights make up for border and length."""
    radius, void, n = 4.0, 0.4, 24  # mean chord 5.8 voxels; without the weights it would come out at 4.7
    longest, sums = 0, np.zeros(n)
    for seed in range(40):
        chords = chord_lengths(count_chords(void_image((n,) * 3, radius, void, seed)), "void")
        for share, ends in zip(chords.share, chords.ends_per_m, strict=True):
            sums[1 : share.size + 1] += share * ends
            longest = max(longest, share.size)
    voxels = np.arange(1, n - 1)
    step = 1 / (void_mean_chord(radius, void) + 0.5)
    expected = step * (1 - step) ** (voxels - 1)
    share = sums[1 : n - 1] / sums.sum() * expected.sum()
    assert longest == n - 2
    np.testing.assert_allclose(np.cumsum(share), np.cumsum(expected), atol=0.02)
    assert share @ voxels == pytest.approx(expected @ voxels, rel=0.03)


def test_share_of_length():
    """Weighted by length, chords of 1 and 3 voxels in equal number have the shares 1/4 and 3/4."""
    chords = ChordLengths(
        "a", 0.5, (2.0,) * 3, (0.5,) * 3, (np.array([1.0, 2, 3]),) * 3, (np.array([0.5, 0, 0.5]),) * 3
    )
    for share in chords.share_of_length:
        np.testing.assert_allclose(share, [0.25, 0, 0.75])
    alone = chord_lengths(count_chords(electrode(np.zeros((3, 4, 5), dtype=int))), "a")
    assert all(share.size == 0 for share in alone.share_of_length)
    assert alone.mean_m == (math.inf,) * 3


# ---- lineal path ----------------------------------------------------------------------------------------------------


def test_lineal_path_is_the_share_of_segments():
    """At each lag it is the share of all segments of that many voxels, one by one, that lie in the phase."""
    labels = noise((7, 12, 9), phases=2, smooth=1.0)
    path = lineal_path(count_chords(electrode(labels, SPACING)), "b")
    for axis in range(3):
        rows = np.moveaxis(labels == 1, axis, -1)
        n = rows.shape[-1]
        plain = [np.mean([rows[..., k : k + s + 1].all(axis=-1) for k in range(n - s)]) for s in range(n)]
        found = path.probability[axis].size
        np.testing.assert_allclose(path.probability[axis], plain[:found], atol=1e-15)
        assert not any(plain[found:])
        np.testing.assert_allclose(path.lags_m[axis], np.arange(found) * SPACING[axis])


def test_lineal_path_of_overlapping_spheres():
    """In the void it is phi exp(-density pi R^2 z), within 1 % of phi at every lag.

    The mean of four periodic boxes: their fraction scatters by 0.33 % of phi, and a path seen at whole voxels misses
    h^2 / 12 R^2 = 0.9 % of the density, at most 0.3 % of phi.
    """
    radius, void = 3.0, 0.5
    paths = [lineal_path(count_chords(void_image((128,) * 3, radius, void, seed)), "void") for seed in range(4)]
    along = [probability[:30] for path in paths for probability in path.probability]
    np.testing.assert_allclose(np.mean(along, axis=0), void_lineal_path(np.arange(30), radius, void), atol=0.01 * void)


def test_path_lies_below_the_two_point_function():
    """L(z) <= S2(z) <= phi, equal at lags 0 and 1 where both count the same pairs, and L falls without a rise."""
    medium = electrode(noise((20, 16, 31), smooth=1.0))
    counts = count_chords(medium)
    for name, fraction in medium.fractions.items():
        path, pairs = lineal_path(counts, name), two_point(medium, name)
        for one, two in zip(path.probability, pairs.probability, strict=True):
            both = min(one.size, two.size)
            np.testing.assert_allclose(one[:2], two[:2], atol=1e-15)
            assert one[0] == pytest.approx(fraction)
            assert (one[:both] <= two[:both] + 1e-15).all()


# ---- what is refused, what is kept ----------------------------------------------------------------------------------


def test_no_such_phase():
    """A name that is not there is refused with the names that are."""
    counts = count_chords(electrode(noise((3, 4, 5))))
    for measure in (chord_lengths, lineal_path):
        with pytest.raises(InputError, match=r"no phase 'pore'; the phases are 'a', 'b', 'c'"):
            measure(counts, "pore")


def test_results_survive_json_and_cannot_be_written_to():
    """Chord lengths and lineal paths come back from JSON as they were; their arrays are read-only."""
    counts = count_chords(layers([0, 0, 1, 1, 1] * 8, axis=2))
    for result in (chord_lengths(counts, "b"), lineal_path(counts, "b")):
        assert (
            to_json(from_json(to_json(result), type(result))).split('"provenance"')[0]
            == (to_json(result).split('"provenance"')[0])
        )
    with pytest.raises(ValueError, match="read-only"):
        counts.whole[0][0, 0] = 1
    assert isinstance(replace(counts, phases=("x", "y")), ChordCounts)
