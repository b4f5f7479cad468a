"""Two electrodes of the same porosity compared: round particles and particles flattened by calendering.

Both have the same fractions, so that a fixed Bruggeman exponent could not tell them apart. The images do.
"""

import electrode_homog as eh

# Printed by version 0.1.0.
EXPECTED = {"round": 0.1393, "flattened": 0.0684, "round_2C_Ah": 4.356, "flattened_2C_Ah": 2.243}
TOLERANCE = 0.03  # relative; the last bits of another platform may move single voxels of the image
POROSITY, ACTIVE = 0.335, 0.665


def main() -> dict[str, float]:
    """Return B through the thickness and the capacity at 2C of both electrodes."""
    results = {}
    base = eh.load_parameter_set("chen2020")
    for name, flattening in (("round", 1.0), ("flattened", 2.0)):
        image = eh.generate_electrode(
            shape=(64, 64, 64),
            active_fraction=ACTIVE,
            binder_fraction=0.0,
            flattening=flattening,
            periodic=True,
            seed=1,
        )
        electrode = eh.Microstructure(image, phases={"pore": 0, "active": 1})
        tensor = eh.effective_tensor(electrode, {"pore": 1.0}, boundary=eh.Boundary.PERIODIC)
        cell = base.with_electrode(
            "positive", source=image.source, electrolyte_law=eh.FixedEfficiency(tensor.through_thickness)
        )
        results[name] = tensor.through_thickness
        results[f"{name}_2C_Ah"] = eh.simulate(cell, eh.ConstantCurrent(c_rate=2.0)).capacity_Ah
    return results


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:16s} {value:.4f}")
