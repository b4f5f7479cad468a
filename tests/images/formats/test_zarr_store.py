"""Zarr 2 and 3, OME-Zarr: what zarr writes is read back; folders that are incomplete or hostile are refused."""

import gzip
import json
import os
import pickle
import shutil

import imagecodecs
import numcodecs
import numpy as np
import pytest
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

from electrode_homog.errors import InputError
from electrode_homog.images.formats.zarr_store import opened_zarr

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)
BOX = (slice(1, 4), slice(2, 3), slice(3, 9))


def everything(stored):
    return stored.read(tuple(slice(0, n) for n in stored.shape))


def _array(place, values=STACK, chunks=(2, 3, 4), **options):
    config = {"write_empty_chunks": True}
    array = zarr.create_array(
        place, shape=values.shape, chunks=chunks, dtype=values.dtype, config=config, **{"compressors": None, **options}
    )
    array[...] = values
    return array


LAYOUTS = {
    "2 plain": {"zarr_format": 2},
    "2 default": {"zarr_format": 2, "compressors": "auto"},
    "2 blosc": {"zarr_format": 2, "compressors": numcodecs.Blosc("lz4", shuffle=numcodecs.Blosc.BITSHUFFLE)},
    "2 zstd": {"zarr_format": 2, "compressors": numcodecs.Zstd()},
    "2 gzip": {"zarr_format": 2, "compressors": numcodecs.GZip()},
    "2 zlib": {"zarr_format": 2, "compressors": numcodecs.Zlib()},
    "2 lz4": {"zarr_format": 2, "compressors": numcodecs.LZ4()},
    "2 Fortran": {"zarr_format": 2, "order": "F"},
    "2 nested": {"zarr_format": 2, "chunk_key_encoding": {"name": "v2", "separator": "/"}},
    "3 plain": {},
    "3 default": {"compressors": "auto"},
    "3 blosc": {"compressors": BloscCodec(cname="zstd")},
    "3 gzip": {"compressors": GzipCodec()},
    "3 zstd and two checksums": {"compressors": [ZstdCodec(checksum=True), Crc32cCodec()]},
    "3 transposed": {"filters": [TransposeCodec(order=(2, 0, 1))]},
    "3 transposed twice": {"filters": [TransposeCodec(order=(2, 0, 1)), TransposeCodec(order=(0, 2, 1))]},
    "3 big-endian": {"serializer": BytesCodec(endian="big")},
    "3 keys of version 2": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    "3 shards": {"shards": (4, 9, 8), "compressors": "auto"},
    "3 one chunk": {"chunks": (16, 16, 16)},
}


WRITTEN = [(layout, dtype) for layout in LAYOUTS for dtype in ("i4", "?")] + [("3 plain", "u1"), ("2 plain", ">f8")]


@pytest.mark.parametrize(("layout", "dtype"), WRITTEN)
def test_every_layout_gives_back_the_voxels(tmp_path, layout, dtype):
    """What zarr writes is read back without it, whole and in part; chunks at the far ends are only partly used."""
    values = STACK > 0 if dtype == "?" else STACK.astype(dtype)
    _array(tmp_path / "a.zarr", values, **LAYOUTS[layout])
    with opened_zarr(tmp_path / "a.zarr", None) as stored:
        assert stored.shape == (5, 7, 9)
        assert stored.calibration is None
        np.testing.assert_array_equal(everything(stored), values)
        np.testing.assert_array_equal(stored.read(BOX), values[BOX])
        assert everything(stored).dtype == stored.dtype
    with pytest.raises(InputError, match="no array 'b' in it"):
        opened_zarr(tmp_path / "a.zarr", "b").__enter__()


def _multiscale(scales, units=("micrometer",) * 3, whole=None, first=(), **more):
    axes = [{"name": n, "type": t} for n, t in first]
    axes += [{"name": n, "type": "space", "unit": u} for n, u in zip("zyx", units, strict=True) if u]
    axes += [{"name": n, "type": "space"} for n, u in zip("zyx", units, strict=True) if not u]
    levels = [
        {"path": path, "coordinateTransformations": [{"type": "scale", "scale": [*[1.0] * len(first), *scale]}]}
        for path, scale in scales.items()
    ]
    image = {"axes": axes, "datasets": levels, **more}
    if whole:
        image["coordinateTransformations"] = [{"type": "scale", "scale": [*[1.0] * len(first), *whole]}]
    return [image]


