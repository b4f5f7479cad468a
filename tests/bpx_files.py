"""Small BPX files of our own making, in the layout of every version, to be spoilt by a test."""

import copy
import json
from pathlib import Path
from typing import Any

NEGATIVE, POSITIVE = "Negative electrode", "Positive electrode"

CELL = {
    "Reference temperature [K]": 298.15,
    "Lower voltage cut-off [V]": 2.8,
    "Upper voltage cut-off [V]": 4.2,
    "Nominal cell capacity [A.h]": 5.0,
    "Electrode area [m2]": 0.01,
    "Number of electrode pairs connected in parallel to make a cell": 20,
    "External surface area [m2]": 0.02,
    "Volume [m3]": 3e-5,
    "Density [kg.m-3]": 2000,
    "Specific heat capacity [J.K-1.kg-1]": 900,
}
ELECTROLYTE = {
    "Cation transference number": 0.26,
    "Conductivity [S.m-1]": "0.1297*(x/1000)**3 - 2.51*(x/1000)**1.5 + 3.329*(x/1000)",
    "Diffusivity [m2.s-1]": "8.794e-11*(x/1000)**2 - 3.972e-10*(x/1000) + 4.862e-10",
    "Conductivity activation energy [J.mol-1]": 17100,
    "Diffusivity activation energy [J.mol-1]": 18000,
}
NEGATIVE_PARTICLE = {
    "Particle radius [m]": 5e-6,
    "Diffusivity [m2.s-1]": "3e-14*(1 - 0.5*x)",
    "Diffusivity activation energy [J.mol-1]": 30000,
    "OCP [V]": "0.1 + 0.9*exp(-25*x) - 0.05*tanh(20*(x - 0.15))",
    "Entropic change coefficient [V.K-1]": "1e-4*(x - 0.4)",
    "Surface area per unit volume [m-1]": 3.9e5,
    "Reaction rate constant [mol.m-2.s-1]": 5e-6,
    "Reaction rate constant activation energy [J.mol-1]": 55000,
    "Minimum stoichiometry": 0.02,
    "Maximum stoichiometry": 0.85,
    "Maximum concentration [mol.m-3]": 31000,
}
POSITIVE_PARTICLE = {
    "Particle radius [m]": 4e-6,
    "Diffusivity [m2.s-1]": 1e-14,
    "OCP [V]": "4.5 - 0.9*x - 0.05*tanh(15*(x - 0.5))",
    "Entropic change coefficient [V.K-1]": -1e-4,
    "Surface area per unit volume [m-1]": 4.5e5,
    "Reaction rate constant [mol.m-2.s-1]": 2e-5,
    "Minimum stoichiometry": 0.3,
    "Maximum stoichiometry": 0.95,
    "Maximum concentration [mol.m-3]": 50000,
}


def bpx_content(version: Any = "1.1.1") -> dict[str, Any]:
    """A charged cell, as a version of BPX lays it out; the same cell in all of them."""
    negative = {
        "Thickness [m]": 60e-6,
        "Porosity": 0.3,
        "Transport efficiency": 0.15,
        "Conductivity [S.m-1]": 0.5,
        **NEGATIVE_PARTICLE,
    }
    positive = {
        "Thickness [m]": 50e-6,
        "Porosity": 0.35,
        "Transport efficiency": 0.2,
        "Conductivity [S.m-1]": 0.2,
        **POSITIVE_PARTICLE,
    }
    content = {
        "Header": {"BPX": version, "Title": "A made cell", "References": "nobody, nowhere", "Model": "DFN"},
        "Parameterisation": {
            "Cell": CELL,
            "Electrolyte": ELECTROLYTE,
            NEGATIVE: negative,
            POSITIVE: positive,
            "Separator": {"Thickness [m]": 20e-6, "Porosity": 0.47, "Transport efficiency": 0.32},
        },
        "State": {
            "Initial conditions": {
                "Initial state-of-charge": 1,
                "Initial temperature [K]": 303.15,
                "Initial electrolyte concentration [mol.m-3]": 1100,
            },
            "Thermal environment": {"Ambient temperature [K]": 293.15},
        },
    }
    content = copy.deepcopy(content)
    if str(version).startswith("0"):
        state, parts = content.pop("State"), content["Parameterisation"]
        parts["Cell"]["Initial temperature [K]"] = state["Initial conditions"]["Initial temperature [K]"]
        parts["Cell"]["Ambient temperature [K]"] = state["Thermal environment"]["Ambient temperature [K]"]
        parts["Cell"]["Thermal conductivity [W.m-1.K-1]"] = 1.5
        parts["Electrolyte"]["Initial concentration [mol.m-3]"] = 1100
    return content


def blended(content: dict[str, Any]) -> dict[str, Any]:
    """With a second active material in the negative electrode, a fifth of the first one's amount."""
    negative = content["Parameterisation"][NEGATIVE]
    first = {key: negative.pop(key) for key in NEGATIVE_PARTICLE}
    first["Surface area per unit volume [m-1]"] = 3.3e5
    second = {
        **first,
        "OCP [V]": "0.7 - 0.67*x",
        "Particle radius [m]": 2e-6,
        "Surface area per unit volume [m-1]": 1.5e5,
        "Minimum stoichiometry": 0.02,
        "Maximum stoichiometry": 0.98,
    }
    negative["Particle"] = {"graphite": first, "other": second}
    return content


def at(content: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The object that holds the last key of a path "Separator/Porosity", which may leave out Parameterisation."""
    *parts, key = path.split("/")
    here = content if path.partition("/")[0] in ("Header", "State") else content["Parameterisation"]
    for part in parts:
        here = here[part]
    return here, key


def changed(path: str, value: Any, version: Any = "1.1.1") -> dict[str, Any]:
    """A file with one value replaced or added."""
    content = bpx_content(version)
    here, key = at(content, path)
    here[key] = value
    return content


def without(path: str, version: Any = "1.1.1") -> dict[str, Any]:
    content = bpx_content(version)
    here, key = at(content, path)
    del here[key]
    return content


def written(content: Any, folder: Path, name: str = "cell.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path
