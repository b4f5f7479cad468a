"""The Boolean model: spheres of one radius at the points of a Poisson process; all about it is known in closed form.

The space that no sphere covers is called void. The point set lives in a periodic box, and a voxel belongs to the void
if its centre does, so that every expectation at whole-voxel lags is exact, however coarse the voxels are.
Stoyan, Kendall & Mecke (1995), Stochastic Geometry and its Applications; Torquato (2002), Random Heterogeneous
Materials.
"""

import numpy as np


def boolean_void(shape, radius, void, seed, spacing=(1.0, 1.0, 1.0)) -> np.ndarray:
    """(nx, ny, nz) True in the void, whose expected fraction is `void`; `radius` and `spacing` in one unit."""
    random = np.random.default_rng(seed)
    n, h = np.array(shape), np.array(spacing)
    count = random.poisson(density(radius, void) * np.prod(n * h))
    inside = np.ones(shape, dtype=bool)
    for centre in random.uniform(size=(count, 3)) * n * h:
        index = [
            np.arange(np.ceil((c - radius) / d), np.floor((c + radius) / d) + 1) for c, d in zip(centre, h, strict=True)
        ]
        x, y, z = ((i * d - c) ** 2 for i, d, c in zip(index, h, centre, strict=True))
        far = x[:, None, None] + y[:, None] + z > radius**2
        if all(i[0] >= 0 and i[-1] < m for i, m in zip(index, n, strict=True)):
            here = tuple(slice(int(i[0]), int(i[-1]) + 1) for i in index)
        else:
            here = np.ix_(*(i.astype(int) % m for i, m in zip(index, n, strict=True)))
        inside[here] &= far
    return inside


def density(radius, void) -> float:
    """Spheres per volume."""
    return -np.log(void) / (4 / 3 * np.pi * radius**3)


def common_volume(lag, radius) -> np.ndarray:
    """Volume that two spheres of the same radius, `lag` apart, have in common."""
    x = np.minimum(np.asarray(lag) / (2 * radius), 1)
    return 4 / 3 * np.pi * radius**3 * (1 - 1.5 * x + 0.5 * x**3)


def void_two_point(lag, radius, void) -> np.ndarray:
    """exp(-density * volume of the union of two spheres)."""
    return void**2 * np.exp(density(radius, void) * common_volume(lag, radius))


def void_correlation(lag, radius, void) -> np.ndarray:
    return (void_two_point(lag, radius, void) - void**2) / (void * (1 - void))


def integral_range(radius, void) -> float:
    """Integral of the correlation over space, by Simpson's rule; the same for the void and the spheres."""
    from scipy.integrate import simpson

    r = np.linspace(0, 2 * radius, 2001)
    return float(simpson(4 * np.pi * r**2 * void_correlation(r, radius, void), x=r))


def void_lineal_path(length, radius, void) -> np.ndarray:
    return void * np.exp(-density(radius, void) * np.pi * radius**2 * np.asarray(length))


def void_mean_chord(radius, void) -> float:
    return 1 / (density(radius, void) * np.pi * radius**2)
