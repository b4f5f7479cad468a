"""From the shape of a particle to the voltage of a cell, on the command line."""

import numpy as np
import pytest
import tifffile

from electrode_homog.p2d import CellRun
from electrode_homog.particles import (
    Ball,
    LinearisedKinetics,
    ReducedParticle,
    UniformConcentration,
    UniformFlux,
    reduce_particle,
)
from electrode_homog.provenance import from_json


def reduced(command, *arguments: str) -> ReducedParticle:
    code, out, err = command("particle", *arguments, "--json", "-")
    assert code == 0, err
    return from_json(out, ReducedParticle)


@pytest.mark.parametrize(
    ("closure", "kind", "equivalent"),
    [("uniform-flux", UniformFlux(), 0.25), ("uniform-concentration", UniformConcentration(), 0.7)],
)
def test_anisotropic_ball(command, closure, kind, equivalent):
    """D = diag(1, 1, 0.1) answers a uniform flux as its harmonic mean, a uniform surface as its arithmetic mean."""
    particle = reduced(command, "ball=5um", "--tensor", "1,1,0.1", "--closure", closure)
    assert particle.closure == kind
    assert particle.radius_m == pytest.approx(5e-6)
    assert particle.equivalent_diffusivity == pytest.approx(equivalent, rel=1e-3)


def test_nine_numbers_are_rows(command):
    """A tensor turned about x is another way to write the same ball."""
    c, s = np.cos(0.7), np.sin(0.7)
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    tensor = turn @ np.diag([1.0, 1.0, 0.1]) @ turn.T
    text = ",".join(repr(float(value)) for value in tensor.ravel())
    particle = reduced(command, "ball=5um", "--tensor", text, "--closure", "uniform-flux", "--states", "4")
    np.testing.assert_allclose(particle.tensor, tensor, atol=1e-12)
    assert particle.states == 4
    assert particle.equivalent_diffusivity == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    ("shape", "radius_m"),
    [
        ("plate=2um", 3e-6),
        ("cylinder=3um,inf", 4.5e-6),
        ("cylinder=3um, 4um", 3 * 36 / 42 * 1e-6),
        ("box=2um,2um,2um", 1e-6),
        ("ellipsoid=2000nm,2um,0.002mm", 2e-6),
    ],
)
def test_kinetic_radius_of_every_shape(command, shape, radius_m):
    """3 V/S by hand: 3 d/2, 3 r/2, 3 r l/(2 (r + l)), a/2, a."""
    particle = reduced(command, shape, "--tensor", "1,1,1", "--closure", "linearised-kinetics=2.5", "--states", "3")
    assert particle.radius_m == pytest.approx(radius_m, rel=1e-9)
    assert particle.closure == LinearisedKinetics(2.5)


def test_what_is_printed(command, tmp_path):
    """The numbers that tell particles apart are on the terminal, the particle itself in the file."""
    code, out, err = command(
        "particle", "ball=5um", "--tensor", "1,1,1", "--closure", "uniform-flux", "--json", "b.json"
    )
    assert code == 0
    for words in ("kinetic radius", "5e-06", "equivalent isotropic diffusivity", "error of the mesh", "UniformFlux()"):
        assert words in out
    assert "wrote b.json" in err
    made = from_json((tmp_path / "b.json").read_text(), ReducedParticle)
    assert made == reduce_particle(Ball(5e-6), tensor=np.eye(3), closure=UniformFlux())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ball=5um", "--tensor", "1,1,1"), "--closure"),
        (("ball=5um", "--closure", "uniform-flux"), "--tensor"),
        (("ball=5um", "--tensor", "1,1", "--closure", "uniform-flux"), "three principal values or nine numbers"),
        (("ball=5um", "--tensor", "1,1,x", "--closure", "uniform-flux"), "'x' is not a number"),
        (("ball=5um", "--tensor", "1,1,0", "--closure", "uniform-flux"), "must be positive"),
        (("ball=5um", "--tensor", "1,0,0,0.5,1,0,0,0,1", "--closure", "uniform-flux"), "not symmetric"),
        (("ball=5um", "--tensor", "1e-14,1e-14,1e-14", "--closure", "uniform-flux"), "relative"),
        (("ball=5um", "--tensor", "1,1,1", "--closure", "fast"), "uniform-flux, uniform-concentration"),
        (("ball=5um", "--tensor", "1,1,1", "--closure", "linearised-kinetics"), "linearised-kinetics=BIOT"),
        (("ball=5um", "--tensor", "1,1,1", "--closure", "linearised-kinetics=-1"), "not positive"),
        (("ball=5", "--tensor", "1,1,1", "--closure", "uniform-flux"), "has no unit"),
        (("ball=5m", "--tensor", "1,1,1", "--closure", "uniform-flux"), "micrometres"),
        (("ball=1um,2um", "--tensor", "1,1,1", "--closure", "uniform-flux"), "ball takes radius"),
        (("bal=1um", "--tensor", "1,1,1", "--closure", "uniform-flux"), "no shape (ball=RADIUS"),
        (("ball=5um", "--tensor", "1,1,1", "--closure", "uniform-flux", "--states", "1"), "states"),
        (("ball=5um", "--tensor", "1,1,1", "--closure", "uniform-flux", "--label", "1"), "is no image"),
    ],
)
def test_bad_input_is_explained(command, arguments, says):
    """Exit code 2, and the message says what would be right."""
    code, _, err = command("particle", *arguments)
    assert code == 2
    assert says in " ".join(err.split()), err


