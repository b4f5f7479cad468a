"""The two-point function of overlapping spheres against its closed form, exp(-rho V_union(r)), at every lag.

A single image scatters about it by its own fraction: with R = 6 voxels in 256^3 by 0.65 % of the fraction, which no
estimator removes. Against the mean of eight images the bar is a test of the estimator.
"""

import numpy as np
from outcome import Outcome

import electrode_homog as eh

BAR = 0.01
IMAGES, EDGE, RADIUS = 8, 256, 6.0


def outcomes() -> list[Outcome]:
    rows = []
    for porosity in (0.5, 0.35):
        found = []
        for seed in range(IMAGES):
            spheres = eh.overlapping_spheres(
                seed=seed, box_m=(EDGE,) * 3, porosity=porosity, mean_radius_m=RADIUS, periodic=True
            )
            image = eh.Microstructure(spheres.voxelised((EDGE,) * 3), {"void": 0, "solid": 1})
            pairs = eh.two_point(image, "void")
            found.append([np.asarray(one)[: EDGE // 2] for one in pairs.probability])
        lags = np.asarray(pairs.lags_m[0])[: EDGE // 2]
        exact = eh.BooleanModel(porosity, RADIUS).void_two_point(lags)
        errors = np.mean(found, axis=0) / porosity - exact / porosity
        single = np.abs(np.array(found) / porosity - exact / porosity).max(axis=(1, 2))
        worst = float(np.abs(errors).max())
        text = f"{worst:.2%} at the worst of {lags.size} lags and 3 axes; a single image {single.min():.2%} "
        rows.append(
            Outcome(
                f"two-point function of the void, {porosity:g}, mean of {IMAGES} images of {EDGE}^3, R = {RADIUS:g}",
                "closed form",
                f"<= {BAR:.0%} of the fraction",
                text + f"to {single.max():.2%}",
                worst <= BAR,
            )
        )
    return rows
