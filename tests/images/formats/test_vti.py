"""VTI: every encoding of the VTK XML format, made by hand after its description; round trips; hostile files."""

import base64
import lzma
import struct
import xml.etree.ElementTree as ET
import zlib

import imagecodecs
import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.images.formats.vti import opened_vti
from electrode_homog.images.formats.vti_writing import write_vti
from electrode_homog.images.voxel_image import VoxelImage

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)  # [x, y, z]
BOX = (slice(1, 4), slice(2, 3), slice(3, 9))
NAMES = {"u1": "UInt8", "i2": "Int16", "u2": "UInt16", "i8": "Int64", "u8": "UInt64", "f4": "Float32", "f8": "Float64"}
PACK = {
    "": None,
    "vtkZLibDataCompressor": zlib.compress,
    "vtkLZMADataCompressor": lambda block: lzma.compress(block, lzma.FORMAT_XZ),
    "vtkLZ4DataCompressor": lambda block: bytes(imagecodecs.lz4_encode(block, header=False)),
}


def everything(stored):
    return stored.read(tuple(slice(0, n) for n in stored.shape))


def _parts(data, word, compressor, block=64):
    """Table and data of one array, as the description of the format has them."""
    if not compressor:
        return struct.pack(word, len(data)), data
    blocks = [data[k : k + block] for k in range(0, len(data), block)]
    packed = [PACK[compressor](each) for each in blocks]
    table = [len(blocks), block, len(data) % block, *map(len, packed)]
    return b"".join(struct.pack(word, n) for n in table), b"".join(packed)


def _vti(values=STACK, encoding="raw", header="UInt32", compressor="", order="<", section="CellData", **changes):
    """A whole file; `changes` replace parts of the text that is made."""
    kind, word = values.dtype.str[1:], order + {"UInt32": "I", "UInt64": "Q"}[header]
    data = values.T.astype(order + kind).tobytes()
    extent = " ".join(f"0 {n - (section == 'PointData')}" for n in values.shape)
    table, packed = _parts(data, word, compressor)
    joined = base64.b64encode(table + packed)
    apart = base64.b64encode(table) + base64.b64encode(packed)
    text = {"ascii": " ".join(map(str, values.T.ravel().tolist())).encode()}
    text |= {"binary": apart if compressor else joined, "binary apart": apart}
    appended = {"raw": table + packed, "base64": apart if compressor else joined}
    form = "appended" if encoding in appended else encoding.split()[0]
    inside = b"\n  " + text[encoding] + b"\n" if encoding in text else b""
    tail = b""
    if encoding in appended:
        tail = b'<AppendedData encoding="%s">\n _' % encoding.encode() + appended[encoding] + b"\n</AppendedData>\n"
    packer = f' compressor="{compressor}"' if compressor else ""
    stated = {"order": {"<": "LittleEndian", ">": "BigEndian"}[order], "extent": extent, "kind": NAMES[kind]} | changes
    head = (
        f'<?xml version="1.0"?>\n{stated.get("doctype", "")}<VTKFile type="ImageData" version="1.0" '
        f'byte_order="{stated["order"]}" header_type="{header}"{packer}>\n<ImageData WholeExtent="{stated["extent"]}" '
        f'Origin="0 0 0" Spacing="0.4 0.5 0.6"{stated.get("more", "")}><Piece Extent="{stated["extent"]}"><{section}>'
        f'<DataArray type="{stated["kind"]}" Name="labels" format="{stated.get("form", form)}" '
        f'offset="{stated.get("offset", 0)}"{stated.get("array", "")}>'
    )
    end = f"</DataArray></{section}>{stated.get('piece', '')}</Piece>{stated.get('pieces', '')}</ImageData>\n"
    return head.encode() + inside + end.encode() + tail + b"</VTKFile>\n"


ENCODINGS = ["ascii", "binary", "binary apart", "raw", "base64"]


WRITTEN = [
    (encoding, compressor, header, order)
    for encoding in ENCODINGS
    for compressor in (PACK if encoding != "ascii" else [""])
    for header, order in (("UInt32", "<"), ("UInt64", ">"))
]


