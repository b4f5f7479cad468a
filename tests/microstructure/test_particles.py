"""Particles and their sizes: lattices, pairs with a neck, random packings of known radii."""

import numpy as np
import pytest
from media import electrode
from scipy import ndimage

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure
from electrode_homog.microstructure.particle_sizes import SizeDistribution, size_distribution
from electrode_homog.microstructure.particles import find_particles
from electrode_homog.provenance import from_json, to_json

# ---- images with known particles -------------------------------------------------------------------------------------


def balls(shape, centres, radii, spacing=(1.0, 1.0, 1.0)) -> np.ndarray:
    """1 inside any of the balls, periodic; centres and radii in the unit of the spacing, from the corner."""
    labels = np.zeros(shape, np.uint8)
    h = np.array(spacing)
    for centre, radius in zip(np.array(centres), radii, strict=True):
        first, last = np.floor((centre - radius) / h).astype(int), np.ceil((centre + radius) / h).astype(int)
        axes = [np.arange(a, b + 1) for a, b in zip(first, last, strict=True)]
        x, y, z = np.meshgrid(*((axes[k] + 0.5) * h[k] - centre[k] for k in range(3)), indexing="ij")
        box = np.ix_(*(axis % n for axis, n in zip(axes, shape, strict=True)))
        labels[box] |= x**2 + y**2 + z**2 < radius**2
    return labels


def pair(distance, radii=(10.0, 10.0)) -> np.ndarray:
    """Two balls `distance` apart along a direction that is not one of the grid."""
    step = distance * np.array([0.64, 0.48, 0.6])
    return balls((60, 60, 60), np.array([30 - step / 2, 30 + step / 2]), radii)


def neck(distance, radius=10.0) -> float:
    """Radius of the neck between two equal balls, over theirs."""
    return np.sqrt(1 - (distance / 2 / radius) ** 2)


def packing(n, volume_fraction, median, sigma, seed) -> tuple[np.ndarray, np.ndarray]:
    """Balls in a periodic cube of n voxels that do not overlap, placed at random, the largest first; their radii."""
    rng = np.random.default_rng(seed)
    radii = median * np.exp(sigma * rng.standard_normal(4 * n))
    count = np.searchsorted(np.cumsum(4 / 3 * np.pi * radii**3), volume_fraction * n**3)
    radii = np.sort(radii[:count])[::-1]
    centres = np.empty((0, 3))
    for radius in radii:
        while True:
            centre = rng.uniform(0, n, 3)
            apart = np.abs(centres - centre)
            apart = np.minimum(apart, n - apart)
            if np.all(np.sum(apart**2, axis=1) > (radii[: len(centres)] + radius) ** 2):
                break
        centres = np.vstack([centres, centre])
    return balls((n, n, n), centres, radii), radii


def weighted_median(radii, weights) -> float:
    order = np.argsort(radii)
    share = np.cumsum(weights[order]) / weights.sum()
    return radii[order][np.searchsorted(share, 0.5)]


def spread(radii, weights) -> float:
    logarithms = np.log(radii)
    mean = np.average(logarithms, weights=weights)
    return np.sqrt(np.average((logarithms - mean) ** 2, weights=weights))


# ---- dividing --------------------------------------------------------------------------------------------------------


def test_one_ball():
    """One particle with all the voxels, its box, its centre, the radius that fits, and equal axes."""
    labels = balls((31, 33, 35), [(15.5, 16.5, 17.5)], [10.0])
    found = find_particles(electrode(labels, 3 * (2e-7,)), "b")
    assert found.count == 1
    np.testing.assert_array_equal(found.labels, labels)
    assert found.volumes_m3[0] == pytest.approx(labels.sum() * 8e-21)
    assert found.equivalent_radii_m[0] == pytest.approx(2e-6, rel=0.005)
    assert found.inscribed_radii_m[0] == pytest.approx(2e-6, rel=0.025)
    np.testing.assert_allclose(found.centres_m[0], [3.1e-6, 3.3e-6, 3.5e-6])
    np.testing.assert_allclose(found.semi_axes_m[0], 2e-6, rtol=0.005)
    np.testing.assert_array_equal(found.box_start[0], [6, 7, 8])
    np.testing.assert_array_equal(found.box_stop[0], [25, 26, 27])
    assert not found.touches_border[0]


