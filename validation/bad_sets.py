"""Spoilt parameter sets are refused, the value at fault is named, and nothing in them is executed.

A good set (chen2020, as `save_parameter_set` writes it) is spoilt by one fault at a time and checked as a file.
UPSTREAM are the faults that PyBaMM 26.10 and bpx 1.1 accept, misreport or execute (measured; among them "porosty",
porosity 3 and -0.3, a NaN diffusivity, a thickness in micrometres, fractions that add up to 1.063, B = 7, a tortuosity
below 1, texts and lists as numbers, formulas that are code); OWN are ours. Refused: `check` ends with an error. Named:
an error has the key of the value at fault, shows what stands there, and has a remedy; of a file that is no TOML, the
message has its name and the line. Executed: the hostile texts would leave a file behind. ODD are slips that leave the
range of what is published, not of what is possible: a warning must name them.
"""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from outcome import Outcome

import electrode_homog as eh
from electrode_homog.parameters import CheckReport, check_parameter_set

SENTINEL = "executed"


@dataclass(frozen=True)
class Fault:
    """`key` is the path of the leaf that `leaf` replaces; where it is empty, `text` of the file is replaced by other
    text, or two texts are `exchanged`.

    `named` is the key that the report must have, `key` itself if not given; "" for a file that cannot be read at all.
    """

    what: str
    key: str = ""
    leaf: str = ""
    named: str | None = None
    text: tuple[str, str] = ("", "")
    exchanged: tuple[str, str] = ("", "")

    @property
    def expected(self) -> str:
        return self.key if self.named is None else self.named


def value(what: str, key: str, number: object, named: str | None = None) -> Fault:
    return Fault(what, key, f'{{value = {number}, source = "s"}}', named)


def formula(what: str, key: str, text: str, named: str | None = None) -> Fault:
    return Fault(what, key, f'{{expression = "{text}", source = "s"}}', named)


def other(what: str, key: str, content: str, named: str | None = None) -> Fault:
    return Fault(what, key, f'{{{content}, source = "s"}}', named)


def file(what: str, old: str, new: str, named: str = "") -> Fault:
    return Fault(what, named=named, text=(old, new))


U_n, U_p = "negative.open_circuit_potential_V", "positive.open_circuit_potential_V"
j0, D_s, kappa = "positive.exchange_current_density_A_m2", "positive.diffusivity_m2_s", "electrolyte.conductivity_S_m"
CODE = f"__import__('pathlib').Path('{SENTINEL}').touch()"

UPSTREAM = (
    other("misspelt name", "positive.porosity", "value = 0.335", "positive.porosty"),
    value("porosity 3", "positive.porosity", 3.0),
    value("negative porosity", "positive.porosity", -0.3),
    value("porosity of 1.35", "negative.porosity", 1.35),
    value("diffusivity NaN", D_s, "nan"),
    value("thickness in micrometres", "positive.thickness_m", 75.6),
    value("fractions add up to 1.063", "positive.porosity", 0.398),
    other("B = 7", "positive.electrolyte_law", "transport_efficiency = 7"),
    other("tortuosity factor 0.1", "positive.electrolyte_law", "tortuosity_factor = 0.1"),
    value("number in quotes", "positive.porosity", '"0.335"'),
    value("a list", "positive.porosity", "[0.335, 0.335]"),
    value("a truth value", "positive.porosity", "true"),
    formula("code in a formula", U_p, CODE),
    formula("code behind an attribute", U_p, "x.__class__.__mro__"),
    formula("an exit", U_p, "exit(0)"),
    formula("tower of powers", U_p, "9**9**9**9"),
    formula("line break in a formula", U_p, "4.2\\n - x"),
    formula("two arguments", U_p, "exp(x, x)"),
    formula("no finite value", U_p, "4 + 1/(x - x)"),
    formula("infinite constant", U_p, "1e999*x"),
    formula("3000 brackets", U_p, "(" * 3000 + "x" + ")" * 3000),
    formula("100 000 characters", U_p, "x + " * 25000 + "x"),
    other("table not sorted", U_p, "table = {x = [0, 0.5, 0.3, 1], values = [4.3, 4.0, 3.8, 3.5]}"),
    file("duplicate key", "schema = 1", "schema = 1\nschema = 1"),
    file("5000 brackets", "schema = 1", "schema = 1\nx = " + "[" * 5000),
    file("5000 digits", "schema = 1", "schema = " + "9" * 5000),
    file("zero byte", "schema = 1", "schema = 1\x00"),
    file("unknown version", "schema = 1", "schema = 9", "schema"),
)

