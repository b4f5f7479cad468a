"""The unit in which lengths of an image are shown: micrometres, or voxels where it has no physical length."""

from dataclasses import dataclass

from electrode_homog.report.digits import rounded


@dataclass(frozen=True)
class LengthUnit:
    """`per_m` of them are a metre; `name` stands behind numbers, `symbol` in products."""

    per_m: float
    name: str
    symbol: str

    @property
    def inverse(self) -> str:
        return f"{self.symbol}⁻¹"

    @property
    def inverse_square(self) -> str:
        return f"{self.symbol}⁻²"

    def length(self, metres: float) -> str:
        return rounded(metres * self.per_m)

    def per_length(self, per_m: float) -> str:
        return rounded(per_m / self.per_m)

    def per_area(self, per_m2: float) -> str:
        return rounded(per_m2 / self.per_m**2)


def length_unit(voxel_size_m: tuple[float, float, float]) -> LengthUnit:
    if voxel_size_m == (1.0, 1.0, 1.0):
        return LengthUnit(1.0, "voxels", "voxel")
    return LengthUnit(1e6, "µm", "µm")
