"""Parameter sets in files: what is wrong is said, all of it, and what is right comes back bit for bit."""

import pickle
import time
from importlib import resources
from pathlib import Path

import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.parameters import (
    check_parameter_set,
    load_parameter_set,
    parameter_set_names,
    save_parameter_set,
)
from electrode_homog.parameters.problem import text_and_remedy
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor

NEGATIVE_THICKNESS = 'thickness_m = {value = 85.2e-6, source = "PyBaMM set Chen2020, citing Chen2020"}'
NEGATIVE_POROSITY = 'porosity = {value = 0.25, source = "PyBaMM set Chen2020, citing Chen2020"}'
NEGATIVE_PARTICLE = "{sphere_radius_m = 5.86e-6, "
NEGATIVE_MAXIMUM = "{value = 33133.0, "
NEGATIVE_DIFFUSIVITY = "{value = 3.3e-14, "
FIRST_LAW = "{bruggeman_exponent = 1.5, "

BAD = [
    # what is written, instead of what, the error, what its message says
    ("porosty = {", "porosity = {", InputError, "did you mean 'porosity'"),
    ('thickness_m = {value = 75.2, source = "a"}', NEGATIVE_THICKNESS, OutOfRangeError, "micrometres.*7.52e-05"),
    ('thickness_m = {value = 0.0852, source = "a"}', NEGATIVE_THICKNESS, OutOfRangeError, "millimetres"),
    ('thickness_m = {value = nan, source = "a"}', NEGATIVE_THICKNESS, InputError, "not finite"),
    ('thickness_m = {value = inf, source = "a"}', NEGATIVE_THICKNESS, InputError, "not finite"),
    ('thickness_m = {value = "85.2e-6", source = "a"}', NEGATIVE_THICKNESS, InputError, "not a number"),
    ('thickness_m = {value = true, source = "a"}', NEGATIVE_THICKNESS, InputError, "True is not a number"),
    ('thickness_m = {value = [1e-4], source = "a"}', NEGATIVE_THICKNESS, InputError, "not a number"),
    ("thickness_m = 85.2e-6", NEGATIVE_THICKNESS, InputError, "has no source; write thickness_m = {value = 8.52e-05"),
    ("thickness_m = {value = 85.2e-6}", NEGATIVE_THICKNESS, InputError, "has no source"),
    ('thickness_m = {value = 85.2e-6, source = " "}', NEGATIVE_THICKNESS, InputError, "has no source"),
    ('thickness_m = {source = "a"}', NEGATIVE_THICKNESS, InputError, "value is missing"),
    ('thickness_m = {value = 1e-4, unit = "m", source = "a"}', NEGATIVE_THICKNESS, InputError, "'unit' is not a key"),
    ('thickness_m = {expression = "1e-4", source = "a"}', NEGATIVE_THICKNESS, InputError, "is an expression"),
    ("", NEGATIVE_THICKNESS, InputError, r"\[negative\] thickness_m is missing"),
    ('porosity = {value = 3, source = "a"}', NEGATIVE_POROSITY, OutOfRangeError, "porosity = 3.*per cent.*0.03"),
    ('porosity = {value = -0.25, source = "a"}', NEGATIVE_POROSITY, OutOfRangeError, "between 0 and 1"),
    ('porosity = {value = 1.0, source = "a"}', NEGATIVE_POROSITY, OutOfRangeError, "between 0 and 1"),
    ('porosity = {value = 0.31, source = "a"}', NEGATIVE_POROSITY, OutOfRangeError, "= 1.06"),
    (
        'porosity = {value = 0.25, source = "a", uncertainty = -1}',
        NEGATIVE_POROSITY,
        InputError,
        "uncertainty of negative.porosity",
    ),
    ("{sphere_radius_m = 5.86, ", NEGATIVE_PARTICLE, OutOfRangeError, "micrometres"),
    ("{radius_m = 5.86e-6, ", NEGATIVE_PARTICLE, InputError, "did you mean 'sphere_radius_m'"),
    ("{sphere_radius_m = false, ", NEGATIVE_PARTICLE, InputError, "not a finite number"),
    ("{value = 33.133, ", NEGATIVE_MAXIMUM, OutOfRangeError, "mol/L"),
    ("{value = 29000.0, ", NEGATIVE_MAXIMUM, OutOfRangeError, "must be below"),
    ("{value = 3.3e-10, ", NEGATIVE_DIFFUSIVITY, None, ""),
    ("{expression = \"__import__('os')\", ", NEGATIVE_DIFFUSIVITY, InputError, "'__import__' is not allowed"),
    ('{expression = "3e-14 - 1e-13*x", ', NEGATIVE_DIFFUSIVITY, OutOfRangeError, "not positive everywhere"),
    ('{expression = "3e-14/(x-0.5)**2", ', NEGATIVE_DIFFUSIVITY, OutOfRangeError, "not finite everywhere"),
    ('{expression = "3e-14*c_e", ', NEGATIVE_DIFFUSIVITY, InputError, "'c_e' is not known"),
    ('{expression = """3e-14\n+ x"""', "{value = 3.3e-14", InputError, "one line"),
    ('{expression = "9**9**9", ', NEGATIVE_DIFFUSIVITY, InputError, "exponent"),
    ("{bruggeman_exponent = 0.4, ", FIRST_LAW, OutOfRangeError, "electrolyte_law: Bruggeman exponent 0.4"),
    ("{bruggeman_exponent = 1.5, tortuosity_factor = 2, ", FIRST_LAW, InputError, "exactly one of"),
    ('{bruggeman_exponent = "1.5", ', FIRST_LAW, InputError, "not a plain number"),
    ("{bruggman_exponent = 1.5, ", FIRST_LAW, InputError, "exactly one of"),
    ("{tortuosity_factor = 0.5, ", FIRST_LAW, OutOfRangeError, "tortuosity factor 0.5"),
    ("{transport_efficiency = 0.9, ", FIRST_LAW, OutOfRangeError, "Voigt"),
    ("{effective = true, ", FIRST_LAW, InputError, "exactly one of"),
    ("{effective = false, ", "{effective = true, ", InputError, "effective = False"),
    ("lower_voltage_V = {value = 4.3", "lower_voltage_V = {value = 2.5", OutOfRangeError, "below upper_voltage_V"),
    ("lower_voltage_V = {value = 2500", "lower_voltage_V = {value = 2.5", OutOfRangeError, "millivolts"),
    ("initial_temperature_K = {value = 25", "initial_temperature_K = {value = 298.15", OutOfRangeError, "298.15"),
    ("electrodes_in_parallel = {value = 1.5", "electrodes_in_parallel = {value = 1", InputError, "whole number"),
    ("[separater]", "[separator]", InputError, "did you mean 'separator'"),
    ("schema = 2", "schema = 1", InputError, "reads schema = 1"),
    ('name = ""', 'name = "chen2020"', InputError, "name = ''"),
    ("citations = 3\nx = [", "citations = [", InputError, "list of texts"),
    ("schema = 1\nschema = 1", "schema = 1", InputError, "line"),
    ("schema = " + "9" * 5000, "schema = 1", InputError, "not TOML"),
    ("schema = 1\nx = " + "[" * 5000, "schema = 1", InputError, "not TOML"),
]


