"""Which diffusivity does GITT return? A titration of a particle whose diffusivity is known, evaluated twice.

The particle obeys Darken's law with a regular solution. The textbook formula takes its surface as flat and finds a
quarter less than there is; the exact solution of the sphere, fitted to pulse and relaxation, finds it.
"""

import electrode_homog as eh

# Printed by version 0.1.0: diffusivities over the true one, means of the pulses that are sound.
EXPECTED = {"pulses": 10.0, "textbook": 0.728, "fit": 1.006}
TOLERANCE = 0.02
RADIUS_M = 5e-6


def material() -> eh.ActiveMaterial:
    """D_J (1 - x) Gamma(x), with Gamma from the potential of a regular solution with W = 1.5."""
    potential = eh.Expression("3.8 - R*298.15/F*(log(x/(1-x)) + 1.5*(1-2*x))", ("x",))
    law = eh.DarkenDiffusivity(eh.JumpDiffusivity(4e-15), eh.FromOpenCircuitPotential(), eh.Vacancy())
    return eh.ActiveMaterial(30e3, law, potential)


def main() -> dict[str, float]:
    """Return the number of sound pulses, and what textbook and fit find of the true diffusivity."""
    known = material()
    run = eh.gitt(
        eh.Sphere(radius_m=RADIUS_M),
        known,
        c_rate=0.1,
        pulse_s=600.0,
        rest_s=7200.0,
        initial_stoichiometry=0.2,
        final_stoichiometry=0.4,
        points=40,
    )
    found = eh.evaluate_gitt(eh.gitt_record(run), radius_m=RADIUS_M)
    sound = found.sound
    fit = found.diffusivity_m2_s / eh.chemical_diffusivity(known, found.stoichiometry, run.temperature_K)
    textbook = found.textbook_m2_s / eh.chemical_diffusivity(known, found.mean_stoichiometry, run.temperature_K)
    return {"pulses": float(sound.sum()), "textbook": float(textbook[sound].mean()), "fit": float(fit[sound].mean())}


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:10s} {value:.3f}")
