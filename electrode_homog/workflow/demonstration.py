"""The study that needs no input: an electrode made by the computer, as the positive one of Chen et al. (2020)."""

from electrode_homog.images import ELECTRODE_PHASES
from electrode_homog.workflow.image_choices import HandOver
from electrode_homog.workflow.study import GeneratedImage, Study, TensorRequest


def demonstration_study(*, seed: int = 1, size: int = 128) -> Study:
    """A cube of `size` voxels of 0.4 um with the porosity of the base set's positive electrode, 0.335.

    The electronic conductivities are assumed: 0.1 S/m is within the range that lithium nickel manganese
    cobalt oxides pass through on discharge, 100 S/m the order of carbon-binder mixtures.
    """
    image = GeneratedImage(
        {"seed": seed, "shape": (size, size, size), "active_fraction": 0.585, "binder_fraction": 0.08}
    )
    return Study(
        title="Demonstration: a generated cathode, from voxels to voltage",
        image=image,
        phases=ELECTRODE_PHASES,
        tensors={
            "electrolyte": TensorRequest({"pore": 1.0}),
            "electrons": TensorRequest({"active": 0.1, "binder": 100.0}),
        },
        hand_over=HandOver(
            base="chen2020",
            electrode="positive",
            porosity=("pore",),
            active=("active",),
            electrolyte="electrolyte",
            solid="electrons",
        ),
        subvolume_tensor="electrolyte",
        c_rates=(0.5, 1.0, 2.0),
    )
