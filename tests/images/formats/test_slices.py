"""Folders of slices: order, formats, and folders that are refused."""

import hashlib
import os
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile

from electrode_homog.errors import InputError
from electrode_homog.images import read_image
from electrode_homog.images.formats import guard
from electrode_homog.images.reading import read_grey_image

STACK = np.random.default_rng(0).integers(0, 3, (12, 7, 9), dtype=np.uint8)


def _tif(page, **options):
    def write(path):
        tifffile.imwrite(path, page, **({"photometric": "minisblack"} | options))

    return write


def _encoded(page, suffix):
    match suffix:
        case ".png":
            return imagecodecs.png_encode(page)
        case ".bmp":
            return imagecodecs.bmp_encode(page)


def _write(path, page):
    if path.suffix in (".tif", ".tiff"):
        _tif(page)(path)
    else:
        path.write_bytes(_encoded(page, path.suffix))


def _folder(path, stack=STACK, name="slice{}.tif", first=0):
    path.mkdir()
    for number, page in enumerate(stack, first):
        _write(path / name.format(number), page)
    return path


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bmp(page, bits, *, palette=None, top_down=False):
    """By hand, after Microsoft's description: rows from below, each of a multiple of four bytes."""
    height, width = page.shape
    table = palette or bytes(level for k in range(2**bits) for level in (k, 255 - k, 7, 0))
    lines = page if top_down else page[::-1]
    if bits == 4:
        lines = np.pad(lines, ((0, 0), (0, width % 2)))
        lines = lines[:, ::2] << 4 | lines[:, 1::2]
    elif bits == 1:
        lines = np.packbits(lines, axis=1)
    lines = np.pad(lines, ((0, 0), (0, -lines.shape[1] % 4)))
    size = struct.pack("<Iii", 40, width, -height if top_down else height)
    head = size + struct.pack("<HHIIiiII", 1, bits, 0, lines.size, 0, 0, 2**bits, 0)
    start = 14 + len(head) + len(table)
    return b"BM" + struct.pack("<IHHI", start + lines.size, 0, 0, start) + head + table + lines.tobytes()


def _png(width, height, bits, colour, rows, *extra):
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + b"".join(extra) + body


@pytest.mark.parametrize("name", ["slice{}.tif", "a2b_{:03}.tiff", "{}.png", "s{:04}.bmp", "x-{}.TIF"])
@pytest.mark.parametrize("first", [0, 8])
def test_slices_come_in_the_order_of_their_numbers(tmp_path, name, first):
    """slice2 comes before slice10, whether or not there are leading zeros; the first number may be any."""
    folder = tmp_path / "stack"
    if name.endswith("TIF"):
        folder.mkdir()
        for number, page in enumerate(STACK, first):
            _tif(page)(folder / name.format(number))
    else:
        _folder(folder, name=name, first=first)
    image = read_image(folder, voxel_size_m=1e-6)
    np.testing.assert_array_equal(image.labels, STACK)
    assert image.source.startswith("stack sha256:")
    part = read_image(folder, voxel_size_m=1e-6, through_axis=2, crop=[(1, 4), (3, 9), (2, 7)])
    np.testing.assert_array_equal(part.labels, STACK.transpose(2, 0, 1)[1:4, 3:9, 2:7])


def test_only_slices_inside_the_crop_are_decoded(tmp_path, monkeypatch):
    """A crop of two slices decodes two."""
    folder, decoded = _folder(tmp_path / "a", name="{}.png"), []
    decode = imagecodecs.png_decode
    monkeypatch.setattr(imagecodecs, "png_decode", lambda data: decoded.append(1) or decode(data))
    read_image(folder, voxel_size_m=1e-6, crop=[(5, 7), (0, 7), (0, 9)])
    assert len(decoded) == 2


def test_hidden_files_and_notes_are_passed_over(tmp_path):
    """What systems and scanners leave beside the slices is no slice."""
    folder = _folder(tmp_path / "a")
    for name in ("Thumbs.db", ".DS_Store", "._slice0.tif", "scan.log", "desktop.ini", "readme.txt"):
        (folder / name).write_bytes(b"x")
    np.testing.assert_array_equal(read_image(folder, voxel_size_m=1e-6).labels, STACK)