def chen2020_text() -> str:
    return (Path(__file__).parents[2] / "parameter_sets" / "chen2020.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("new", "old", "error", "says"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_bad_set_is_refused_with_file_and_remedy(tmp_path, new, old, error, says):
    """One wrong entry is refused with the right class, the file named and the remedy in the message."""
    text = chen2020_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    if error is None:  # inside the range: the counter-example
        load_parameter_set(path)
        return
    with pytest.raises(error, match=says) as caught:
        load_parameter_set(path)
    assert "mine.toml" in str(caught.value)


def test_all_problems_are_listed_at_once(tmp_path):
    """Three sections with a mistake each give one error with three lines."""
    text = chen2020_text().replace(NEGATIVE_THICKNESS, 'thickness_m = {value = 75.2, source = "a"}')
    text = text.replace("porosity = {value = 0.335", "porosity = {value = 33.5")
    text = text.replace("transference_number = {value = 0.2594", "transference_number = {value = -0.2594")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OutOfRangeError, match="3 problems") as caught:
        load_parameter_set(path)
    for word in ("[negative]", "thickness_m", "[positive]", "porosity", "[electrolyte]", "transference_number"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfes\x00c\x00h\x00", "UTF-8"),
        (b"schema = 1\x00", "not TOML"),
        (b"a = " + b"[" * 6000, "not TOML"),
        (b"", "is missing"),
        (b"cell = 3", "must be a section"),
        (b"#" * 1_000_001, "at most 1000000"),
    ],
)
def test_file_that_is_no_parameter_set(tmp_path, content, says):
    """Other encodings, NUL, endless brackets, nothing, and a megabyte are InputErrors."""
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        load_parameter_set(path)


def test_names_and_paths():
    """Names of shipped sets load; others get a suggestion; a text ending in .toml is a path."""
    assert set(parameter_set_names()) >= {"chen2020", "marquis2019"}
    with pytest.raises(InputError, match="did you mean 'chen2020'"):
        load_parameter_set("Chen2020")
    with pytest.raises(InputError, match="is not a file"):
        load_parameter_set("nowhere/chen2020.toml")
    with pytest.raises(InputError, match="is shipped"):
        load_parameter_set("../parameter_sets/chen2020")
    assert resources.files("electrode_homog").is_dir()


@pytest.mark.parametrize("name", ["chen2020", "marquis2019"])
def test_saved_set_comes_back_equal(tmp_path, name):
    """Saving and loading gives an equal set, and saving that one the same bytes."""
    cell = load_parameter_set(name)
    first = save_parameter_set(cell, tmp_path / "first.toml")
    again = load_parameter_set(first)
    assert again == cell
    assert save_parameter_set(again, tmp_path / "second.toml").read_bytes() == first.read_bytes()