@pytest.fixture
def grains(tmp_path) -> str:
    """Label 7 is a ball of 6 voxels radius, label 3 a box at the edge, label 9 two pieces."""
    labels = np.zeros((30, 20, 20), dtype=np.uint8)
    z, y, x = np.ogrid[:30, :20, :20]
    labels[(z - 20) ** 2 + (y - 10) ** 2 + (x - 10) ** 2 <= 36] = 7
    labels[:6, :6, :6] = 3
    labels[8:12, 0:4, 0:4] = labels[8:12, 10:14, 10:14] = 9
    tifffile.imwrite(tmp_path / "grains.tif", labels)
    return "grains.tif"


def test_particle_from_an_image(command, grains):
    """A ball of voxels has nearly the radius and the diffusivity of a ball."""
    options = ["--tensor", "1,1,1", "--closure", "uniform-flux", "--voxel-size", "0.5um", "--states", "4"]
    particle = reduced(command, grains, "--label", "7", *options)
    assert particle.radius_m == pytest.approx(3e-6, rel=0.1)
    assert particle.equivalent_diffusivity == pytest.approx(1, rel=0.1)
    code, _, err = command("particle", grains, "--label", "3", *options)
    assert code == 0
    assert "reaches the edge" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "needs --label"),
        (["--label", "5"], "no label 5; it has 4 labels from 0 to 9"),
        (["--label", "9"], "2 pieces"),
    ],
)
def test_bad_label_is_explained(command, grains, options, says):
    """Without a label, with one that is not there, and with one of several pieces."""
    given = ["--tensor", "1,1,1", "--closure", "uniform-flux", "--voxel-size", "0.5um"]
    code, _, err = command("particle", grains, *given, *options)
    assert code == 2
    assert says in err


def test_chain_from_particle_to_discharge(command, tmp_path):
    """simulate takes the particle, scales it where it is asked to, and shows it."""
    command("particle", "ball=5um", "--tensor", "1,1,1", "--closure", "uniform-flux", "--json", "ball.json")
    options = ["--particle", "positive=ball.json", "--set", "positive.particle.radius_m=5.22e-6"]
    code, out, err = command("simulate", "chen2020", "--c-rate", "1", *options, "--json", "-", "--report", "run.html")
    assert code == 0, err
    assert "note:" not in err
    run = from_json(out, CellRun)
    assert run.particles["positive"].model == "ReducedParticle"
    assert run.capacity_Ah == pytest.approx(4.938, rel=0.01)  # of the sphere, in examples/particles.py
    assert 'id="particles"' in (tmp_path / "run.html").read_text(encoding="utf-8")


def test_another_size_is_told(command):
    """A particle of another kinetic radius changes the reacting surface, which is said before anything is solved."""
    command("particle", "ball=5um", "--tensor", "1,1,1", "--closure", "uniform-flux", "--json", "ball.json")
    code, _, err = command("simulate", "chen2020", "--particle", "positive=ball.json")
    assert code == 2  # nothing to simulate
    assert "positive particles is 5e-06 m instead of 5.22e-06 m" in err


@pytest.mark.parametrize(
    ("text", "option", "says"),
    [
        (None, "positive=b.json", "not a file"),
        ("{}", "positive=b.json", "'ReducedParticle' is needed"),
        ("{", "positive=b.json", "not a JSON result"),
        ("{}", "cathode=b.json", "'negative' or 'positive'"),
        ("{}", "b.json", "NAME=VALUE"),
    ],
)
def test_bad_particle_files(command, tmp_path, text, option, says):
    """What is no particle, and no electrode, is refused before anything is solved."""
    if text is not None:
        (tmp_path / "b.json").write_text(text)
    code, _, err = command("simulate", "chen2020", "--c-rate", "1", "--particle", option)
    assert code == 2
    assert says in err


def test_particle_file_is_never_overwritten(command, tmp_path):
    """An input is no output, even with --force."""
    command("particle", "ball=5um", "--tensor", "1,1,1", "--closure", "uniform-flux", "--json", "b.json")
    before = (tmp_path / "b.json").read_bytes()
    options = ["--c-rate", "1", "--particle", "positive=b.json", "--json", "b.json", "--force"]
    assert command("simulate", "chen2020", *options)[0] == 2
    assert (tmp_path / "b.json").read_bytes() == before
