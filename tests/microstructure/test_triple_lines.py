"""Lengths of triple lines against closed forms, symmetries, and a plain twin."""

import itertools

import numpy as np
import pytest
from media import centres, electrode, in_ball, random_labels
from scipy.spatial import KDTree

from electrode_homog.compiled import Team
from electrode_homog.microstructure import Microstructure, corner_pieces
from electrode_homog.microstructure.triple_lines import triple_lines

BAR = 0.05


def lengths(image: Microstructure, **options) -> dict[tuple[str, str, str], float]:
    return {found.phases: found.length_m for found in triple_lines(image, **options)}


def length(labels, spacing=(1.0, 1.0, 1.0)) -> float:
    (found,) = triple_lines(electrode(np.asarray(labels).astype(np.uint8), spacing))
    return found.length_m


# ---- exact lengths --------------------------------------------------------------------------------------------------


def lens(radius, axis, offset, spacing=(1.0, 1.0, 1.0), apart=1.0):
    """Two balls, two phases in a third, their centres `apart` radii along `axis`; the first takes what both fill."""
    extent = (2 + apart) * radius + 12 * max(spacing)
    points = centres([int(extent / h) for h in spacing], spacing)
    middle, half = extent / 2 + np.asarray(offset), np.asarray(axis) / np.linalg.norm(axis) * apart * radius / 2
    return np.where(in_ball(points, middle - half, radius), 0, np.where(in_ball(points, middle + half, radius), 1, 2))


@pytest.mark.parametrize("radius", [10, 14, 20])
@pytest.mark.parametrize("apart", [0.8, 1.0, 1.5])
@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 0, 1), (1, 1, 0), (1, 2, 3), (0.9, -0.1, 0.2)])
def test_lens(radius, axis, apart):
    """The line where two balls meet is a circle, sqrt(3) pi R if one radius apart, wherever and however they lie."""
    random = np.random.default_rng(radius)
    for offset in ((0, 0, 0), (0.5, 0.5, 0.5), random.uniform(-0.5, 0.5, 3)):
        exact = 2 * np.pi * radius * np.sqrt(1 - apart**2 / 4)
        assert length(lens(radius, axis, offset, apart=apart)) == pytest.approx(exact, rel=BAR)


def test_lens_of_oblong_voxels():
    """Voxels may be oblong, at the price of another 5 %: the window is as oblong as they are."""
    spacing = (1.0, 2.0, 0.5)
    assert length(lens(24, (1, 2, 3), (0.1, 0.2, 0.3), spacing), spacing) == pytest.approx(5.4413980927 * 24, rel=0.1)


@pytest.mark.parametrize("angles", [(120, 240), (90, 180), (60, 240)])
@pytest.mark.parametrize("axis", [(1, 0, 0), (1, 0.3, 0.1), (1, 0.8, 0.6)])
def test_straight_line(axis, angles):
    """Three wedges meet in a straight line, at whatever angles; it is cut off by the outer faces."""
    edge = 40
    points = np.stack(centres((edge,) * 3), axis=-1) - edge / 2 - np.array([0.0, 0.2, 0.3])
    _, _, frame = np.linalg.svd(np.vstack([axis, axis]))
    angle = np.degrees(np.arctan2(points @ frame[1], points @ frame[2])) % 360
    exact = edge * np.linalg.norm(axis) / max(axis)  # it leaves through the faces normal to x
    assert length(np.searchsorted(angles, angle, side="right")) == pytest.approx(exact, rel=BAR)


def circles_outside(edge, radius, mine, other):
    """Length in the cube of the circles where spheres of two kinds meet, outside of all other spheres."""
    trees, total, around = (KDTree(mine), KDTree(other)), 0.0, np.arange(200) * np.pi / 100
    for i, near in enumerate(trees[0].query_ball_tree(trees[1], 2 * radius)):
        for j in near:
            apart = other[j] - mine[i]
            _, _, frame = np.linalg.svd(np.vstack([apart, apart]))
            rim = np.sqrt(radius**2 - apart @ apart / 4)
            ring = (mine[i] + other[j]) / 2 + rim * (
                np.outer(np.cos(around), frame[1]) + np.outer(np.sin(around), frame[2])
            )
            ring = ring[np.all((ring > 0) & (ring < edge), axis=1)]
            bare = [tree.query(ring)[0] > radius * (1 - 1e-9) for tree in trees] if ring.size else [np.zeros(0)]
            total += np.all(bare, axis=0).sum() * 2 * np.pi * rim / around.size
    return total


