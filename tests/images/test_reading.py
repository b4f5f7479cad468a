"""read_image on good files: every format gives the voxels that were written, with axis 0 through-thickness."""

import hashlib
import json
import logging
import mmap

import numpy as np
import pytest
import tifffile

from electrode_homog.errors import InputError
from electrode_homog.images import labels, read_image, reading
from electrode_homog.images.reading import read_grey_image

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


def test_source_says_what_was_read_how(tmp_path):
    """Another through-axis and another array of one file are other images, and their sources differ."""
    np.savez(tmp_path / "two.npz", first=STACK, second=2 - STACK)
    first = read_image(tmp_path / "two.npz", voxel_size_m=VOXEL, dataset="first").source
    assert read_image(tmp_path / "two.npz", voxel_size_m=VOXEL, dataset="second").source == first[:-5] + "second"
    turned = read_image(tmp_path / "two.npz", voxel_size_m=VOXEL, dataset="first", through_axis=2).source
    assert turned == f"{first} axes (2, 0, 1)"


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


def _lies_in_a_file(array):
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


MAPPED = ["plain.tif", "big.tif", "imagej.tif", "z.tif", "ome.tif", "bilevel.tif", "a.npy"]


@pytest.mark.parametrize("name", WRITERS)
def test_uncompressed_labels_stay_in_the_file(tmp_path, name):
    """Bytes that lie in one piece are mapped, not read, also through a crop of planes, and outlive the file's name."""
    WRITERS[name](tmp_path / name)
    labels = read_image(tmp_path / name, voxel_size_m=VOXEL).labels
    assert _lies_in_a_file(labels) == (name in MAPPED)
    assert not labels.flags.writeable
    planes = read_image(tmp_path / name, voxel_size_m=VOXEL, crop=((1, 3), (0, 7), (0, 9))).labels
    assert _lies_in_a_file(planes) == (name in MAPPED)
    (tmp_path / name).unlink()
    np.testing.assert_array_equal(labels, STACK)
    np.testing.assert_array_equal(planes, STACK[1:3])


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_crop_is_in_x_y_z_after_the_axis_was_moved(tmp_path, name, axis):
    """Reading a part gives what cropping the whole gives: voxels, sizes and source."""
    WRITERS[name](tmp_path / name)
    options = {"voxel_size_m": (1e-6, 2e-6, 3e-6), "through_axis": axis}
    whole = read_image(tmp_path / name, **options)
    part = read_image(tmp_path / name, crop=[[1, 4], [2, 5], [0, 3]], **options)
    expected = whole.cropped(slice(1, 4), slice(2, 5), slice(0, 3))
    np.testing.assert_array_equal(part.labels, expected.labels)
    assert (part.voxel_size_m, part.source) == (expected.voxel_size_m, expected.source)