def _ome(place, version, arrays, multiscales):
    """An OME-Zarr group: 0.4 lies in Zarr 2, 0.5 in Zarr 3."""
    attributes = (
        {"ome": {"version": "0.5", "multiscales": multiscales}} if version == 3 else {"multiscales": multiscales}
    )
    group = zarr.create_group(place, zarr_format=version, attributes=attributes)
    for name, values in arrays.items():
        _array(group.store_path / name, values, chunks=tuple(min(4, n) for n in values.shape), zarr_format=version)


@pytest.mark.parametrize("version", [2, 3])
def test_levels_of_ome_zarr(tmp_path, version):
    """The finest level unless another is named; scales of level and image multiply; axes of 1 are dropped."""
    arrays = {"0": STACK[None, None], "1": STACK[None, None, ::2, ::2, ::2]}
    scales = {"0": (0.5, 0.2, 0.1), "1": (1.0, 0.4, 0.2)}
    first = (("t", "time"), ("c", "channel"))
    _ome(tmp_path / "a.ome.zarr", version, arrays, _multiscale(scales, whole=(2, 2, 4), first=first))
    for name, values, size in (
        (None, STACK, (1e-6, 4e-7, 4e-7)),
        ("0", STACK, (1e-6, 4e-7, 4e-7)),
        ("1", STACK[::2, ::2, ::2], (2e-6, 8e-7, 8e-7)),
    ):
        with opened_zarr(tmp_path / "a.ome.zarr", name) as stored:
            np.testing.assert_array_equal(everything(stored), values)
            assert stored.calibration.voxel_size_m() == pytest.approx(size, rel=1e-14)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (("nanometer",) * 3, (5e-10, 2e-10, 1e-10)),
        (("meter", "meter", "meter"), (0.5, 0.2, 0.1)),
        (("micrometer", "nanometer", "millimeter"), (5e-7, 2e-10, 1e-4)),
    ],
)
def test_units_of_ome_zarr(tmp_path, units, expected):
    """Each axis may have its own unit."""
    _ome(tmp_path / "a.zarr", 3, {"s/image": STACK}, _multiscale({"s/image": (0.5, 0.2, 0.1)}, units))
    with opened_zarr(tmp_path / "a.zarr", None) as stored:
        assert stored.calibration.voxel_size_m() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("scale", "units"),
    [
        ((0.5, 0.2, 0.1), ("furlong",) * 3),
        ((0.5, 0.2, 0.1), ("micrometer", "furlong", "nanometer")),
        ((0.5, 0.2, 0.1), (None,) * 3),
        ((0.5, 0.2), ("micrometer",) * 3),
        ((0.5, 0.2, -0.1), ("micrometer",) * 3),
        ((0.5, 0.2, 0), ("micrometer", "micrometer", "nanometer")),
        ((0.5, 0.2, float("nan")), ("micrometer",) * 3),
        (("0.5", 0.2, 0.1), ("micrometer",) * 3),
        ((True, 0.2, 0.1), ("micrometer",) * 3),
    ],
)
def test_a_voxel_size_is_never_guessed(tmp_path, scale, units):
    """The voxels can be read, with a size of the caller's own; the size that is stated is refused."""
    _ome(tmp_path / "a.zarr", 2, {"0": STACK}, _multiscale({"0": scale}, units))
    with opened_zarr(tmp_path / "a.zarr", None) as stored:
        np.testing.assert_array_equal(everything(stored), STACK)
        with pytest.raises(InputError, match=r"unit|incomplete"):
            stored.calibration.voxel_size_m()


