"""Solve one direction, or all three, of one image with electrode_homog and print one line of JSON.

    python our_run.py image.tif --phases '{"pore": 0, "solid": 1}' --conductivity '{"pore": 1.0}' --axis 0 --threads 2

The clock and the memory are those of the one call, after the image is read, its phases are named, and a small solve of
the same kind has loaded libraries and compiled code. The sides are insulated.
"""

import argparse
import importlib.metadata
import json
from pathlib import Path

import numpy as np
from measurement import Measurement, keep_to_cores, print_line

import electrode_homog as eh
from electrode_homog.machine import available_memory_bytes

PACKAGES = ("electrode-homog", "numpy", "numba", "scipy")
SMALL = 24  # voxels along the edge of the first solve: enough for a coarse level


def main() -> None:
    options = _arguments()
    keep_to_cores(options.threads)
    image = eh.read_image(options.image, voxel_size_m=1.0)
    if options.side is not None:
        image = _repeated(image, options.side)
    electrode = eh.Microstructure(image, options.phases)
    _solve(eh.Microstructure(_small_image(image.labels.dtype, options), options.phases), options)
    free = available_memory_bytes()
    with Measurement() as measured:
        found = _solve(electrode, options)
    cost = eh.forecast(electrode, options.conductivity)
    record = {
        "tool": "electrode_homog",
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "image": options.image.name,
        "source": image.source,
        "shape": image.shape,
        "voxels": image.labels.size,
        "conductivity": options.conductivity,
        "axis": options.axis,
        "threads": options.threads,
        "conducting_fraction": sum(electrode.fractions[name] for name in options.conductivity),
        "free_bytes": free,
        "forecast_bytes": cost.bytes,
        "forecast_seconds": cost.seconds,
    }
    print_line({**record, **found, **measured.record()})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("--phases", type=json.loads, required=True, help="JSON: name to label, all of them")
    parser.add_argument("--conductivity", type=json.loads, required=True, help="JSON: name to number")
    parser.add_argument("--axis", choices=("0", "1", "2", "all"), required=True)
    parser.add_argument("--tolerance", type=float, help="default: that of the library")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--side", type=int, help="cut or repeat the image to a cube of this edge")
    return parser.parse_args()


def _repeated(image: eh.VoxelImage, side: int) -> eh.VoxelImage:
    labels = image.labels[np.ix_(*(np.arange(side) % n for n in image.shape))]
    return eh.VoxelImage(np.ascontiguousarray(labels), image.voxel_size_m, f"{image.source}, repeated or cut to {side}")


def _small_image(dtype: np.dtype, options: argparse.Namespace) -> eh.VoxelImage:
    """All labels at random, the first conductor in 60 % of the voxels, so that it percolates (threshold 31 %)."""
    first = next(iter(options.conductivity))
    share = 0.4 / (len(options.phases) - 1)
    shares = [0.6 if name == first else share for name in options.phases]
    labels = np.random.default_rng(0).choice(list(options.phases.values()), size=(SMALL,) * 3, p=shares)
    return eh.VoxelImage(labels.astype(dtype), 1.0, "small random image")


def _solve(electrode: eh.Microstructure, options: argparse.Namespace) -> dict:
    settings = {} if options.tolerance is None else {"tolerance": options.tolerance}
    if options.axis == "all":
        result = eh.effective_tensor(electrode, options.conductivity, **settings)
        value = np.diag(result.matrix).tolist()
    else:
        result = eh.effective_conductivity(electrode, options.conductivity, axis=int(options.axis), **settings)
        value = result.value
    return {"value": value, "relative_error": result.relative_error, "iterations": result.iterations}


if __name__ == "__main__":
    main()