@pytest.mark.parametrize(("radius", "covered"), [(10, 0.4), (10, 0.5), (14, 0.4)])
def test_boolean_models(radius, covered):
    """Two kinds of overlapping spheres in a third phase: short arcs with kinks, in a realisation of known length."""
    edge = 8 * radius
    random = np.random.default_rng(radius)
    density = -np.log(1 - covered) / (4 / 3 * np.pi * radius**3)
    count = random.poisson(density * (edge + 2 * radius) ** 3, 2)
    mine, other = (random.uniform(-radius, edge + radius, (n, 3)) for n in count)
    points = np.stack(centres((edge,) * 3), axis=-1).reshape(-1, 3)
    first, second = (KDTree(sites).query(points)[0].reshape((edge,) * 3) <= radius for sites in (mine, other))
    exact = circles_outside(edge, radius, mine, other)
    surface = density * 4 * np.pi * radius**2 * (1 - covered)
    assert exact == pytest.approx(np.pi / 4 * surface**2 * edge**3, rel=0.1)  # of independent surfaces, in the mean
    assert length(np.where(first, 0, np.where(second, 1, 2))) == pytest.approx(exact, rel=BAR)


# ---- the plain twin -------------------------------------------------------------------------------------------------


def plain_length(labels, key, spacing):
    """(3 J2 - 2 J3) / 1.048, J = 2 |grad s1 x grad s2| of smoothed indicators, corner by corner, in plain numpy.

    With a fourth phase, the mean over the three choices of two phases, each times the share of the third in the rest.
    """
    corners = np.ones([n + 1 for n in labels.shape])
    for axis in range(3):
        corners[tuple(slice(None, None, labels.shape[axis]) if a == axis else slice(None) for a in range(3))] /= 2

    def at_corners(mask, width, along):
        field = np.pad(mask.astype(float), 3, mode="symmetric")
        ramp = width - np.abs(np.arange(1 - width, width))
        for axis, n in enumerate(labels.shape):
            window = np.convolve(ramp / ramp.sum(), [1, -1] if axis == along else [0.5, 0.5])
            shifted = [np.take(field, np.arange(n + 1) + 3 - width + t, axis) for t in range(2 * width)]
            field = np.tensordot(window, shifted, axes=1)
        return field

    def density(first, second, width):
        one, other = (
            np.array([at_corners(labels == phase, width, axis) / spacing[axis] for axis in range(3)])
            for phase in (first, second)
        )
        return 2 * np.linalg.norm(np.cross(one, other, axis=0), axis=0)

    total = 0.0
    for first, second, third in (key, key[1:] + key[:1], key[2:] + key[:2]):
        share, rest = (at_corners(mask, 3, None) for mask in (labels == third, ~np.isin(labels, (first, second))))
        share = np.divide(share, rest, out=np.zeros_like(rest), where=rest > 1e-12)
        total += (corners * share * (3 * density(first, second, 2) - 2 * density(first, second, 3))).sum() / 3
    return total * np.prod(spacing) / 1.048


@pytest.mark.parametrize("phases", [3, 4])
@pytest.mark.parametrize(
    ("shape", "spacing"), [((9, 10, 11), (1, 1, 1)), ((21, 6, 7), (1, 2, 0.5)), ((6, 7, 6), (1, 1, 3))]
)
def test_equals_the_plain_twin(shape, spacing, phases, monkeypatch):
    """Packed whole numbers, pieces and seams give what plain smoothing of the whole image gives."""
    monkeypatch.setattr(corner_pieces, "_ROWS", 4)
    monkeypatch.setattr(corner_pieces, "_VOXELS", 1)
    monkeypatch.setattr(corner_pieces, "_BLOCK", 5)
    labels = random_labels(shape, phases, seed=sum(shape), smooth=1.0)
    found = lengths(electrode(labels, spacing))
    assert found
    for names, value in found.items():
        expected = plain_length(labels, tuple("abcd".index(name) for name in names), spacing)
        assert value == pytest.approx(expected, rel=1e-9)


