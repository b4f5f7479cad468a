"""From an image to a parameter set and on into PyBaMM: what is known of the image arrives, exactly where it is exact.

Laminates have closed forms (Voigt along the layers, Reuss across). Balls of one radius have one kinetic and one
diffusive radius. A graded image has the porosity that was drawn, plane by plane; the resistance of its slabs adds up to
that of the whole, unlike that of slabs that are solved one by one. The same image turned is another electrode. And a
real one, the NREL NMC532 cathode coarsened to 796 nm, goes the whole way to a voltage.
"""

import numpy as np
from outcome import Outcome, at_most, within
from shared_files import shared_folder

import electrode_homog as eh
from electrode_homog.workflow import (
    Collector,
    ElectrodeFromImage,
    ImageLayers,
    Radii,
    electrode_from_image,
)

MESH = eh.Mesh(x_points=20, separator_points=10, r_points=20)
PHASES = {"porosity": "pore", "active": "active"}
ALONE = {"divisions": (1, 1, 1), "radii": Radii.BASE}
HEAT_W_m_K = {"pore": 0.2, "active": 1.5, "binder": 0.5}  # assumed, of the order of electrolyte, oxide, carbon-binder


def laminated() -> tuple[eh.Microstructure, float]:
    """Columns of active material along x beside columns of binder and pore in layers across; B of it, exactly.

    Of 24 columns 14 hold pores for 3 planes of every 4 and binder of efficiency 0.25 for one: 14/24 / (3/4 + 1/4/0.25).
    """
    labels = np.ones((32, 24, 6), dtype=np.uint8)
    labels[:, :14] = np.where(np.arange(32) % 4 == 3, 2, 0)[:, None, None]
    image = eh.VoxelImage(labels, (4e-7,) * 3, "laminates beside each other")
    return eh.Microstructure(image, {"pore": 0, "active": 1, "binder": 2}), 14 / 24 / (3 / 4 + 1 / 4 / 0.25)


def laminates(base: eh.CellParameters) -> list[Outcome]:
    electrode, exact = laminated()
    wet = {"pore": 1.0, "binder": 0.25}
    layers = ImageLayers(8, Collector.FIRST_FACE)
    plain, layered = (
        electrode_from_image(
            electrode, base, "positive", **PHASES, **ALONE, electrolyte_transport=wet, tolerance=1e-12, layers=request
        )
        for request in (None, layers)
    )
    minute = eh.ConstantCurrent(1.0, duration_s=60.0)
    used = [
        eh.simulate(found.cell, minute, mesh=MESH).transport_efficiency["positive electrolyte"]
        for found in (plain, layered)
    ]
    worst_layer = max(abs(B / exact - 1) for B in layered.cell.positive.layers.electrolyte_efficiency)
    in_set = abs(plain.cell.positive.electrolyte_efficiency / exact - 1)
    return [
        at_most("laminate: B in the set, relative error", "closed form", in_set, 1e-9),
        at_most("laminate: B that PyBaMM evaluates", "closed form", abs(used[0] / exact - 1), 1e-9),
        at_most("laminate: B of each of 8 layers of one period", "closed form", worst_layer, 1e-7),
        at_most("laminate in 8 layers: mean B that PyBaMM evaluates", "closed form", abs(used[1] / exact - 1), 1e-9),
    ]


def balls(base: eh.CellParameters) -> list[Outcome]:
    """A packing of balls of 4 um at 10 voxels a radius, half of the volume, periodic.

    Most of the error of the diffusive radius comes from balls that the border cuts and that count as mirrored in it: at
    12 voxels a radius it falls from 3.2 % at 40 um to 2.2 % at 60 um, as one over the size.
    """
    radius = 4e-6
    packing = eh.packed_spheres(seed=3, box_m=(60e-6,) * 3, volume_fraction=0.5, mean_radius_m=radius, periodic=True)
    electrode = eh.Microstructure(packing.voxelised((150, 150, 150)), {"pore": 0, "active": 1})
    found, kinetic = (
        electrode_from_image(electrode, base, "positive", **PHASES, radii=radii, divisions=(1, 1, 1))
        for radii in (Radii.DIFFUSIVE, Radii.KINETIC)
    )
    positive = found.cell.positive
    area = 3 * electrode.fractions["active"] / radius
    reference = "packing of equal balls"
    return [
        within("kinetic radius of balls (m)", reference, kinetic.cell.positive.particle.radius_m, radius, 0.03),
        within("diffusive radius of balls (m)", reference, positive.particle.radius_m, radius, 0.03),
        within("reacting area of balls (1/m)", reference, positive.measured_surface_area_per_m, area, 0.02),
    ]


