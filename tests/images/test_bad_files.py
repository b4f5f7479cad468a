"""read_image on bad files: each is refused with the file named, the problem and what would be right."""

import io
import os
import pickle
import resource
import struct
import zipfile
import zlib

import numpy as np
import pytest
import tifffile

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images import labels, read_image
from electrode_homog.images.formats import guard

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)


def _npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def _npy_header(text):
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def _tiff(stack=STACK, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, stack, **({"photometric": "minisblack"} | options))
    return buffer.getvalue()


def _pages(*pages, **options):
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", contiguous=False, **options)
    return buffer.getvalue()


def _directory(*entries, data=b"", next_directory=0):
    """A little-endian TIFF with one directory of (tag, type, count, value) and `data` at offset 8."""
    place = 8 + len(data)
    packed = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return (
        b"II*\0"
        + struct.pack("<I", place)
        + data
        + struct.pack("<H", len(entries))
        + packed
        + struct.pack("<I", next_directory or 0)
    )


def _grey(width, height, offset=8, count=1, compression=1):
    return [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1),
        (273, 4, 1, offset), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, count),
    ]  # fmt: skip


def _loop():
    data = bytearray(_directory(*_grey(3, 3, count=9), data=bytes(9)))
    data[-4:] = struct.pack("<I", 8 + 9)
    return bytes(data)


def _zip(*members, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def _spoilt_zip():
    data = bytearray(_zip(("labels.npy", _npy(STACK))))
    data[300] ^= 7  # a voxel, so that the checksum no longer fits
    return bytes(data)


def _encrypted_zip():
    data = bytearray(_zip(("a.npy", _npy(STACK))))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def _lying_zip():
    """A member that declares the size of its array but unpacks to less."""
    whole = _npy(STACK)
    data = bytearray(_zip(("a.npy", whole[:-50]), compression=zipfile.ZIP_DEFLATED))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark) + place
        data[start : start + 4] = struct.pack("<I", len(whole))
    return bytes(data)


def _inflating():
    """Five pages of 63 pixels, the third of which unpacks to 64 MB."""
    bomb = zlib.compress(bytes(2**26))
    pages = [_tiff_strip(zlib.compress(page.tobytes())) for page in STACK]
    pages[2] = _tiff_strip(bomb)
    return _chained(pages)


def _tiff_strip(data):
    return data, [entry if entry[0] != 279 else (279, 4, 1, len(data)) for entry in _grey(9, 7, compression=8)]


def _chained(pages):
    """A little-endian TIFF of pages (data, entries)."""
    file = bytearray(b"II*\0\0\0\0\0")
    link = 4
    for data, entries in pages:
        place = len(file)
        file += data + b"\0" * (len(data) % 2)
        struct.pack_into("<I", file, link, len(file))
        file += struct.pack("<H", len(entries))
        for tag, kind, count, value in sorted(entries):
            file += struct.pack("<HHII", tag, kind, count, place if tag == 273 else value)
        link = len(file)
        file += bytes(4)
    return bytes(file)


def _changed(tag, value):
    return [entry if entry[0] != tag else (*entry[:3], value) for entry in _grey(3, 3, count=9)]


def _counted(count):
    return [entry if entry[0] != 279 else (279, 4, count, 8) for entry in _grey(3, 3, count=9)]


NAN = STACK.astype(float)
NAN[1, 2, 3] = np.nan
THIRDS = STACK / 3
MANY = np.arange(315, dtype=np.uint16).reshape(STACK.shape)
HEADER = "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }"
TERABYTE = _npy_header(HEADER % "(10000, 10000, 10000)")

