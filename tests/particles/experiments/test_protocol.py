"""Steps of a particle: what they take, how they read, what they refuse."""

import math

import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.experiments.protocol import (
    ConstantInflux,
    HeldPotential,
    HeldSurface,
    MeanReaches,
    ParticleRest,
    PotentialReaches,
    RateFalls,
    SurfaceReaches,
    particle_steps,
)


def test_steps_read_as_a_protocol():
    """The text of a step says what is done and when it ends."""
    assert str(ConstantInflux(1)) == "1C until the surface is full or empty"
    assert str(ConstantInflux(-0.5, duration_s=60)) == "-0.5C for 60 s"
    assert str(ConstantInflux(1, duration_s=60, until=MeanReaches(0.5))) == "1C for 60 s or until mean at 0.5"
    assert str(HeldSurface(0.9, until=RateFalls(0.01))) == "hold surface at 0.9 until 0.01C"
    assert str(HeldPotential(3.4, duration_s=5)) == "hold surface at 3.4 V for 5 s"
    assert str(ConstantInflux(1, until=PotentialReaches(3.5))) == "1C until surface at 3.5 V"
    assert str(ConstantInflux(1, until=SurfaceReaches(0.5))) == "1C until surface at 0.5"


def test_one_step_or_several():
    """A single step is a protocol; an empty list, text and foreign objects are not."""
    rest = ParticleRest(1.0)
    assert particle_steps(rest) == particle_steps([rest]) == (rest,)
    for wrong in ([], "rest", [rest, "rest"], 5, None):
        with pytest.raises(InputError):
            particle_steps(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ConstantInflux(0.0),
        lambda: ConstantInflux(math.nan),
        lambda: ConstantInflux(1.0, duration_s=-1),
        lambda: ConstantInflux(1.0, until=RateFalls(0.1)),
        lambda: ConstantInflux(1.0, until=0.5),  # type: ignore[arg-type]
        lambda: ConstantInflux(True),
        lambda: HeldSurface(0.5),
        lambda: HeldPotential(3.4),
        lambda: HeldSurface(0.5, until=SurfaceReaches(0.4)),  # type: ignore[arg-type]
        lambda: ParticleRest(0),
        lambda: RateFalls(0),
    ],
)
def test_steps_that_make_no_sense_are_refused(make):
    """No rate, no end, an end that cannot come, numbers that are none."""
    with pytest.raises(InputError):
        make()


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 45.0])
def test_stoichiometries_lie_between_0_and_1(value):
    """Held or awaited, a stoichiometry is inside 0 to 1."""
    for make in (MeanReaches, SurfaceReaches, lambda x: HeldSurface(x, duration_s=1)):
        with pytest.raises(OutOfRangeError, match="between 0 and 1"):
            make(value)
