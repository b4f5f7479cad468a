"""From an image to a discharge curve, in Python: a generated cathode in the cell of Chen et al. (2020).

An image of your own comes in with `eh.read_image("nmc.tif", voxel_size_m=398e-9)` in place of the generator.
"""

import electrode_homog as eh

# Printed by version 0.1.0.
EXPECTED = {
    "transport_efficiency": 0.0912,
    "tortuosity_factor": 3.673,
    "capacity_Ah": 4.881,
    "capacity_of_base_Ah": 4.938,
}
TOLERANCE = 0.03  # relative; the last bits of another platform may move single voxels of the image


def main() -> dict[str, float]:
    """Return the through-thickness B and tortuosity factor, and the capacities at 1C."""
    image = eh.generate_electrode(shape=(64, 64, 64), active_fraction=0.585, binder_fraction=0.08, seed=2)
    electrode = eh.Microstructure(image, phases={"pore": 0, "active": 1, "binder": 2})

    tensor = eh.effective_tensor(electrode, {"pore": 1.0}, boundary=eh.Boundary.INSULATED_SIDES, tolerance=1e-3)
    fractions = electrode.fractions
    law = eh.fit_bruggeman([fractions["pore"]], [tensor.through_thickness])

    base = eh.load_parameter_set("chen2020")
    cell = base.with_electrode(
        "positive",
        source=image.source,
        porosity=fractions["pore"],
        active_fraction=fractions["active"],
        electrolyte_law=law,
    )
    run, run_of_base = (eh.simulate(c, eh.ConstantCurrent(c_rate=1.0)) for c in (cell, base))
    return {
        "transport_efficiency": tensor.through_thickness,
        "tortuosity_factor": float(tensor.tortuosity_factor[0]),
        "capacity_Ah": run.capacity_Ah,
        "capacity_of_base_Ah": run_of_base.capacity_Ah,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:22s} {value:.4f}")