def test_a_tilted_ellipsoid_has_its_axes_and_is_not_divided():
    """Semi-axes 14, 7, 4 along any directions are found to 2.5 %; its directions to 2 degrees."""
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    place = np.moveaxis(np.indices((41, 41, 41)) - 20.0, 0, -1)
    inside = np.sum((place @ turn.T / [14, 7, 4]) ** 2, axis=-1) < 1
    found = find_particles(electrode(inside.astype(np.uint8)), "b")
    assert found.count == 1
    np.testing.assert_allclose(found.semi_axes_m[0], [14, 7, 4], rtol=0.025)
    np.testing.assert_allclose(np.abs(np.diag(found.directions[0] @ turn.T)), 1, atol=6e-4)
    assert found.aspect_ratios[0] == pytest.approx(3.5, rel=0.03)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 0.8, 2.4)])
def test_a_lattice_of_touching_balls_is_taken_apart(spacing):
    """Balls of radius 8 that touch their six neighbours: 27 of them, all of the same volume to 1 %."""
    shape = tuple(round(48 / h) for h in spacing)
    middles = np.array(list(np.ndindex(3, 3, 3))) * 16.0 + 8.0
    found = find_particles(electrode(balls(shape, middles, 27 * [7.999], spacing), spacing), "b")
    assert found.count == 27
    np.testing.assert_allclose(found.equivalent_radii_m, 8, rtol=0.01)


@pytest.mark.parametrize("distance", [10.0, 12.0, 14.0, 17.0, 19.0])
def test_a_neck_divides_where_it_is_narrower_than_the_criterion(distance):
    """Two equal balls are one particle at a ratio 0.05 below that of their neck, and two at one 0.1 above: a neck
    comes out a little too wide on voxels, a ball too small."""
    labels = electrode(pair(distance))
    assert find_particles(labels, "b", neck_ratio=neck(distance) - 0.05).count == 1
    divided = find_particles(labels, "b", neck_ratio=neck(distance) + 0.1)
    assert divided.count == 2
    assert divided.volumes_m3[0] == pytest.approx(divided.volumes_m3[1], rel=0.02)


def test_the_neck_is_measured_against_the_smaller_ball():
    """A ball of 10 beside one of 15, whose neck is 0.6 of 10 and 0.4 of 15: apart at 0.7, together at 0.55."""
    distance = np.sqrt(15**2 - 6**2) + 8
    labels = electrode(pair(distance, (15.0, 10.0)))
    assert find_particles(labels, "b", neck_ratio=0.7).count == 2
    assert find_particles(labels, "b", neck_ratio=0.55).count == 1


def test_dividing_does_not_depend_on_threads(monkeypatch):
    """One thread or three number the same particles, voxel by voxel."""
    labels = electrode(packing(60, 0.4, 6.0, 0.2, seed=1)[0])
    found = []
    for cores in (1, 3):
        monkeypatch.setattr("electrode_homog.compiled.usable_cores", lambda cores=cores: cores)
        found.append(find_particles(labels, "b").labels)
    np.testing.assert_array_equal(*found)


def test_particles_have_no_direction():
    """Mirrors, exchanged axes, other labels and another voxel size leave the same particles, to 1 % of their volume
    and 3 voxels, those as far from one as from the other."""
    labels = packing(50, 0.4, 6.0, 0.2, seed=2)[0]
    labels |= balls(labels.shape, [(25, 25, 25)], [9.0])
    expected = np.sort(find_particles(electrode(labels), "b").volumes_m3)
    for image in (labels[::-1, ::-1], labels.transpose(1, 2, 0)):
        found = np.sort(find_particles(electrode(image), "b").volumes_m3)
        np.testing.assert_allclose(found, expected, rtol=0.01, atol=3)
    small = find_particles(electrode(1 - labels, 3 * (1e-6,)), "a").volumes_m3
    np.testing.assert_allclose(np.sort(small), 1e-18 * expected, rtol=1e-12)


