"""Writing OME-Zarr: round trips by us and by zarr; nothing is lost, overwritten or left behind."""

import json

import numpy as np
import pytest
import zarr

from electrode_homog.errors import InputError
from electrode_homog.images.formats.zarr_store import opened_zarr
from electrode_homog.images.formats.zarr_writing import write_zarr
from electrode_homog.images.voxel_image import VoxelImage

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)
BOX = (slice(1, 4), slice(2, 3), slice(3, 9))


def everything(stored):
    return stored.read(tuple(slice(0, n) for n in stored.shape))


@pytest.mark.parametrize("dtype", ["?", "u1", "u2", "i4", "u8", ">u2"])
@pytest.mark.parametrize("voxel", [(398e-9, 1e-7 / 3, 5.1e-8), 1.0])
def test_what_is_written_is_read_back_equal(tmp_path, dtype, voxel):
    """Labels, type, voxel size and axes, by us and by zarr; every chunk is there, those of nothing but pore, too."""
    labels = np.zeros((130, 7, 9), dtype)
    labels[:5] = STACK
    image = VoxelImage(labels, voxel, "näme")
    assert write_zarr(image, tmp_path / "a.zarr") == tmp_path / "a.zarr"
    with opened_zarr(tmp_path / "a.zarr", None) as stored:
        np.testing.assert_array_equal(everything(stored), image.labels)
        np.testing.assert_array_equal(stored.read(BOX), image.labels[BOX])
        assert stored.dtype == image.labels.dtype.newbyteorder("<")
        assert stored.calibration.voxel_size_m() == image.voxel_size_m
    group = zarr.open_group(tmp_path / "a.zarr", mode="r")
    np.testing.assert_array_equal(group["0"][:], image.labels)
    ome = group.attrs["ome"]["multiscales"][0]
    assert [axis["name"] for axis in ome["axes"]] == ["z", "y", "x"]
    scale = np.array(ome["datasets"][0]["coordinateTransformations"][0]["scale"])
    unit = 1e-6 if image.has_physical_length else 1
    np.testing.assert_allclose(scale * unit, image.voxel_size_m, rtol=1e-12)
    assert [each.name for each in tmp_path.iterdir()] == ["a.zarr"]


def test_the_scale_alone_gives_the_voxel_size(tmp_path):
    """Other programs rewrite the array and keep only what OME-Zarr prescribes."""
    write_zarr(VoxelImage(STACK, (398e-9, 1e-7 / 3, 5.1e-8)), tmp_path / "a.zarr")
    description = tmp_path / "a.zarr" / "0" / "zarr.json"
    description.write_text(json.dumps(json.loads(description.read_text()) | {"attributes": {}}))
    with opened_zarr(tmp_path / "a.zarr", None) as stored:
        assert stored.calibration.voxel_size_m() == pytest.approx((398e-9, 1e-7 / 3, 5.1e-8), rel=1e-12)


def test_nothing_is_overwritten_or_left_behind(tmp_path, monkeypatch):
    """A Zarr folder is replaced if told so, only when the new one is whole; any other folder is never touched."""
    image, path = VoxelImage(STACK, 1e-7), tmp_path / "a.zarr"
    write_zarr(VoxelImage(STACK[:2], 1e-7), path)
    with pytest.raises(InputError, match=r"a\.zarr exists already"):
        write_zarr(image, path)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zarr.Array, "__setitem__", full)
        with pytest.raises(OSError, match=r"No space left on device.*a\.zarr"):
            write_zarr(image, path, overwrite=True)
    with opened_zarr(path, None) as stored:
        assert stored.shape == (2, 7, 9)
    write_zarr(image, path, overwrite=True)
    with opened_zarr(path, None) as stored:
        assert stored.shape == (5, 7, 9)
    assert [each.name for each in tmp_path.iterdir()] == ["a.zarr"]
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter").write_text("mine")
    (tmp_path / "link.zarr").symlink_to(path)
    for name in ("home", "link.zarr", "home/letter"):
        with pytest.raises(InputError, match="is not a Zarr folder"):
            write_zarr(image, tmp_path / name, overwrite=True)
    with pytest.raises(OSError, match=r"nowhere/a\.zarr"):
        write_zarr(image, tmp_path / "nowhere" / "a.zarr")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zarr", "home", "link.zarr"]
