"""HDF5: what h5py writes is read back; what is absent, elsewhere or a program is refused, by name and with a remedy."""

import zlib
from contextlib import contextmanager

import h5py
import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.images.formats import hdf5_data
from electrode_homog.images.formats.hdf5 import opened_hdf5

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)
BOX = (slice(1, 4), slice(2, 3), slice(3, 9))


@contextmanager
def written(path):
    with h5py.File(path, "w") as file:
        yield file


def everything(stored):
    return stored.read(tuple(slice(0, n) for n in stored.shape))


STORAGE = {
    "contiguous": {},
    "compact": {"dcpl": True},
    "chunks": {"chunks": (2, 3, 4)},
    "gzip": {"chunks": (2, 3, 4), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"chunks": (5, 7, 9), "compression": "lzf"},
    "scaleoffset": {"chunks": (2, 3, 4), "scaleoffset": 0},
}


TYPES = ["u1", ">u2", "i8", "f4", "f8", "?"]
WRITTEN = [(how, dtype) for how in STORAGE for dtype in (TYPES if how != "scaleoffset" else TYPES[:3])]


@pytest.mark.parametrize(("storage", "dtype"), WRITTEN)
def test_every_storage_gives_back_the_voxels_and_any_part_of_them(tmp_path, storage, dtype):
    """The only dataset with three axes is taken; a part is what slicing the whole gives; the type is as stored."""
    options = dict(STORAGE[storage])
    values = (STACK > 0) if dtype == "?" else STACK.astype(dtype)
    if options.pop("dcpl", False):
        options["dcpl"] = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        options["dcpl"].set_layout(h5py.h5d.COMPACT)
    with written(tmp_path / "a.h5") as file:
        file.create_dataset("entry/data", data=values, **options)
        file["entry/line"] = np.arange(4)
        file["entry/name"] = "an electrode"
    with opened_hdf5(tmp_path / "a.h5", None) as stored:
        assert stored.shape == (5, 7, 9)
        assert stored.calibration is None
        np.testing.assert_array_equal(everything(stored), values)
        np.testing.assert_array_equal(stored.read(BOX), values[BOX])
        assert everything(stored).dtype == stored.dtype == values.dtype


def test_a_dataset_is_found_by_its_path_through_soft_links(tmp_path):
    """Soft links inside the file are followed, absolute or relative; several images are listed, none is guessed."""
    with written(tmp_path / "a.nxs") as file:
        file["raw/grey"] = STACK
        file["raw/labels"] = STACK + 1
        file["default"] = h5py.SoftLink("/raw/current")
        file["raw/current"] = h5py.SoftLink("labels")
        file["raw/self"] = file["raw"]  # a hard link that makes a cycle
    for name in ("default", "/raw/labels", "raw//labels", "raw/self/self/labels"):
        with opened_hdf5(tmp_path / "a.nxs", name) as stored:
            np.testing.assert_array_equal(everything(stored), STACK + 1)
    with pytest.raises(InputError, match=r"2 images \('/raw/grey' 5 x 7 x 9 uint8; '/raw/labels'"):
        opened_hdf5(tmp_path / "a.nxs", None).__enter__()


def test_axes_of_length_one_are_dropped(tmp_path):
    """ilastik writes a channel axis of length 1, and time first; the three others are the image."""
    with written(tmp_path / "a.h5") as file:
        file["exported_data"] = STACK[None, ..., None]
    with opened_hdf5(tmp_path / "a.h5", "exported_data") as stored:
        np.testing.assert_array_equal(stored.read(BOX), STACK[BOX])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("element_size_um", np.array([0.398, 0.2, 0.1], "f4"), (398e-9, 200e-9, 100e-9)),
        ("element_size_um", np.array([1, 2, 3]), (1e-6, 2e-6, 3e-6)),
        ("voxel_size_m", np.array([1 / 3e6, 2e-7, 1e-7]), (1 / 3e6, 2e-7, 1e-7)),
        ("element_size_um", "0.4 0.4 0.4", None),
        ("element_size_um", np.array([0.4, 0.4]), None),
        ("spacing", np.array([0.4, 0.4, 0.4]), None),
    ],
)
def test_voxel_size_is_taken_from_the_two_agreed_attributes(tmp_path, name, value, expected):
    """element_size_um is in micrometres, in the order of the axes; single precision is read as the decimal meant."""
    with written(tmp_path / "a.h5") as file:
        file["x"] = STACK
        file["x"].attrs[name] = value
    with opened_hdf5(tmp_path / "a.h5", None) as stored:
        assert (stored.calibration and stored.calibration.voxel_size_m()) == (
            expected and pytest.approx(expected, rel=1e-15)
        )