def graded_electrode() -> tuple[eh.Microstructure, np.ndarray]:
    """Porosity from 0.55 at the first plane to 0.30, by the distances to balls, and the planes' porosities."""
    packing = eh.packed_spheres(seed=5, box_m=(40e-6, 24e-6, 24e-6), volume_fraction=0.5, mean_radius_m=3e-6)
    shape = (100, 60, 60)
    porosity = np.linspace(0.55, 0.30, shape[0])
    image = eh.graded(packing.distances_m(shape), porosity, voxel_size_m=4e-7)
    return eh.Microstructure(image, {"pore": 0, "active": 1}), (image.labels == 0).mean(axis=(1, 2))


def layers_of(base: eh.CellParameters) -> list[Outcome]:
    electrode, planes = graded_electrode()
    found = electrode_from_image(
        electrode,
        base,
        "positive",
        **PHASES,
        layers=ImageLayers(5, Collector.FIRST_FACE),
        solid_conductivity_S_m={"active": 1.0},
        divisions=(1, 1, 1),
    )
    layers, positive = found.cell.positive.layers, found.cell.positive
    counted = planes.reshape(5, 20).mean(axis=1)
    alone = [
        eh.effective_conductivity(electrode.cropped(slice(a, a + 20), slice(None), slice(None)), {"pore": 1.0}).value
        for a in range(0, 100, 20)
    ]
    whole = found.electrolyte_efficiency.through_plane
    harmonic = 1 / np.mean(1 / np.array(layers.electrolyte_efficiency))
    shared = ", ".join(f"{B:.4f}" for B in layers.electrolyte_efficiency)
    return [
        at_most(
            "graded image: porosity of 5 layers against the planes as drawn",
            "counts",
            float(np.abs(np.array(layers.porosity) - counted).max()),
            1e-14,
        ),
        at_most(
            "graded image: mean porosity and active fraction against the voxels",
            "counts",
            max(
                abs(layers.mean("porosity") - electrode.fractions["pore"]),
                abs(layers.mean("active_fraction") - electrode.fractions["active"]),
            ),
            1e-14,
        ),
        at_most("graded image: harmonic mean of layer B against B", "identity", abs(harmonic / whole - 1), 1e-9),
        at_most(
            "graded image: mean of layer areas against the area",
            "identity",
            abs(layers.mean("surface_area_per_m") / positive.measured_surface_area_per_m - 1),
            1e-9,
        ),
        Outcome(
            "graded image: slabs solved one by one do not add up, the shares of the whole field do",
            "Thomson's principle: each slab alone conducts better",
            "alone >= shared",
            f"series of slabs alone {1 / np.mean(1 / np.array(alone)):.4f} against B = {whole:.4f}; shared {shared}",
            bool(np.all(np.array(alone) >= np.array(layers.electrolyte_efficiency) * (1 - 1e-3))),
        ),
    ]


