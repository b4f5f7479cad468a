"""Tomograms made from known labels: grey levels, a blur, partly filled voxels, noise."""

from dataclasses import dataclass

import numpy as np
import pytest

from electrode_homog.images.grey_image import GreyImage


@dataclass(frozen=True, eq=False)
class Tomogram:
    """`labels` (nx, ny, nz) are those of most sub-voxels; `fractions` are exact, from the sub-voxels."""

    labels: np.ndarray
    fractions: np.ndarray
    clean: np.ndarray

    def scanned(self, noise: float, seed: int = 1, background: np.ndarray | float = 0.0) -> GreyImage:
        """With normal noise, rounded to uint8."""
        noisy = self.clean + background + noise * np.random.default_rng(seed).standard_normal(self.clean.shape)
        return GreyImage(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), 0.4e-6, "synthetic")

    def dice(self, labels: np.ndarray, phase: int) -> float:
        found, true = labels == phase, self.labels == phase
        return 2 * np.count_nonzero(found & true) / (np.count_nonzero(found) + np.count_nonzero(true))


def tomogram(fine_labels: np.ndarray, fine: int, levels, blur_voxels: float) -> Tomogram:
    """From labels with `fine` sub-voxels along each edge of a voxel."""
    from scipy.ndimage import gaussian_filter

    phases = len(levels)
    blurred = gaussian_filter(np.array(levels, float)[fine_labels], fine * blur_voxels, mode="wrap")
    shares = np.stack([_averaged(fine_labels == phase, fine) for phase in range(phases)])
    return Tomogram(shares.argmax(axis=0), shares.mean(axis=(1, 2, 3)), _averaged(blurred, fine))


def _averaged(values: np.ndarray, fine: int) -> np.ndarray:
    shape = [size for n in values.shape for size in (n // fine, fine)]
    return values.reshape(shape).mean(axis=(1, 3, 5))


@pytest.fixture(scope="session")
def two_phases():
    """two_phases(dark fraction, blur): smooth random pores and solid, 48³ voxels, grey values 60 and 180."""
    from scipy.ndimage import gaussian_filter

    white = np.random.default_rng(7).standard_normal((96,) * 3)
    field = gaussian_filter(white, 12, mode="wrap")

    def make(dark: float, blur_voxels: float) -> Tomogram:
        return tomogram((field >= np.quantile(field, dark)).astype(np.uint8), 2, (60, 180), blur_voxels)

    return make


@pytest.fixture(scope="session")
def three_phases():
    """Balls of radius 9.1 of a bright and of an intermediate phase, apart, in a dark one: 63³ voxels, 40, 110, 200."""
    place = (np.arange(189) + 0.5) / 3
    x, y, z = ((place % 21 - centre) ** 2 for centre in (10.37, 10.62, 10.81))
    inside = x[:, None, None] + y[:, None] + z < 9.1**2
    site = (place // 21).astype(int)
    bright = (site[:, None, None] + site[:, None] + site) % 2 == 0
    return tomogram(np.where(inside, np.where(bright, 2, 1), 0).astype(np.uint8), 3, (40, 110, 200), 0.6)