BAD = {
    "empty.tif": (b"", "empty"),
    "text.tif": (b"not a picture, only some words", "damaged"),
    "suffix.png": (b"\x89PNG", "suffix '.png'"),
    "no_suffix": (b"abc", "suffix ''"),
    "header_only.tif": (b"II*\0\x08\0\0\0", "damaged|no picture"),
    "one_page.tif": (_tiff(STACK[0]), "single picture"),
    "colour.tif": (_tiff(np.repeat(STACK[..., None], 3, 3), photometric="rgb"), "colour"),
    "colour_planes.tif": (_tiff(np.stack([STACK] * 3, 1), photometric="rgb", planarconfig="separate"), "colour"),
    "channels.tif": (_tiff(STACK[:3], imagej=True, metadata={"axes": "CYX"}), "3 channels"),
    "four_axes.tif": (_tiff(np.stack([STACK, STACK]), imagej=True, metadata={"axes": "TZYX"}), "three axes"),
    "two_sizes.tif": (_pages(STACK[0], STACK[1], STACK[2, :4]), "2 series .*2 x 7 x 9.*4 x 9"),
    "two_types.tif": (_pages(STACK[0], STACK[1].astype(np.uint16), metadata=None), "2 series"),
    "jpeg.tif": (_tiff(np.repeat(np.repeat(STACK, 4, 1), 4, 2), compression="jpeg"), "JPEG"),
    "grey.tif": (_tiff(MANY), r"315 distinct values. Not segmented\?.*0 \(0.3%\)"),
    "nan.tif": (_tiff(NAN.astype(np.float32)), "nan is not finite"),
    "thirds.tif": (_tiff(THIRDS.astype(np.float32), compression="zlib"), "0.333.* is not a whole number"),
    "negative.tif": (_tiff(STACK.astype(np.int16) - 1), "labels go down to -1"),
    "huge_page.tif": (_directory(*_grey(200_000, 200_000, count=9), data=bytes(9)), "picture|cut short"),
    "loop.tif": (_loop(), "damaged|single picture"),
    "sparse.tif": (_pages(STACK[0], STACK[1], metadata=None)[:-4], "cut short"),
    "pickle.npy": (_npy(np.array([{"a": 1}] * 8, object).reshape(2, 2, 2), allow_pickle=True), "not numbers"),
    "bare_pickle.npy": (b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01.", "damaged"),
    "terabyte.npy": (TERABYTE, r"cut short \(0% is there\)"),
    "cut.npy": (_npy(STACK)[:-10], "cut short"),
    "cut_header.npy": (_npy(STACK)[:50], "damaged"),
    "longer.npy": (_npy(STACK) + b"\0", "longer than its header says"),
    "evil_header.npy": (_npy_header("__import__('os').getcwd()"), "damaged"),
    "negative_shape.npy": (_npy_header(HEADER % "(-3, 3, 3)"), "shape"),
    "version.npy": (b"\x93NUMPY\x09\x00" + bytes(100), "damaged|format"),
    "two_d.npy": (_npy(STACK[0]), r"\(7, 9\) is not"),
    "four_d.npy": (_npy(np.stack([STACK] * 2)), r"\(2, 5, 7, 9\) is not"),
    "no_voxel.npy": (_npy(STACK[:0]), r"\(0, 7, 9\) is not"),
    "scalar.npy": (_npy(np.uint8(3)), r"\(\) is not"),
    "text.npy": (_npy(STACK.astype(str)), "not numbers"),
    "complex.npy": (_npy(STACK.astype(complex)), "not numbers"),
    "structured.npy": (_npy(STACK.view([("a", "u1")])), "not numbers"),
    "infinite.npy": (_npy(np.where(STACK, np.inf, 0.0)), "inf is not finite"),
    "inexact.npy": (_npy(np.where(STACK, 1e300, 0.0)), "beyond"),
    "negative.npy": (_npy(STACK.astype(np.int8) - 1), r"go down to -1 \(.*% of the voxels"),
    "noise.npy": (_npy(np.random.default_rng(1).normal(size=(9, 9, 9))), "not a whole number"),
    "many.npy": (_npy(np.arange(20_000).reshape(20, 20, 50)), "distinct values. Not segmented"),
    "several.npz": (_zip(("a.npy", _npy(STACK)), ("b.npy", _npy(STACK))), "2 images .'a' 5 x 7 x 9 uint8; 'b'"),
    "none.npz": (_zip(), "holds no array at all"),
    "not_zip.npz": (_npy(STACK), "damaged"),
    "cut.npz": (_zip(("a.npy", _npy(STACK)))[:200], "damaged"),
    "not_array.npz": (_zip(("a.txt", b"hello, this is not an array")), "damaged"),
    "checksum.npz": (_spoilt_zip(), "damaged"),
    "longer.npz": (_zip(("a.npy", _npy(STACK) + b"\0")), "longer"),
    "absolute.npz": (_zip(("/etc/passwd.npy", _npy(STACK))), "points outside"),
    "traversal.npz": (_zip(("../../a.npy", _npy(STACK))), "points outside"),
    "windows.npz": (_zip(("..\\a.npy", _npy(STACK))), "points outside"),
    "pickle.npz": (_zip(("a.npy", _npy(STACK.astype(object), allow_pickle=True))), "not numbers"),
    "terabyte.npz": (_zip(("a.npy", TERABYTE)), "cut short"),
    "nested.npz": (_zip(("a.npz", _zip(("a.npy", _npy(STACK))))), "damaged"),
    "encrypted.npz": (_encrypted_zip(), "damaged"),
    "lying_zip.npz": (_lying_zip(), "damaged|cut short"),
    "overflow.npy": (_npy_header(HEADER % "(4294967296, 4294967296, 4294967296)"), "cut short"),
    "long_header.npy": (b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + bytes(100), "damaged"),
    "nested_header.npy": (_npy_header("(" * 100 + ")" * 17), "damaged"),
    "inflating.tif": (_inflating(), "damaged|cut short"),
    "self_pointing.tif": (b"II*\0\x08\0\0\0" + b"\xff" * 400, "damaged|picture"),
    "endless_directory.tif": (_directory(*_grey(3, 3, count=9), data=bytes(9))[:-30], "damaged|cut short|picture"),
    "zero_width.tif": (_directory(*_grey(0, 3, count=9), data=bytes(9)), "damaged|picture|voxel"),
    "strips_of_4_G.tif": (_directory(*_counted(2**32 - 1), data=bytes(9)), "damaged|picture|cut short"),
    "bits_of_33.tif": (_directory(*_changed(258, 33), data=bytes(9)), "damaged|picture"),
    "unknown_codec.tif": (_pages(*STACK, metadata=None).replace(
        struct.pack("<HHII", 259, 3, 1, 1), struct.pack("<HHII", 259, 3, 1, 60123)), "damaged|compress"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused(tmp_path, name):
    """The message names the file and the problem."""
    data, problem = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=problem) as error:
        read_image(path, voxel_size_m=1e-6)
    assert str(path) in str(error.value)
    assert path.read_bytes() == data
    assert [p.name for p in tmp_path.iterdir()] == [name]


COMPLETE = {
    f"{kind}.{suffix}": data
    for kind, suffix, data in [
        ("plain", "tif", _tiff()),
        ("plain_pages", "tif", _tiff(metadata=None)),
        ("deflate", "tif", _tiff(compression="zlib")),
        ("lzw", "tif", _tiff(compression="lzw")),
        ("lzw_strips", "tif", _tiff(compression="lzw", rowsperstrip=3, metadata=None)),
        ("deflate_pages", "tif", _pages(*STACK, compression="zlib")),
        ("imagej", "tif", _tiff(imagej=True, metadata={"axes": "ZYX"})),
        ("imagej_deflate", "tif", _tiff(imagej=True, compression="zlib", metadata={"axes": "ZYX"})),
        ("big", "tif", _tiff(bigtiff=True)),
        ("plain", "npy", _npy(STACK)),
        ("deflate", "npz", _zip(("a.npy", _npy(STACK)), compression=zipfile.ZIP_DEFLATED)),
    ]
}


@pytest.mark.parametrize("name", COMPLETE)
def test_truncated_anywhere_is_refused(tmp_path, name):
    """A file cut at any place, in header, directory or data, is refused, unless all its voxels are still there."""
    data, path = COMPLETE[name], tmp_path / name
    places = {len(data) * share // 24 for share in range(1, 24)} | {1, 3, 9, 11, 40, len(data) - 1}
    refused = 0
    for place in sorted(places):
        path.write_bytes(data[:place])
        try:
            image = read_image(path, voxel_size_m=1e-6)
        except InputError:
            refused += 1
        else:
            np.testing.assert_array_equal(image.labels, STACK)  # only what comes after the voxels was lost
    assert refused >= len(places) / 2


@pytest.mark.parametrize("compression", ["zlib", "lzw", None])
@pytest.mark.parametrize("share", [0.3, 2 / 3, 0.95])
def test_stack_cut_at_two_thirds_is_refused(tmp_path, compression, share):
    """A stack of 24 slices that lost its end is never returned with fewer slices."""
    stack = np.random.default_rng(3).integers(0, 3, (24, 40, 40), dtype=np.uint8)
    data = _tiff(stack, compression=compression, metadata=None)
    (tmp_path / "a.tif").write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError, match="cut short"):
        read_image(tmp_path / "a.tif", voxel_size_m=1e-6)


def test_imagej_slice_count_must_agree(tmp_path):
    """A stack whose ImageJ description promises more slices than there are was cut between two pages."""
    data = _tiff(imagej=True, metadata={"axes": "ZYX"})
    for old, new in ((b"images=5", b"images=9"), (b"slices=5", b"slices=9")):
        (tmp_path / "a.tif").write_bytes(data.replace(old, new))
        with pytest.raises(InputError, match=r"a\.tif"):
            read_image(tmp_path / "a.tif", voxel_size_m=1e-6)


def test_missing_strip_is_not_read_as_zero(tmp_path):
    """A page whose strip has no bytes is refused; tifffile would fill it with label 0, that is, pore."""
    data = bytearray(_tiff(metadata=None, compression="zlib"))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as tif:
        tag = tif.pages[2].aspage().tags["StripByteCounts"]
        place, size = tag.valueoffset, {3: 2, 4: 4}[tag.dtype]
    data[place : place + size] = bytes(size)
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(InputError, match="page 2 has no data"):
        read_image(tmp_path / "a.tif", voxel_size_m=1e-6)


@pytest.mark.parametrize("name", ["deflate.tif", "wide.npy", "deflate.npz"])
def test_memory_is_decided_before_decoding(tmp_path, monkeypatch, name):
    """What does not fit is refused from the header, with both numbers and a remedy, and nothing is decoded."""
    (tmp_path / name).write_bytes(COMPLETE.get(name) or _npy(STACK.astype(np.int32)))
    monkeypatch.setattr(guard, "available_memory_bytes", lambda: 300)
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", lambda *_: pytest.fail("decoded"))
    with pytest.raises(InputError, match=r"need .*e-07 GB, 3e-07 GB are free; crop or coarsen"):
        read_image(tmp_path / name, voxel_size_m=1e-6)


def test_small_file_that_unpacks_to_much_is_refused(tmp_path, monkeypatch):
    """A zip bomb is judged by the size it declares."""
    bomb = _zip(("a.npy", _npy(np.zeros((200, 200, 200), np.uint8))), compression=zipfile.ZIP_DEFLATED)
    (tmp_path / "a.npz").write_bytes(bomb)
    assert len(bomb) < 10_000
    monkeypatch.setattr(guard, "available_memory_bytes", lambda: 1_000_000)
    with pytest.raises(InputError, match=r"need 0\.008 GB"):
        read_image(tmp_path / "a.npz", voxel_size_m=1e-6)


@pytest.mark.parametrize(
    ("size", "unit"),
    [(398, "398 nanometres"), (0.398, "0.398 micrometres"), (398e-6, "0.000398 millimetres"), (1e-15, "Check")],
)
def test_implausible_size_is_out_of_range_with_a_guess(tmp_path, size, unit):
    """A sample thicker than 2 mm, or smaller than 1 um, is refused; the unit that would fit is offered."""
    np.save(tmp_path / "a.npy", np.zeros((30, 40, 40), np.uint8))
    with pytest.raises(OutOfRangeError, match=unit):
        read_image(tmp_path / "a.npy", voxel_size_m=size)


@pytest.mark.parametrize("size", [5.345e-6, 1e-9])
def test_what_is_no_electrode_may_be_read_without_a_length(tmp_path, size):
    """A rock of 2.14 mm, or a cell of 400 nm, is refused with remedies, and each of them works."""
    rock = np.broadcast_to(np.uint8(0), (400, 2, 2))
    np.save(tmp_path / "a.npy", rock)
    with pytest.raises(OutOfRangeError, match=r"no electrode, .* give a voxel size of 1 \(--voxel-size 1\)") as error:
        read_image(tmp_path / "a.npy", voxel_size_m=size)
    assert "metres?" not in str(error.value)
    assert read_image(tmp_path / "a.npy", voxel_size_m=1).shape == (400, 2, 2)
    if size > 1e-6:
        assert "crop it to 374 voxels along x" in str(error.value)
        assert read_image(tmp_path / "a.npy", voxel_size_m=size, crop=[(0, 374), (0, 2), (0, 2)]).shape == (374, 2, 2)


def test_oblong_voxels_are_not_to_be_given_up_for_a_unit_voxel(tmp_path):
    """Tensors depend on the shape of the voxels: a rock that is too thick can then only be cropped."""
    np.save(tmp_path / "a.npy", np.zeros((400, 2, 2), np.uint8))
    with pytest.raises(OutOfRangeError, match="crop it to 200 voxels") as error:
        read_image(tmp_path / "a.npy", voxel_size_m=(10e-6, 5e-6, 5e-6))
    assert "--voxel-size 1" not in str(error.value)


def test_no_message_advises_to_trust_a_file(tmp_path):
    """NumPy's own words on a header that it distrusts name the option that would run what is in the file."""
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x02\x00" + (10**6).to_bytes(4, "little") + b"(" * 10**6)
    with pytest.raises(InputError, match="header is damaged") as error:
        read_image(tmp_path / "a.npy", voxel_size_m=1e-6)
    assert "pickle" not in str(error.value)


@pytest.mark.parametrize("name", ["a.gz", "a.tif.zip"])
def test_packed_files_are_to_be_unpacked(tmp_path, name):
    """What is no format of images but a packing of one is named as such."""
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match="unpack it first"):
        read_image(tmp_path / name, voxel_size_m=1e-6)


def test_unit_voxel_is_exempt_from_the_physical_range(tmp_path):
    """Exactly 1 declares a geometry without length; 1.001 m is a sample 5 m thick."""
    np.save(tmp_path / "a.npy", STACK)
    assert not read_image(tmp_path / "a.npy", voxel_size_m=1).has_physical_length
    with pytest.raises(OutOfRangeError, match="thick"):
        read_image(tmp_path / "a.npy", voxel_size_m=1.001)


def test_missing_voxel_size_is_asked_for(tmp_path):
    """A file without a voxel size needs one from the caller."""
    np.save(tmp_path / "a.npy", STACK)
    with pytest.raises(InputError, match="no voxel size; give voxel_size_m"):
        read_image(tmp_path / "a.npy")


@pytest.mark.parametrize("size", [0, -1e-6, float("nan"), "398 nm", (1e-6, 1e-6), True])
def test_bad_voxel_size_argument(tmp_path, size):
    """The argument is checked before the file is looked at."""
    with pytest.raises(InputError, match="voxel_size_m"):
        read_image(tmp_path / "absent.npy", voxel_size_m=size)


@pytest.mark.parametrize("axis", [3, -1, "0", None, True, 1.5])
def test_bad_through_axis(tmp_path, axis):
    """Axes are 0, 1 and 2."""
    with pytest.raises(InputError, match="through_axis"):
        read_image(tmp_path / "absent.npy", voxel_size_m=1, through_axis=axis)


def test_what_is_not_a_readable_file(tmp_path):
    """Missing files, folders, pipes, impossible names and other types are InputErrors."""
    (tmp_path / "folder.tif").mkdir()
    cases = [(tmp_path / "absent.tif", "no such file"), (tmp_path / "folder.tif", "is a folder")]
    cases += [
        ("a" * 5000 + ".tif", "cannot be read|no such"),
        ("a\0b.tif", "cannot be read|no such"),
        (7, "not a file name"),
    ]
    (tmp_path / "loop.tif").symlink_to("loop.tif")
    (tmp_path / "device.npy").symlink_to("/dev/zero")
    cases += [(tmp_path / "loop.tif", "cannot be read|no such"), (tmp_path / "device.npy", "not a regular file")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.tif")
        cases.append((tmp_path / "pipe.tif", "not a regular file"))
    for path, problem in cases:
        with pytest.raises(InputError, match=problem):
            read_image(path, voxel_size_m=1e-6)


def test_file_that_may_not_be_read(tmp_path, monkeypatch):
    """The system's refusal is told, with the name."""
    np.save(tmp_path / "a.npy", STACK)

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(guard.os, "open", forbidden)
    with pytest.raises(InputError, match=r"a\.npy.*Permission denied"):
        read_image(tmp_path / "a.npy", voxel_size_m=1e-6)


@pytest.mark.parametrize("name", ["plain.npy", "plain.tif", "deflate.npz", "deflate.tif"])
def test_file_that_changes_meanwhile(tmp_path, monkeypatch, name):
    """A file that another program still writes is refused: its header and its voxels may be of two states."""
    path = tmp_path / name
    path.write_bytes(COMPLETE[name])
    count = labels.LabelCount.add

    def grown(self, array):
        count(self, array)
        with path.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(labels.LabelCount, "add", grown)
    with pytest.raises(InputError, match="changed while it was read"):
        read_image(path, voxel_size_m=1e-6)


def test_inflating_page_does_not_take_memory(tmp_path):
    """A page is unpacked into the room that its size needs, whatever its data would inflate to."""
    (tmp_path / "a.tif").write_bytes(_inflating())
    good = _chained([_tiff_strip(zlib.compress(page.tobytes())) for page in STACK])
    (tmp_path / "good.tif").write_bytes(good)
    np.testing.assert_array_equal(read_image(tmp_path / "good.tif", voxel_size_m=1e-6).labels, STACK)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError):
        read_image(tmp_path / "a.tif", voxel_size_m=1e-6)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kB; 64 MB would be 65 536


@pytest.mark.parametrize("compression", ["jpeg2000", "jpegxl", "png"])
def test_codecs_with_a_size_of_their_own_are_not_asked(tmp_path, compression):
    """A page of such a codec may unpack to any size, whatever the page says, so that the codec never sees it."""
    tifffile.imwrite(tmp_path / "a.tif", STACK, compression=compression, photometric="minisblack")
    with pytest.raises(InputError, match=r"compressed by \w+, which is not read here; save it with LZW, deflate"):
        read_image(tmp_path / "a.tif", voxel_size_m=1e-6)


def test_nothing_in_a_file_is_executed(tmp_path):
    """A pickle that would leave a mark when it is loaded leaves none."""

    class Mark:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "mark"),))

    evil = np.empty((2, 2, 2), object)
    evil[...] = Mark()
    for name, data in {
        "a.npy": _npy(evil, allow_pickle=True),
        "b.npy": pickle.dumps(Mark()),
        "a.npz": _zip(("a.npy", _npy(evil, allow_pickle=True))),
        "b.npz": _zip(("a.npy", pickle.dumps(Mark()))),
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError):
            read_image(tmp_path / name, voxel_size_m=1e-6)
    assert not (tmp_path / "mark").exists()
