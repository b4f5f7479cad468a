"""OME-TIFF: voxel size and units from the description, and descriptions that are refused."""

import io
import re

import numpy as np
import pytest
import tifffile

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images import read_image
from electrode_homog.images.formats import ome

STACK = np.random.default_rng(0).integers(0, 3, (5, 7, 9), dtype=np.uint8)


def _ome(path, stack=STACK, axes="ZYX", **metadata):
    tifffile.imwrite(path, stack, ome=True, photometric="minisblack", metadata={"axes": axes, **metadata})
    return path


def _described(path, change):
    """An OME-TIFF whose description went through `change`; the pages are those of STACK."""
    buffer = io.BytesIO()
    sizes = {f"PhysicalSize{axis}": 0.4 for axis in "XYZ"}
    tifffile.imwrite(buffer, STACK, ome=True, photometric="minisblack", metadata={"axes": "ZYX", **sizes})
    buffer.seek(0)
    with tifffile.TiffFile(buffer) as tif:
        text = change(tif.ome_metadata or "")
    tifffile.imwrite(path, STACK, photometric="minisblack", description=text.encode(), metadata=None)
    return path


def _replaced(old, new):
    def change(text):
        changed, times = re.subn(old, new, text, count=1)
        assert times == 1
        return changed

    return change


@pytest.mark.parametrize(
    ("unit", "scale"), [("nm", 1e-9), ("µm", 1e-6), ("mm", 1e-3), ("Å", 1e-10), ("m", 1.0), (None, 1e-6), ("cm", 0.01)]
)
def test_voxel_size_is_that_of_the_description(tmp_path, unit, scale):
    """Z is the first axis of the stack, then Y, then X; micrometres where no unit is stated."""
    lengths = {"Z": 0.5e-6 / scale, "Y": 0.25e-6 / scale, "X": 0.4e-6 / scale}
    stated = {f"PhysicalSize{axis}": length for axis, length in lengths.items()}
    if unit is not None:
        stated |= {f"PhysicalSize{axis}Unit": unit for axis in "XYZ"}
    image = read_image(_ome(tmp_path / "a.tif", **stated), through_axis=1)
    np.testing.assert_allclose(image.voxel_size_m, (0.25e-6, 0.5e-6, 0.4e-6), rtol=1e-12)
    np.testing.assert_array_equal(image.labels, STACK.transpose(1, 0, 2))
    assert read_image(tmp_path / "a.tif", voxel_size_m=3e-7).voxel_size_m == (3e-7,) * 3


def test_units_may_differ_from_axis_to_axis(tmp_path):
    """FIB-SEM states the slice distance in nanometres and the pixel in micrometres, perhaps."""
    stated = {"PhysicalSizeZ": 500, "PhysicalSizeZUnit": "nm", "PhysicalSizeY": 0.25, "PhysicalSizeX": 0.4}
    np.testing.assert_allclose(
        read_image(_ome(tmp_path / "a.tif", **stated)).voxel_size_m, (5e-7, 2.5e-7, 4e-7), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ({}, "no voxel size"),
        ({"PhysicalSizeX": 0.4, "PhysicalSizeY": 0.4}, r"no voxel size.*\(not stated, 0.4, 0.4\) µm is incomplete"),
        ({f"PhysicalSize{axis}": 0.4 for axis in "XYZ"} | {"PhysicalSizeZUnit": "furlong"}, "'furlong'"),
        ({f"PhysicalSize{axis}": 0.4 for axis in "XYZ"} | {"PhysicalSizeZUnit": "pixel"}, "'pixel'"),
        (
            {f"PhysicalSize{axis}": 1 for axis in "XYZ"} | {f"PhysicalSize{axis}Unit": "pixel" for axis in "XYZ"},
            "no voxel size",
        ),
        ({"PhysicalSizeX": 0.4, "PhysicalSizeY": 0.4, "PhysicalSizeZ": 0}, "incomplete"),
        ({"PhysicalSizeX": 0.4, "PhysicalSizeY": "nan", "PhysicalSizeZ": 1}, "incomplete"),
        ({"PhysicalSizeX": 0.4, "PhysicalSizeY": "wide", "PhysicalSizeZ": 1}, "numbers are needed"),
    ],
)
def test_voxel_size_is_never_guessed(tmp_path, stated, problem):
    """What is absent, not positive, or in an unknown unit is asked for."""
    with pytest.raises(InputError, match=problem) as error:
        read_image(_ome(tmp_path / "a.tif", **stated))
    assert "a.tif" in str(error.value)


def test_implausible_size_is_out_of_range(tmp_path):
    """A unit that is wrong in the file is seen as one that is wrong in the argument."""
    stated = {f"PhysicalSize{axis}": 398 for axis in "XYZ"} | {f"PhysicalSize{axis}Unit": "mm" for axis in "XYZ"}
    with pytest.raises(OutOfRangeError, match="thick"):
        read_image(_ome(tmp_path / "a.tif", **stated))