@pytest.mark.parametrize(("encoding", "compressor", "header", "order"), WRITTEN)
def test_every_encoding_gives_back_the_voxels(tmp_path, encoding, compressor, header, order):
    """Indexed [x, y, z], x fastest in the file; a part is what slicing gives; the spacing is shown without a unit."""
    for kind, section in (("u1", "CellData"), ("i2", "PointData"), ("f8", "CellData")):
        values = STACK.astype(kind)
        (tmp_path / "a.vti").write_bytes(_vti(values, encoding, header, compressor, order, section))
        with opened_vti(tmp_path / "a.vti", None) as stored:
            assert stored.shape == (5, 7, 9)
            assert stored.calibration.lengths == (0.4, 0.5, 0.6)
            assert stored.calibration.unit == ""
            np.testing.assert_array_equal(stored.read(BOX), values[BOX])
            np.testing.assert_array_equal(everything(stored), values)
            assert everything(stored).dtype == stored.dtype == np.dtype(order + kind)


def test_many_ascii_numbers(tmp_path):
    """Text is taken in pieces, whose ends may fall within a number."""
    values = np.arange(150_000, dtype=np.int64).reshape(50, 60, 50) * 10**12 - 10**9
    (tmp_path / "a.vti").write_bytes(_vti(values, "ascii").replace(b"00000 ", b"00000\n"))
    with opened_vti(tmp_path / "a.vti", None) as stored:
        np.testing.assert_array_equal(everything(stored), values)


def test_an_array_is_chosen_by_name(tmp_path):
    """With or without its section; several are listed, none is guessed."""
    more = '<PointData><DataArray type="UInt8" Name="labels" format="appended" offset="0"/></PointData>'
    (tmp_path / "a.vti").write_bytes(_vti(piece=more))
    with opened_vti(tmp_path / "a.vti", "CellData/labels") as stored:
        np.testing.assert_array_equal(everything(stored), STACK)
    for name, problem in (
        (None, "2 images.*'CellData/labels' 5 x 7 x 9 UInt8; 'PointData/labels' 6 x 8 x 10"),
        ("labels", "2 arrays are named"),
    ):
        with pytest.raises(InputError, match=problem):
            opened_vti(tmp_path / "a.vti", name).__enter__()


VOXELS = [(398e-9, 1e-7 / 3, 5.1e-8), 398e-9, 1.0]


@pytest.mark.parametrize("dtype", ["?", "u1", "u2", "i4", "u8", ">u2"])
@pytest.mark.parametrize("voxel", VOXELS)
def test_what_is_written_is_read_back_equal(tmp_path, dtype, voxel):
    """Labels, type, voxel size and axes; the name of the image, too, is kept, whatever is in it."""
    image = VoxelImage(STACK.astype(dtype), voxel, 'a "name" & <more> µ')
    assert write_vti(image, tmp_path / "a.vti") == tmp_path / "a.vti"
    with opened_vti(tmp_path / "a.vti", None) as stored:
        np.testing.assert_array_equal(everything(stored), image.labels)
        np.testing.assert_array_equal(stored.read(BOX), image.labels[BOX])
        assert stored.dtype == image.labels.dtype.newbyteorder("<")
        assert stored.calibration.voxel_size_m() == image.voxel_size_m
    assert [each.name for each in tmp_path.iterdir()] == ["a.vti"]


@pytest.mark.parametrize("shape", [(128, 128, 64), (128, 128, 65), (300, 1, 1), (1, 1, 2_000_000)])
def test_blocks_of_the_writer_follow_the_description(tmp_path, shape):
    """[blocks][bytes of a block][of a last, shorter one, or 0][packed bytes of each], then the blocks, x fastest."""
    labels = np.random.default_rng(1).integers(0, 3, shape, dtype=np.uint8)
    write_vti(VoxelImage(labels, 1e-7), tmp_path / "a.vti")
    head, _, rest = (tmp_path / "a.vti").read_bytes().partition(b"   _")
    count, block, last = struct.unpack_from("<3Q", rest)
    sizes = struct.unpack_from(f"<{count}Q", rest, 24)
    at, data = 24 + 8 * count, b""
    for number, size in enumerate(sizes):
        piece = zlib.decompress(rest[at : at + size])
        assert len(piece) == (last if last and number == count - 1 else block)
        at, data = at + size, data + piece
    assert data == labels.T.tobytes()
    assert rest[at:] == b"\n  </AppendedData>\n</VTKFile>\n"
    tree = ET.fromstring(head.decode() + "</AppendedData></VTKFile>")
    assert tree.find("ImageData").get("WholeExtent").split() == [
        "0",
        str(shape[0]),
        "0",
        str(shape[1]),
        "0",
        str(shape[2]),
    ]
    assert tree.find(".//CellData/DataArray").attrib == {
        "type": "UInt8", "Name": "labels", "format": "appended", "offset": "0"
    }  # fmt: skip


