"""Raw volumes: read only where the layout explains every byte."""

import mmap

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.images import read_image
from electrode_homog.images.formats.raw import RawLayout, VoxelOrder
from electrode_homog.images.reading import read_grey_image

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)


@pytest.mark.parametrize("suffix", [".raw", ".dat", ".bin", ".VOL"])
@pytest.mark.parametrize("dtype", ["uint8", "<u2", ">u2", ">i4", "<f4", ">f8", np.dtype(">u4"), np.uint64, "bool"])
@pytest.mark.parametrize("offset", [0, 13])
def test_voxels_are_those_of_the_layout(tmp_path, suffix, dtype, offset):
    """Any type of numbers in either byte order, after a header of any length."""
    stack = STACK.astype(dtype)
    (tmp_path / f"a{suffix}").write_bytes(b"h" * offset + stack.tobytes())
    raw = RawLayout((5, 7, 9), dtype, offset_bytes=offset)
    image = read_image(tmp_path / f"a{suffix}", voxel_size_m=1e-6, raw=raw, through_axis=1)
    np.testing.assert_array_equal(image.labels, stack.astype(np.uint8).transpose(1, 0, 2))
    grey = read_grey_image(tmp_path / f"a{suffix}", voxel_size_m=1e-6, raw=raw)
    np.testing.assert_array_equal(grey.values, stack)
    assert grey.values.dtype.isnative


def test_first_axis_may_run_fastest(tmp_path):
    """MATLAB and Fortran write the first axis first."""
    (tmp_path / "a.raw").write_bytes(STACK.tobytes(order="F"))
    raw = RawLayout((5, 7, 9), "uint8", order=VoxelOrder.FIRST_AXIS_FASTEST)
    image = read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=raw)
    np.testing.assert_array_equal(image.labels, STACK)
    assert image.labels.flags.c_contiguous


def test_voxels_stay_in_the_file(tmp_path):
    """Bytes in order are mapped, not read; they cannot be written through the image."""
    (tmp_path / "a.raw").write_bytes(STACK.tobytes())
    labels = read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=RawLayout((5, 7, 9), "u1")).labels
    root = labels
    while isinstance(root, np.ndarray):
        root = root.base
    assert isinstance(root, mmap.mmap)
    with pytest.raises(ValueError, match="read-only"):
        labels[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("layout", "problem"),
    [
        (RawLayout((5, 7, 8), "uint8"), r"longer.*315 bytes, but 280.*offset_bytes=35.*shape \(5, 7, 9\) of uint8"),
        (RawLayout((5, 7, 10), "uint8"), r"cut short.*shape \(5, 7, 9\) of uint8"),
        (RawLayout((5, 7, 9), "<u2"), r"cut short: 315 bytes, but 630.*shape \(5, 7, 9\) of uint8"),
        (RawLayout((5, 7, 9), "uint8", offset_bytes=1), "cut short.*after 1"),
        (RawLayout((1, 1, 300), "uint8"), r"longer.*shape \(1, 1, 315\)"),
        (RawLayout((10**9, 10**9, 10**9), "f8"), "cut short"),
    ],
)
def test_length_must_fit_to_the_byte(tmp_path, layout, problem):
    """Nothing else in a raw file can contradict a wrong layout; the message lists layouts that would fit."""
    (tmp_path / "a.raw").write_bytes(STACK.tobytes())
    with pytest.raises(InputError, match=problem) as error:
        read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=layout)
    assert str(tmp_path / "a.raw") in str(error.value)


def test_sixteen_bits_read_as_eight_are_seen(tmp_path):
    """A file twice as long as the layout says is offered as 16 bit; a cube is recognised."""
    (tmp_path / "a.raw").write_bytes(np.zeros((6, 6, 6), "<u2").tobytes())
    with pytest.raises(InputError, match=r"shape \(6, 6, 6\) of uint16") as error:
        read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=RawLayout((6, 6, 6), "uint8"))
    assert str(error.value).count("(6, 6, 6) of uint16") == 1
    with pytest.raises(InputError, match=r"shape \(6, 6, 6\) of uint16"):
        read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=RawLayout((5, 5, 5), "uint8"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"shape": (5, 7)},
        {"shape": 5},
        {"shape": (5, 7, 0)},
        {"shape": (5, 7, -1)},
        {"shape": (5, 7, 9.0)},
        {"shape": (5, 7, True)},
        {"shape": (5, 7, 2**70)},
        {"dtype": "voxels"},
        {"dtype": "O"},
        {"dtype": "U3"},
        {"dtype": "c8"},
        {"dtype": "u1,u1"},
        {"dtype": "(3,)u1"},
        {"dtype": "__import__('os')"},
        {"dtype": None},
        {"dtype": object},
        {"offset_bytes": -1},
        {"offset_bytes": 1.0},
        {"offset_bytes": 2**70},
        {"order": "C"},
    ],
)
def test_bad_layout(arguments):
    """A layout is checked when it is made; the message shows the argument."""
    with pytest.raises(InputError, match=next(iter(arguments))):
        RawLayout(**({"shape": (5, 7, 9), "dtype": "uint8"} | arguments))


def test_layout_is_for_raw_files_alone(tmp_path):
    """A raw file needs a layout; a file that describes itself must not be given one."""
    (tmp_path / "a.raw").write_bytes(STACK.tobytes())
    np.save(tmp_path / "a.npy", STACK)
    with pytest.raises(InputError, match="give raw=RawLayout"):
        read_image(tmp_path / "a.raw", voxel_size_m=1e-6)
    layout = RawLayout((5, 7, 9), "uint8")
    with pytest.raises(InputError, match="describes itself"):
        read_image(tmp_path / "a.npy", voxel_size_m=1e-6, raw=layout)
    with pytest.raises(InputError, match="raw = "):
        read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=(5, 7, 9))
    with pytest.raises(InputError, match="dataset"):
        read_image(tmp_path / "a.raw", voxel_size_m=1e-6, raw=layout, dataset="a")


@pytest.mark.parametrize("name", ["rock", "rock.ubc", "rock.img"])
def test_a_layout_serves_whatever_the_name(tmp_path, name):
    """Raw volumes are passed on under many suffixes, or none."""
    (tmp_path / name).write_bytes(STACK.tobytes())
    image = read_image(tmp_path / name, voxel_size_m=1e-6, raw=RawLayout((5, 7, 9), "uint8"))
    np.testing.assert_array_equal(image.labels, STACK)
    with pytest.raises(InputError, match="or read it as raw"):
        read_image(tmp_path / name, voxel_size_m=1e-6)