BOMB = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
UUID = "urn:uuid:00000000-0000-0000-0000-00000000000"


def _doctype(declaration):
    return lambda text: text.replace("<OME ", declaration + "<OME ", 1).replace('ID="Image:0"', 'ID="&x;"', 1)


def _files(*names, own=""):
    data = "".join(
        f'<TiffData IFD="{k}" FirstZ="{k}" PlaneCount="1"><UUID FileName="{name}">{UUID}{k}</UUID></TiffData>'
        for k, name in enumerate(names)
    )
    return lambda text: re.sub(r'UUID="[^"]*"', own, re.sub("<TiffData.*?/>", data, text), count=1)


DESCRIPTIONS = {
    "billion_laughs": (_doctype(BOMB + "]>"), "declares entities"),
    "external_entity": (_doctype('<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "declares entities"),
    "parameter_entity": (_doctype('<!DOCTYPE x [<!ENTITY % x SYSTEM "http://localhost/x"> %x;]>'), "declares entities"),
    "undeclared_entity": (_doctype(""), "damaged"),
    "cut": (lambda text: text[: len(text) // 2] + "</OME>", "damaged"),
    "deep": (lambda text: "<a>" * 30_000 + "</OME>", "damaged"),
    "other_slices": (_replaced('SizeZ="5"', 'SizeZ="9"'), "cut short or inconsistent.*9 slices"),
    "huge": (_replaced('SizeZ="5"', f'SizeZ="{10**17}"'), "inconsistent"),
    "huger": (_replaced('SizeZ="5"', f'SizeZ="{10**40}"'), "whole number"),
    "negative": (_replaced('SizeZ="5"', 'SizeZ="-5"'), "whole number"),
    "no_size": (_replaced('SizeZ="5"', ""), "SizeZ = None"),
    "other_width": (_replaced('SizeX="9"', 'SizeX="7"'), "inconsistent"),
    "channels": (_replaced('SizeC="1"', 'SizeC="2"'), "2 channels"),
    "times": (_replaced('SizeT="1"', 'SizeT="2"'), "2 times"),
    "two_images": (lambda text: text.replace("</OME>", '<Image ID="Image:1"/></OME>'), "2 images"),
    "no_image": (lambda _: '<OME xmlns="http://www.openmicroscopy.org"></OME>', "0 images"),
    "elsewhere": (
        lambda _: '<OME><BinaryOnly MetadataFile="a.companion.ome" UUID="urn:uuid:1"/></OME>',
        "another file",
    ),
    "two_files": (_files("a.ome.tif", "b.ome.tif"), r"several files \(\['a.ome.tif', 'b.ome.tif'\]\)"),
    "other_file": (_files("b.ome.tif", own=f'UUID="{UUID}9"'), "several files"),
    "traversal": (_files("../../etc/passwd"), "files elsewhere"),
    "windows": (_files("..\\\\secret.tif"), "files elsewhere"),
    "absolute": (_files("/etc/passwd"), "files elsewhere"),
    "reversed": (_replaced('IFD="0"', 'IFD="0" FirstZ="4"'), "page 0 holds slice 4"),
    "bad_page": (_replaced('IFD="0"', 'IFD="x"'), "whole number"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_hostile_description_is_refused(tmp_path, name):
    """Nothing is expanded, nothing outside is looked for, and what disagrees with the pages is not believed."""
    change, problem = DESCRIPTIONS[name]
    path = _described(tmp_path / "a.ome.tif", change)
    for given in (None, 4e-7):
        with pytest.raises(InputError, match=problem) as error:
            read_image(path, voxel_size_m=given)
        assert str(path) in str(error.value)
    assert [p.name for p in tmp_path.iterdir()] == ["a.ome.tif"]


def test_description_that_is_too_long_is_not_parsed(tmp_path, monkeypatch):
    """A limit stands before the parser."""
    monkeypatch.setattr(ome, "_LONGEST", 100)
    with pytest.raises(InputError, match="100 characters"):
        read_image(_described(tmp_path / "a.tif", lambda text: text))


def test_renamed_file_is_still_one_file(tmp_path):
    """A description that names one file, under which this one was once known, speaks of this one."""
    path = _described(tmp_path / "b.tif", _files("old_name.ome.tif"))
    np.testing.assert_array_equal(read_image(path).labels, STACK)
    assert read_image(path).voxel_size_m == pytest.approx((4e-7,) * 3, rel=1e-12)


@pytest.mark.parametrize("axes", ["TYX", "CYX"])
def test_slices_that_were_called_times_or_channels(tmp_path, axes):
    """Programs that were not told the axes call the slices so; a stack of more than four is a stack."""
    path = _ome(tmp_path / "a.tif", axes=axes)
    np.testing.assert_array_equal(read_image(path, voxel_size_m=1e-6).labels, STACK)
