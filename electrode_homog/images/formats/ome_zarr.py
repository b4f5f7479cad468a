"""OME-Zarr metadata (0.4 in Zarr v2, 0.5 in Zarr v3): levels, axes, and the size of a voxel on each level.

The size is the product of the scale of the level and that of the whole image, in the units of the axes.
"""

import math
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.images.length import Calibration, in_metres


def finest_level(path: Path, attributes: dict[str, Any]) -> str | None:
    """Name of the first level of the only multiscale image, None for a group that is none."""
    images = _multiscales(attributes)
    if len(images) > 1:
        raise InputError(f"{path}: holds {len(images)} multiscale images; name one level as dataset")
    levels = _levels(images[0]) if images else {}
    if images and not levels:
        raise InputError(f"{path}: its multiscale image states no level; name the array as dataset")
    return next(iter(levels), None)


def axis_kinds(path: Path, attributes: dict[str, Any], level: str) -> list[str] | None:
    """ "space", "time", "channel" per axis of a level, None where no multiscale image describes it."""
    image = _image_of(attributes, level)
    return None if image is None else [_kind(axis) for axis in _axes(path, image)]


def calibration_of(path: Path, attributes: dict[str, Any], level: str, axes: tuple[int, ...]) -> Calibration | None:
    """Voxel size along three axes of a level; units that differ are brought to metres. None where it is not stated."""
    image = _image_of(attributes, level)
    if image is None:
        return None
    stated, count = _axes(path, image), len(_axes(path, image))
    scales = [_scale(each, count) for each in (_levels(image)[level], image)]
    if scales == [None, None]:
        return None
    lengths = [1.0] * count
    for scale in scales:
        lengths = [a * b for a, b in zip(lengths, scale or [1.0] * count, strict=True)]
    units = [_unit(stated[axis]) for axis in axes]
    x, y, z = (lengths[axis] for axis in axes)
    if len(set(units)) == 1:
        return Calibration((x, y, z), units[0])
    try:
        x, y, z = (in_metres(length, unit) for length, unit in zip((x, y, z), units, strict=True))
    except InputError:  # what is no length is shown, and refused where it is needed
        return Calibration((x, y, z), ", ".join(units))
    return Calibration((x, y, z), "m")


def _multiscales(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    ome = attributes.get("ome")
    images = (ome if isinstance(ome, dict) else attributes).get("multiscales")
    return [image for image in images if isinstance(image, dict)] if isinstance(images, list) else []


def _levels(image: dict[str, Any]) -> dict[str, dict[str, Any]]:
    levels = image.get("datasets")
    if not isinstance(levels, list):
        return {}
    return {each["path"]: each for each in levels if isinstance(each, dict) and isinstance(each.get("path"), str)}


def _image_of(attributes: dict[str, Any], level: str) -> dict[str, Any] | None:
    return next((image for image in _multiscales(attributes) if level in _levels(image)), None)


def _axes(path: Path, image: dict[str, Any]) -> list[dict[str, Any]]:
    """The axes as objects; a version before 0.4 names them only, or none, which is then t, c, z, y, x."""
    axes = image.get("axes", ["t", "c", "z", "y", "x"])
    if not isinstance(axes, list) or not all(isinstance(axis, dict | str) for axis in axes):
        raise InputError(
            f"{path}: its multiscale axes {repr(axes)[:80]} are not a list; save it as OME-Zarr 0.4 or 0.5"
        )
    return [{"name": axis} if isinstance(axis, str) else axis for axis in axes]


def _kind(axis: dict[str, Any]) -> str:
    implied = "space" if axis.get("name") in ("x", "y", "z") else "other"
    return str(axis.get("type", implied))


def _unit(axis: dict[str, Any]) -> str:
    return str(axis.get("unit", ""))


def _scale(owner: dict[str, Any], count: int) -> list[float] | None:
    """The scale among the transformations of a level or an image, NaN where it is not one number per axis.

    Other transformations, as a translation, do not change the size.
    """
    transformations = owner.get("coordinateTransformations", [])
    if not isinstance(transformations, list):
        return [math.nan] * count
    found = [each["scale"] for each in transformations if isinstance(each, dict) and "scale" in each]
    if not found:
        return None
    (scale, *more) = found
    sound = not more and isinstance(scale, list) and len(scale) == count
    if not sound or not all(type(n) in (int, float) for n in scale):
        return [math.nan] * count
    return [float(n) for n in scale]