OWN = (
    value("thickness in millimetres", "negative.thickness_m", 0.0852),
    other("radius in micrometres", "negative.particle", "sphere_radius_m = 5.86"),
    other("particle larger than the electrode", "negative.particle", "sphere_radius_m = 9e-5"),
    other("unknown kind of particle", "negative.particle", "cube = {edge_m = 1e-6}"),
    other("sizes whose fractions do not add up", "negative.particle",
          "sphere_sizes = {radii_m = [2e-6, 5e-6], volume_fractions = [0.5, 0.6]}"),
    value("concentration in mol/L", "positive.maximum_concentration_mol_m3", 63.104),
    value("fuller than full", "positive.initial_concentration_mol_m3", 63200),
    value("discharged and charged at once", "negative.initial_concentration_mol_m3", 300),
    value("ten times the capacity", "positive.thickness_m", 7.56e-4, "negative.maximum_concentration_mol_m3"),
    value("capacity in mA h", "cell.nominal_capacity_Ah", 5000),
    value("area a hundred times too small", "cell.electrode_width_m", 0.0158, "cell.nominal_capacity_Ah"),
    value("twenty electrodes too many", "cell.electrodes_in_parallel", 21, "cell.nominal_capacity_Ah"),
    value("one and a half cells", "cell.cells_in_series", 1.5),
    value("voltage in millivolts", "cell.upper_voltage_V", 4200),
    value("cut-offs exchanged", "cell.lower_voltage_V", 4.3),
    value("cut-offs of another chemistry", "cell.upper_voltage_V", 3.0, "positive.initial_concentration_mol_m3"),
    value("temperature in Celsius", "cell.initial_temperature_K", 25),
    value("reference in Celsius", "cell.reference_temperature_K", 25.0),
    value("resistance in milliohms", "cell.contact_resistance_Ohm", 20),
    Fault("electrodes exchanged", named=U_p, exchanged=("[negative]", "[positive]")),
    formula("negative electrode of oxide", U_n, "4.3 - x"),
    formula("positive electrode of graphite", U_p, "0.1 + 1.5*exp(-40*x) + 0.1*(1 - x)"),
    formula("both electrodes alike", U_p,
            "1.9793*exp(-39.3631*x) + 0.2482 - 0.0909*tanh(29.8538*(x - 0.1234)) "
            "- 0.04478*tanh(14.9159*(x - 0.2769)) - 0.0205*tanh(30.4444*(x - 0.6103))"),
    formula("potential in millivolts", U_p, "4300 - 1000*x"),
    formula("potential of the state of charge", U_p, "3.3 + x"),
    value("potential a number", U_p, 3.7),
    formula("potential of temperature", U_p, "4.3 - x + 1e-4*T"),
    formula("potential without a value", U_p, "4.3 - x + log(x - 0.5)"),
    other("table without the initial state", U_p, "table = {x = [0.4, 0.6, 0.8, 1], values = [4.0, 3.8, 3.7, 3.5]}"),
    other("table of three points", U_p, "table = {x = [0, 0.5, 1], values = [4.3, 4.0, 3.5]}"),
    other("table of lithium in mol/m3", U_p, "table = {x = [0, 2e4, 4e4, 6e4], values = [4.3, 4.0, 3.8, 3.5]}"),
    other("table with a gap", U_p, "table = {x = [0, 0.3, 0.6, 1], values = [4.3, nan, 3.8, 3.5]}"),
    value("diffusivity in cm2/s of a liquid", D_s, 4e-7),
    value("no diffusion", D_s, 4e-21),
    formula("diffusivity negative in the middle", D_s, "4e-15*(1 - 8*x*(1 - x))"),
    formula("diffusivity that ends at 260 K", D_s, "4e-15*(298.15 - T)"),
    formula("activation energy of 35 MJ/mol", j0, "3.42e-6*exp(35e6/R*(1/298.15 - 1/T))*(c_e*c_s*(c_max - c_s))**0.5"),
    formula("no reaction", j0, "1e-40*(c_e*c_s*(c_max - c_s))**0.5"),
    value("diffusivity of salt a thousandth", "electrolyte.diffusivity_m2_s", 1.8e-13),
    formula("exchange current that changes sign", j0, "1e-6*(c_e*c_s)**0.5*(c_max/2 - c_s)"),
    value("conductivity of a solid too small", "positive.conductivity_S_m", 1e-7),
    value("conductivity infinite", "positive.conductivity_S_m", "inf"),
    value("conductivity negative", "positive.conductivity_S_m", -0.18),
    value("porosity in per cent", "positive.porosity", 33.5),
    value("porosity 0", "separator.porosity", 0.0),
    value("inactive fraction does not close", "positive.inactive_fraction", 0.1, "positive.porosity"),
    other("Bruggeman exponent below 1", "negative.electrolyte_law", "bruggeman_exponent = 0.5"),
    other("Bruggeman exponent NaN", "negative.electrolyte_law", "bruggeman_exponent = nan"),
    other("two laws at once", "negative.electrolyte_law", "bruggeman_exponent = 1.5, tortuosity_factor = 2"),
    other("B above the porosity", "negative.electrolyte_law", "transport_efficiency = 0.26"),
    other("B = 0", "negative.electrolyte_law", "transport_efficiency = 0"),
    other("B of a blocked separator", "separator.electrolyte_law", "transport_efficiency = 1e-7"),
    other("solid above its fraction", "positive.solid_law", "transport_efficiency = 0.7"),
    other("solid not effective", "positive.solid_law", "effective = false"),
    value("area in 1/um", "negative.measured_surface_area_per_m", 0.384),
    value("area per mass", "negative.measured_surface_area_per_m", 3.8e2),
    value("area a thousand times that of spheres", "negative.measured_surface_area_per_m", 3.84e8),
    other("layers of different number", "negative.layers", "thickness_fractions = [0.5, 0.5], porosity = [0.25], "
          "active_fraction = [0.75, 0.75], electrolyte_efficiency = [0.125, 0.125], solid_efficiency = [1.0, 1.0]",
          "negative.layers.thickness_fractions"),
    other("layers that do not fill the thickness", "negative.layers", "thickness_fractions = [0.5, 0.4], "
          "porosity = [0.25, 0.25], active_fraction = [0.75, 0.75], electrolyte_efficiency = [0.125, 0.125], "
          "solid_efficiency = [1.0, 1.0]", "negative.layers.thickness_fractions"),
    other("a layer above the bound of Voigt", "negative.layers", "thickness_fractions = [0.5, 0.5], "
          "porosity = [0.25, 0.25], active_fraction = [0.75, 0.75], electrolyte_efficiency = [0.125, 0.3], "
          "solid_efficiency = [1.0, 1.0]", "negative.layers.electrolyte_efficiency"),
    other("layers of another porosity", "negative.layers", "thickness_fractions = [0.5, 0.5], porosity = [0.2, 0.4], "
          "active_fraction = [0.75, 0.6], electrolyte_efficiency = [0.125, 0.125], solid_efficiency = [1.0, 1.0]",
          "negative.porosity"),
    file("second material incomplete", "[separator]", '[negative.secondary]\nactive_fraction = {value = 0.1, '
         'source = "s"}\n[separator]', "negative.secondary.particle"),
    value("salt in mol/L", "electrolyte.initial_concentration_mol_m3", 1.0),
    value("transference in per cent", "electrolyte.transference_number", 25.94),
    formula("transference above 1", "electrolyte.transference_number", "0.3 + 0.001*c_e"),
    value("thermodynamic factor 0", "electrolyte.thermodynamic_factor", 0.0),
    formula("thermodynamic factor that vanishes", "electrolyte.thermodynamic_factor", "1 - c_e/1200"),
    value("diffusivity of salt in cm2/s", "electrolyte.diffusivity_m2_s", 1.8e-6),
    formula("formula wants mol/L", kappa, "0.1297*c_e**3 - 2.51*c_e**1.5 + 3.329*c_e"),
    formula("conductivity negative at 1.2 mol/L", kappa, "3.329*(c_e/1000)*(1.2 - c_e/1000)"),
    formula("unknown variable", kappa, "1.1 + x"),
    formula("unknown function", kappa, "erf(c_e)"),
    formula("power of a variable", kappa, "1.1**c_e"),
    formula("hidden letters", kappa, "ｅｘｐ(-c_e)"),
    value("density in g/cm3", "thermal.negative.density_kg_m3", 1.657),
    value("volume in litres", "thermal.cooling.cell_volume_m3", 0.0242),
    value("conductivity below zero", "thermal.positive.in_plane_conductivity_W_m_K", -2.1),
    file("thermal section incomplete", "[thermal.separator]", "[thermal.separate]", "thermal.separate"),
    file("tab outside the electrode", "[thermal.positive_collector]", '[thermal.positive_collector]\n'
         'tab_width_m = {value = 0.04, source = "s"}\ntab_centre_y_m = {value = 1.7, source = "s"}\n'
         'tab_centre_z_m = {value = 0.065, source = "s"}', "thermal.positive_collector.tab_centre_y_m"),
    file("section missing", "[separator]", "[separater]", "separator"),
    Fault("value without source", "positive.porosity", "{value = 0.335}"),
    Fault("bare number", "positive.porosity", "0.335"),
    Fault("blank source", "positive.porosity", '{value = 0.335, source = "  "}'),
    other("unit beside the value", "positive.porosity", 'value = 33.5, unit = "%"'),
    other("negative uncertainty", "positive.porosity", "value = 0.335, uncertainty = -0.01"),
    other("uncertainty a text", "positive.porosity", 'value = 0.335, uncertainty = "1 %"'),
    value("hexadecimal number of 6000 digits", "positive.porosity", "0x" + "f" * 5000),
    formula("formula of 6000 digits", U_p, "x*0x" + "f" * 3900),
    file("no name", 'name = "chen2020"', "name = 3", "name"),
    file("cut short", '[electrolyte]', '[electrolyte', ""),
)  # fmt: skip