def _external_link(file):
    file["x"] = h5py.ExternalLink("secret.h5", "/data")


def _loop(file):
    file["x"], file["y"] = h5py.SoftLink("/y"), h5py.SoftLink("x")


def _dangling(file):
    file["x"] = h5py.SoftLink("/nothing")


def _external_storage(file):
    file.create_dataset("x", (5, 7, 9), "u1", external=[("secret.raw", 0, 315)])


def _virtual(file):
    layout = h5py.VirtualLayout((5, 7, 9), "u1")
    layout[...] = h5py.VirtualSource("secret.h5", "data", (5, 7, 9))
    file.create_virtual_dataset("x", layout)


def _half_the_chunks(file):
    file.create_dataset("x", (4, 8, 8), "u1", chunks=(2, 8, 8))[:2] = 1


def _plug_in(file):
    created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    created.set_chunk((5, 7, 9))
    created.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
    x = h5py.h5d.create(file.id, b"x", h5py.h5t.STD_U8LE, h5py.h5s.create_simple((5, 7, 9)), created)
    x.write_direct_chunk((0, 0, 0), STACK.tobytes())


def _bomb(file):
    x = file.create_dataset("x", (4, 4, 4), "u1", chunks=(4, 4, 4), compression="gzip")
    x.id.write_direct_chunk((0, 0, 0), zlib.compress(bytes(10**8), 1))


def _huge_chunk(file):
    shape = (4, 4, 4)
    x = file.create_dataset("x", shape, "u1", chunks=(1000, 1000, 1000), maxshape=(None,) * 3, compression="gzip")
    x.id.write_direct_chunk((0, 0, 0), zlib.compress(bytes(10**6)))


def _set(value, **options):
    return lambda file: file.create_dataset("x", data=value, **options)


HOSTILE = {
    "external link": (_external_link, "leads out of the file, to '/data' of 'secret.h5'"),
    "loop": (_loop, "leads back to itself"),
    "dangling": (_dangling, "'nothing' is missing"),
    "external storage": (_external_storage, "kept in an external file"),
    "virtual": (_virtual, "virtual dataset"),
    "no data": (lambda file: file.create_dataset("x", (5, 7, 9), "u1"), "no data"),
    "no chunks": (lambda file: file.create_dataset("x", (5, 7, 9), "u1", chunks=(1, 7, 9)), "no data"),
    "half the chunks": (_half_the_chunks, "1 of 2 chunks"),
    "claims 10^18": (lambda file: file.create_dataset("x", (10**6,) * 3, "u1", chunks=(64,) * 3), "no data"),
    "chunk of 10^15": (lambda file: file.create_dataset("x", (10**6,) * 3, "u1"), "no data"),
    "compound": (_set(np.zeros((2, 2, 2), [("a", "u1"), ("b", "f4")])), "plain numbers"),
    "text": (_set(np.full((2, 2, 2), b"pore")), "plain numbers"),
    "texts of any length": (_set(np.full((2, 2, 2), "pore", object), dtype=h5py.string_dtype()), "plain numbers"),
    "references": (lambda file: file.create_dataset("x", (2, 2, 2), h5py.ref_dtype), "plain numbers"),
    "complex": (_set(np.zeros((2, 2, 2), complex)), "plain numbers"),
    "opaque": (_set(np.zeros((2, 2, 2), "V4")), "plain numbers"),
    "two axes": (_set(np.ones((4, 4))), "three axes"),
    "four axes": (_set(np.ones((2, 3, 3, 3))), "three axes"),
    "scalar": (_set(1.0), "three axes"),
    "empty": (_set(np.ones((0, 4, 4))), "three axes"),
    "null": (_set(h5py.Empty("u1")), "three axes"),
    "group": (lambda file: file.create_group("x"), "is a group"),
    "type": (lambda file: file.__setitem__("x", np.dtype("u1")), "group|not a dataset"),
    "nothing": (lambda file: None, "'x' is missing"),
    "plug-in": (_plug_in, "filter 32015"),
    "huge chunk": (_huge_chunk, "has chunks of"),
    "bomb": (_bomb, "unpacks to more than its 64 bytes"),
}


