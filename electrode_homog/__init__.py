"""From the picture of a battery electrode to the voltage of a cell.

The public names below load their wing when they are first asked for, so that importing the package is
instant; `__init__.pyi` beside this file tells type checkers the same.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Boundary": "homogenization",
    "BruggemanLaw": "transport_law",
    "CCCV": "p2d",
    "CellFit": "studies",
    "CellParameters": "parameters",
    "CellRun": "p2d",
    "ConstantCurrent": "p2d",
    "ConstantVoltage": "p2d",
    "Corrector": "homogenization",
    "CurrentSign": "studies",
    "CyclingData": "studies",
    "Description": "microstructure",
    "DesignTable": "studies",
    "DriveCycle": "p2d",
    "ELECTRODE_PHASES": "images",
    "EffectiveConductivity": "homogenization",
    "EffectiveTensor": "homogenization",
    "ElectrodeHomogError": "errors",
    "Expression": "parameters",
    "FixedEfficiency": "transport_law",
    "InputError": "errors",
    "Mesh": "p2d",
    "Microstructure": "microstructure",
    "Named": "report",
    "NotConvergedError": "errors",
    "NotPercolatingError": "errors",
    "OutOfRangeError": "errors",
    "PorosityRule": "studies",
    "Progress": "homogenization",
    "RepeatedTimes": "studies",
    "Rest": "p2d",
    "Sphere": "particles",
    "SubvolumeValues": "homogenization",
    "TortuosityFactor": "transport_law",
    "VoxelImage": "images",
    "bruggeman_exponent": "transport_law",
    "corrector": "homogenization",
    "describe": "microstructure",
    "design": "studies",
    "effective_conductivity": "homogenization",
    "effective_tensor": "homogenization",
    "fit": "studies",
    "fit_bruggeman": "transport_law",
    "forecast": "homogenization",
    "from_json": "provenance",
    "generate_electrode": "images",
    "hashin_shtrikman_bounds": "homogenization",
    "load_parameter_set": "parameters",
    "parameter_set_names": "parameters",
    "read_cycling_data": "studies",
    "read_drive_cycle": "studies",
    "read_image": "images",
    "reuss_bound": "homogenization",
    "save_parameter_set": "parameters",
    "simulate": "p2d",
    "subvolume_values": "homogenization",
    "to_json": "provenance",
    "to_pybamm": "p2d",
    "tortuosity_factor": "transport_law",
    "voigt_bound": "homogenization",
    "write_report": "report",
}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
