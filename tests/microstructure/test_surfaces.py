"""Areas of interfaces against closed forms, symmetries, and a plain twin."""

import itertools

import numpy as np
import pytest
from media import centres, electrode, in_ball, random_labels
from scipy import ndimage
from scipy.spatial import KDTree

from electrode_homog.compiled import Team
from electrode_homog.microstructure import Microstructure, corner_pieces
from electrode_homog.microstructure.surfaces import interfaces, phase_area_per_m

BAR = 0.015


def areas(image: Microstructure, **options) -> dict[tuple[str, str], float]:
    return {found.phases: found.area_m2 for found in interfaces(image, **options)}


def area(labels, spacing=(1.0, 1.0, 1.0)) -> float:
    (found,) = interfaces(electrode(np.asarray(labels).astype(np.uint8), spacing))
    return found.area_m2


# ---- exact areas ----------------------------------------------------------------------------------------------------


def plane_in_box(normal, distance, edge):
    """Area of the polygon in which the plane normal . x = distance cuts the cube [0, edge]^3."""
    corners = []
    for axis in range(3):
        for a, b in itertools.product((0, edge), (0, edge)):
            point = np.insert(np.array([a, b], dtype=float), axis, 0.0)
            along = (distance - normal @ point) / normal[axis] if abs(normal[axis]) > 1e-12 else np.inf
            if -1e-9 <= along <= edge + 1e-9:
                point[axis] = along
                corners.append(point)
    _, _, axes = np.linalg.svd(np.vstack([normal, normal]))
    x, y = axes[1:] @ (np.array(corners) - np.mean(corners, axis=0)).T
    order = np.argsort(np.arctan2(y, x))
    x, y = x[order], y[order]
    return 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1))


DIRECTIONS = [
    *np.random.default_rng(1).standard_normal((16, 3)),
    *np.array([(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0.03, 0), (0.1, 1, 0), (0.2, 0.1, 1), (1, 1, 0.05), (1, 0.13, 0)]),
]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_plane_of_any_orientation(direction):
    """A plane has its area and its normal, whichever way it faces."""
    edge, normal = 48, direction / np.linalg.norm(direction)
    distance = normal.sum() * edge / 2 + 0.3
    below = sum(n * x for n, x in zip(normal, centres((edge,) * 3), strict=True)) < distance
    (found,) = interfaces(electrode(below.astype(np.uint8)))
    assert found.area_m2 == pytest.approx(plane_in_box(normal, distance, edge), rel=BAR)
    np.testing.assert_allclose(found.normal_tensor, np.outer(normal, normal), atol=0.05)


@pytest.mark.parametrize(("radius", "bar"), [(5, 0.025), (10, BAR), (20, 0.005)])
def test_ball(radius, bar):
    """A ball of ten voxels radius has its area, wherever its centre lies, and it converges."""
    random = np.random.default_rng(radius)
    for _ in range(3):
        n = 2 * radius + 6
        centre = n / 2 + random.uniform(-0.5, 0.5, 3)
        assert area(in_ball(centres((n,) * 3), centre, radius)) == pytest.approx(4 * np.pi * radius**2, rel=bar)


@pytest.mark.parametrize("spacing", [(1, 2, 0.5), (3, 1, 1), (1, 1, 3)])
def test_ball_of_oblong_voxels(spacing):
    """Voxels may be oblong: a ball of seven of the longest edges has its area, and faces all ways alike."""
    radius = 7 * max(spacing)
    shape = tuple(int(2 * radius / h) + 6 for h in spacing)
    centre = [n * h / 2 + 0.2 for n, h in zip(shape, spacing, strict=True)]
    (found,) = interfaces(electrode(in_ball(centres(shape, spacing), centre, radius).astype(np.uint8), spacing))
    assert found.area_m2 == pytest.approx(4 * np.pi * radius**2, rel=0.03)
    np.testing.assert_allclose(found.normal_tensor, np.eye(3) / 3, atol=0.04)


def overlapping_spheres(edge, radius, void, seed):
    """Mask of what spheres with Poisson centres cover in a cube, and the area of their union inside it, by sampling."""
    random = np.random.default_rng(seed)
    density = -np.log(void) / (4 / 3 * np.pi * radius**3)
    sites = random.uniform(-radius, edge + radius, (random.poisson(density * (edge + 2 * radius) ** 3), 3))
    points, tree = centres((edge,) * 3), KDTree(sites)
    near, _ = tree.query(np.stack(points, axis=-1).reshape(-1, 3))
    directions = random.standard_normal((sites.shape[0], 400, 3))
    surface = sites[:, None] + radius * directions / np.linalg.norm(directions, axis=2, keepdims=True)
    inside = np.all((surface > 0) & (surface < edge), axis=2)
    bare = inside & (tree.query(surface)[0] > radius * (1 - 1e-9))
    return (near <= radius).reshape((edge,) * 3), 4 * np.pi * radius**2 * bare.sum() / 400