def test_nothing_is_overwritten_or_left_behind(tmp_path, monkeypatch):
    """An existing file stays unless told otherwise, and stays where writing fails half way."""
    image = VoxelImage(STACK, 1e-7)
    (tmp_path / "a.vti").write_text("mine")
    with pytest.raises(InputError, match=r"a\.vti exists already"):
        write_vti(image, tmp_path / "a.vti")
    with pytest.raises(InputError, match=r"is named \.vti"):
        write_vti(image, tmp_path / "b.vtk")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zlib, "compress", full)
        with pytest.raises(OSError, match=r"No space left on device.*a\.vti"):
            write_vti(image, tmp_path / "a.vti", overwrite=True)
    assert (tmp_path / "a.vti").read_text() == "mine"
    write_vti(image, tmp_path / "a.vti", overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["a.vti"]
    with opened_vti(tmp_path / "a.vti", None) as stored:
        np.testing.assert_array_equal(everything(stored), STACK)


def _bomb(block, *, count=1, size=315, packed=None):
    """A file with one block, and what its table states of it."""
    table = struct.pack("<4I", count, size, 0, len(block) if packed is None else packed)
    whole = _vti(compressor="vtkZLibDataCompressor")
    begin, end = whole.index(b"\n _") + 3, whole.index(b"\n</AppendedData>")
    return whole[:begin] + table + block + whole[end:]


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "' + "&b;" * 1000 + '">]>'
SECRET = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
ANOTHER = '<Piece Extent="0 5 0 7 0 9"/>'
VECTOR = ' NumberOfComponents="3"'
TURNED = ' Direction="0 1 0 1 0 0 0 0 1"'
HOSTILE = {
    "entities": (_vti(doctype=LAUGHS), "document type or entities"),
    "external entity": (_vti(doctype=SECRET), "document type or entities"),
    "document type": (_vti(doctype="<!DOCTYPE VTKFile>"), "document type or entities"),
    "polygons": (_vti().replace(b'"ImageData"', b'"PolyData"'), "type 'PolyData'"),
    "not VTK": (b"<svg></svg>", "type None"),
    "not XML": (b"# vtk DataFile Version 3.0\n", "not well-formed"),
    "UTF-16": (_vti(encoding="ascii").decode().encode("utf-16"), "WholeExtent|damaged|not well-formed"),
    "two pieces": (_vti(pieces=ANOTHER), "2 pieces"),
    "turned axes": (_vti(more=TURNED), "axes are turned"),
    "extent of words": (_vti(extent="0 a 0 b 0 c"), "not six whole numbers"),
    "extent of five": (_vti(extent="0 1 0 1 0"), "not six whole numbers"),
    "extent of nothing": (_vti(extent="0 0 0 7 0 9"), "three axes"),
    "backward extent": (_vti(extent="5 0 0 7 0 9"), "three axes"),
    "huge extent": (_vti(extent="0 1000000 0 1000000 0 1000000"), "315 bytes are stated"),
    "huge extent, ascii": (_vti(encoding="ascii", extent="0 1000000 0 1000000 0 1000000"), "GB"),
    "huge extent, base64": (_vti(encoding="binary", extent="0 1000000 0 1000000 0 1000000"), "GB"),
    "byte order": (_vti(order=">").replace(b"BigEndian", b"Middle"), "byte order 'Middle'"),
    "wrong byte order": (_vti(order=">").replace(b"BigEndian", b"LittleEndian"), "bytes are stated"),
    "header type": (_vti().replace(b"UInt32", b"UInt16"), "header_type 'UInt16'"),
    "compressor": (_vti(compressor="vtkZLibDataCompressor").replace(b"vtkZLib", b"vtkEvil"), "vtkEvilDataCompressor"),
    "offset of words": (_vti(offset="x"), "offset 'x'"),
    "negative offset": (_vti(offset=-1), "offset '-1'"),
    "offset beyond": (_vti(offset=10**9), "cut short"),
    "offset off by one": (_vti(offset=1), "bytes are stated"),
    "unknown format": (_vti(form="pickle"), "format 'pickle'"),
    "appended nowhere": (_vti(encoding="ascii", form="appended"), "no data"),
    "bits": (_vti(kind="Bit"), "not one number per voxel"),
    "text": (_vti(kind="String"), "not one number per voxel"),
    "vectors": (_vti(array=VECTOR), "not one number per voxel"),
    "cut in the data": (_vti()[:-100], "is missing at its end"),
    "cut in the header": (_vti()[:300], "not well-formed|no array"),
    "cut in text": (_vti(encoding="ascii")[:-300], "not well-formed"),
    "no underscore": (_vti().replace(b"\n _", b"\n "), "underscore"),
    "data missing": (_vti().replace(_vti()[-200:-30], b""), "left for an array of 315"),
    "table too long": (_bomb(b"", count=2**31), "do not make 315"),
    "block of nothing": (_bomb(b"", size=0), "do not make 315"),
    "blocks beyond the file": (_bomb(b"", packed=9**9), "compressed ones are there"),
    "bomb": (_bomb(zlib.compress(bytes(10**8), 9)), "does not unpack to its 315 bytes"),
    "block too short": (_bomb(zlib.compress(bytes(10))), "does not unpack to its 315 bytes"),
    "block of rubbish": (_bomb(b"rubbish"), "cut short, damaged"),
    "base64 of rubbish": (_vti(encoding="binary").replace(b"AAA", b"A(A"), "cut short, damaged"),
    "too few numbers": (_vti(STACK[:4], "ascii", extent="0 5 0 7 0 9"), "252 of 315 numbers"),
    "too many numbers": (_vti(encoding="ascii", extent="0 5 0 7 0 8"), "more than 280 numbers"),
    "numbers too large": (_vti(STACK.astype("u2") + 300, "ascii", kind="UInt8"), "beyond uint8"),
    "words for numbers": (_vti(encoding="ascii").replace(b" 2 ", b" two "), "cut short, damaged"),
    "endless number": (_vti(encoding="ascii").replace(b" 2 ", b" " + b"2" * 10**6 + b" "), "more than 40 characters"),
    "fractions as labels": (_vti(encoding="ascii").replace(b" 2 ", b" 2.5 "), "cut short, damaged"),
    "deep": (_vti(piece="<a>" * 5000 + "</a>" * 5000), "more tags, or deeper"),
    "wide": (_vti(piece="<a/>" * 5000), "more tags, or deeper"),
    "long tag": (_vti(piece=f'<a b="{"x" * 10**6}"/>'), "tag is longer"),
    "empty": (b"", "is empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(tmp_path, name):
    """Each is an InputError with the file's name, at opening or, where only decoding can tell, at reading."""
    content, problem = HOSTILE[name]
    (tmp_path / "a.vti").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.vti: .*({problem})"), opened_vti(tmp_path / "a.vti", None) as stored:
        everything(stored)
    assert [each.name for each in tmp_path.iterdir()] == ["a.vti"]


def test_the_mask_of_visible_cells_is_not_an_image(tmp_path):
    """VTK keeps beside the labels which cells it shows; the labels are still the only image."""
    numbers = {"labels": STACK, "vtkGhostType": np.zeros_like(STACK)}
    arrays = "".join(
        f'<DataArray type="UInt8" Name="{name}" format="ascii">{" ".join(map(str, values.T.ravel()))}</DataArray>'
        for name, values in numbers.items()
    )
    (tmp_path / "a.vti").write_text(
        '<VTKFile type="ImageData" byte_order="LittleEndian"><ImageData WholeExtent="0 5 0 7 0 9">'
        f'<Piece Extent="0 5 0 7 0 9"><CellData>{arrays}</CellData></Piece></ImageData></VTKFile>'
    )
    with opened_vti(tmp_path / "a.vti", None) as stored:
        np.testing.assert_array_equal(everything(stored), STACK)