def test_rough_particles_have_no_direction():
    """Where distances on the lattice are equal, the way up hardly depends on how the image is turned."""
    field = ndimage.gaussian_filter(np.random.default_rng(7).standard_normal((40, 44, 36)), 2)
    labels = (field > np.quantile(field, 0.5)).astype(np.uint8)
    expected = np.sort(find_particles(electrode(labels), "b").volumes_m3)
    for image in (labels[::-1, :, ::-1], labels.transpose(1, 2, 0), labels.transpose(0, 2, 1)[:, ::-1]):
        np.testing.assert_allclose(np.sort(find_particles(electrode(image), "b").volumes_m3), expected, rtol=0, atol=6)


def test_every_voxel_of_the_phases_is_in_a_particle():
    """Of three phases at random two are divided together: no voxel is left out, numbers run without gaps."""
    field = ndimage.gaussian_filter(np.random.default_rng(3).standard_normal((30, 31, 32)), 1.5)
    labels = np.digitize(field, np.quantile(field, [0.4, 0.7])).astype(np.uint8)
    found = find_particles(electrode(labels), "a", "c")
    np.testing.assert_array_equal(found.labels > 0, labels != 1)
    np.testing.assert_array_equal(np.bincount(found.labels.ravel())[1:], found.volumes_m3)
    first = np.unique(found.labels, return_index=True)[1][1:]
    assert found.count == found.labels.max() == first.size
    for number, box in enumerate(ndimage.find_objects(found.labels)):
        np.testing.assert_array_equal([part.start for part in box], found.box_start[number])
        np.testing.assert_array_equal([part.stop for part in box], found.box_stop[number])


def test_one_voxel():
    """A single voxel is a particle of its own volume, with the moments of a box."""
    labels = np.zeros((3, 3, 4), np.uint8)
    labels[1, 1, 2] = 1
    found = find_particles(electrode(labels, (1.0, 2.0, 3.0)), "b")
    assert (found.count, found.volumes_m3[0]) == (1, 6.0)
    np.testing.assert_allclose(found.semi_axes_m[0], np.sqrt(5 / 12) * np.array([3, 2, 1]))
    assert not found.touches_border[0]
    assert size_distribution(found).number_per_m3 == pytest.approx(1 / (1 * 2 * 6))


def test_bad_questions_are_refused():
    """No phase, an unknown one, no wall, a ratio outside 0..1."""
    sample = electrode(np.arange(27).reshape(3, 3, 3) % 2)
    for phases, error, words in [((), InputError, "at least one"), (("x",), InputError, "no phase 'x'")]:
        with pytest.raises(error, match=words):
            find_particles(sample, *phases)
    with pytest.raises(OutOfRangeError, match="no wall"):
        find_particles(sample, "a", "b")
    for ratio in (0.0, 1.1, float("nan")):
        with pytest.raises(OutOfRangeError, match="neck_ratio"):
            find_particles(sample, "a", neck_ratio=ratio)


# ---- sizes -----------------------------------------------------------------------------------------------------------


def test_the_standard_error_of_the_median_is_that_of_repetitions():
    """Over 12 packings the medians by volume scatter about that of the balls as their standard errors say."""
    off = []
    for seed in range(12):
        labels, _ = packing(64, 0.3, 5.0, 0.2, seed)
        sizes = size_distribution(find_particles(electrode(labels), "b"))
        off.append((sizes.volume_median_m / (5.0 * np.exp(3 * 0.2**2)) - 1) / sizes.median_errors[1])
    assert 0.5 < np.sqrt(np.mean(np.square(off))) < 1.5


@pytest.mark.parametrize(("median", "sigma", "seed"), [(7.0, 0.0, 0), (6.0, 0.2, 1), (5.0, 0.35, 2)])
def test_a_packing_has_the_sizes_it_was_made_of(median, sigma, seed):
    """Median radius by number and by volume within 3 %, spreads within 10 % of those of the balls in the image."""
    labels, radii = packing(150, 0.35, median, sigma, seed)
    found = size_distribution(find_particles(electrode(labels), "b"))
    assert found.median_m == pytest.approx(np.median(radii), rel=0.03)
    assert found.volume_median_m == pytest.approx(weighted_median(radii, radii**3), rel=0.03)
    assert found.spread == pytest.approx(spread(radii, np.ones_like(radii)), rel=0.1, abs=0.01)
    assert found.volume_spread == pytest.approx(spread(radii, radii**3), rel=0.1, abs=0.01)
    assert found.number_per_m3 == pytest.approx(radii.size / 150**3, rel=0.1)


