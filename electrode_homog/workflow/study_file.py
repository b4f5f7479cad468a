"""A study in a TOML file. Lengths are texts with a unit; unknown keys are refused, with the nearest known one."""

import difflib
import math
import tomllib
from enum import Enum
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization import Boundary
from electrode_homog.images import parse_length
from electrode_homog.workflow.image_choices import Collector, HandOver, ImageLayers, Radii, Thickness
from electrode_homog.workflow.study import KEYS, GeneratedImage, ImageFile, Study, TensorRequest

LARGEST_FILE = 1_000_000  # bytes; a study is a page of text


def read_study(path: str | Path) -> Study:
    """Read a study file; an image path in it is relative to the file.

    Raises InputError, with file and key, for what cannot be understood.
    """
    path = Path(path)
    text = _text(path)
    try:
        table = _Table(tomllib.loads(text), "")
        return _study(table, path.parent, text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; so is a number of 5000 digits
        raise InputError(f"{path}: not TOML: {error}") from error
    except (InputError, OutOfRangeError) as error:
        raise type(error)(f"{path}: {error}") from error


def _text(path: Path) -> str:
    if not path.is_file():
        raise InputError(f"{path} is not a file; give a study file (TOML)")
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(f"{path} has {path.stat().st_size} bytes; a study file has a few thousand")
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error


def _study(table: "_Table", folder: Path, text: str) -> Study:
    title = table.take("title", str, "Electrode study")
    image_table, generate = table.section("image"), table.section("generate")
    if (image_table is None) == (generate is None):
        raise InputError("give either [image], a file to read, or [generate], an electrode to make")
    image = _image(image_table, folder) if image_table else _generated(generate)
    phases = {name: _labels(name, value) for name, value in table.rest("phases").items()}
    requests = {name: _tensor(request) for name, request in table.sections("tensors").items()}
    cell, discharge, bruggeman = (table.section(name) for name in ("cell", "discharge", "bruggeman"))
    extra: dict[str, Any] = {}
    if cell:
        extra["hand_over"] = _hand_over(cell, folder)
    if bruggeman:
        extra["subvolume_tensor"] = bruggeman.take("tensor", str)
        if divisions := bruggeman.take("divisions", list, None):
            extra["subvolume_divisions"] = _three_whole(bruggeman.where("divisions"), divisions)
        bruggeman.finish()
    if discharge:
        extra["c_rates"] = tuple(_number(discharge.where("c_rates"), c) for c in discharge.take("c_rates", list))
        discharge.finish()
    table.finish()
    return Study(title=title, image=image, phases=phases, tensors=requests, text=text, **extra)


def _image(table: "_Table", folder: Path) -> ImageFile:
    size = table.take("voxel_size", (str, list), None)
    crop = table.take("crop", list, None)
    coarsen = table.take("coarsen", (int, list), 1)
    image = ImageFile(
        path=folder / table.take("file", str),
        voxel_size_m=None if size is None else _voxel_size(size),
        through_axis=table.take("through_axis", int, 0),
        dataset=table.take("dataset", str, None),
        crop=None if crop is None else _crop(crop),
        coarsen=_three_whole("image.coarsen", coarsen) if isinstance(coarsen, list) else coarsen,
    )
    table.finish()
    return image


def _generated(table: "_Table | None") -> GeneratedImage:
    assert table is not None
    arguments: dict[str, Any] = {"seed": table.take("seed", int)}
    if shape := table.take("shape", list, None):
        arguments["shape"] = _three_whole("generate.shape", shape)
    for key, name in (("voxel_size", "voxel_size_m"), ("mean_radius", "mean_radius_m")):
        if text := table.take(key, str, None):
            arguments[name] = parse_length(text)
    for key in ("active_fraction", "binder_fraction", "radius_spread", "flattening"):
        if (value := table.take(key, (float, int), None)) is not None:
            arguments[key] = _number(table.where(key), value)
    if (periodic := table.take("periodic", bool, None)) is not None:
        arguments["periodic"] = periodic
    table.finish()
    return GeneratedImage(arguments)


def _tensor(table: "_Table") -> TensorRequest:
    where = table.where("conductivity")
    conductivity = {name: _number(f"{where}.{name}", k) for name, k in table.take("conductivity", dict).items()}
    boundary = table.take("boundary", str, None)
    tolerance = table.take("tolerance", (float, int), None)
    request = TensorRequest(
        conductivity=conductivity,
        boundary=None if boundary is None else parse_boundary(boundary, table.where("boundary")),
        tolerance=None if tolerance is None else _number(table.where("tolerance"), tolerance),
        max_iterations=table.take("max_iterations", int, None),
    )
    table.finish()
    return request


def _hand_over(table: "_Table", folder: Path) -> HandOver:
    base = table.take("base", str)
    electrode = table.take("electrode", str)
    if electrode not in ("negative", "positive"):
        raise InputError(f"cell.electrode = {electrode!r}; 'negative' or 'positive'")
    others = {name: table.take(name, (str, list), None) for name in ("secondary", "reacting")}
    hand_over = HandOver(
        base=str(folder / base) if base.endswith((".toml", ".json")) else base,
        electrode=electrode,
        porosity=_names("cell.porosity", table.take("porosity", (str, list))),
        active=_names("cell.active", table.take("active", (str, list))),
        electrolyte=table.take(KEYS["electrolyte"], str),
        solid=table.take(KEYS["solid"], str, None),
        skeleton=table.take(KEYS["skeleton"], str, None),
        heat=table.take(KEYS["heat"], str, None),
        layers=_layers(table),
        **{name: _names(table.where(name), value) for name, value in others.items() if value is not None},
        **{
            name: _choice(kind, table.where(name), text)
            for name, kind in (("radii", Radii), ("thickness", Thickness))
            if (text := table.take(name, str, None)) is not None
        },
    )
    table.finish()
    return hand_over


def _layers(table: "_Table") -> ImageLayers | None:
    count, collector = table.take("layers", int, None), table.take("collector", str, None)
    if count is None and collector is None:
        return None
    if count is None or collector is None:
        names = " or ".join(repr(found.value) for found in Collector)
        raise InputError(f"cell.layers and cell.collector belong together: how many layers, and which face, {names}")
    return ImageLayers(count, _choice(Collector, "cell.collector", collector))


def _choice(kind: type[Enum], where: str, text: str) -> Any:
    """The member of an enumeration of that value; InputError, listing all, for others."""
    for member in kind:
        if member.value == text:
            return member
    raise InputError(f"{where} = {text!r}; one of {', '.join(member.value for member in kind)}")


def parse_boundary(text: str, where: str = "boundary") -> Boundary:
    """The boundary condition of that name; InputError, listing all, for others."""
    return _choice(Boundary, where, text)


def _voxel_size(value: str | list[Any]) -> tuple[float, float, float]:
    texts = value if isinstance(value, list) else [value] * 3
    if len(texts) != 3 or not all(isinstance(text, str) for text in texts):
        raise InputError(f"image.voxel_size = {value!r}; a length such as '398 nm', or three of them")
    x, y, z = (parse_length(text) for text in texts)
    return (x, y, z)


def _crop(value: list[Any]) -> tuple[tuple[int, int], ...]:
    for pair in value:
        whole = isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)
        if not (whole and 0 <= pair[0] < pair[1]):
            raise InputError(f"image.crop: {pair!r}; pairs of voxels [first, end] along x, y, z, 0 <= first < end")
    if len(value) != 3:
        raise InputError(f"image.crop has {len(value)} pairs; three are needed, along x, y, z")
    return tuple((first, end) for first, end in value)