ODD = (
    formula("conductivity in mS/cm", kappa, "10*(0.1297*(c_e/1000)**3 - 2.51*(c_e/1000)**1.5 + 3.329*(c_e/1000))"),
    value("conductivity in S/cm", kappa, 0.0095, kappa),
    value("diffusivity of salt a tenth", "electrolyte.diffusivity_m2_s", 1.8e-11),
    formula("exchange current a millionth", j0, "3.42e-12*(c_e*c_s*(c_max - c_s))**0.5"),
    value("nominal capacity half", "cell.nominal_capacity_Ah", 2.5),
    formula("activation energy in kJ", j0, "3.42e-6*exp(17.8/R*(1/298.15 - 1/T))*(c_e*c_s*(c_max - c_s))**0.5"),
    value("entropic change in mV/K", "positive.entropic_change_V_K", -0.009),
    value("area ten times that of spheres", "negative.measured_surface_area_per_m", 3.84e6),
    other("Bruggeman exponent 4", "negative.electrolyte_law", "bruggeman_exponent = 4"),
    other("B = porosity", "negative.electrolyte_law", "transport_efficiency = 0.25"),
    value("thick electrode", "separator.thickness_m", 8e-4),
    value("contact resistance", "cell.contact_resistance_Ohm", 0.2),
    value("upper cut-off never reached", "cell.upper_voltage_V", 4.9),
    value("dry electrolyte", "electrolyte.initial_concentration_mol_m3", 50),
    Fault("source left open", "positive.porosity", '{value = 0.335, source = "TODO"}'),
    other("uncertainty above the value", "positive.porosity", "value = 0.335, uncertainty = 1.0"),
)