@pytest.mark.parametrize("radius", [8, 12])
def test_overlapping_spheres(radius):
    """The Boolean model, all folds and slivers, has its area."""
    covered, exact = overlapping_spheres(8 * radius, radius, 0.5, seed=radius)
    assert area(covered) == pytest.approx(exact, rel=BAR)


@pytest.mark.parametrize("axis", range(3))
def test_layers_are_exact(axis):
    """Flat layers have the area of the cross-section each, one voxel from the outer face or many; faces agree."""
    line = np.reshape([0, 1, 1, 1, 2, 2, 1, 1, 0, 0, 0], [-1 if a == axis else 1 for a in range(3)])
    shape = np.insert([5, 6], axis, 11)
    found = interfaces(electrode(np.broadcast_to(line, shape).astype(np.uint8).copy(), (0.5, 2.0, 3.0)))
    cross = np.prod(np.delete(shape * np.array([0.5, 2.0, 3.0]), axis))
    assert {one.phases: one.area_m2 for one in found} == pytest.approx({("a", "b"): 2 * cross, ("b", "c"): 2 * cross})
    volume = 5 * 6 * 11 * 3.0
    for one in found:
        assert one.area_per_m == pytest.approx(2 * cross / volume)
        assert one.face_count_area_per_m == pytest.approx(one.area_per_m)
        np.testing.assert_allclose(one.normal_tensor, np.diag(np.arange(3) == axis), atol=1e-12)


# ---- the plain twin -------------------------------------------------------------------------------------------------


def plain_area(labels, pair, spacing):
    """The estimator written as plainly as possible: faces between two labels, weighted, over |n|, corner by corner."""
    a, b = (np.pad((labels == one).astype(int), 2) for one in pair)
    corners = tuple(n + 1 for n in labels.shape)
    border = [np.isin(index, (0, n)) for index, n in zip(np.indices(corners), labels.shape, strict=True)]

    def voxel(mask, axis, step, *others):
        """The mask at each corner, `step` voxels along the axis, 0 or -1 along the others."""
        moves = np.insert(np.array(others), axis, step)
        return mask[tuple(slice(2 + m, 2 + m + n) for m, n in zip(moves, corners, strict=True))]

    oriented, counted = np.zeros((2, 3, *corners))
    for axis in range(3):
        quarter = np.prod(spacing) / spacing[axis] / 4
        for others in itertools.product((-1, 0), repeat=2):
            for p, q, sign in ((a, b, 1), (b, a, -1)):
                face = voxel(p, axis, -1, *others) * voxel(q, axis, 0, *others)
                single = voxel(q, axis, -2, *others) + voxel(p, axis, 1, *others)
                oriented[axis] += sign * quarter * face
                counted[axis] += quarter * face * (1 + single / 2)
    inner = ~np.any([on for on, n in zip(border, labels.shape, strict=True) if n > 1], axis=0)
    normal = oriented * inner
    for axis in (1, 2, 3):
        normal = ndimage.convolve1d(normal, [1, 2, 3, 4, 3, 2, 1], axis=axis, mode="constant")
    length, seen = np.linalg.norm(normal, axis=0), ~np.array(border)
    share = np.maximum((np.abs(normal) * seen).sum(axis=0), 0.25 * length)
    known = length > 1e-9
    ratio = np.divide(length, share, out=np.full(corners, 2 / 3), where=known)
    return float(((counted * seen).sum(axis=0) * ratio).sum())


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [
        ((9, 10, 11), (1, 1, 1)),
        ((21, 6, 7), (1, 2, 0.5)),
        ((1, 8, 9), (1, 1, 1)),
        ((8, 1, 9), (2, 1, 1)),
        ((8, 9, 1), (1, 1, 1)),
        ((2, 2, 2), (1, 1, 1)),
        ((1, 1, 12), (1, 1, 1)),
    ],
)
def test_equals_the_plain_twin(shape, spacing, monkeypatch):
    """Packed sums of sums, pieces and seams give what the plain sums over windows give, in thin images too."""
    monkeypatch.setattr(corner_pieces, "_ROWS", 4)
    monkeypatch.setattr(corner_pieces, "_VOXELS", 1)
    for smooth in (0.3, 1.0):
        labels = random_labels(shape, seed=sum(shape), smooth=smooth)
        image = electrode(labels, spacing)
        for (a, b), found in areas(image).items():
            assert found == pytest.approx(plain_area(labels, ("abc".index(a), "abc".index(b)), spacing), rel=1e-12)


# ---- symmetries -----------------------------------------------------------------------------------------------------

LABELS = random_labels((24, 20, 22), phases=4, seed=3, smooth=1.5)


