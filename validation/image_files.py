"""Images are read back as they were written, and what is broken or hostile is refused: counted from the tests.

Round trips are done here, in every format that is written and in those that other programs write. The refusals are
those of `tests/images`: each asserts the class of the error and the name of the file, most that no file is left.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
from outcome import Outcome

import electrode_homog as eh

ROOT = Path(__file__).parents[1]
LEAST_REFUSALS = 40
REFUSING = (
    "refuse",
    "bad",
    "hostile",
    "damage",
    "broken",
    "spoil",
    "bomb",
    "cut",
    "truncat",
    "wrong",
    "outside",
    "link",
)
SIZE = (2.5e-7, 4e-7, 3.98e-7)


def outcomes() -> list[Outcome]:
    image = eh.VoxelImage(eh.generate_electrode(seed=1, shape=(37, 30, 41), mean_radius_m=2e-6).labels, SIZE)
    with tempfile.TemporaryDirectory() as folder:
        rows = [_written(image, Path(folder) / name) for name in ("a.ome.tif", "b.zarr", "c.vti")]
        rows += _foreign(image, Path(folder))
    return [*rows, _refusals()]


def _written(image: eh.VoxelImage, path: Path) -> Outcome:
    eh.write_image(image, path)
    found = eh.read_image(path)
    error = float(np.abs(np.array(found.voxel_size_m) / SIZE - 1).max())
    same = found.shape == image.shape and bool(np.array_equal(found.labels, image.labels))
    text = f"labels {'equal' if same else 'differ'}, voxel size within {error:.0e}"
    return Outcome(
        f"written and read back: {path.name[1:]}", "the image", "equal; 1e-12", text, same and error <= 1e-12
    )


def _foreign(image: eh.VoxelImage, folder: Path) -> list[Outcome]:
    """As other libraries write them; the voxel size is given where the format states none."""
    import h5py
    import scipy.io
    import tifffile
    import zarr

    labels = image.labels
    np.save(folder / "d.npy", labels)
    np.savez_compressed(folder / "e.npz", labels=labels)
    tifffile.imwrite(folder / "f.tif", labels, photometric="minisblack", bigtiff=True)
    scipy.io.savemat(folder / "g.mat", {"labels": labels}, do_compression=True)
    labels.tofile(folder / "h.raw")
    with h5py.File(folder / "i.h5", "w") as file:
        file.create_dataset("scan/labels", data=labels, chunks=True, compression="gzip")
    zarr.create_array(folder / "j.zarr", data=labels, zarr_format=2, chunks=(16, 16, 16), fill_value=9)
    (folder / "k").mkdir()
    for number, page in enumerate(labels):
        tifffile.imwrite(folder / "k" / f"slice{number}.tif", page, photometric="minisblack")
    rows = []
    for name in ("d.npy", "e.npz", "f.tif", "g.mat", "h.raw", "i.h5", "j.zarr", "k"):
        raw = {"raw": eh.RawLayout(labels.shape, "u1")} if name == "h.raw" else {}
        found = eh.read_image(folder / name, voxel_size_m=SIZE, **raw)
        same = bool(np.array_equal(found.labels, labels)) and found.voxel_size_m == SIZE
        kind = "BigTIFF" if name == "f.tif" else "folder of slices" if name == "k" else name[1:]
        rows.append(
            Outcome(f"read: {kind}", "the array that was written", "equal", "equal" if same else "differs", same)
        )
    return rows


def _refusals() -> Outcome:
    """Run the tests of refusals and count the cases that passed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "tests/images",
            "-k",
            " or ".join(REFUSING),
            f"--junitxml={report}",
        ]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=1800)
        suite = ElementTree.parse(report).getroot()[0]
    total, failed = int(suite.attrib["tests"]), int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    text = f"{total - failed} of {total} cases refused as they should"
    return Outcome(
        "broken and hostile images", "tests/images", f">= {LEAST_REFUSALS}, all", text, failed == 0 and total >= 40
    )
