"""BPX files that are wrong, broken or hostile: refused, with every key named, and nothing in them is run."""

import copy
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from bpx_files import NEGATIVE, POSITIVE, blended, bpx_content, changed, without, written

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.parameters import load_parameter_set, read_bpx
from electrode_homog.parameters.exchange.bpx_section import checked_formula
from electrode_homog.parameters.problem import problems_of

OCP = f"{NEGATIVE}/OCP [V]"
BRACKETS = "(" * 3000 + "x" + ")" * 3000

FORMULAS = [  # each of them in place of an open-circuit potential, and what the message says
    ("exit(0)", "not allowed from 'exit"),
    ("open('SENTINEL', 'w')", "not allowed from .open"),
    ("__import__('os').system('touch SENTINEL')", "not allowed from .__import__"),
    ('exec(\'open("SENTINEL", "w")\')', "not allowed"),
    ("print(x)", "not allowed from 'print"),
    ("[c for c in ().__class__.__mro__]", "not allowed"),
    ("x.__class__", "not allowed"),
    ("(lambda: 0)()", "not allowed"),
    ("tanh.__globals__", "not allowed"),
    ("x if x else x", "not allowed"),
    ("x; open('SENTINEL', 'w')", "not allowed"),
    ("x # + 1", "not allowed from '# . 1'"),
    ("0.1\n  + x/1000", "one line"),
    ("0.1\r+ x", "one line"),
    ("0.1\u2028+ x", "one line"),
    ("sqrt(x)", "not allowed from 'sqrt"),
    ("log(x)", "not allowed from 'log"),
    ("sinh(x)", "not allowed from 'sinh"),
    ("R*x", "not allowed from 'R"),
    ("y + 1", "not allowed from 'y"),
    ("\uff58 + 1", "not allowed"),  # which Python reads as x
    ("exp(x, x)", "not allowed from ', x"),
    ("exp()", "exactly one argument"),
    ("x(1)", "function 'x' is not allowed"),
    ("exp", "exactly one argument"),
    ("", "one line"),
    ("9**9**9**9", "exponent"),
    ("x**x", "exponent"),
    ("x**1000", "exponent"),
    ("1/(1 - 1)", "not a finite number"),
    ("1e999*x", "finite"),
    ("1_000*x", "not allowed"),
    ("0x10*x", "not allowed"),
    ("1j*x", "not allowed"),
    ("1 if", "not allowed"),
    (BRACKETS, "6001 characters"),
    ("x + " * 30000 + "x", "characters"),
    ("1/(x - 0.5)", "not in -2 to 8 V"),
    ("1/(x - x)", "is (nan|inf) V at x"),
    ("x/0.0 + 1", "is inf V at x"),
    ("exp(700)", "is 1.01.* V at x"),
    ("20 + x", "is 20.02.* V at x"),
]


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path, monkeypatch):
    """No case may leave a file of its own, nor one of those that `bpx` leaves when it runs a formula."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.chdir(tmp_path)
    yield
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "SENTINEL").exists()


@pytest.mark.parametrize(("formula", "message"), FORMULAS, ids=[formula[:30] for formula, _ in FORMULAS])
def test_hostile_formulas_are_refused(formula, message, tmp_path):
    """Whatever is not numbers, x, + - * / **, exp, tanh, cosh is refused before anything parses it, by its key."""
    path = written(changed(OCP, formula), tmp_path)
    with pytest.raises((InputError, OutOfRangeError), match=rf"(?s)cell\.json.*{NEGATIVE}/OCP .V..*{message}"):
        read_bpx(path)


PLACES = [
    f"{NEGATIVE}/Diffusivity [m2.s-1]",
    f"{POSITIVE}/Entropic change coefficient [V.K-1]",
    f"{POSITIVE}/OCP (lithiation) [V]",
    "Electrolyte/Conductivity [S.m-1]",
    "Electrolyte/Diffusivity [m2.s-1]",
    "User-defined",
]


@pytest.mark.parametrize("place", PLACES)
def test_formulas_are_checked_wherever_they_stand(place, tmp_path):
    """Values that are not used, such as user-defined ones, are checked as well."""
    hostile = "open('SENTINEL', 'w')"
    value = {"nested": {"deeper": hostile}} if place == "User-defined" else hostile
    with pytest.raises(InputError, match=r"open\('SENTINEL"):
        read_bpx(written(changed(place, value), tmp_path))


VALUES = [
    # path, value, error, what the message says
    (f"{NEGATIVE}/Porosity", -0.35, OutOfRangeError, "Negative electrode/Porosity = -0.35 is not strictly between"),
    (f"{NEGATIVE}/Porosity", 1.35, OutOfRangeError, "Porosity = 1.35"),
    (f"{NEGATIVE}/Porosity", 30, OutOfRangeError, "per cent.* 0.3"),
    (f"{NEGATIVE}/Porosity", True, InputError, "Porosity = True is not a number"),
    (f"{NEGATIVE}/Porosity", "0.3", InputError, "Porosity = '0.3' is not a number.*without quotes"),
    (f"{NEGATIVE}/Porosity", None, InputError, "Porosity = None is not a number"),
    (f"{NEGATIVE}/Porosity", [0.3], InputError, "Porosity = a list of 1 entries is not a number"),
    (f"{NEGATIVE}/Porosity", {"x": [0, 1], "y": [0, 1]}, InputError, "Porosity = an object"),
    (f"{NEGATIVE}/Porosity", 10**400, InputError, "not a finite number"),
    (f"{NEGATIVE}/Transport efficiency", 7, OutOfRangeError, "Transport efficiency = 7"),
    (f"{NEGATIVE}/Transport efficiency", 0.31, OutOfRangeError, "= 0.31 is above Porosity = 0.3 .Voigt"),
    (f"{NEGATIVE}/Transport efficiency", 0, OutOfRangeError, "lets no current through"),
    ("Separator/Transport efficiency", 0.5, OutOfRangeError, "Separator/Transport efficiency = 0.5 is above"),
    (f"{NEGATIVE}/Surface area per unit volume [m-1]", 4e6, OutOfRangeError, r"= 6.96\d* is above 1.*measured_surface"),
    (f"{NEGATIVE}/Particle radius [m]", 5, OutOfRangeError, "Particle radius .m. = 5 m.*micrometres. then write 5e-06"),
    (f"{NEGATIVE}/Thickness [m]", 85.2, OutOfRangeError, "Thickness .m. = 85.2 m.*micrometres"),
    (f"{NEGATIVE}/Minimum stoichiometry", 0.9, OutOfRangeError, "Minimum stoichiometry = 0.9 must be below"),
    (f"{NEGATIVE}/Maximum stoichiometry", 1.2, OutOfRangeError, "Maximum stoichiometry = 1.2"),
    (f"{NEGATIVE}/Maximum concentration [mol.m-3]", 31, OutOfRangeError, "mol/L. then write 31000"),
    (f"{NEGATIVE}/Diffusivity [m2.s-1]", 3e-4, OutOfRangeError, "Diffusivity .m2.s-1. = 0.0003"),
    (f"{NEGATIVE}/Diffusivity [m2.s-1]", "1e-14*(x - 0.5)", OutOfRangeError, "Diffusivity .m2.s-1. is not positive"),
    (f"{NEGATIVE}/Diffusivity [m2.s-1]", "3e-4 + x", OutOfRangeError, "largest Diffusivity"),
    (f"{NEGATIVE}/Diffusivity activation energy [J.mol-1]", 30, OutOfRangeError, "kJ/mol. then write 30000"),
    (f"{NEGATIVE}/Diffusivity activation energy [J.mol-1]", "30000", InputError, "'30000' is not a number"),
    (f"{NEGATIVE}/Reaction rate constant [mol.m-2.s-1]", -1e-6, OutOfRangeError, "Reaction rate constant"),
    (f"{NEGATIVE}/Entropic change coefficient [V.K-1]", 0.3, OutOfRangeError, "Entropic change coefficient"),
    (f"{NEGATIVE}/Entropic change coefficient [V.K-1]", "1/(x - 0.3)", OutOfRangeError, "Entropic change coefficient"),
    (f"{NEGATIVE}/Conductivity [S.m-1]", 0, OutOfRangeError, "Conductivity"),
    (f"{NEGATIVE}/Conductivity [S.m-1]", "1 + x", InputError, "Conductivity .S.m-1. = '1 . x' is not a number"),
    (OCP, {"x": [0, 0.5, 0.4, 1], "y": [1, 0.5, 0.4, 0]}, InputError, "does not increase at x = 0.4"),
    (OCP, {"x": [0, 0.5, 0.5, 1], "y": [1, 0.5, 0.4, 0]}, InputError, "does not increase"),
    (OCP, {"x": [0, 1e-300, 1], "y": [1, 0.5, 0]}, InputError, "does not increase at x = 1e-300"),
    (OCP, {"x": [0, 0.5, 1], "y": [1, 0.5]}, InputError, "3 x and 2 y"),
    (OCP, {"x": [0, "0.5", 1], "y": [1, 0.5, 0]}, InputError, "'0.5' is not a number"),
    (OCP, {"x": [0, 1], "z": [1, 0]}, InputError, "not a table"),
    (OCP, {"x": [0], "y": [1]}, InputError, "1 x and 1 y"),
    (OCP, {"x": [0.4, 0.6], "y": [1, 0]}, OutOfRangeError, "never extrapolated"),
    (OCP, {"x": [0, 1], "y": [1000, 0]}, OutOfRangeError, "OCP .V. is 9.*between the stoichiometry limits"),
    (OCP, [0.1, 0.2], InputError, "OCP .V. = a list"),
    (f"{NEGATIVE}/Porosty", 0.3, InputError, "Porosty is not a key of BPX here.*did you mean 'Porosity'"),
    ("Cell/Thermal conductivity [W.m-1.K-1]", 1.5, InputError, "stands in Parameterisation/User-defined"),
    ("Cell/Initial temperature [K]", 298, InputError, "stands in State/Initial conditions"),
    ("Electrolyte/Initial concentration [mol.m-3]", 1000, InputError, "stands in State/Initial conditions as"),
    ("Electrolyte/Diffusivity [m2.s-1]", "3e-6 + x*0", OutOfRangeError, "Electrolyte/Diffusivity .m2.s-1. at 1100"),
    ("Electrolyte/Conductivity [S.m-1]", "1 - x/500", OutOfRangeError, "Electrolyte/Conductivity"),
    ("Electrolyte/Cation transference number", 26, OutOfRangeError, "per cent"),
    ("Cell/Nominal cell capacity [A.h]", 5000, OutOfRangeError, "nominal 5000 A h and that of the electrodes"),
    ("Cell/Electrode area [m2]", 102.7, OutOfRangeError, "further apart than a factor of 3"),
    ("Cell/Number of electrode pairs connected in parallel to make a cell", 2.5, InputError, "not a whole number"),
    ("Cell/Upper voltage cut-off [V]", 4200, OutOfRangeError, "millivolts"),
    ("Cell/Upper voltage cut-off [V]", 2.0, OutOfRangeError, "must be below"),
    ("Cell/Reference temperature [K]", 25, OutOfRangeError, "degrees Celsius"),
    ("Cell", 5, InputError, "Parameterisation/Cell = 5 must be an object"),
    ("Header/BPX", "9.0.0", InputError, "Header/BPX = '9.0.0' is not a version"),
    ("Header/BPX", "0.9", InputError, "not a version"),
    ("Header/BPX", "one", InputError, "not a version"),
    ("Header/BPX", True, InputError, "not a version"),
    ("Header/BPX", [], InputError, "not a version"),
    ("Header/BPX", 0.96, InputError, "not a version"),
    ("State", [], InputError, "State = a list of 0 entries must be an object"),
    ("State/Initial conditions", False, InputError, "State/Initial conditions = False must be an object"),
    ("Header/Model", "P2D", InputError, "Header/Model = 'P2D'"),
    ("Header/Title", 5, InputError, "Header/Title = 5 must be a text"),
    ("Header/Author", "me", InputError, "Header/Author is not a key"),
    ("State/Initial conditions/Initial state-of-charge", 80, OutOfRangeError, "per cent. then write 0.8"),
    ("State/Degradation", {"LLI": 0.1, "LAM: Positive electrode": 0, "LAM: Negative electrode": 0}, InputError, "LLI"),
    ("State/Thermal environment/Ambient temperature [K]", 25, OutOfRangeError, "degrees Celsius"),
    ("User-defined", {"note": "a text that is no formula"}, InputError, "User-defined/note"),
    ("User-defined", {"a": [1, 2]}, InputError, "User-defined/a"),
    ("User-defined", {"a": True}, InputError, "User-defined/a = True"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "error", "message"), VALUES, ids=[f"{path} {str(value)[:25]}" for path, value, *_ in VALUES]
)
def test_bad_values_are_refused_by_name(path, value, error, message, tmp_path):
    """One error of the right class names the file, the way to the key, the value, and what would be right."""
    with pytest.raises(error, match=rf"(?s)cell\.json.*{message}"):
        read_bpx(written(changed(path, value), tmp_path))


TEXTS = [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("[1, 2]", "must hold one object"),
    ('"text"', "must hold one object"),
    ("{" * 100_000, "not JSON|nested too deep"),
    ("[" * 100_000 + "]" * 100_000, "nested too deep"),
    ('{"a":' * 20 + "1" + "}" * 20, "nested too deep"),
    (json.dumps(bpx_content()).replace("0.47", "NaN"), "NaN is not a number"),
    (json.dumps(bpx_content()).replace("0.47", "Infinity"), "Infinity is not a number"),
    (json.dumps(bpx_content()).replace("0.47", "-Infinity"), "-Infinity is not a number"),
    (json.dumps(bpx_content()).replace("0.47", "1e999"), "Separator/Porosity = inf is not a finite number"),
    (json.dumps(bpx_content()).replace("0.47", "1" * 5000), "not JSON"),
    (json.dumps(bpx_content()).replace('"Porosity": 0.47', '"Porosity": 0.3, "Porosity": 0.47'), "'Porosity' occurs"),
    (json.dumps(bpx_content()).replace("0.47", "0.47,"), "not JSON"),
    (json.dumps(bpx_content())[:-40], "not JSON"),
    ("{}", "Header/BPX = None is not a version"),
    ('{"Header": {"BPX": "1.0"}}', "Parameterisation is missing"),
]


@pytest.mark.parametrize(("text", "message"), TEXTS, ids=[message for _, message in TEXTS])
def test_files_that_are_no_strict_json_are_refused(text, message, tmp_path):
    """What a JSON parser forgives, such as a key that occurs twice, is refused."""
    with pytest.raises(InputError, match=rf"(?s)cell\.json.*({message})"):
        read_bpx(written(text, tmp_path))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    """Another encoding, a file that is too large and a path that is no file are said to be that."""
    path = tmp_path / "cell.json"
    path.write_bytes(json.dumps(bpx_content()).encode("utf-16"))
    with pytest.raises(InputError, match=r"cell\.json is not UTF-8 text"):
        read_bpx(path)
    path.write_bytes(b" " * 10_000_001)
    with pytest.raises(InputError, match="10000001 bytes"):
        read_bpx(path)
    with pytest.raises(InputError, match="is not a file"):
        read_bpx(tmp_path)
    with pytest.raises(InputError, match="is not a file"):
        load_parameter_set(str(tmp_path / "nothing.json"))


def test_texts_made_to_keep_a_reader_busy_do_not(tmp_path):
    """Half a million unknown keys, keys of a megabyte, and formulas that backtracking would take years for."""
    started = time.process_time()
    many = bpx_content()
    many["Parameterisation"]["Separator"] |= {f"k{number}": 1 for number in range(500_000)}
    long = changed("Separator/" + "Porosity" * 100_000, 1)
    user = changed("User-defined", {f"k{number}": "x" for number in range(100_000)})
    twice = json.dumps(bpx_content()).replace('"Porosity": 0.47', ", ".join(['"Porosity": 0.47'] * 100_000))
    for content, message in (
        (many, "has 500000 keys that are none of BPX"),
        (long, "is not a key of BPX here"),
        (user, "more than 1000 values"),
        (twice, "'Porosity' occurs twice"),
        (changed(OCP, " " * 3900 + "@"), "not allowed from '@"),
        (changed(OCP, "1" * 3900 + "@"), "not allowed from '@"),
        (changed(OCP, "x**" * 1300 + "@"), "not allowed from '@"),
    ):
        with pytest.raises(InputError, match=message):
            read_bpx(written(content, tmp_path))
    assert time.process_time() - started < 20


def test_single_particle_files_are_refused_with_what_they_lack(tmp_path):
    """An SPM file names no electrolyte: all that a DFN needs besides is listed."""
    content = bpx_content("0.4.0")
    content["Header"]["Model"] = "SPM"
    parts = content["Parameterisation"]
    for key in ("Electrolyte", "Separator"):
        del parts[key]
    for side in (NEGATIVE, POSITIVE):
        for key in ("Porosity", "Transport efficiency", "Conductivity [S.m-1]"):
            del parts[side][key]
    with pytest.raises(InputError) as caught:
        read_bpx(written(content, tmp_path))
    for text in ("Model = 'SPM'", "Electrolyte is missing", "Separator is missing", f"{NEGATIVE}/Porosity is missing"):
        assert text in str(caught.value)
    assert f"{POSITIVE}/Conductivity [S.m-1] is missing" in str(caught.value)


def test_every_problem_is_named_at_once(tmp_path):
    """Six faults in six places make one error with six entries, each with its key and a remedy."""
    content = bpx_content()
    parts = content["Parameterisation"]
    parts["Separator"]["Porosity"] = -1
    parts[NEGATIVE]["OCP [V]"] = "exit(0)"
    parts[POSITIVE]["Thickness [m]"] = 75
    parts["Cell"]["Volumen"] = 1
    del parts["Electrolyte"]["Cation transference number"]
    content["State"]["Initial conditions"]["Initial state-of-charge"] = 2
    with pytest.raises(InputError) as caught:
        read_bpx(written(content, tmp_path))
    problems = problems_of(caught.value)
    assert {problem.key for problem in problems} == {
        "Parameterisation/Separator/Porosity",
        f"Parameterisation/{NEGATIVE}/OCP [V]",
        f"Parameterisation/{POSITIVE}/Thickness [m]",
        "Parameterisation/Cell/Volumen",
        "Parameterisation/Electrolyte/Cation transference number",
        "State/Initial conditions/Initial state-of-charge",
    }
    assert all(problem.remedy for problem in problems)
    assert all(problem.key in str(caught.value) for problem in problems)


def test_blends_of_three_and_reference_temperatures_that_are_missing(tmp_path):
    """What has no place in a set is refused by name."""
    content = blended(bpx_content())
    particles = content["Parameterisation"][NEGATIVE]["Particle"]
    particles["third"] = particles["other"]
    with pytest.raises(InputError, match=f"{NEGATIVE}/Particle has 3 active materials"):
        read_bpx(written(content, tmp_path))
    with pytest.raises(InputError, match=r"Reference temperature .K. is missing; activation energies"):
        read_bpx(written(without("Cell/Reference temperature [K]"), tmp_path))


def test_no_other_reader_is_loaded(tmp_path):
    """Reading a file imports neither `bpx` nor PyBaMM, whose parsers run formulas."""
    path = written(bpx_content(), tmp_path)
    program = (
        "import sys; from electrode_homog.parameters import read_bpx; read_bpx(sys.argv[1]); "
        "print([name for name in ('bpx', 'pybamm', 'pyparsing', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_spoilt_files_end_in_one_of_our_errors(tmp_path):
    """400 files with a few values or bytes replaced at random are read, or refused as input; nothing else happens."""
    rng = random.Random(1)
    odd = [None, True, -1, 0, 1e30, 10**40, "x", "exit(0)", "1/x", "1/(x-0.3)", [], {}, {"x": [0, 1], "y": [1, 0]}, [1]]
    good = json.dumps(bpx_content())
    refused = 0
    for _ in range(400):
        if rng.random() < 0.5:
            content = rng.choice([bpx_content(), bpx_content("0.4.0"), blended(bpx_content())])
            for _ in range(rng.randint(1, 3)):
                here = content
                while True:
                    key = rng.choice(list(here))
                    if not isinstance(here[key], dict) or not here[key] or rng.random() < 0.1:
                        break
                    here = here[key]
                here[key] = copy.deepcopy(rng.choice(odd))
            text = json.dumps(content)
        else:
            place = rng.randrange(len(good))
            text = good[:place] + rng.choice('{}[]",:0-9.eE xX()*\\') + good[place + 1 :]
        try:
            read_bpx(written(text, tmp_path))
        except (InputError, OutOfRangeError):
            refused += 1
    assert refused > 200


def test_random_formulas_end_in_input_error_or_a_number():
    """20 000 strings over the characters of formulas and code are refused, or are formulas that evaluate."""
    rng = random.Random(2)
    parts = ["x", "1", "2.5", "1e3", *"+-*/() ,_", "**", "exp(", "tanh(", "cosh(", "exit"]
    accepted = 0
    for _ in range(20_000):
        text = "".join(rng.choices(parts, k=rng.randint(1, 12)))
        try:
            formula = checked_formula(text)
        except InputError:
            continue
        accepted += 1
        assert isinstance(formula(x=0.3), float)
    assert accepted > 200


def test_control_characters_of_a_title_do_not_reach_the_set(tmp_path):
    """A title is text: shown on one line, without the codes that steer a terminal."""
    cell = read_bpx(written(changed("Header/Title", "a\x1b[31m\n\x00b"), tmp_path))
    assert cell.title == "a [31m b"
    assert all(source.isprintable() for source in cell.sources.values())


def test_paths_are_only_read(tmp_path):
    """The file that was read is as it was."""
    path = written(changed(OCP, "exit(0)"), tmp_path)
    before = path.read_bytes()
    with pytest.raises(InputError):
        read_bpx(Path(path))
    assert path.read_bytes() == before


def test_a_number_that_is_none_is_named(tmp_path):
    """NaN has the key that it stands at, in a list too."""
    path = tmp_path / "cell.json"
    path.write_text('{"Header": {"BPX": NaN}, "t": {"x": [0, -Infinity]}, "l": [[NaN]]}', encoding="utf-8")
    with pytest.raises(InputError, match="2 problems") as caught:
        read_bpx(path)
    assert [problem.key for problem in problems_of(caught.value)] == ["BPX", "x"]


def test_letters_that_look_like_others_show(tmp_path):
    """A Cyrillic letter in a formula is shown by its number."""
    with pytest.raises(InputError, match=r"not allowed from '.u0445' on"):
        read_bpx(written(changed(OCP, "1.5 - \u0445"), tmp_path))
