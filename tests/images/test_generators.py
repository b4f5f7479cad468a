"""generate_electrode: exact fractions, repeatable, connected, without a seam, and like a real cathode."""

import numpy as np
import pytest
from scipy import ndimage

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.images import ELECTRODE_PHASES, generate_electrode, read_image
from electrode_homog.images.generators import arguments
from electrode_homog.images.generators.packing import pack_spheres
from electrode_homog.images.generators.particle_fields import Grid, smooth_noise, two_nearest
from electrode_homog.images.generators.ranks import smallest

SMALL = {"shape": (40, 40, 40), "mean_radius_m": 1.6e-6}  # radii of four voxels


def _faces(labels, axis, *labels_of_phase):
    """Faces normal to `axis` between the phase and the rest, per voxel."""
    phase = np.isin(labels, labels_of_phase)
    return np.mean(np.diff(phase.astype(np.int8), axis=axis) != 0)


def _percolates(labels, label, axis):
    clusters, _ = ndimage.label(labels == label)
    first, last = clusters.take(0, axis), clusters.take(-1, axis)
    return bool((set(first.ravel()) & set(last.ravel())) - {0})


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize(
    ("shape", "voxel_size"),
    [((40, 40, 40), 0.4e-6), ((20, 41, 33), 0.4e-6), ((31, 40, 50), (0.5e-6, 0.4e-6, 0.3e-6)), ((16, 16, 16), 0.4e-6)],
)
def test_fractions_are_exact(shape, voxel_size, periodic):
    """Each phase has its fraction of the voxels, to the nearest voxel, whatever the shape and the voxel."""
    image = generate_electrode(
        seed=4, shape=shape, voxel_size_m=voxel_size, active_fraction=0.51, binder_fraction=0.09, periodic=periodic
    )
    assert image.shape == shape
    assert image.labels.dtype == np.uint8
    counts = np.bincount(image.labels.ravel(), minlength=3)
    assert counts[ELECTRODE_PHASES["active"]] == round(0.51 * np.prod(shape))
    assert counts[ELECTRODE_PHASES["binder"]] == round(0.09 * np.prod(shape))


@pytest.mark.parametrize(
    ("active", "binder"), [(0.01, 0), (0.05, 0.9), (0.3, 0.0), (0.7, 0.05), (0.85, 0.15), (0.9, 0.05), (1.0, 0.0)]
)
def test_extreme_fractions_are_exact(active, binder):
    """Nearly empty, nearly full and full boxes are made as asked."""
    labels = generate_electrode(seed=0, shape=(20, 20, 20), active_fraction=active, binder_fraction=binder).labels
    assert np.count_nonzero(labels == 1) == round(active * labels.size)
    assert np.count_nonzero(labels == 2) == round(binder * labels.size)


def test_same_seed_same_image():
    """A seed fixes every voxel; another seed gives another image; both say how they were made."""
    first, again, other = (generate_electrode(seed=seed, **SMALL) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.labels, again.labels)
    assert np.mean(first.labels != other.labels) > 0.2
    assert first.source == again.source != other.source
    assert "seed 7" in first.source


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("periodic", [False, True])
def test_defaults_conduct(seed, periodic):
    """At the default fractions pore and active material connect the faces along all three axes."""
    labels = generate_electrode(seed=seed, shape=(64, 64, 64), periodic=periodic).labels
    for name in ("pore", "active"):
        clusters, _ = ndimage.label(labels == ELECTRODE_PHASES[name])
        assert np.bincount(clusters.ravel())[1:].max() > 0.97 * np.count_nonzero(clusters)
        assert all(_percolates(labels, ELECTRODE_PHASES[name], axis) for axis in range(3))


def test_binder_lies_between_particles():
    """Binder touches active material at least three times as often as it would if strewn at random in the pores."""
    labels = generate_electrode(seed=2, **SMALL).labels
    touching = ndimage.binary_dilation(labels == 1, iterations=1)
    binder, pore = labels == 2, labels == 0
    assert touching[binder].mean() > 0.6
    assert touching[binder].mean() > 1.5 * touching[pore].mean()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_periodic_image_has_no_seam(axis):
    """Across the wrap as many voxels change phase as between two planes inside; without `periodic` many more."""
    changes = {}
    for periodic in (True, False):
        labels = generate_electrode(seed=5, shape=(60, 64, 70), mean_radius_m=2e-6, periodic=periodic).labels
        differ = labels != np.roll(labels, -1, axis)
        per_plane = differ.mean(axis=tuple(k for k in range(3) if k != axis))
        changes[periodic] = per_plane[-1], per_plane[:-1].mean(), per_plane[:-1].std()
    wrap, mean, deviation = changes[True]
    assert abs(wrap - mean) < 3 * deviation
    wrap, mean, _ = changes[False]
    assert wrap > 2 * mean