def spoilt(good: str, fault: Fault) -> str:
    """The text of the good set with one fault."""
    if fault.exchanged[0]:
        first, second = fault.exchanged
        return good.replace(first, "@").replace(second, first).replace("@", second)
    if not fault.key:
        assert fault.text[0] in good
        return good.replace(*fault.text, 1)
    section, _, name = fault.key.rpartition(".")
    head, mark, tail = good.partition(f"\n[{section}]\n")
    assert mark, fault
    written = fault.expected.rpartition(".")[2] if fault.expected.endswith("porosty") else name
    line = re.compile(rf"^{name} = .*$", re.MULTILINE)
    body, rest = tail.split("\n[", 1) if "\n[" in tail else (tail, "")
    entry = f"{written} = {fault.leaf}"
    body = line.sub(lambda _: entry, body, count=1) if line.search(body) else f"{entry}\n{body}"
    return head + mark + body + ("\n[" + rest if rest else "")


def report(good: str, fault: Fault, folder: Path) -> CheckReport:
    """What `check` says of the good set with that fault."""
    path = folder / "spoilt.toml"
    path.write_bytes(spoilt(good, fault).encode("utf-8"))
    return check_parameter_set(path)


def named(found: CheckReport, fault: Fault) -> bool:
    """Whether a finding has the key of the fault, and says what stands there and what to do."""
    if fault.expected == "":
        return any("spoilt.toml" in p.text and p.text for p in found.findings)
    about = [p for p in found.findings if p.key == fault.expected]
    return any(p.text and p.remedy and (p.value is not None or "missing" in p.text) for p in about)