def turned(base: eh.CellParameters) -> list[Outcome]:
    """A calendered electrode, flat along x, and the same with y through the thickness."""
    image = eh.generate_electrode(seed=4, shape=(72, 72, 72), active_fraction=0.6, binder_fraction=0.05, flattening=2.0)
    straight, turned = (
        electrode_from_image(
            eh.Microstructure(one, eh.ELECTRODE_PHASES),
            base,
            "positive",
            **PHASES,
            **ALONE,
            thermal_conductivity_W_m_K=HEAT_W_m_K,
            tolerance=1e-9,
        )
        for one in (image, image.reordered((1, 0, 2)))
    )
    worst = 0.0
    for role in ("electrolyte", "heat"):
        x, y, z = np.diag(straight.tensors[role].matrix)
        u, v, w = np.diag(turned.tensors[role].matrix)
        worst = max(worst, abs(u / y - 1), abs(v / x - 1), abs(w / z - 1))
    heat = [found.cell.thermal.positive for found in (straight, turned)]
    text = "; ".join(
        f"B {found.electrolyte_efficiency.through_plane:.4f} through, {found.electrolyte_efficiency.in_plane:.4f} in "
        f"plane, heat {layer.through_plane_conductivity_W_m_K:.4f}, {layer.in_plane_conductivity_W_m_K:.4f} W/(m K)"
        for found, layer in zip((straight, turned), heat, strict=True)
    )
    rises = straight.electrolyte_efficiency.through_plane < turned.electrolyte_efficiency.through_plane
    return [
        at_most("turned by x <-> y: values change places, relative error", "symmetry", worst, 1e-8),
        Outcome(
            "flattened along x, and turned: through-plane and in-plane values",
            "calendering lowers the through-plane value",
            "lower before it is turned",
            text,
            bool(rises and heat[0].through_plane_conductivity_W_m_K < heat[1].through_plane_conductivity_W_m_K),
        ),
    ]


def real(base: eh.CellParameters) -> list[Outcome]:
    file = shared_folder() / "volumes" / "nrel_nmc532_cal_cbd.tif"
    image = eh.read_image(file, voxel_size_m=398e-9, coarsen=2)
    electrode = eh.Microstructure(image, {"pore": 0, "active": 1, "binder": 2})
    found = electrode_from_image(
        electrode,
        base,
        "positive",
        **PHASES,
        solid_conductivity_S_m={"active": 0.1, "binder": 100.0},
        thermal_conductivity_W_m_K=HEAT_W_m_K,
        layers=ImageLayers(5, Collector.FIRST_FACE),
    )
    run = eh.simulate(found.cell, eh.ConstantCurrent(1.0))
    unsourced = [entry.path for entry in found.cell.entries() if not entry.source.strip()]
    sources = found.cell.sources.values()
    unclear = [text for text in sources if not ("nrel_nmc532" in text or "from base set" in text)]
    used = run.transport_efficiency["positive electrolyte"]
    B = found.cell.positive.electrolyte_efficiency
    return [
        Outcome(
            "NREL NMC532 as the positive electrode of chen2020, 1C: voltage from start to end",
            "-",
            "within 2.5 to 4.2 V",
            f"{run.voltage_V[0]:.3f} to {run.voltage_V[-1]:.3f} V, {run.capacity_Ah:.3f} Ah",
            bool(2.4 < run.voltage_V[-1] < run.voltage_V[0] < 4.25 and run.capacity_Ah > 1),
        ),
        Outcome(
            "NREL NMC532: values without a source, sources that name neither image nor base set",
            "-",
            "none",
            f"{len(unsourced)}, {len(unclear)} of {len(found.cell.sources)}",
            not unsourced and not unclear,
        ),
        at_most("NREL NMC532 in 5 layers: B in PyBaMM against the set", "identity", abs(used / B - 1), 1e-9),
        Outcome(
            "NREL NMC532, calendered along axis 0: through-plane below in-plane",
            "anisotropy of calendered electrodes",
            "B and heat",
            _directions(found),
            found.electrolyte_efficiency.through_plane < found.electrolyte_efficiency.in_plane
            and found.thermal_conductivity_W_m_K.through_plane < found.thermal_conductivity_W_m_K.in_plane,
        ),
    ]


def _directions(found: ElectrodeFromImage) -> str:
    named = {
        "B": found.electrolyte_efficiency,
        "electrons (S/m)": found.electronic_conductivity_S_m,
        "heat (W/(m K))": found.thermal_conductivity_W_m_K,
    }
    values = "; ".join(f"{name} {value.through_plane:.4f}, {value.in_plane:.4f}" for name, value in named.items())
    surface = found.surface
    return (
        f"{values}; area {1e-6 * surface.area_per_m:.4f} 1/um, {surface.covered_fraction:.1%} of the surface covered; "
        f"radii {1e6 * surface.kinetic_radius_m:.3f} um kinetic, {1e6 * surface.diffusive_radius_m:.3f} um diffusive"
    )


def outcomes() -> list[Outcome]:
    base = eh.load_parameter_set("chen2020")
    return [result for part in (laminates, balls, layers_of, turned, real) for result in part(base)]