# ---- symmetries and edges -------------------------------------------------------------------------------------------

LABELS = random_labels((24, 20, 22), phases=4, seed=3, smooth=1.5)


def test_turned_mirrored_and_renamed():
    """Turning, mirroring and the order of the phases change nothing but the order."""
    expected = {frozenset(key): value for key, value in lengths(electrode(LABELS, (1.0, 2.0, 0.5))).items()}
    assert len(expected) == 4
    turned = lengths(electrode(LABELS.transpose(2, 0, 1)[::-1], (0.5, 1.0, 2.0)))
    assert {frozenset(key): value for key, value in turned.items()} == pytest.approx(expected, rel=1e-9)
    image = electrode(LABELS, (1.0, 2.0, 0.5))
    mixed = lengths(Microstructure(image.image, {name: image.phases[name] for name in "cadb"}))
    assert {frozenset(key): value for key, value in mixed.items()} == pytest.approx(expected, rel=1e-9)


def test_scales_with_the_voxel():
    """Lengths go with the voxel, lengths per volume with its inverse square."""
    for one, other in zip(triple_lines(electrode(LABELS)), triple_lines(electrode(LABELS, (4e-7,) * 3)), strict=True):
        assert other.length_m == pytest.approx(4e-7 * one.length_m, rel=1e-12)
        assert other.length_per_m2 == pytest.approx(one.length_per_m2 / 1.6e-13, rel=1e-12)


def test_shift_inside_a_uniform_border():
    """What is away from the outer faces has the same length wherever it lies."""
    labels = np.zeros((30, 30, 30), dtype=np.uint8)
    labels[9:20, 9:20, 9:20] = random_labels((11, 11, 11), seed=8)
    assert length(np.roll(labels, (3, -4, 2), (0, 1, 2))) == pytest.approx(length(labels), rel=1e-12)


def test_same_for_any_number_of_threads(tmp_path, monkeypatch):
    """One thread or three, an array or a mapped file: every digit is the same."""
    monkeypatch.setattr(corner_pieces, "_ROWS", 5)
    np.save(tmp_path / "labels.npy", LABELS)
    mapped = np.load(tmp_path / "labels.npy", mmap_mode="r")
    with Team(1) as one, Team(3) as three:
        assert lengths(electrode(LABELS), team=one) == lengths(electrode(mapped), team=three)


@pytest.mark.parametrize("axis", range(3))
def test_thin_image(axis):
    """In an image one voxel thick, lines run across it."""
    plane = np.zeros((12, 12), dtype=np.uint8)
    plane[6:], plane[:6, 6:] = 1, 2
    assert length(np.expand_dims(plane, axis)) == pytest.approx(1, rel=BAR)


def test_none():
    """Two phases have no triple line, nor have three in flat layers."""
    assert triple_lines(electrode(np.zeros((4, 5, 6), dtype=np.uint8))) == ()
    assert triple_lines(electrode((LABELS > 1).astype(np.uint8))) == ()
    layers = np.broadcast_to(np.arange(12)[:, None, None] // 4, (12, 5, 5)).astype(np.uint8)
    assert triple_lines(electrode(layers)) == ()


def test_four_quarters():
    """Where four phases meet in one line and those across share no face, no three of them are preferred to others."""
    labels = np.zeros((20, 20, 20), dtype=np.uint8)
    for place, (half, other) in enumerate(itertools.product((slice(0, 10), slice(10, 20)), repeat=2)):
        labels[half, other] = place
    assert triple_lines(electrode(labels)) == ()