def test_cut_out_has_no_walls():
    """Without periodicity the outermost planes hold as much active material as the rest: nothing was aligned there."""
    outer = []
    for seed in range(4):
        active = generate_electrode(seed=seed, **SMALL).labels == 1
        outer += [active.take(end, axis).mean() for axis in range(3) for end in (0, -1)]
    assert np.mean(outer) == pytest.approx(0.55, abs=0.03)


@pytest.mark.parametrize("flattening", [1.0, 2.0])
def test_flattening_is_the_ratio_of_chords(flattening):
    """Compression along axis 0 shortens chords there in proportion: faces per length are in the ratio of the axes."""
    labels = generate_electrode(seed=3, shape=(80, 80, 80), mean_radius_m=2.4e-6, flattening=flattening).labels
    x, y, z = (_faces(labels, axis, 1) for axis in range(3))
    assert y == pytest.approx(z, rel=0.06)
    assert x / ((y + z) / 2) == pytest.approx(flattening, rel=0.12)


def test_voxel_size_only_resolves():
    """In voxels half as long along axis 2 the same electrode has the same faces per length."""
    coarse, fine = (
        generate_electrode(
            seed=6, shape=(48, 48, 48 * k), voxel_size_m=(0.4e-6, 0.4e-6, 0.4e-6 / k), mean_radius_m=2e-6
        )
        for k in (1, 2)
    )
    for axis, ratio in ((0, 1), (1, 1), (2, 2)):
        assert _faces(coarse.labels, axis, 1) == pytest.approx(ratio * _faces(fine.labels, axis, 1), rel=0.15)


@pytest.mark.shared_data
def test_like_a_real_cathode(shared_data):
    """At the scan's fractions, faces per voxel and covariances are those of an X-ray scan of calendered NMC532."""
    scan = read_image(shared_data / "volumes" / "nrel_nmc532_cal_cbd.tif", voxel_size_m=398e-9).labels
    made = generate_electrode(
        seed=1, voxel_size_m=398e-9, mean_radius_m=4.2e-6, active_fraction=0.4995, binder_fraction=0.1
    ).labels
    for axis in range(3):
        assert _faces(made, axis, 1) == pytest.approx(_faces(scan, axis, 1), rel=0.1)
        assert _faces(made, axis, 0) == pytest.approx(_faces(scan, axis, 0), rel=0.3)
        assert _faces(made, axis, 2) == pytest.approx(_faces(scan, axis, 2), rel=0.3)
        for lag in (4, 8, 16, 30):
            assert _correlation(made == 1, axis, lag) == pytest.approx(_correlation(scan == 1, axis, lag), abs=0.1)


def _correlation(phase, axis, lag):
    n = phase.shape[axis]
    near, far = phase.take(range(n - lag), axis), phase.take(range(lag, n), axis)
    return (np.mean(near & far) - phase.mean() ** 2) / phase.var()


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"active_fraction": 0.7, "binder_fraction": 0.4}, OutOfRangeError, "= 1.1 is above 1"),
        ({"active_fraction": -0.1}, OutOfRangeError, "active_fraction = -0.1"),
        ({"active_fraction": 0}, OutOfRangeError, "active_fraction = 0"),
        ({"active_fraction": 1.2}, OutOfRangeError, "active_fraction = 1.2"),
        ({"active_fraction": float("nan")}, InputError, "active_fraction = nan"),
        ({"active_fraction": "0.5"}, InputError, "active_fraction = '0.5'"),
        ({"active_fraction": True}, InputError, "active_fraction = True"),
        ({"binder_fraction": -0.01}, OutOfRangeError, "binder_fraction = -0.01"),
        ({"binder_fraction": None}, InputError, "binder_fraction = None"),
        ({"mean_radius_m": 0.7e-6}, OutOfRangeError, "two voxels"),
        ({"mean_radius_m": 9e-6}, OutOfRangeError, "half the shortest edge"),
        ({"mean_radius_m": -3e-6}, OutOfRangeError, "mean_radius_m = -3e-06"),
        ({"mean_radius_m": 3}, OutOfRangeError, "mean_radius_m = 3"),
        ({"mean_radius_m": float("inf")}, InputError, "mean_radius_m = inf"),
        ({"flattening": 0.9}, OutOfRangeError, "flattening = 0.9"),
        ({"flattening": 50}, OutOfRangeError, "flattening = 50"),
        ({"radius_spread": -0.1}, OutOfRangeError, "radius_spread = -0.1"),
        ({"radius_spread": 1.5}, OutOfRangeError, "radius_spread = 1.5"),
        ({"voxel_size_m": 0}, InputError, "voxel_size_m = 0"),
        ({"voxel_size_m": "400 nm"}, InputError, "voxel_size_m = '400 nm'"),
        ({"shape": (40, 40)}, InputError, "shape = "),
        ({"shape": (40, 40, 0)}, InputError, "shape = "),
        ({"shape": (40, 40, 40.0)}, InputError, "shape = "),
        ({"shape": 40}, InputError, "shape = "),
        ({"shape": (1, 40, 40)}, OutOfRangeError, "half the shortest edge"),
        ({"shape": (10**5, 10**5, 10**5)}, InputError, "3.2e+07 GB"),
        ({"seed": -1}, InputError, "seed = -1"),
        ({"seed": None}, InputError, "seed = None"),
        ({"seed": 1.5}, InputError, "seed = 1.5"),
        ({"periodic": "no"}, InputError, "periodic = 'no'"),
    ],
)
def test_what_cannot_be_made_is_refused(change, error, problem):
    """The argument and its value are named."""
    with pytest.raises(ElectrodeHomogError) as caught:
        generate_electrode(**({"seed": 0} | SMALL | change))
    assert type(caught.value) is error
    assert problem in str(caught.value)


