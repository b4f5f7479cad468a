"""Conduction of heat in the plane of a cell, for PyBaMM's models with current collectors. Imported late: loads PyBaMM.

PyBaMM takes the thermal conductivity of a layer from one name, whether heat runs through the layers (x-full) or along
them (x-lumped with current collectors). A layer conducts differently in both, so the models along them read names of
their own here.
"""

from typing import Any

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import THERMAL_PARAMETERS

pybamm = import_pybamm()

TEMPERATURE_INPUT = "Temperature [K]"


class InPlaneParameters:
    """The parameters of a lithium-ion model, but for the thermal conductivity of the layers, which is in the plane.

    All that a model does with its own parameters it can do with these.
    """

    def __init__(self, param: Any):
        self._param = param
        self.n, self.p = (_Electrode(side, self.lambda_eff) for side in (param.n, param.p))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # which copying asks for before there is anything to ask
            raise AttributeError(name)
        return getattr(self._param, name)

    def lambda_eff(self, T: Any) -> Any:
        """Layers and foils side by side: the mean weighted with thickness [W.m-1.K-1]."""
        n, s, p = self._param.n, self._param.s, self._param.p
        foils = n.lambda_cc(T) * n.L_cc + p.lambda_cc(T) * p.L_cc
        layers = sum(
            part.L * pybamm.FunctionParameter(_in_plane(side), {TEMPERATURE_INPUT: T})
            for part, side in ((n, "negative"), (s, "separator"), (p, "positive"))
        )
        return (foils + layers) / self._param.L


class _Electrode:
    """Of one electrode. PyBaMM's 2+1D model turns the flux into a tab into a gradient of temperature with the
    conductivity of the foil, and the gradient into a flux again with that of the cell; with the one of the cell in
    both places what leaves the cell is what the tab takes up, as in its 1+1D model.
    """

    def __init__(self, param: Any, lambda_eff: Any):
        self._param = param
        self.lambda_cc = lambda_eff

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # which copying asks for before there is anything to ask
            raise AttributeError(name)
        return getattr(self._param, name)


def conducts_in_plane(thermal: Any) -> bool:
    """Whether heat runs along the layers in this thermal submodel."""
    return isinstance(
        thermal, pybamm.thermal.pouch_cell.CurrentCollector1D | pybamm.thermal.pouch_cell.CurrentCollector2D
    )


def _in_plane(layer: str) -> str:
    return THERMAL_PARAMETERS[layer]["in_plane_conductivity_W_m_K"]