def test_whole_particles_alone_are_too_small():
    """In 20 small cut-outs of a mixture of small and large balls the weights find the number of each, and without
    them the share of the large ones comes out too low by a fifth."""
    large = unweighted = weighted = total = 0.0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        cells = rng.permutation(5**3)[:60]
        middles = (np.array(np.unravel_index(cells, (5, 5, 5))).T + 0.5) * 20 + rng.uniform(0, 100, 3)
        radii = np.where(rng.random(60) < 0.3, 9.5, 4.0)
        image = balls((100, 100, 100), middles, radii)[:60, :60, :60]
        found = size_distribution(find_particles(electrode(image), "b"))
        is_large = found.radii_m > 7
        large += radii[radii > 7].size / 60 / 20
        weighted += found.number_per_m3 * found.number_shares[is_large].sum()
        total += found.number_per_m3
        unweighted += is_large.mean() / 20
    assert weighted / total == pytest.approx(large, rel=0.07)
    assert unweighted < 0.8 * large


def test_finer_voxels_find_the_same_sizes():
    """A packing drawn with voxels of half the edge has the same radii to 2 %."""
    radii = np.array([7.0, 5.0, 6.0, 4.5, 6.5])
    middles = [(12.2, 12.3, 12.1), (30.4, 30.1, 12.4), (12.3, 30.2, 30.4), (30.1, 12.4, 30.3), (22.3, 22.1, 41.2)]
    found = []
    for refinement in (1, 2):
        image = balls(3 * (52 * refinement,), refinement * np.array(middles), refinement * radii)
        found.append(size_distribution(find_particles(electrode(image, 3 * (1 / refinement,)), "b")))
    for sizes in found:
        np.testing.assert_allclose(sizes.radii_m, np.sort(radii), rtol=0.02)


def test_statistics_of_sizes():
    """Means, quantiles and spreads of two particles, by hand; two equal balls have their Sauter radius."""
    sizes = SizeDistribution(np.array([1.0, 2.0]), np.array([0.5, 0.5]), np.array([1 / 9, 8 / 9]), 1.0, 0)
    assert (sizes.mean_m, sizes.median_m) == (1.5, 1.5)
    assert sizes.volume_mean_m == pytest.approx(17 / 9)
    assert sizes.sauter_radius_m == pytest.approx(9 / 5)
    assert sizes.spread == pytest.approx(np.log(2) / 2)
    assert sizes.volume_spread == pytest.approx(np.log(2) * np.sqrt(8) / 9)
    assert sizes.effective_counts == pytest.approx((2.0, 81 / 65))
    assert sizes.median_errors[0] == pytest.approx(np.sqrt(np.pi / 4) * np.log(2) / 2)
    assert SizeDistribution(np.ones(1), np.ones(1), np.ones(1), 1.0, 3).median_errors == (np.inf, np.inf)
    assert from_json(to_json(sizes), SizeDistribution).volume_median_m == sizes.volume_median_m
    with pytest.raises(OutOfRangeError, match="share"):
        sizes.quantile_m(-0.1)
    with pytest.raises(InputError, match="rise"):
        SizeDistribution(np.array([2.0, 1.0]), np.ones(2), np.ones(2), 1.0, 0)


def test_cut_particles_alone_give_no_sizes():
    """Where every particle touches the border there is nothing to count."""
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[:3] = 1
    with pytest.raises(OutOfRangeError, match="touch the border"):
        size_distribution(find_particles(electrode(labels), "b"))


def test_labels_of_two_phases_may_be_tuples():
    """A phase with several labels is divided as one."""
    labels = pair(25.0)
    labels[:30] *= 2
    sample = Microstructure(VoxelImage(labels, 1.0), {"pore": 0, "active": (1, 2)})
    assert find_particles(sample, "active").count == 2