def checked(faults: tuple[Fault, ...], *, errors: bool) -> tuple[list[str], list[str], bool]:
    """Faults that were not refused (or, of oddities, not warned of), those not named, and whether one was executed."""
    passed, unnamed = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = eh.save_parameter_set(eh.load_parameter_set("chen2020"), folder / "good.toml")
        good = base.read_text(encoding="utf-8")
        assert check_parameter_set(base).findings == ()
        for fault in faults:
            found = report(good, fault, folder)
            if found.passed == errors or not found.findings:
                passed.append(fault.what)
            if not named(found, fault):
                unnamed.append(fault.what)
        executed = any(Path(place, SENTINEL).exists() for place in (".", folder, tempfile.gettempdir()))
    return passed, unnamed, executed


def outcomes() -> list[Outcome]:
    rows = []
    for title, source, faults in (("upstream cases", "bpx 1.1, PyBaMM 26.10", UPSTREAM), ("our own", "physics", OWN)):
        passed, unnamed, executed = checked(faults, errors=True)
        total = len(faults)
        measured = f"refused {total - len(passed)}, named {total - len(unnamed)} of {total}; executed: {executed}"
        bad = [*passed, *unnamed]
        measured += f" ({', '.join(bad)})" if bad else ""
        rows.append(Outcome(f"bad sets, {title}", source, "all refused, all named", measured, not bad and not executed))
    passed, unnamed, _ = checked(ODD, errors=False)
    bad, total = [*passed, *unnamed], len(ODD)
    measured = f"warned of {total - len(unnamed)} of {total}{f' ({bad})' if bad else ''}"
    rows.append(Outcome("unusual sets: a warning has the key", "published ranges", "all named", measured, not bad))
    shipped = {name: check_parameter_set(name) for name in eh.parameters.parameter_set_names()}
    errors = [name for name, found in shipped.items() if not found.passed]
    warnings = sum(len(found.warnings) for found in shipped.values())
    measured = f"{len(errors)} with errors, {warnings} warnings in {len(shipped)} sets"
    rows.append(Outcome("sets that are shipped pass the check", "PyBaMM's own", "no errors", measured, not errors))
    return rows
