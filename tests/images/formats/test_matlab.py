"""MATLAB files: versions 5, 7 and 7.3 give MATLAB's own axes; what is not a real array is refused, never built."""

import struct
import zlib

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from electrode_homog.errors import InputError
from electrode_homog.images.formats.matlab import opened_matlab

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)
BOX = (slice(1, 4), slice(2, 3), slice(3, 9))
OTHERS = {"name": "an electrode", "cell": np.array(["a", [1, 2]], object), "s": {"a": 1}, "voxel": 0.4}


def everything(stored):
    return stored.read(tuple(slice(0, n) for n in stored.shape))


@pytest.mark.parametrize("packed", [False, True], ids=["v6", "v7"])
@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4", "f8", "?", ">i2"])
def test_versions_5_to_7_give_back_matlabs_array(tmp_path, packed, dtype):
    """What scipy writes is read back, beside text, cells and structures; a part is what slicing gives."""
    values = (STACK > 0) if dtype == "?" else STACK.astype(dtype)
    scipy.io.savemat(tmp_path / "a.mat", {**OTHERS, "labels": values}, do_compression=packed)
    with opened_matlab(tmp_path / "a.mat", None) as stored:
        assert stored.shape == (5, 7, 9)
        assert stored.calibration is None
        assert stored.mapped is not packed
        np.testing.assert_array_equal(stored.read(BOX), values[BOX])
        np.testing.assert_array_equal(everything(stored), values)
        assert everything(stored).dtype == stored.dtype


def test_a_packed_array_of_several_blocks(tmp_path):
    """Unpacking goes on over the ends of blocks, where nothing may be lost."""
    values = np.zeros((260, 260, 260), np.uint8)
    values[..., 100:120] = np.random.default_rng(1).integers(0, 256, (260, 260, 20), dtype=np.uint8)
    scipy.io.savemat(tmp_path / "a.mat", {"x": values}, do_compression=True)
    with opened_matlab(tmp_path / "a.mat", "x") as stored:
        np.testing.assert_array_equal(everything(stored), values)


def _version_7_3(path, values, matlab_class="uint8", **attributes):
    with h5py.File(path, "w", userblock_size=512) as file:
        x = file.create_dataset("labels", data=values.T, chunks=True, compression="gzip")
        x.attrs["MATLAB_class"] = np.bytes_(matlab_class)
        for name, value in attributes.items():
            x.attrs[name] = value
        file.create_group("#refs#")["a"] = values
        file.create_group("s")["field"] = values
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


@pytest.mark.parametrize("matlab_class", ["uint8", "logical", "double"])
def test_version_7_3_is_read_in_matlabs_axis_order(tmp_path, matlab_class):
    """MATLAB's first axis is the last in the HDF5 file; what belongs to cells and structures is not offered."""
    values = STACK.astype({"double": "f8"}.get(matlab_class, "u1"))
    _version_7_3(tmp_path / "a.mat", values, matlab_class)
    for name in (None, "labels"):
        with opened_matlab(tmp_path / "a.mat", name) as stored:
            assert stored.shape == (5, 7, 9)
            np.testing.assert_array_equal(everything(stored), values)
            np.testing.assert_array_equal(stored.read(BOX), values[BOX])


def _element(dims=(2, 2, 2), kind=9, number=2, data=bytes(8), stated=None, flags=0, name=b"x"):
    """A matrix element by hand: flags, dimensions, name, numbers."""

    def part(code, content, length=None):
        padding = bytes(-len(content) % 8)
        return struct.pack("<II", code, len(content) if length is None else length) + content + padding

    body = part(6, struct.pack("<II", kind | flags, 0)) + part(5, struct.pack(f"<{len(dims)}i", *dims))
    body += part(1, name) + part(number, data, stated)
    return struct.pack("<II", 14, len(body)) + body


def _file(*elements):
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(elements)


def _packed(element):
    packed = zlib.compress(element, 9)
    return struct.pack("<II", 15, len(packed)) + packed


def test_the_hand_made_element_is_sound(tmp_path):
    """What the hostile cases below spoil is read when it is not spoilt, plain and packed."""
    for element in (_element(), _packed(_element())):
        (tmp_path / "a.mat").write_bytes(_file(element))
        with opened_matlab(tmp_path / "a.mat", "x") as stored:
            assert everything(stored).tolist() == np.zeros((2, 2, 2)).tolist()


