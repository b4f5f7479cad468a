"""What a solve is said to take: more for more, and the speed of the machine kept without harm."""

import json

import numpy as np
import pytest
from media import electrode

from electrode_homog.errors import InputError
from electrode_homog.homogenization import Boundary, forecast, largest_cube, speed
from electrode_homog.homogenization.cost import needed_bytes


@pytest.fixture
def two_phases():
    return electrode((np.random.default_rng(0).random((20, 20, 20)) < 0.5).astype(int))


def test_more_takes_more(two_phases):
    """A tensor, several conductors, double precision, and conditions that keep all fields take more than one axis."""
    least = forecast(two_phases, {"a": 1.0})
    assert forecast(two_phases, ["a"]) == least
    for conductivity, asked in (
        ({"a": 1.0}, {"axes": 3}),
        ({"a": 1.0, "b": 0.5}, {}),
        ({"a": 1.0}, {"tolerance": 1e-8}),
        ({"a": 1.0}, {"axes": 3, "boundary": Boundary.PERIODIC}),
        ({"a": np.diag([1.0, 2.0, 3.0])}, {}),
    ):
        cost = forecast(two_phases, conductivity, **asked)
        assert cost.bytes > least.bytes
        assert cost.seconds >= least.seconds
    with pytest.raises(InputError, match="no phase"):
        forecast(two_phases, {"pore": 1.0})


def test_odd_periodic_images_need_more():
    """Where an odd number of voxels closes on itself three vectors more are kept."""
    settings = {"axes": 1, "boundary": Boundary.PERIODIC, "fields": 0, "double_precision": False}
    assert needed_bytes((101, 100, 100), 10**6, **settings) > 1.15 * needed_bytes((102, 100, 100), 10**6, **settings)


def test_largest_cube_is_the_largest():
    """24 GB hold a cube of more than 960 voxels along an edge, half of it conducting."""
    assert 960 < largest_cube(24 * 10**9) < 1200
    assert largest_cube(10) == 1


def test_speed_is_measured_once_and_kept(tmp_path, monkeypatch):
    """The file is read, not measured again; nonsense in it is measured anew; no folder is no harm."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(speed, "_timed", lambda: 2 * speed.REFERENCE_SECONDS)
    file = tmp_path / "electrode-homog" / "speed.json"
    for content in (None, "nonsense", '{"other": "x"}', "[]"):
        if content is not None:
            file.write_text(content)
        speed.relative_speed.cache_clear()
        assert speed.relative_speed() == 0.5
        assert list(json.loads(file.read_text()).values()) == [2 * speed.REFERENCE_SECONDS]
    monkeypatch.setattr(speed, "_timed", lambda: pytest.fail("measured again"))
    speed.relative_speed.cache_clear()
    assert speed.relative_speed() == 0.5
    monkeypatch.setattr(speed, "_timed", lambda: speed.REFERENCE_SECONDS)
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))  # not a folder
    speed.relative_speed.cache_clear()
    assert speed.relative_speed() == 1.0
    speed.relative_speed.cache_clear()
