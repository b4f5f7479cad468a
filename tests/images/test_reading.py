"""read_image on good files: every format gives the voxels that were written, with axis 0 through-thickness."""

import hashlib
import json
import logging

import numpy as np
import pytest
import tifffile

from electrode_homog.errors import InputError
from electrode_homog.images import read_image

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)
VOXEL = 398e-9


def _one_by_one(path):
    with tifffile.TiffWriter(path) as writer:
        for page in STACK:
            writer.write(page, contiguous=False, compression="zlib", photometric="minisblack")


def _npz(path):
    np.savez_compressed(path, labels=STACK)


def _tiff(stack=STACK, **options):
    return lambda path: tifffile.imwrite(path, stack, **({"photometric": "minisblack"} | options))


WRITERS = {
    "plain.tif": _tiff(),
    "lzw.tif": _tiff(compression="lzw"),
    "deflate.tiff": _tiff(compression="zlib"),
    "strips.tif": _tiff(compression="lzw", rowsperstrip=3, metadata=None),
    "tiles.tif": _tiff(compression="zlib", tile=(16, 16)),
    "predictor.TIF": _tiff(compression="zlib", predictor=True),
    "big.tif": _tiff(bigtiff=True),
    "motorola.tif": _tiff(STACK.astype(">u2"), byteorder=">"),
    "float.tif": _tiff(STACK.astype(np.float32), compression="zlib"),
    "bilevel.tif": _tiff(STACK),
    "imagej.tif": _tiff(imagej=True),
    "z.tif": _tiff(imagej=True, metadata={"axes": "ZYX"}),
    "ome.tif": _tiff(ome=True),
    "pages.tif": _one_by_one,
    "a.npy": lambda path: np.save(path, STACK),
    "fortran.npy": lambda path: np.save(path, np.asfortranarray(STACK.astype(np.int64))),
    "float.npy": lambda path: np.save(path, STACK.astype(float)),
    "motorola.npy": lambda path: np.save(path, STACK.astype(">i4")),
    "a.npz": _npz,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_back_the_voxels(tmp_path, name):
    """The labels are those written, in one byte each and in C order, with the voxel size that was asked for."""
    WRITERS[name](tmp_path / name)
    image = read_image(tmp_path / name, voxel_size_m=VOXEL)
    np.testing.assert_array_equal(image.labels, STACK)
    assert image.labels.dtype == np.uint8
    assert image.labels.flags.c_contiguous
    assert image.voxel_size_m == (VOXEL,) * 3


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_through_axis_moves_labels_and_voxel_size_together(tmp_path, axis):
    """The chosen axis of the file becomes axis 0, the others keep their order; sizes are given in file order."""
    np.save(tmp_path / "a.npy", STACK)
    image = read_image(str(tmp_path / "a.npy"), voxel_size_m=(1e-6, 2e-6, 3e-6), through_axis=axis)
    order = [[0, 1, 2], [1, 0, 2], [2, 0, 1]][axis]
    np.testing.assert_array_equal(image.labels, STACK.transpose(order))
    assert image.voxel_size_m == tuple((1e-6, 2e-6, 3e-6)[k] for k in order)


def test_source_is_file_name_and_hash(tmp_path):
    """The source names the file without its folder, and the SHA-256 of its bytes."""
    path = tmp_path / "nmc.npy"
    np.save(path, STACK)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_image(path, voxel_size_m=VOXEL).source == f"nmc.npy sha256:{digest[:16]}"


def test_boolean_and_large_labels(tmp_path):
    """Booleans are 0 and 1; labels beyond one byte keep their value in the smallest type."""
    np.save(tmp_path / "bool.npy", STACK > 0)
    np.save(tmp_path / "large.npy", STACK.astype(np.int64) * 70000)
    np.testing.assert_array_equal(read_image(tmp_path / "bool.npy", voxel_size_m=1).labels, STACK > 0)
    large = read_image(tmp_path / "large.npy", voxel_size_m=1).labels
    assert large.dtype == np.uint32
    np.testing.assert_array_equal(large, STACK.astype(int) * 70000)


def _imagej(path, unit, spacing=0.5, resolution=(2.5, 4.0)):
    metadata = {"axes": "ZYX", "spacing": spacing, "unit": unit}
    metadata = {key: value for key, value in metadata.items() if value is not None}
    tifffile.imwrite(path, STACK, imagej=True, resolution=resolution, metadata=metadata)


@pytest.mark.parametrize(("unit", "metre"), [("um", 1e6), ("micron", 1e6), ("\\u00B5m", 1e6), ("nm", 1e9), ("mm", 1e3)])
def test_imagej_calibration_is_the_voxel_size(tmp_path, unit, metre):
    """Spacing is axis 0; X and Y resolutions are pixels per unit, so columns are 1/2.5 and rows 1/4."""
    scale = metre / 1e6  # the sample is of the same size in each unit
    _imagej(tmp_path / "a.tif", unit, 0.5 * scale, (2.5 / scale, 4.0 / scale))
    image = read_image(tmp_path / "a.tif", through_axis=2)
    np.testing.assert_allclose(image.voxel_size_m, (0.4e-6, 0.5e-6, 0.25e-6), rtol=1e-6)


def test_given_voxel_size_overrides_the_file(tmp_path):
    """The caller knows better than the file, even where the file's unit is unknown."""
    for unit in ("um", "furlong"):
        _imagej(tmp_path / f"{unit}.tif", unit)
        assert read_image(tmp_path / f"{unit}.tif", voxel_size_m=VOXEL).voxel_size_m == (VOXEL,) * 3


@pytest.mark.parametrize(
    ("unit", "spacing", "resolution", "problem"),
    [
        ("furlong", 0.5, (2.5, 2.5), "'furlong'"),
        (None, 0.5, (2.5, 2.5), "no voxel size"),
        ("pixel", 0.5, (2.5, 2.5), "no voxel size"),
        ("um", None, (2.5, 2.5), "incomplete"),
        ("um", -0.5, (2.5, 2.5), "incomplete"),
        ("um", 0.5, (0, 2.5), "incomplete"),
    ],
)
def test_imagej_calibration_is_never_guessed(tmp_path, unit, spacing, resolution, problem):
    """An unknown unit, none, or a missing spacing or resolution is asked for, not assumed."""
    _imagej(tmp_path / "a.tif", unit, spacing, resolution)
    with pytest.raises(InputError, match=problem) as error:
        read_image(tmp_path / "a.tif")
    assert "a.tif" in str(error.value)
    assert "voxel_size_m" in str(error.value)


def test_logging_of_the_application_is_left_as_it_was(tmp_path):
    """Damage is seen although the application has silenced the reader's log, and its settings survive."""
    tifffile.imwrite(tmp_path / "a.tif", STACK, compression="lzw", photometric="minisblack")
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data[: len(data) * 2 // 3])
    logger = logging.getLogger("tifffile")
    logger.setLevel(logging.CRITICAL)
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(InputError, match="cut short"):
            read_image(tmp_path / "a.tif", voxel_size_m=VOXEL)
        assert logger.level == logging.CRITICAL
        assert logging.root.manager.disable == logging.CRITICAL
        assert logger.propagate
        assert not [handler for handler in logger.handlers if type(handler).__name__ == "LogRecords"]
    finally:
        logging.disable(logging.NOTSET)
        logger.setLevel(logging.NOTSET)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["nrel_nmc532_cal_cbd", "electrode_256_three_phase"])
def test_real_electrodes(shared_data, name):
    """Shape and volume fractions of real electrodes are those counted by whoever provided them."""
    stated = json.loads((shared_data / "volumes" / f"{name}.json").read_text())
    image = read_image(shared_data / "volumes" / f"{name}.tif", voxel_size_m=stated["voxel_size_m"])
    assert list(image.shape) == stated["shape"]
    for phase in stated["labels"]:
        assert np.count_nonzero(image.labels == phase["value"]) == phase["voxels"]


@pytest.mark.shared_data
def test_real_electrode_without_voxel_size_asks(shared_data):
    """The X-ray volume carries no voxel size (only a meaningless resolution), so one must be given."""
    with pytest.raises(InputError, match="no voxel size"):
        read_image(shared_data / "volumes" / "nrel_nmc532_cal_cbd.tif")