@pytest.mark.parametrize("periodic", [False, True])
def test_distances_are_those_of_brute_force(periodic):
    """Up to the reach, the two nearest distances are those of a direct search over all spheres and their images."""
    random = np.random.default_rng(0)
    grid = Grid((9, 12, 15), (1.0, 0.7, 0.5), periodic)
    centres, radii = random.uniform(size=(12, 3)) * grid.extent, random.uniform(0.5, 1.5, 12)
    nearest, second = two_nearest(grid, centres, radii, np.repeat(np.eye(3)[None], 12, 0), reach=2.0)
    points = np.stack(np.meshgrid(*(np.arange(n) * d for n, d in zip(grid.shape, grid.voxel_size, strict=True)),
                                  indexing="ij"), -1)  # fmt: skip
    apart = points[..., None, :] - centres
    if periodic:
        apart -= grid.extent * np.round(apart / grid.extent)
    exact = np.sort(np.linalg.norm(apart, axis=-1) - radii, axis=-1)
    for found, expected in ((nearest, exact[..., 0]), (second, exact[..., 1])):
        close = expected < 2.0
        np.testing.assert_allclose(found[close], expected[close], atol=1e-5)
        assert found[~close].min() >= 2.0 - 1e-5


def test_flat_particles_have_flat_distances():
    """A shape tensor diag(4, 1, 1) is a particle half as long along axis 0."""
    grid = Grid((21, 21, 21), (0.1, 0.1, 0.1), False)
    nearest, _ = two_nearest(grid, np.full((1, 3), 1.0), np.array([0.8]), np.diag([4.0, 1, 1])[None], reach=1.0)
    inside = nearest < -1e-6
    assert [np.count_nonzero(inside[:, 10, 10]), np.count_nonzero(inside[10, :, 10])] == [7, 15]


@pytest.mark.parametrize("periodic", [False, True])
def test_noise_is_smooth_normal_and_wraps_only_when_periodic(periodic):
    """Mean 0, variance 1, covariance exp(-r^2 / 4 length^2); the wrap is smooth only when periodic."""
    noise = smooth_noise(Grid((64, 64, 64), (1.0, 1.0, 1.0), periodic), 2.0, np.random.default_rng(0))
    assert noise.mean() == pytest.approx(0, abs=1e-5)
    assert noise.std() == pytest.approx(1, rel=1e-4)
    assert np.diff(noise, axis=1).std() == pytest.approx(np.sqrt(2 - 2 * np.exp(-1 / 16)), rel=0.05)
    across = (noise[:, 0] - noise[:, -1]).std()
    assert across < 0.5 if periodic else across > 1.2


def test_packing_fills_the_box_with_little_overlap():
    """The spheres have the volume asked for, lie in the box, and overlap by 2 % of a radius on average."""
    box = np.array([20.0, 25.0, 30.0])
    packing = pack_spheres(box, volume_fraction=0.5, mean_radius=1.5, spread=0.3, random=np.random.default_rng(0))
    volume = np.sum(4 / 3 * np.pi * packing.radii**3)
    assert volume == pytest.approx(0.5 * box.prod(), rel=0.01)
    assert (packing.centres >= 0).all()
    assert (packing.centres < box).all()
    apart = packing.centres[:, None] - packing.centres[None]
    apart -= box * np.round(apart / box)
    overlap = packing.radii[:, None] + packing.radii[None] - np.linalg.norm(apart, axis=-1)
    np.fill_diagonal(overlap, 0)
    assert overlap.clip(0).sum() / 2 / packing.radii.size < 0.02 * 1.5


def test_ties_are_broken_in_memory_order():
    """Where all distances are equal, the first voxels in memory are taken, so that the count stays exact."""
    mask, threshold = smallest(np.zeros((2, 3, 4)), 5)
    np.testing.assert_array_equal(np.flatnonzero(mask), range(5))
    assert threshold == 0


def test_generator_leaves_room_in_memory(monkeypatch):
    """What would not fit is refused before anything is allocated."""
    monkeypatch.setattr(arguments, "available_memory_bytes", lambda: 1000)
    with pytest.raises(InputError, match="GB are free"):
        generate_electrode(seed=0, **SMALL)
