"""Section "Provenance": software, inputs with hashes, settings, sources, and how to get the same numbers again."""

import hashlib

import numpy as np

from electrode_homog.microstructure import Microstructure
from electrode_homog.provenance import Provenance
from electrode_homog.report.contents import Contents
from electrode_homog.report.digits import length_text
from electrode_homog.report.page import Block, Cell, Facts, Listing, Panel, Section, Table

_HASH_DIGITS = 16
_OWN_WORDS = ("assumed", "given by the caller", "design variable")


def provenance_section(contents: Contents, made: Provenance) -> Section:
    blocks: list[Block] = [_software(made)]
    inputs = _inputs(contents)
    if inputs:
        table = Table(
            "Inputs. Hashes are SHA-256 over the numbers, the first 16 digits.",
            ("Input", "Source", "Size", "Hash"),
            inputs,
            code=(3,),
        )
        blocks.append(table)
    sources = _sources(contents)
    if sources:
        blocks.append(Listing("Sources of the parameter sets", sources))
    lines = _reproduce(contents)
    if lines:
        blocks.append(Listing("The same numbers again", lines, code=True))
    shows = "What this report was made from, and with what."
    cautions = (
        "The hashes are those of the data in memory: they identify the numbers, not the files they were read from.",
    )
    return Section("provenance", "Provenance", (Panel("", shows, tuple(blocks), cautions if inputs else ()),))


def _software(made: Provenance) -> Facts:
    return Facts(
        (("Report made (UTC)", made.created), ("System", made.system), ("Python", made.python), *made.packages.items())
    )


def _inputs(contents: Contents) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for labelled in contents.electrodes:
        image = labelled.item.image
        edges = [length_text(edge, physical=image.has_physical_length) for edge in image.voxel_size_m]
        voxel = edges[0] if len(set(edges)) == 1 else " × ".join(edges)
        size = f"{' × '.join(map(str, image.shape))} voxels of {voxel}"
        rows.append(("Image", image.source, size, image_hash(labelled.item)))
    known = {labelled.item.image.source for labelled in contents.electrodes}
    for labelled in contents.tensors:
        if labelled.item.source not in known:
            known.add(labelled.item.source)
            size = f"{' × '.join(map(str, labelled.item.shape))} voxels"
            rows.append(("Image (not in this report)", labelled.item.source, size, ""))
    for labelled in contents.fits:
        data = labelled.item.data
        rows.append(("Measured record", data.source, f"{data.time_s.size} rows", data.sha256[:_HASH_DIGITS]))
    for labelled in contents.cells:
        cell = labelled.item
        text = "\n".join(f"{entry.path} {entry.value!r} {entry.unit}" for entry in cell.entries())
        size = f"{len(cell.entries())} values"
        rows.append(("Parameter set", labelled.label, size, hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]))
    return tuple(tuple(map(Cell, row)) for row in rows)


def image_hash(electrode: Microstructure) -> str:
    """Of the labels as unsigned 32-bit little-endian numbers in C order, so that the file's own type does not count."""
    digest = hashlib.sha256(str(electrode.image.shape).encode())
    for layer in electrode.image.labels:
        digest.update(np.ascontiguousarray(layer, dtype="<u4").data)
    return digest.hexdigest()[:_HASH_DIGITS]


def _sources(contents: Contents) -> tuple[str, ...]:
    """Citations of all sets, then what the values of the first one name; what others changed stands in their tables."""
    found = dict.fromkeys(citation for labelled in contents.cells for citation in labelled.item.citations)
    for labelled in contents.cells[:1]:
        sources = (entry.source for entry in labelled.item.entries())
        found |= dict.fromkeys(source for source in sources if not source.lower().startswith(_OWN_WORDS))
    return tuple(found)


def _reproduce(contents: Contents) -> tuple[str, ...]:
    """The calls behind the items; what a report cannot know, such as a file name, stands in angle brackets."""
    lines: list[str] = []
    for labelled in contents.electrodes[:1]:
        image = labelled.item.image
        size = image.voxel_size_m[0] if len(set(image.voxel_size_m)) == 1 else image.voxel_size_m
        lines.append(f"image = eh.read_image(<file>, voxel_size_m={size})  # {image.source}")
        lines.append(f"electrode = eh.Microstructure(image, phases={dict(labelled.item.phases)})")
    for labelled in contents.tensors:
        tensor = labelled.item
        conductivity = {
            name: k[0] if len(set(k)) == 1 else np.diag(k).tolist() for name, k in tensor.conductivity.items()
        }
        settings = f"boundary=eh.{tensor.boundary}, tolerance={tensor.tolerance:g}"
        lines.append(f"eh.effective_tensor(electrode, {conductivity}, {settings})  # {labelled.label}")
    for labelled in contents.subvolumes:
        pieces = labelled.item
        lines.append(
            f"eh.subvolume_values(electrode, <conductivity>, divisions={pieces.divisions}, axis={pieces.axis})"
        )
    for number, labelled in enumerate(contents.cells):
        loaded = f"eh.load_parameter_set({labelled.item.name!r})"
        lines.append(f"cell = {loaded if number == 0 else '<the first with the changes above>'}  # {labelled.label}")
    protocols = dict.fromkeys(run.item.protocol_text for run in contents.runs)
    lines += [f"eh.simulate(cell, <{text}>, mesh=eh.{contents.runs[0].item.mesh})" for text in protocols]
    for labelled in contents.fits:
        lines.append(f"eh.fit(cell, <{labelled.item.data.source}>, vary={dict(labelled.item.vary)})")
    for labelled in contents.designs:
        design = labelled.item
        vary = dict(design.vary)
        lines.append(f"eh.design(cell, {vary}, <{design.protocol_text}>, porosity_rule=eh.{design.porosity_rule})")
    return ("import electrode_homog as eh", *(" ".join(line.split()) for line in lines)) if lines else ()