@pytest.mark.parametrize("crop", [((1, 3), (0, 7), (0, 9)), ((1, 3), (2, 5), (1, 8))])
def test_pages_outside_the_crop_are_not_decoded(tmp_path, crop):
    """A stack of which the last page is spoilt inside can be read as far as it is whole."""
    stack = np.random.default_rng(1).integers(0, 3, (5, 7, 9), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", stack, compression="zlib", photometric="minisblack", metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        place = tif.pages[4].aspage().dataoffsets[0]
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[place : place + 9] = b"\xff" * 9
    (tmp_path / "a.tif").write_bytes(data)
    part = read_image(tmp_path / "a.tif", voxel_size_m=VOXEL, crop=crop)
    np.testing.assert_array_equal(part.labels, stack[tuple(slice(*pair) for pair in crop)])
    with pytest.raises(InputError, match="damaged"):
        read_image(tmp_path / "a.tif", voxel_size_m=VOXEL)


@pytest.mark.parametrize(
    "crop",
    [
        ((0, 6), (0, 7), (0, 9)),
        ((0, 5), (0, 7), (9, 10)),
        ((3, 3), (0, 7), (0, 9)),
        ((-2, 3), (0, 7), (0, 9)),
        ((0, 5), (0, 7)),
        ((0, 5), (0, 7), (0, 9, 1)),
        ((0, 5.0), (0, 7), (0, 9)),
        ((0, True), (0, 7), (0, 9)),
        "0:5",
        5,
        (slice(0, 5),) * 3,
    ],
)
def test_bad_crop(tmp_path, crop):
    """A crop is three pairs of whole numbers inside the image; the message shows it."""
    np.save(tmp_path / "a.npy", STACK)
    with pytest.raises(InputError, match="crop"):
        read_image(tmp_path / "a.npy", voxel_size_m=VOXEL, crop=crop)


def test_dataset_names_one_array_of_several(tmp_path):
    """A member of a .npz is named with or without .npy; a file of one array takes no name."""
    np.savez(tmp_path / "a.npz", labels=STACK, other=STACK[:3], note=np.array("words"))
    for name in ("labels", "labels.npy"):
        np.testing.assert_array_equal(read_image(tmp_path / "a.npz", voxel_size_m=1e-6, dataset=name).labels, STACK)
    with pytest.raises(InputError, match=r"'phase' names 0 of its arrays; it holds 'labels.npy', 'other.npy'"):
        read_image(tmp_path / "a.npz", voxel_size_m=1e-6, dataset="phase")
    with pytest.raises(InputError, match="not numbers"):
        read_image(tmp_path / "a.npz", voxel_size_m=1e-6, dataset="note")
    np.save(tmp_path / "a.npy", STACK)
    tifffile.imwrite(tmp_path / "a.tif", STACK, photometric="minisblack")
    for name in ("a.npy", "a.tif"):
        with pytest.raises(InputError, match="holds one image"):
            read_image(tmp_path / name, voxel_size_m=1e-6, dataset="labels")
    for dataset in ("", 3, b"labels"):
        with pytest.raises(InputError, match="dataset = "):
            read_image(tmp_path / "a.npz", voxel_size_m=1e-6, dataset=dataset)


@pytest.mark.parametrize("name", WRITERS)
def test_grey_values_keep_their_type(tmp_path, name):
    """Grey images are read from the same files, in this machine's byte order, with crop and moved axis."""
    WRITERS[name](tmp_path / name)
    grey = read_grey_image(
        tmp_path / name, voxel_size_m=(1e-6, 2e-6, 3e-6), through_axis=2, crop=[(1, 9), (0, 5), (2, 7)]
    )
    np.testing.assert_array_equal(grey.values, STACK.transpose(2, 0, 1)[1:, :, 2:])
    assert grey.values.dtype.isnative
    assert grey.values.flags.c_contiguous
    assert grey.voxel_size_m == (3e-6, 1e-6, 2e-6)
    assert grey.source.endswith("[1:9, 0:5, 2:7]")


def test_grey_values_need_not_be_labels(tmp_path):
    """Many values, negative ones and fractions are grey values; infinities are none."""
    values = np.random.default_rng(2).normal(size=(6, 6, 6)).astype(">f4")
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack")
    np.testing.assert_array_equal(read_grey_image(tmp_path / "a.tif", voxel_size_m=1e-6).values, values)
    coarse = read_grey_image(tmp_path / "a.tif", voxel_size_m=1e-6, coarsen=2)
    np.testing.assert_allclose(coarse.values, values.reshape(3, 2, 3, 2, 3, 2).mean((1, 3, 5)), rtol=1e-5, atol=1e-6)
    assert coarse.voxel_size_m == (2e-6, 2e-6, 2e-6)
    values[0, 0, 0] = np.inf
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(InputError, match="finite"):
        read_grey_image(tmp_path / "a.npy", voxel_size_m=1e-6)


@pytest.mark.parametrize("name", WRITERS)
def test_coarsening_takes_a_slab_at_a_time(tmp_path, name, monkeypatch):
    """However thin the slabs, voxels are those of the whole image coarsened."""
    WRITERS[name](tmp_path / name)
    expected = read_image(tmp_path / name, voxel_size_m=VOXEL).coarsened((2, 2, 3))
    monkeypatch.setattr(reading, "_SLAB_BYTES", 1)
    found = read_image(tmp_path / name, voxel_size_m=VOXEL, coarsen=(2, 2, 3))
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert (found.voxel_size_m, found.source) == (expected.voxel_size_m, expected.source)


@pytest.mark.parametrize("shape", [(1, 5, 7, 9), (5, 7, 9, 1), (1, 1, 5, 7, 9), (5, 1, 7, 9)])
@pytest.mark.parametrize("order", "CF")
def test_axes_of_length_one_are_dropped(tmp_path, shape, order):
    """Time and channel of an array with one of each are no axes of the image."""
    array = np.asarray(STACK.reshape(shape), order=order)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", array)
    for name in ("a.npy", "a.npz"):
        np.testing.assert_array_equal(read_image(tmp_path / name, voxel_size_m=VOXEL).labels, STACK)


def test_the_only_image_among_several_arrays_is_taken(tmp_path):
    """A voxel size, a name or an object beside the labels is no image, and is never loaded."""
    others = {"voxel": np.ones(3), "name": np.array("cathode"), "object": np.array([{}], dtype=object)}
    np.savez(tmp_path / "a.npz", labels=STACK, **others)
    np.testing.assert_array_equal(read_image(tmp_path / "a.npz", voxel_size_m=VOXEL).labels, STACK)
    np.savez(tmp_path / "a.npz", allow_pickle=True, **others)
    with pytest.raises(InputError, match=r"'voxel' 3 float64; 'name'.*'object', not numbers but object"):
        read_image(tmp_path / "a.npz", voxel_size_m=VOXEL)


def test_previews_are_no_slices(tmp_path):
    """Pages that call themselves reduced versions are passed over, at the end or between the slices."""
    wide = np.random.default_rng(0).integers(0, 3, (5, 32, 48), dtype=np.uint8)
    with tifffile.TiffWriter(tmp_path / "end.tif") as writer:
        writer.write(wide, photometric="minisblack")
        writer.write(wide[0, ::4, ::4].copy(), photometric="minisblack", subfiletype=1)
    with tifffile.TiffWriter(tmp_path / "between.tif") as writer:
        for page in wide:
            writer.write(page, photometric="minisblack", metadata=None)
            writer.write(page[::4, ::4].copy(), photometric="minisblack", subfiletype=1, metadata=None)
    for name in ("end.tif", "between.tif"):
        np.testing.assert_array_equal(read_image(tmp_path / name, voxel_size_m=VOXEL).labels, wide)


def test_palette_tiff_gives_the_numbers_not_the_colours(tmp_path):
    """All pages must have one palette: with several, one number means several labels."""
    colours = np.random.default_rng(0).integers(0, 65535, (2, 3, 256), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "one.tif", STACK, photometric="palette", colormap=colours[0])
    np.testing.assert_array_equal(read_image(tmp_path / "one.tif", voxel_size_m=VOXEL).labels, STACK)
    with tifffile.TiffWriter(tmp_path / "two.tif") as writer:
        for number, page in enumerate(STACK):
            writer.write(page, photometric="palette", colormap=colours[number // 4], metadata=None)
    with pytest.raises(InputError, match="page 4 has a palette of its own"):
        read_image(tmp_path / "two.tif", voxel_size_m=VOXEL)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_labels_are_counted_in_small_parts(tmp_path, monkeypatch, order):
    """However large a slice is, few voxels are examined at once, and each of them once."""
    monkeypatch.setattr(labels, "_BLOCK", 20)
    parts = [part.size for part in labels._blocks(STACK.transpose(order))]
    assert (sum(parts), max(parts) <= 20) == (STACK.size, True)
    count = labels.LabelCount(tmp_path)
    count.add(STACK.transpose(order))
    assert count.voxels == dict(enumerate(np.bincount(STACK.ravel()).tolist()))


def test_plain_resolution_is_shown_but_not_taken(tmp_path):
    """TIFF states a pixel, not the distance of slices; ImageJ axes in different units are not mixed."""
    tifffile.imwrite(tmp_path / "a.tif", STACK, photometric="minisblack", resolution=(20000, 40000), resolutionunit=3)
    with pytest.raises(InputError, match=r"no voxel size.*\(not stated, 0.25, 0.5\) um"):
        read_image(tmp_path / "a.tif")
    metadata = {"axes": "ZYX", "spacing": 0.5, "unit": "um", "zunit": "nm"}
    tifffile.imwrite(tmp_path / "b.tif", STACK, imagej=True, resolution=(2, 2), metadata=metadata)
    with pytest.raises(InputError, match="'nm and um'"):
        read_image(tmp_path / "b.tif")


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