def _three_whole(where: str, value: list[Any]) -> tuple[int, int, int]:
    if len(value) != 3 or not all(type(n) is int for n in value):
        raise InputError(f"{where} = {value!r}; three whole numbers along x, y, z")
    x, y, z = value
    return (x, y, z)


def _labels(name: str, value: Any) -> int | tuple[int, ...]:
    labels = value if isinstance(value, list) else [value]
    if not labels or not all(type(label) is int for label in labels):
        raise InputError(f"phases.{name} = {value!r}; a label or a list of labels (whole numbers)")
    return tuple(labels)


def _names(where: str, value: str | list[Any]) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"{where} = {value!r}; the name of a phase, or a list of names")
    return tuple(names)


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{where} = {value!r} is not a finite number")
    return float(value)


_REQUIRED = object()


class _Table:
    """A TOML table whose keys are taken one by one; what is left over was misspelt."""

    def __init__(self, values: dict[str, Any], name: str):
        self._values, self._name, self._taken = values, name, set[str]()

    def where(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def take(self, key: str, kinds: type | tuple[type, ...], default: Any = _REQUIRED) -> Any:
        self._taken.add(key)
        if key not in self._values:
            if default is _REQUIRED:
                for near in difflib.get_close_matches(key, set(self._values) - self._taken, n=1):
                    raise InputError(f"unknown key {self.where(near)!r}; did you mean {key!r}?")
                raise InputError(f"{self.where(key)} is missing")
            return default
        value = self._values[key]
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            wanted = " or ".join({"str": "text", "dict": "table"}.get(k.__name__, k.__name__) for k in kinds)
            raise InputError(f"{self.where(key)} = {value!r} is not {wanted}")
        return value

    def section(self, key: str) -> "_Table | None":
        values = self.take(key, dict, None)
        return None if values is None else _Table(values, self.where(key))

    def rest(self, key: str) -> dict[str, Any]:
        return self.take(key, dict)

    def sections(self, key: str) -> dict[str, "_Table"]:
        found = self.take(key, dict, {})
        for name, value in found.items():
            if not isinstance(value, dict):
                raise InputError(f"{self.where(key)}.{name} = {value!r} is not a table: write [{key}.NAME]")
        return {name: _Table(value, f"{self.where(key)}.{name}") for name, value in found.items()}

    def finish(self) -> None:
        for key in self._values:
            if key not in self._taken:
                near = difflib.get_close_matches(key, self._taken, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(self._taken))}"
                raise InputError(f"unknown key {self.where(key)!r}{hint}")