@pytest.mark.parametrize("dataset", ["x", None], ids=["named", "searched"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_incomplete_files_are_refused_before_reading(tmp_path, name, dataset):
    """Whether it is named or found, each is an InputError with the file's name; no other file is opened or made."""
    with written(tmp_path / "secret.h5") as file:
        file["data"] = STACK
    (tmp_path / "secret.raw").write_bytes(STACK.tobytes())
    spoil, problem = HOSTILE[name]
    with written(tmp_path / "a.h5") as file:
        spoil(file)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match=rf"a\.h5: .*({problem if dataset else '.'})"):
        opened_hdf5(tmp_path / "a.h5", dataset).__enter__()
    assert sorted(tmp_path.iterdir()) == before


def test_links_out_of_the_file_are_named_where_nothing_else_is_there(tmp_path):
    """A file that only points elsewhere says where to."""
    with written(tmp_path / "a.h5") as file:
        _external_link(file)
    with pytest.raises(InputError, match=r"a link to '/data' of 'secret\.h5'"):
        opened_hdf5(tmp_path / "a.h5", None).__enter__()


def test_a_chunk_that_may_swell_is_looked_at_when_it_is_read(tmp_path, monkeypatch):
    """A chunk of many bytes is unpacked no further than its size; one of noise, as long as its size, is read."""
    monkeypatch.setattr(hdf5_data, "_UNPACKED", 10**5)
    noise = np.random.default_rng(0).integers(0, 255, (2, 40, 40), dtype=np.uint8)
    with written(tmp_path / "a.h5") as file:
        x = file.create_dataset("x", data=noise, chunks=(1, 40, 40), compression="gzip")
        x.id.write_direct_chunk((1, 0, 0), zlib.compress(bytes(10**6)))
    with opened_hdf5(tmp_path / "a.h5", None) as stored:
        first = (slice(0, 1), slice(0, 40), slice(0, 40))
        np.testing.assert_array_equal(stored.read(first), noise[:1])
        with pytest.raises(InputError, match=r"a\.h5: a chunk of dataset '/x' unpacks to more than its 1600 bytes"):
            everything(stored)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_cut_files_are_refused(tmp_path, share):
    """A file that was cut anywhere is not HDF5 any more, nor is a picture of that name."""
    with written(tmp_path / "whole.h5") as file:
        file["x"] = STACK
    whole = (tmp_path / "whole.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"a\.h5: cut short, damaged"):
        opened_hdf5(tmp_path / "a.h5", None).__enter__()


def test_a_flipped_bit_is_found_by_the_checksum(tmp_path):
    """Damage that shows only while decoding is an InputError of `read`."""
    with written(tmp_path / "a.h5") as file:
        x = file.create_dataset("x", data=STACK, chunks=(5, 7, 9), fletcher32=True)
        place = x.id.get_chunk_info(0).byte_offset
    spoilt = bytearray((tmp_path / "a.h5").read_bytes())
    spoilt[place + 5] ^= 1
    (tmp_path / "a.h5").write_bytes(spoilt)
    with (
        opened_hdf5(tmp_path / "a.h5", None) as stored,
        pytest.raises(InputError, match=r"a\.h5: cut short, damaged"),
    ):
        stored.read(BOX)
