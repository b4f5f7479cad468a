"""Graded porosity: right in every plane, whatever the field."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import GaussianCovariance, gaussian_field, graded, packed_spheres

SHAPE = (40, 30, 35)


@pytest.fixture(scope="module")
def field():
    return gaussian_field(seed=0, shape=SHAPE, voxel_size_m=1, covariance=GaussianCovariance(4.0))


@pytest.mark.parametrize(
    "profile",
    [np.linspace(0.6, 0.2, 40), np.full(40, 0.35), np.r_[np.zeros(20), np.ones(20)], 0.4 + 0.2 * np.sin(np.arange(40))],
)
def test_every_plane_has_its_porosity(field, profile):
    """To the voxel, for linear, flat, stepped and wavy profiles."""
    image = graded(field, profile, voxel_size_m=(1, 2, 3))
    porosity = (image.labels == 0).mean(axis=(1, 2))
    np.testing.assert_allclose(porosity, profile, atol=0.5 / (30 * 35) + 1e-12)
    assert image.voxel_size_m == (1, 2, 3)


def test_solid_is_where_the_field_is_small(field):
    """In each plane every solid value is below every pore value."""
    labels = graded(field, np.linspace(0.7, 0.3, 40), voxel_size_m=1).labels
    for plane, values in zip(labels, field, strict=True):
        assert values[plane == 1].max() <= values[plane == 0].min()


def test_spheres_swell_and_shrink():
    """With the distances to spheres the solid of a dense plane holds the spheres, that of a loose one lies inside."""
    spheres = packed_spheres(seed=0, box_m=(1, 1, 1), volume_fraction=0.5, mean_radius_m=0.15)
    inside = spheres.voxelised((40, 40, 40)).labels == 1
    own = 1 - inside.mean(axis=(1, 2))
    distances = spheres.distances_m((40, 40, 40))
    dense = graded(distances, np.clip(own - 0.1, 0, 1), voxel_size_m=1).labels == 1
    loose = graded(distances, np.clip(own + 0.1, 0, 1), voxel_size_m=1).labels == 1
    assert (dense >= inside).all()
    assert (loose <= inside).all()


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"porosity": np.full(39, 0.5)}, InputError, "39 values, field has 40 planes"),
        ({"porosity": np.linspace(0.5, 1.5, 40)}, OutOfRangeError, "from 0.5 to 1.5"),
        ({"porosity": np.full(40, np.nan)}, InputError, "porosity"),
        ({"porosity": 0.5}, InputError, "porosity"),
        ({"field": np.zeros((40, 3))}, InputError, "field"),
        ({"field": np.zeros((40, 3, 3), int)}, InputError, "field"),
        ({"field": np.full((40, 3, 3), np.inf)}, InputError, "field"),
        ({"voxel_size_m": 0}, InputError, "voxel_size_m"),
    ],
)
def test_what_cannot_be_made_is_refused(field, change, error, problem):
    """The argument is named."""
    given = {"field": field, "porosity": np.full(40, 0.5), "voxel_size_m": 1.0} | change
    with pytest.raises(error, match=problem):
        graded(given.pop("field"), given.pop("porosity"), **given)