def test_turned_mirrored_and_renamed():
    """Turning, mirroring and the order of the phases change nothing but the order."""
    spacing = (1.0, 2.0, 0.5)
    expected = areas(electrode(LABELS, spacing))
    turned = electrode(LABELS.transpose(2, 0, 1)[::-1], (0.5, 1.0, 2.0))
    assert areas(turned) == pytest.approx(expected, rel=1e-12)
    image = electrode(LABELS, spacing)
    backwards = Microstructure(image.image, dict(reversed(list(image.phases.items()))))
    assert areas(backwards) == pytest.approx({(b, a): value for (a, b), value in expected.items()}, rel=1e-12)


def test_merged_phases_lose_their_interface():
    """The area of two phases together is about the sum of their areas to the third."""
    labels = np.minimum(random_labels((40, 40, 40), seed=5, smooth=4), 2)
    apart, together = interfaces(electrode(labels)), interfaces(electrode(np.minimum(labels, 1)))
    to_a = sum(found.area_m2 for found in apart if "a" in found.phases)
    assert to_a == pytest.approx(together[0].area_m2, rel=0.02)
    assert phase_area_per_m(apart, "a") == pytest.approx(to_a / 40**3)
    assert phase_area_per_m(together, "z") == 0


def test_scales_with_the_voxel():
    """Areas go with the square of the voxel, areas per volume with its inverse, normals stay."""
    for one, other in zip(interfaces(electrode(LABELS)), interfaces(electrode(LABELS, (4e-7,) * 3)), strict=True):
        assert other.area_m2 == pytest.approx(1.6e-13 * one.area_m2, rel=1e-12)
        assert other.area_per_m == pytest.approx(one.area_per_m / 4e-7, rel=1e-12)
        np.testing.assert_allclose(other.normal_tensor, one.normal_tensor, atol=1e-12)
        assert np.trace(one.normal_tensor) == pytest.approx(1)


def test_shift_inside_a_uniform_border():
    """What is away from the outer faces has the same area wherever it lies."""
    labels = np.zeros((30, 30, 30), dtype=np.uint8)
    labels[9:20, 9:20, 9:20] = np.minimum(random_labels((11, 11, 11), seed=8), 1)
    assert area(np.roll(labels, (3, -4, 2), (0, 1, 2))) == pytest.approx(area(labels), rel=1e-12)


def test_refined_voxels():
    """Each voxel made 2 x 2 x 2: the staircase is now part of the picture, and the area stays within 4 %."""
    ball = in_ball(centres((30, 30, 30)), (15.2, 14.9, 15.1), 11)
    fine = ball.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    assert area(fine, (0.5, 0.5, 0.5)) == pytest.approx(area(ball), rel=0.04)


def test_layers_add_up():
    """The area by layer adds up to the area, and lies where the surface is."""
    ball = in_ball(centres((60, 26, 26)), (40, 13, 13), 10)
    (found,) = interfaces(electrode(ball.astype(np.uint8)))
    assert found.layer_area_m2.shape == (60,)
    assert found.layer_area_m2.sum() == pytest.approx(found.area_m2)
    assert not found.layer_area_m2[:29].any()
    np.testing.assert_allclose(found.layer_area_m2[33:47], 2 * np.pi * 10, rtol=0.15)  # Archimedes
    assert not found.layer_area_m2.flags.writeable


def test_same_for_any_number_of_threads(tmp_path, monkeypatch):
    """One thread or three, an array or a mapped file: every digit is the same."""
    monkeypatch.setattr(corner_pieces, "_ROWS", 5)
    np.save(tmp_path / "labels.npy", LABELS)
    mapped = np.load(tmp_path / "labels.npy", mmap_mode="r")
    with Team(1) as one, Team(3) as three:
        assert areas(electrode(LABELS), team=one) == areas(electrode(mapped), team=three)


# ---- edges ----------------------------------------------------------------------------------------------------------


def test_single_voxel_is_not_blown_up():
    """One voxel has an area between that of the ball of its volume and its six faces."""
    labels = np.zeros((9, 9, 9), dtype=np.uint8)
    labels[4, 4, 4] = 1
    assert (36 * np.pi) ** (1 / 3) < area(labels) < 6


@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 5, 6)])
def test_no_interface(shape):
    """A single phase has none."""
    assert interfaces(electrode(np.zeros(shape, dtype=np.uint8))) == ()


def test_phases_that_touch_at_edges_only():
    """Two phases that share no face have no interface, whatever else is there."""
    labels = np.zeros((6, 6, 6), dtype=np.uint8)
    labels[:3, :3], labels[3:, 3:] = 1, 2
    assert set(areas(electrode(labels))) == {("a", "b"), ("a", "c")}


def test_many_phases():
    """More phases than a byte has bits, four voxels across: the areas to all others add up to that of the phase."""
    labels = random_labels((30, 30, 30), phases=12, seed=4, smooth=2.5)
    found = interfaces(electrode(labels))
    alone = area(labels == 7) / 30**3
    assert phase_area_per_m(found, "h") == pytest.approx(alone, rel=0.1)
