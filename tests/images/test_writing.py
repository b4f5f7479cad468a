"""write_image: what is written is read back equal, with voxel size and axis; nothing is left where it fails."""

import errno
import os

import numpy as np
import pytest
import tifffile

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage, read_image
from electrode_homog.images.formats import tiff_writing
from electrode_homog.images.writing import write_image

LABELS = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)
SIZES = [398e-9, (1.3e-7, 2.1e-6, 3.1234567890123e-7), (1e-6 / 3, 2e-6 / 7, 1e-6), 1.0]
NAMES = ["a.tif", "a.ome.tif", "A.OME.TIFF"]


@pytest.mark.parametrize("name", [*NAMES, "a.zarr", "a.ome.zarr", "a.vti"])
@pytest.mark.parametrize("size", SIZES)
def test_written_image_is_read_back_equal(tmp_path, name, size):
    """Labels and axis are the same, the voxel size to 12 digits, the unit voxel stays one."""
    image = VoxelImage(LABELS, size, 'nmc <&"> µ\n\0 x')
    assert write_image(image, str(tmp_path / name)) == tmp_path / name
    again = read_image(tmp_path / name)
    np.testing.assert_array_equal(again.labels, LABELS)
    assert again.labels.dtype == np.uint8
    assert again.voxel_size_m == pytest.approx(image.voxel_size_m, rel=1e-12, abs=0)
    assert again.has_physical_length == image.has_physical_length
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("highest", [1, 255, 256, 65535, 65536, 2**32 - 1])
def test_labels_of_every_width_come_back(tmp_path, highest):
    """Labels keep their value, whatever type they came in; the file has the smallest one."""
    labels = LABELS.astype(np.int64) * (highest // 2)
    labels[0, 0, 0] = highest
    write_image(VoxelImage(labels, 1e-6), tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").labels, labels)
    assert tifffile.imread(tmp_path / "a.tif").dtype == np.min_scalar_type(highest)


def test_other_programs_read_it(tmp_path):
    """Pages are planes of axis 0, compressed without loss, and the OME description names them Z."""
    write_image(VoxelImage(LABELS, (1e-6, 2e-6, 3e-6)), tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        assert tif.is_ome
        assert tif.series[0].axes == "ZYX"
        assert tif.pages[0].aspage().compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        np.testing.assert_array_equal(tif.asarray(), LABELS)
        for axis, size in zip("ZYX", ("1.0", "2.0", "3.0"), strict=True):
            assert f'PhysicalSize{axis}="{size}" PhysicalSize{axis}Unit="µm"' in (tif.ome_metadata or "")


def test_views_and_single_planes_are_written(tmp_path):
    """Labels that are not contiguous, and an image of two planes, come back."""
    write_image(VoxelImage(LABELS.transpose(2, 0, 1)[::2], 1e-6), tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").labels, LABELS.transpose(2, 0, 1)[::2])
    write_image(VoxelImage(LABELS[:2], 1e-6), tmp_path / "b.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "b.tif").labels, LABELS[:2])


def test_single_plane_is_written(tmp_path):
    """One plane is an image too."""
    write_image(VoxelImage(LABELS[:1], 1e-6), tmp_path / "a.tif")
    assert tifffile.imread(tmp_path / "a.tif").shape == (7, 9)


def test_bigtiff_where_offsets_may_not_do(tmp_path, monkeypatch):
    """Large volumes are written with 64-bit offsets, small ones as any program reads them."""
    write_image(VoxelImage(LABELS, 1e-6), tmp_path / "small.tif")
    monkeypatch.setattr(tiff_writing, "_CLASSIC_BYTES", 100)
    write_image(VoxelImage(LABELS, 1e-6), tmp_path / "large.tif")
    assert (tmp_path / "small.tif").read_bytes()[2] == 42
    assert (tmp_path / "large.tif").read_bytes()[2] == 43
    np.testing.assert_array_equal(read_image(tmp_path / "large.tif").labels, LABELS)


@pytest.mark.parametrize("name", ["a.tif", "a.zarr", "a.vti"])
def test_nothing_is_overwritten_unasked(tmp_path, name):
    """A path that exists is refused and stays as it was; with overwrite it is replaced."""
    write_image(VoxelImage(LABELS, 1e-6), tmp_path / name)
    with pytest.raises(InputError, match=name):
        write_image(VoxelImage(LABELS[:3], 1e-6), tmp_path / name)
    np.testing.assert_array_equal(read_image(tmp_path / name).labels, LABELS)
    write_image(VoxelImage(LABELS[:3], 1e-6), tmp_path / name, overwrite=True)
    np.testing.assert_array_equal(read_image(tmp_path / name).labels, LABELS[:3])
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_an_image_can_replace_the_file_it_is_mapped_from(tmp_path):
    """The old file stays until the new one is whole, so that an image may be written over its own source."""
    tifffile.imwrite(tmp_path / "a.tif", LABELS, photometric="minisblack")
    image = read_image(tmp_path / "a.tif", voxel_size_m=1e-6)
    write_image(image, tmp_path / "a.tif", overwrite=True)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").labels, LABELS)
    np.testing.assert_array_equal(image.labels, LABELS)


@pytest.mark.parametrize(
    "fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]
)
def test_nothing_is_left_where_writing_fails(tmp_path, monkeypatch, fault):
    """A full disk, or an interrupt half-way, leaves no file, and what was there before."""
    (tmp_path / "a.tif").write_bytes(b"before")
    calls = iter([None, None, fault])

    def contiguous(plane, dtype):
        if (problem := next(calls)) is not None:
            raise problem
        return plane.astype(dtype)

    monkeypatch.setattr(tiff_writing.np, "ascontiguousarray", contiguous)
    with pytest.raises(type(fault)) as error:
        write_image(VoxelImage(LABELS, 1e-6), tmp_path / "a.tif", overwrite=True)
    if isinstance(fault, OSError):
        assert error.value.filename == str(tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]


def test_a_name_that_comes_into_being_meanwhile_is_kept(tmp_path, monkeypatch):
    """What another program wrote there in the meantime is not replaced."""

    def meanwhile(descriptor):
        (tmp_path / "a.tif").write_bytes(b"other")

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(InputError, match="exists already"):
        write_image(VoxelImage(LABELS, 1e-6), tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes() == b"other"
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]


def test_what_cannot_be_written(tmp_path):
    """A missing folder is an OSError that names the file; other suffixes, types and labels are InputErrors."""
    image = VoxelImage(LABELS, 1e-6)
    with pytest.raises(OSError, match=r"absent.a\.tif"):
        write_image(image, tmp_path / "absent" / "a.tif")
    (tmp_path / "folder.tif").mkdir()
    huge = VoxelImage(LABELS.astype(np.uint64) * 2**40, 1e-6)
    for what, path, problem in [
        (image, tmp_path / "a.png", r"suffix '\.png'"),
        (image, tmp_path / "folder.tif", "is a folder"),
        (image, 7, "not a file name"),
        (LABELS, tmp_path / "a.tif", "not a VoxelImage"),
        (huge, tmp_path / "a.tif", "beyond"),
    ]:
        with pytest.raises(InputError, match=problem):
            write_image(what, path)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.tif"]