HOSTILE = {
    "cell": (_file(_element(kind=1)), "is a cell"),
    "structure": (_file(_element(kind=2)), "is a struct"),
    "object": (_file(_element(kind=3)), "is a object"),
    "text": (_file(_element(kind=4, number=4, data=bytes(16))), "is a char"),
    "sparse": (_file(_element(kind=5)), "is a sparse"),
    "function handle": (_file(_element(kind=16)), "is a function"),
    "opaque": (_file(_element(kind=17)), "is a opaque"),
    "unknown class": (_file(_element(kind=99)), "is a unknown"),
    "complex": (_file(_element(flags=0x0800)), "is a complex"),
    "two axes": (_file(_element((2, 4))), "three axes"),
    "four axes": (_file(_element((2, 2, 2, 2), data=bytes(16))), "three axes"),
    "no voxel": (_file(_element((2, 0, 2), data=b"")), "three axes"),
    "negative": (_file(_element((-2, -2, 2))), "three axes"),
    "huge claim": (_file(_element((10**6, 10**6, 10**6))), "states 8 bytes for 10{18}"),
    "huge claim, packed": (_file(_packed(_element((2000, 2000, 1000)))), "states 8 bytes for 4000000000"),
    "claim beyond the data": (_file(_packed(_element((100, 100, 100), stated=10**6))), "states 1000000 bytes"),
    "more than its shape": (_file(_element((2, 2, 1), data=bytes(8))), "states 8 bytes"),
    "unknown numbers": (_file(_element(number=77)), "unknown type 77"),
    "same name twice": (_file(_element(), _element()), "2 variables are named 'x'"),
    "not there": (_file(_element(name=b"y")), "0 variables are named 'x'; it holds 'y'"),
    "no variable": (_file(), "0 variables"),
    "not a variable": (_file(struct.pack("<II", 7, 8) + bytes(8)), "element of type 7"),
    "packed twice": (_file(_packed(_packed(_element()))), "packed element of type 15"),
    "packed rubbish": (_file(struct.pack("<II", 15, 8) + b"rubbish!"), "cut short, damaged"),
    "cut in the numbers": (_file(_element())[:-4], "cut short"),
    "cut in the head": (_file(_element())[:150], "cut short"),
    "cut in the file header": (_file()[:100], "not a MATLAB file"),
    "version 4": (struct.pack("<IIIII", 0, 2, 2, 0, 2) + b"x\0" + bytes(200), "not a MATLAB file of version 5"),
    "a text": (b"1 2 3\n" * 100, "not a MATLAB file"),
    "HDF5 that is none": (b"\x89HDF\r\n\x1a\n" + bytes(600), "cut short, damaged"),
    "empty": (b"", "empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_by_their_heads(tmp_path, name):
    """Each is an InputError with the file's name, at opening; nothing is built, nothing is left."""
    content, problem = HOSTILE[name]
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.mat: .*{problem}"):
        opened_matlab(tmp_path / "a.mat", "x").__enter__()
    assert [each.name for each in tmp_path.iterdir()] == ["a.mat"]


def test_packed_data_are_unpacked_no_further_than_their_shape(tmp_path):
    """30 MB of zeros behind an array of 8 bytes are not unpacked but refused, as is a stream that ends early."""
    head = _element()
    long, damaged = zlib.compress(head + bytes(3 * 10**7)), zlib.compress(head)[:-1] + b"\0"
    for spoilt in (long, damaged, zlib.compress(head)[:-6], zlib.compress(head[:-8])):
        (tmp_path / "a.mat").write_bytes(_file(struct.pack("<II", 15, len(spoilt)) + spoilt))
        with (
            pytest.raises(InputError, match=r"a\.mat: .*(cut short|damaged)"),
            opened_matlab(tmp_path / "a.mat", "x") as stored,
        ):
            everything(stored)


def test_real_sparse_and_complex_variables_are_listed_with_their_class(tmp_path):
    """Where no variable will do, the message says what there is; where several would, it lists them."""
    scipy.io.savemat(tmp_path / "a.mat", {**OTHERS, "z": STACK * 1j, "m": scipy.sparse.csc_array(np.eye(3))})
    with pytest.raises(InputError, match=r"'name', a char.*'cell', a cell.*'s', a struct.*complex.*sparse"):
        opened_matlab(tmp_path / "a.mat", None).__enter__()
    scipy.io.savemat(tmp_path / "a.mat", {"grey": STACK * 1.5, "labels": STACK})
    with pytest.raises(InputError, match=r"2 images \('grey' 5 x 7 x 9 double; 'labels' 5 x 7 x 9 uint8\)"):
        opened_matlab(tmp_path / "a.mat", None).__enter__()


def test_a_field_of_a_structure_is_offered_by_its_name(tmp_path):
    """The message names the field, and that name as dataset opens it; in an older file it says what to save."""
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file.create_group("s")["field"] = STACK.T.astype(float)
    with pytest.raises(InputError, match=r"'s/field' 5 x 7 x 9 double, in a structure: give this name as dataset"):
        opened_matlab(tmp_path / "a.mat", None).__enter__()
    with opened_matlab(tmp_path / "a.mat", "s/field") as stored:
        np.testing.assert_array_equal(everything(stored), STACK)
    scipy.io.savemat(tmp_path / "b.mat", {"s": {"volume": STACK}})
    with pytest.raises(InputError, match="'s', a struct: save the field with the image as a variable of its own"):
        opened_matlab(tmp_path / "b.mat", None).__enter__()


def _spoilt_7_3(path, what):
    match what:
        case "cell" | "char" | "function_handle":
            _version_7_3(path, STACK, what)
        case "empty":
            _version_7_3(path, STACK, MATLAB_empty=np.uint8(1))
        case "external":
            with h5py.File(path, "w", userblock_size=512) as file:
                file["labels"] = h5py.ExternalLink("secret.h5", "x")
        case "references":
            with h5py.File(path, "w", userblock_size=512) as file:
                file.create_dataset("labels", (2, 2, 2), h5py.ref_dtype)
        case "no data":
            with h5py.File(path, "w", userblock_size=512) as file:
                file.create_dataset("labels", (2, 2, 2), "u1")


@pytest.mark.parametrize("dataset", ["labels", None])
@pytest.mark.parametrize("what", ["cell", "char", "function_handle", "empty", "external", "references", "no data"])
def test_hostile_version_7_3_files_are_refused(tmp_path, what, dataset):
    """The rules of HDF5 hold in MATLAB's version of it, and classes other than numbers are refused."""
    _spoilt_7_3(tmp_path / "a.mat", what)
    with pytest.raises(InputError, match=r"a\.mat: "):
        opened_matlab(tmp_path / "a.mat", dataset).__enter__()
