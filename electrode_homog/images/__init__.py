"""What the microscope saw: a labelled image, read from a file or generated."""

from electrode_homog.images.generators import ELECTRODE_PHASES, generate_electrode
from electrode_homog.images.length import parse_length
from electrode_homog.images.reading import read_image
from electrode_homog.images.voxel_image import VoxelImage

__all__ = ["ELECTRODE_PHASES", "VoxelImage", "generate_electrode", "parse_length", "read_image"]