def test_arrays_of_a_plain_group_are_listed(tmp_path):
    """One array with three axes is taken, several are listed; what cannot be read is said."""
    group = zarr.create_group(tmp_path / "a.zarr", zarr_format=2)
    _array(group.store_path / "deep/labels", zarr_format=2)
    _array(group.store_path / "line", np.arange(4), (2,), zarr_format=2)
    with opened_zarr(tmp_path / "a.zarr", None) as stored:
        np.testing.assert_array_equal(everything(stored), STACK)
    _array(group.store_path / "grey", STACK.astype("f4"), zarr_format=2)
    with pytest.raises(InputError, match=r"2 images \('deep/labels' 5 x 7 x 9 uint8; 'grey' 5 x 7 x 9 float32\)"):
        opened_zarr(tmp_path / "a.zarr", None).__enter__()


class _Program:
    """A pickle that makes a file where it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def _changed(version=3, **changes):
    """Change keys of the description of an array."""

    def change(folder):
        name = folder / ("zarr.json" if version == 3 else ".zarray")
        if version == 2:
            _rewritten(folder, zarr_format=2)
        name.write_text(json.dumps(json.loads(name.read_text()) | changes))

    return change


def _rewritten(folder, **options):
    shutil.rmtree(folder)
    _array(folder, **options)


def _text(old, new):
    return lambda folder: (folder / "zarr.json").write_text((folder / "zarr.json").read_text().replace(old, new))


def _chunk(content, **options):
    def spoil(folder):
        _rewritten(folder, chunks=(5, 7, 9), **options)
        (folder / "c/0/0/0").write_bytes(content)

    return spoil


def _linked(name):
    def link(folder):
        place, outside = folder / name, folder.parent / "outside"
        place.rename(outside)
        place.symlink_to(outside)

    return link


def _fifo(folder):
    (folder / "c/0/0/0").unlink()
    os.mkfifo(folder / "c/0/0/0")


def _pickled_chunks(folder):
    """Chunks that are pickles, with the codec that loads them."""
    _changed(2, dtype="|O", filters=[{"id": "pickle", "protocol": 4}], fill_value=None)(folder)
    for chunk in folder.glob("0.*"):
        chunk.write_bytes(pickle.dumps(_Program(folder.parent / "executed")))


def _missing_in_a_shard(folder):
    shutil.rmtree(folder)
    zarr.create_array(folder, shape=(4, 4, 4), chunks=(2, 2, 2), shards=(4, 4, 4), dtype="u1")[:2] = 1


def _shard(change):
    def spoil(folder):
        _rewritten(folder, shards=(6, 9, 12))
        shard = folder / "c/0/0/0"
        shard.write_bytes(change(shard.read_bytes()))

    return spoil


def _group(**attributes):
    def make(folder):
        shutil.rmtree(folder)
        group = zarr.create_group(folder, attributes=attributes)
        _array(group.store_path / "0", np.stack([STACK, STACK]), (2, 2, 3, 4))

    return make


def _zipped(folder):
    shutil.rmtree(folder)
    folder.write_bytes(b"PK\3\4")


FIRST, LAST = "c/0/0/0", "c/2/2/2"
SCALES = {"0": (1, 1, 1)}
PICKLE = [{"name": "bytes"}, {"name": "numcodecs.pickle", "configuration": {}}]
LOCAL_IMPORT = [{"name": "os.system", "configuration": {"command": "touch executed"}}]
HOSTILE = {
    "first chunk missing": (lambda f: (f / FIRST).unlink(), "chunk 'c/0/0/0' is missing"),
    "last chunk missing": (lambda f: (f / LAST).unlink(), "chunk 'c/2/2/2' is missing or empty .found 26 of 27"),
    "no chunk": (lambda f: shutil.rmtree(f / "c"), "is missing"),
    "empty chunk": (lambda f: (f / LAST).write_bytes(b""), "missing or empty"),
    "cut chunk": (lambda f: (f / LAST).write_bytes(bytes(23)), "holds 23 bytes, not 24"),
    "long chunk": (lambda f: (f / LAST).write_bytes(bytes(25)), "holds 25 bytes, not 24"),
    "chunk of a shard missing": (_missing_in_a_shard, "shard 'c/0/0/0' lacks a chunk"),
    "shard cut": (_shard(lambda shard: shard[-440:]), "cut short or its index is wrong"),
    "shard without index": (_shard(lambda shard: shard[:100]), "checksum|holds"),
    "shard of a wrong checksum": (_shard(lambda shard: shard[:-1] + b"\0"), "checksum"),
    "chunk is a link": (_linked(FIRST), "is a link"),
    "folder is a link": (_linked("c/1"), "is a link"),
    "description is a link": (_linked("zarr.json"), "is a link"),
    "chunk is a pipe": (_fifo, "is a link, a folder or a device"),
    "gzip bomb": (_chunk(gzip.compress(bytes(10**8)), compressors=GzipCodec()), "holds 316 bytes, not 315"),
    "zstd bomb": (_chunk(imagecodecs.zstd_encode(bytes(10**8)), compressors=ZstdCodec()), "cut short, damaged"),
    "blosc bomb": (_chunk(imagecodecs.blosc_encode(bytes(10**8)), compressors=BloscCodec()), "cut short, damaged"),
    "rubbish": (_chunk(b"rubbish" * 9, compressors=ZstdCodec()), "cut short, damaged"),
    "wrong checksum": (_chunk(bytes(319), compressors=Crc32cCodec()), "checksum"),
    "pickled chunks": (_pickled_chunks, "type '|O' is not a number|filters"),
    "pickle as compressor": (_changed(2, compressor={"id": "pickle"}), "compressor 'pickle' is not read"),
    "JSON as filter": (_changed(2, filters=[{"id": "json2"}]), "filters .* are not read"),
    "pickle as codec": (_changed(codecs=PICKLE), "codec 'numcodecs.pickle' is not read"),
    "a program as codec": (_changed(codecs=LOCAL_IMPORT), "codec 'os.system' is not read"),
    "no codec": (_changed(codecs=[]), "codecs"),
    "unhashable codec": (_changed(codecs=[{"name": "bytes"}, {"name": {}}]), "is not read"),
    "storage transformer": (_changed(storage_transformers=[{"name": "x"}]), "storage transformers"),
    "objects": (_changed(2, dtype="|O"), "is not a number"),
    "records": (_changed(2, dtype=[["a", "|u1"]]), "is not a number"),
    "text": (_changed(data_type="string"), "is not a number"),
    "complex": (_changed(data_type="complex64"), "is not a number"),
    "huge shape": (_changed(shape=[10**6] * 3), "is missing"),
    "huge chunks": (
        _changed(chunk_grid={"name": "regular", "configuration": {"chunk_shape": [2000] * 3}}),
        "has chunks of",
    ),
    "shape beyond counting": (_changed(shape=[10**30] * 3), "whole numbers"),
    "shape of NaN": (_text("5,", "NaN,"), "whole numbers"),
    "shape of text": (_changed(shape=["5", "7", "9"]), "whole numbers"),
    "shape of truth": (_changed(shape=[True, 7, 9]), "whole numbers"),
    "negative shape": (_changed(shape=[-5, 7, 9]), "whole numbers"),
    "no shape": (_changed(shape=None), "whole numbers"),
    "empty": (_changed(shape=[0, 7, 9]), "shape"),
    "two axes": (_changed(2, shape=[5, 7], chunks=[2, 3]), "three axes"),
    "chunks of zero": (_changed(2, chunks=[0, 3, 4]), "whole numbers"),
    "other chunk grid": (_changed(chunk_grid={"name": "rectilinear", "configuration": {}}), "not regular"),
    "key encoding": (_changed(chunk_key_encoding={"name": "../../x"}), "neither default nor v2"),
    "separator": (_changed(chunk_key_encoding={"name": "v2", "configuration": {"separator": "/../"}}), "neither"),
    "version": (_changed(zarr_format=4), "zarr_format 4"),
    "key twice": (_text('"zarr_format"', '"shape": [1, 1, 1], "zarr_format"'), "a key is there twice"),
    "deep": (lambda f: (f / "zarr.json").write_text("[" * 10**5), "not sound JSON"),
    "not an object": (lambda f: (f / "zarr.json").write_text("[]"), "not an object"),
    "not UTF-8": (lambda f: (f / "zarr.json").write_bytes(b"\xff\xfe"), "not sound JSON"),
    "large description": (lambda f: (f / "zarr.json").write_bytes(b" " * 2**23), "8388608 bytes"),
    "both versions": (lambda f: (f / ".zarray").write_text("{}"), "described twice"),
    "nothing": (lambda f: (f / "zarr.json").unlink(), "no array"),
    "two points in time": (_group(), "no array of numbers|three axes"),
    "two channels": (_group(ome={"multiscales": _multiscale(SCALES, first=(("c", "channel"),))}), "time or channels"),
    "axes that do not fit": (_group(ome={"multiscales": _multiscale(SCALES)}), "three axes in space"),
    "axes of numbers": (_group(ome={"multiscales": [{"axes": 7, "datasets": [{"path": "0"}]}]}), "axes 7"),
    "two multiscales": (_group(ome={"multiscales": _multiscale(SCALES) * 2}), "2 multiscale images"),
    "level absent": (_group(ome={"multiscales": _multiscale({"9": (1, 1, 1)})}), "no array '9'"),
    "level outside": (_group(ome={"multiscales": _multiscale({"../../x": (1, 1, 1)})}), "not a name inside"),
    "archive": (_zipped, "is a folder; unpack it"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_incomplete_folders_are_refused(tmp_path, name):
    """Each is an InputError with the folder's name; no codec of the file's choosing is looked up, nothing is run."""
    folder = tmp_path / "a.zarr"
    _array(folder)
    spoil, problem = HOSTILE[name]
    spoil(folder)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=rf"a\.zarr: .*({problem})"), opened_zarr(folder, None) as stored:
        everything(stored)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("dataset", ["../b", "/etc", "..", "a/../..", "http://x/../..", "a\\b", "a\0b", "b"])
def test_names_do_not_lead_out_of_the_folder(tmp_path, dataset):
    """A dataset is a name below the folder, whatever lies beside it."""
    for name in ("a.zarr", "b"):
        _array(tmp_path / name)
    with pytest.raises(InputError, match=r"a\.zarr: (dataset .* is not a name inside|no array)"):
        opened_zarr(tmp_path / "a.zarr", dataset).__enter__()


def test_the_name_of_an_image_stands_for_its_finest_level(tmp_path):
    """`labels/cells`, as programs show it, opens the level that the image lists first."""
    group = zarr.create_group(tmp_path / "a.zarr", zarr_format=2)
    group.create_group("labels")
    levels = [{"path": "s0", "coordinateTransformations": [{"type": "scale", "scale": [5, 3, 2]}]}]
    axes = [{"name": axis, "type": "space", "unit": "angstrom"} for axis in "zyx"]
    multiscales = [{"version": "0.4", "axes": axes, "datasets": levels}]
    group.create_group("labels/cells", attributes={"multiscales": multiscales})
    _array(tmp_path / "a.zarr" / "labels" / "cells" / "s0", zarr_format=2)
    with opened_zarr(tmp_path / "a.zarr", "labels/cells") as stored:
        np.testing.assert_array_equal(everything(stored), STACK)
        assert stored.calibration is not None
        assert stored.calibration.voxel_size_m() == (5e-10, 3e-10, 2e-10)


@pytest.mark.parametrize("options", [{}, {"shards": (4, 9, 8)}])
def test_the_remedy_for_chunks_left_out_is_one(tmp_path, options):
    """Zarr leaves out chunks of zeros; written as the message says, they are there and the image opens."""
    values = STACK.copy()
    values[:2, :3, :4] = 0
    array = zarr.create_array(tmp_path / "a.zarr", shape=values.shape, chunks=(2, 3, 4), dtype="u1", **options)
    array[...] = values
    with pytest.raises(InputError, match=r"write it with every chunk .*write_empty_chunks"):
        opened_zarr(tmp_path / "a.zarr", None).__enter__()
    _array(tmp_path / "b.zarr", values, **options)
    with opened_zarr(tmp_path / "b.zarr", None) as stored:
        np.testing.assert_array_equal(everything(stored), values)
