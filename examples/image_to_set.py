"""From an image to a parameter set: what the image knows goes in, what it cannot know stays the base set's.

A calendered cathode with carbon and binder, in four layers. The set has porosity, B, conductivity and reacting area
layer by layer, each with its source, and runs as it is. An image of your own comes in with
`eh.read_image("nmc.tif", voxel_size_m=398e-9)` in place of the generator.
"""

import electrode_homog as eh

# Printed by version 0.1.0.
EXPECTED = {
    "B_through_plane": 0.1042,
    "B_in_plane": 0.1461,
    "heat_through_plane_W_m_K": 0.7336,
    "heat_in_plane_W_m_K": 0.8045,
    "area_per_um": 0.2813,
    "covered": 0.3397,
    "kinetic_radius_um": 6.399,
    "diffusive_radius_um": 4.479,
    "capacity_2C_Ah": 3.645,
}
TOLERANCE = 0.03  # relative; the last bits of another platform may move single voxels of the image


def from_image() -> eh.ElectrodeFromImage:
    """The positive electrode of Chen et al. (2020) from an image; conductivities of the phases are assumed."""
    image = eh.generate_electrode(seed=5, shape=(64, 64, 64), active_fraction=0.6, binder_fraction=0.06, flattening=1.5)
    return eh.electrode_from_image(
        eh.Microstructure(image, phases={"pore": 0, "active": 1, "binder": 2}),
        eh.load_parameter_set("chen2020"),
        "positive",
        porosity="pore",
        active="active",
        electrolyte_transport={"pore": 1.0, "binder": 0.05},  # binder is porous itself
        solid_conductivity_S_m={"active": 0.1, "binder": 100.0},
        thermal_conductivity_W_m_K={"pore": 0.2, "active": 1.5, "binder": 0.5},
        layers=eh.ImageLayers(4, eh.Collector.FIRST_FACE),
    )


def main() -> dict[str, float]:
    """Return what the image says in both directions, of the surface, and the capacity at 2C."""
    found = from_image()
    B, heat, surface = found.electrolyte_efficiency, found.thermal_conductivity_W_m_K, found.surface
    assert heat is not None
    assert surface is not None
    run = eh.simulate(found.cell, eh.ConstantCurrent(c_rate=2.0), mesh=eh.Mesh(x_points=16, r_points=24))
    return {
        "B_through_plane": B.through_plane,
        "B_in_plane": B.in_plane,
        "heat_through_plane_W_m_K": heat.through_plane,
        "heat_in_plane_W_m_K": heat.in_plane,
        "area_per_um": 1e-6 * surface.area_per_m,
        "covered": surface.covered_fraction,
        "kinetic_radius_um": 1e6 * surface.kinetic_radius_m,
        "diffusive_radius_um": 1e6 * surface.diffusive_radius_m,
        "capacity_2C_Ah": run.capacity_Ah,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:24s} {value:.4f}")
    found = from_image()
    for warning in found.warnings:
        print(warning)
    print(eh.save_parameter_set(found.cell, "cathode.toml"))