def test_source_is_the_hash_of_names_and_bytes(tmp_path):
    """Two folders have one hash only if names and bytes are the same."""
    folder = _folder(tmp_path / "a")
    digest = hashlib.sha256()
    for number in range(12):
        data = (folder / f"slice{number}.tif").read_bytes()
        digest.update(f"slice{number}.tif\0{len(data)}\0".encode() + data)
    assert read_image(folder, voxel_size_m=1e-6).source == f"a sha256:{digest.hexdigest()[:16]}"


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_of_few_bits_keeps_its_values(tmp_path, bits):
    """Labels 0 and 1 in one bit are 0 and 1, not 0 and 255 as a picture shows them."""
    (tmp_path / "a").mkdir()
    for number in range(2):
        row = bytes([0, 0b00011011])
        (tmp_path / "a" / f"{number}.png").write_bytes(_png(8 // bits, 1, bits, 0, row))
    expected = [(0b00011011 >> shift) & (2**bits - 1) for shift in range(8 - bits, -1, -bits)]
    assert read_image(tmp_path / "a", voxel_size_m=1).labels[1, 0].tolist() == expected


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palette_png_gives_the_numbers_not_the_colours(tmp_path, bits):
    """A segmentation saved in colours is read as its labels, in every width of them."""
    (tmp_path / "a").mkdir()
    pages = STACK % min(3, 2**bits)
    table = _chunk(b"PLTE", bytes([0, 0, 0, 200, 0, 0, 9, 90, 255])[: 3 * min(3, 2**bits)])
    for number, page in enumerate(pages):
        wide = np.pad(page, ((0, 0), (0, -page.shape[1] % (8 // bits))))
        packed = sum(wide[:, k :: 8 // bits] << (8 - bits * (k + 1)) for k in range(8 // bits)).astype(np.uint8)
        rows = b"".join(b"\0" + row.tobytes() for row in packed)
        extra = (table, _chunk(b"tRNS", b"\0\xff"))
        (tmp_path / "a" / f"{number}.png").write_bytes(_png(9, 7, bits, 3, rows, *extra))
    np.testing.assert_array_equal(read_image(tmp_path / "a", voxel_size_m=1e-6).labels, pages)


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("bits", [1, 4, 8])
def test_bmp_of_any_palette_gives_its_numbers(tmp_path, bits, top_down):
    """One, four and eight bits, as scanners' programs export; rows may begin at the bottom or at the top."""
    pages = STACK % min(3, 2**bits)
    (tmp_path / "a").mkdir()
    for number, page in enumerate(pages):
        (tmp_path / "a" / f"{number}.bmp").write_bytes(_bmp(page, bits, top_down=top_down))
    np.testing.assert_array_equal(read_image(tmp_path / "a", voxel_size_m=1e-6).labels, pages)


@pytest.mark.parametrize("name", ["{:03}0.png", "roi{}_slice{}.png", "{}_z{}5.png"])
def test_numbers_may_rise_in_equal_steps_and_there_may_be_two(tmp_path, name):
    """Slices named by height, or by two numbers that give one order, are in that order."""
    (tmp_path / "a").mkdir()
    for number, page in enumerate(STACK):
        _write(tmp_path / "a" / name.format(number, number), page)
    np.testing.assert_array_equal(read_image(tmp_path / "a", voxel_size_m=1e-6).labels, STACK)


def test_steps_in_the_numbers_leave_the_slice_distance_open(tmp_path):
    """Of every tenth slice of a stack, the spacing that the slices state is no longer their distance."""
    (tmp_path / "a").mkdir()
    for number, page in enumerate(STACK):
        calibrated = {"imagej": True, "resolution": (2, 2), "metadata": {"unit": "um", "spacing": 0.5}}
        _tif(page, **calibrated)(tmp_path / "a" / f"{number}0.tif")
    with pytest.raises(InputError, match=r"\(not stated, 0.5, 0.5\) um"):
        read_image(tmp_path / "a")


def test_sixteen_bits_and_floats(tmp_path):
    """Grey values keep their type."""
    grey = (STACK.astype(np.uint16) * 20000)[:3]
    wide = read_grey_image(_folder(tmp_path / "png", grey, name="{}.png"), voxel_size_m=1e-6)
    np.testing.assert_array_equal(wide.values, grey)
    assert wide.values.dtype == np.uint16
    real = read_grey_image(_folder(tmp_path / "tif", grey.astype(np.float32) / 7), voxel_size_m=1e-6)
    np.testing.assert_array_equal(real.values, grey.astype(np.float32) / 7)


def test_resolution_in_plane_says_nothing_of_the_slice_distance(tmp_path):
    """The message shows what is stated, and asks for all three."""
    (tmp_path / "a").mkdir()
    for number, page in enumerate(STACK):
        _tif(page, resolution=(20000, 40000), resolutionunit="CENTIMETER")(tmp_path / "a" / f"{number}.tif")
    with pytest.raises(InputError, match=r"no voxel size.*\(not stated, 0.25, 0.5\) um.*give voxel_size_m"):
        read_image(tmp_path / "a")


def _spoil(change):
    def spoil(folder):
        change(_folder(folder, name="{}.png"))

    return spoil


def _palettes(folder):
    folder.mkdir()
    for number in range(2):
        table = _chunk(b"PLTE", bytes(range(number, number + 12)))
        (folder / f"{number}.png").write_bytes(_png(4, 1, 2, 3, bytes([0, 0b00011011]), table))


def _no_palette(folder):
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.png").write_bytes(_png(4, 1, 2, 3, bytes([0, 0b00011011])))


def _short_bmp(folder):
    _folder(folder, name="{}.bmp")
    (folder / "5.bmp").write_bytes(_encoded(STACK[5], ".bmp")[:-3])


def _colour(folder):
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.png").write_bytes(imagecodecs.png_encode(np.zeros((4, 5, 3), np.uint8)))


def _colour_bmp(folder):
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.bmp").write_bytes(imagecodecs.bmp_encode(np.zeros((4, 5, 3), np.uint8)))


def _colour_tif(folder):
    folder.mkdir()
    for number in range(2):
        _tif(np.zeros((4, 5, 3), np.uint8), photometric="rgb")(folder / f"{number}.tif")


def _stacks(folder):
    folder.mkdir()
    for number in range(2):
        _tif(STACK)(folder / f"{number}.tif")


def _two_numbers(folder):
    _folder(folder, name="a{}_c0.png")
    _write(folder / "a0_c1.png", STACK[0])


def _cut_tif(folder):
    _folder(folder)
    data = (folder / "slice5.tif").read_bytes()
    (folder / "slice5.tif").write_bytes(data[: len(data) // 3])


def _bytes(name, change):
    return _spoil(lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes())))


BAD = {
    "empty": (lambda folder: folder.mkdir(), "is a folder without slices"),
    "only_notes": (lambda folder: (folder.mkdir(), (folder / "a.txt").write_text("x")), "without slices"),
    "single": (lambda folder: _folder(folder, STACK[:1]), "single slice"),
    "missing": (_spoil(lambda folder: (folder / "5.png").unlink()), "1 slice.s. are missing between 4.png and 6.png"),
    "twice": (_spoil(lambda folder: _write(folder / "05.png", STACK[0])), "two slices have one number"),
    "mixed": (_spoil(lambda folder: _write(folder / "12.tif", STACK[0])), "2 kinds .PNG and TIFF"),
    "other_name": (_spoil(lambda folder: _write(folder / "x12.png", STACK[0])), "different names"),
    "unnumbered": (_spoil(lambda folder: _write(folder / "last.png", STACK[0])), "different names"),
    "two_numbers": (_two_numbers, "2 numbers of the names differ"),
    "other_size": (_spoil(lambda folder: _write(folder / "5.png", STACK[0, :4])), "is 4 x 9 of uint8.*7 x 9"),
    "other_type": (_spoil(lambda folder: _write(folder / "5.png", STACK[0].astype(np.uint16))), "of uint16"),
    "jpeg": (_spoil(lambda folder: (folder / "x.jpg").write_bytes(b"\xff\xd8")), "is no slice"),
    "archive": (_spoil(lambda folder: (folder / "x.zip").write_bytes(b"PK")), "is no slice"),
    "subfolder": (_spoil(lambda folder: (folder / "12.png").mkdir()), "folder inside a folder"),
    "colour": (_colour, "colour picture"),
    "colour_bmp": (_colour_bmp, "colour"),
    "colour_tif": (_colour_tif, "colour picture"),
    "palettes": (_palettes, "1.png: its palette is not that of 0.png"),
    "no_palette": (_no_palette, "palette is missing"),
    "short_bmp": (_short_bmp, "5.bmp: cut short"),
    "png_bomb": (_bytes("5.png", lambda data: _png(9, 7, 8, 0, os.urandom(10**4))), "packed bytes for a picture of 77"),
    "step_of_two": (lambda folder: _folder(folder, STACK[:2], name="{}0.png"), "9 slice.s. are missing"),
    "two_orders": (lambda folder: [_folder(folder, STACK[:0])] + [
        _write(folder / f"{k}of{9 - k}.png", STACK[k]) for k in range(3)
    ], "2 numbers of the names differ"),
    "stacks": (_stacks, "holds 12 slices; a folder of slices needs one in each"),
    "cut_tif": (_cut_tif, "slice5.tif.*cut short"),
    "empty_file": (_bytes("5.png", lambda data: b""), "5.png: is empty"),
    "no_png": (_bytes("5.png", lambda data: b"hello, this is no picture"), "not a PNG"),
    "cut_png": (_bytes("5.png", lambda data: data[: len(data) // 2]), "damaged"),
    "cut_header": (_bytes("5.png", lambda data: data[:20]), "damaged"),
    "checksum": (_bytes("5.png", lambda data: data[:45] + bytes([data[45] ^ 1]) + data[46:]), "damaged"),
    "odd_bits": (_bytes("5.png", lambda data: data[:24] + b"\x07" + data[25:]), "7 bits per pixel"),
    "no_pixel": (_bytes("5.png", lambda data: data[:16] + bytes(4) + data[20:]), "damaged: a picture of 7 x 0"),
    "huge": (_bytes("0.png", lambda data: _png(2**31 - 1, 2**31 - 1, 8, 0, b"")), "need .* GB"),
    "half_filled": (lambda folder: (folder.mkdir(), [
        (folder / f"{k}.png").write_bytes(_png(9, 7, 8, 0, bytes(30))) for k in range(2)
    ]), "damaged"),
    "fifo": (_spoil(lambda folder: os.mkfifo(folder / "12.png")), "not a regular file"),
    "link_out": (_spoil(lambda folder: (folder / "12.png").symlink_to("/etc/passwd")), "link out of the folder"),
    "link_loop": (_spoil(lambda folder: (folder / "12.png").symlink_to("12.png")), "cannot be read|not a regular"),
    "link_nowhere": (_spoil(lambda folder: (folder / "12.png").symlink_to("nowhere.png")), "no such file"),
    "device": (_spoil(lambda folder: (folder / "12.png").symlink_to("/dev/zero")), "link out of the folder"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_folder_is_refused(tmp_path, name):
    """The message names the folder or the slice, and the problem; nothing is written there."""
    make, problem = BAD[name]
    make(tmp_path / "stack")
    before = sorted(path.name for path in (tmp_path / "stack").iterdir())
    with pytest.raises(InputError, match=problem) as error:
        read_image(tmp_path / "stack", voxel_size_m=1e-6)
    assert str(tmp_path / "stack") in str(error.value)
    assert sorted(path.name for path in (tmp_path / "stack").iterdir()) == before


def test_link_inside_the_folder_is_a_slice(tmp_path):
    """A slice that repeats another may be a link to it."""
    folder = _folder(tmp_path / "a")
    (folder / "slice12.tif").symlink_to("slice3.tif")
    np.testing.assert_array_equal(read_image(folder, voxel_size_m=1e-6).labels, [*STACK, STACK[3]])


def test_memory_is_decided_before_decoding(tmp_path, monkeypatch):
    """The headers of all slices say how much is needed."""
    folder = _folder(tmp_path / "a", name="{}.png")
    monkeypatch.setattr(guard, "available_memory_bytes", lambda: 500)
    monkeypatch.setattr(imagecodecs, "png_decode", lambda *_: pytest.fail("decoded"))
    with pytest.raises(InputError, match="12 x 7 x 9 voxels need"):
        read_image(folder, voxel_size_m=1e-6)


def test_description_of_the_whole_set_is_not_one_of_a_slice(tmp_path):
    """Slices of an OME-TIFF in many files are read as pictures; their sizes are asked for."""
    (tmp_path / "a").mkdir()
    with tifffile.TiffWriter(tmp_path / "all.tif", ome=True) as writer:
        writer.write(STACK, photometric="minisblack", metadata={"axes": "ZYX", "PhysicalSizeX": 0.4})
    with tifffile.TiffFile(tmp_path / "all.tif") as tif:
        text = (tif.ome_metadata or "").encode()
    for number, page in enumerate(STACK):
        _tif(page, description=text, metadata=None)(tmp_path / "a" / f"{number}.ome.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a", voxel_size_m=1e-6).labels, STACK)
    with pytest.raises(InputError, match="no voxel size"):
        read_image(tmp_path / "a")