def test_changed_set_comes_back_equal(tmp_path):
    """Every kind of law, an uncertainty, and a source with quotes, umlauts and line breaks survive the file."""
    cell = load_parameter_set("chen2020").with_electrode(
        "positive",
        electrolyte_law=BruggemanLaw(1.83, (0.31, 0.45), 0.02),
        solid_law=TortuosityFactor(3.3),
        porosity=1 / 3,
        active_fraction=0.6,
        source='"Müller"\n\\ table 3\t\x7f',
    )
    cell = cell.with_electrode("negative", electrolyte_law=FixedEfficiency(0.1), solid_law=FixedEfficiency(0.5))
    cell = type(cell)(
        **{**{f: getattr(cell, f) for f in cell.__dataclass_fields__}, "uncertainties": {"positive.porosity": 0.01}}
    )
    path = save_parameter_set(cell, tmp_path / "mine.toml")
    again = load_parameter_set(path)
    assert again.positive == cell.positive
    assert again.sources == cell.sources
    assert again.uncertainties == {"positive.porosity": 0.01}
    assert again == cell


def test_saving_never_overwrites_unasked(tmp_path):
    """An existing file is kept unless asked otherwise, and the name must be one that can be loaded."""
    cell = load_parameter_set("chen2020")
    path = save_parameter_set(cell, tmp_path / "mine.toml")
    with pytest.raises(InputError, match="exists already"):
        save_parameter_set(cell, path)
    save_parameter_set(cell, path, overwrite=True)
    with pytest.raises(InputError, match=r"must end in \.toml"):
        save_parameter_set(cell, tmp_path / "mine.txt")


def test_set_can_be_sent_to_another_process(tmp_path):
    """A pickled set writes the same file."""
    cell = load_parameter_set("marquis2019")
    copy = pickle.loads(pickle.dumps(cell))
    files = [save_parameter_set(c, tmp_path / f"{i}.toml").read_bytes() for i, c in enumerate((cell, copy))]
    assert files[0] == files[1]
    with pytest.raises(TypeError):
        copy.sources["positive.porosity"] = "nobody"


@pytest.mark.parametrize(
    ("old", "bare"),
    [
        (NEGATIVE_THICKNESS, "thickness_m = 8.52e-05"),
        (
            'particle = {sphere_radius_m = 5.86e-6, source = "PyBaMM set Chen2020, citing Chen2020"}',
            "particle = 5.86e-06",
        ),
        ("electrolyte_law = {bruggeman_exponent = 1.5, ", "electrolyte_law = 1.5"),
        ("electrolyte_law = {bruggeman_exponent = 1.5, ", "electrolyte_law = 0.125"),
        ("entropic_change_V_K = {value = 0.0, ", "entropic_change_V_K = '1e-4*x'"),
    ],
)
def test_what_a_bare_value_should_be_can_be_written_so(tmp_path, old, bare):
    """The remedy of a value without a source is TOML that is read."""
    text, path = chen2020_text(), tmp_path / "mine.toml"
    (line,) = {line for line in text.splitlines() if line.startswith(old)}
    path.write_text(text.replace(line, bare, 1), encoding="utf-8")
    (problem,) = check_parameter_set(path).errors
    path.write_text(text.replace(line, problem.remedy.removeprefix("write "), 1), encoding="utf-8")
    load_parameter_set(path)


def test_a_section_with_an_unknown_key_is_still_checked(tmp_path):
    """A misspelt key does not hide a thickness in micrometres in the same section."""
    text = chen2020_text().replace("porosity = {", "porosty = {", 1)
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(NEGATIVE_THICKNESS, 'thickness_m = {value = 85.2, source = "a"}'), encoding="utf-8")
    keys = {problem.key for problem in check_parameter_set(path).errors}
    assert keys == {"negative.porosty", "negative.porosity", "negative.thickness_m"}


@pytest.mark.parametrize("key", [".".join(["a"] * 100_000), " . ".join(['"a"'] * 30_000), "[" + "a." * 90_000 + "a]"])
def test_keys_without_end_are_refused_at_once(tmp_path, key):
    """A key of 100000 parts, for which tomllib takes minutes, takes no time."""
    path = tmp_path / "mine.toml"
    path.write_text(f"schema = 1\n{key} = 1\n", encoding="utf-8")
    begin = time.process_time()
    with pytest.raises(InputError, match="more than 20 parts at line 2"):
        load_parameter_set(path)
    assert time.process_time() - begin < 1


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path):
    """Some editors begin UTF-8 with one."""
    path = tmp_path / "mine.toml"
    path.write_text(chen2020_text(), encoding="utf-8-sig")
    assert load_parameter_set(path) == load_parameter_set("chen2020")


def test_a_remedy_follows_the_semicolon():
    """It is told apart from what is wrong, but not inside quotes."""
    assert text_and_remedy("x = 'a; b' is wrong; write c; or d") == ("x = 'a; b' is wrong", "write c; or d")
    assert text_and_remedy("it's wrong") == ("it's wrong", "correct it")
