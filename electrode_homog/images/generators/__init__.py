"""Images made by the computer, with a known answer: the same arguments give the same image."""

from electrode_homog.images.generators.electrode import ELECTRODE_PHASES, generate_electrode

__all__ = ["ELECTRODE_PHASES", "generate_electrode"]
