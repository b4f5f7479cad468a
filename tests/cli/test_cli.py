"""The command line as its users meet it: results on stdout, messages on stderr, exit codes."""

import contextlib
import io
import json
import signal
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest
import tifffile

from electrode_homog.cli import console, image_verbs
from electrode_homog.homogenization import Boundary, EffectiveConductivity, EffectiveTensor, Progress
from electrode_homog.images import generate_electrode, write_image
from electrode_homog.microstructure import Description, Survey
from electrode_homog.p2d import CellRun
from electrode_homog.provenance import from_json


@pytest.fixture
def image(tmp_path):
    """Labels 0 and 1 in layers normal to axis 2 of the file, 0 on two thirds."""
    labels = np.zeros((8, 10, 12), dtype=np.uint8)
    labels[:, :, 8:] = 1
    tifffile.imwrite(tmp_path / "layers.tif", labels, compression="zlib")
    return ["layers.tif", "--voxel-size", "398nm", "--phase", "pore=0", "--phase", "active=1"]


def test_version_and_help(command):
    """--version prints the version; --help lists the verbs; no verb is a usage error."""
    assert command("--version") == (0, "0.1.0\n", "")
    code, out, _ = command("--help")
    assert code == 0
    verbs = "demo run convert generate segment describe tensor particle check export simulate design fit doctor"
    for verb in verbs.split():
        assert verb in out
    assert command("transmogrify")[0] == 2
    assert command("tensor", "--colour")[0] == 2


def test_describe(command, image):
    """Fractions to the terminal, and the same as JSON."""
    code, out, _ = command("describe", *image)
    assert code == 0
    assert "0.6667" in out
    code, out, _ = command("describe", *image, "--json", "-")
    described = from_json(out, Description)
    assert described.survey.phases[0].volume_fraction == pytest.approx(2 / 3)
    assert described.survey.shape == (8, 10, 12)
    code, out, _ = command("describe", *image, "--quick", "--json", "-")
    assert from_json(out, Survey).phases == described.survey.phases


@pytest.mark.parametrize("columns", [80, 40])
def test_tables_fit_a_narrow_terminal(command, tmp_path, monkeypatch, columns):
    """On 80 columns no line is longer; on these and fewer no heading and no number is broken or cut off."""
    write_image(generate_electrode(seed=1, shape=(40, 40, 40)), tmp_path / "made.tif")
    phases = [option for name in ("pore=0", "active=1", "binder=2") for option in ("--phase", name)]
    shown = {}
    for width in (160, columns):
        monkeypatch.setenv("COLUMNS", str(width))
        code, shown[width], _ = command("describe", "made.tif", *phases)
        assert code == 0
    assert columns < 80 or max(map(len, shown[columns].splitlines())) <= columns
    wide, narrow = (Counter(out.replace("─", " ").split()) for out in shown.values())
    assert wide == narrow


def test_tensor_of_layers(command, image, tmp_path):
    """Layers conduct 2/3 along and nothing across; --through-axis turns the image; the JSON holds the tensor."""
    code, out, err = command("tensor", *image, "--conductivity", "pore=1")
    assert code == 0
    assert "0.666667" in out
    assert "pore does not connect the faces normal to axis 2 (z); the value is exactly 0" in err
    options = ["--through-axis", "2", "--conductivity", "pore=1", "--conductivity", "active=10"]
    code, out, _ = command("tensor", *image, *options, "--boundary", "periodic", "--json", "t.json")
    tensor = from_json((tmp_path / "t.json").read_text(), EffectiveTensor)
    np.testing.assert_allclose(tensor.matrix, np.diag([1 / (2 / 3 + 1 / 30), 4, 4]), rtol=1e-9, atol=1e-12)
    code, out, _ = command("tensor", *image, *options, "--axis", "1", "--json", "-")
    assert from_json(out, EffectiveConductivity).value == pytest.approx(4)


@pytest.mark.parametrize("boundary", list(Boundary))
def test_every_boundary_has_its_option(command, image, tmp_path, boundary):
    """The four conditions go in by name and come back from JSON; layers give the means where they are exact."""
    options = ["--through-axis", "2", "--conductivity", "pore=1", "--conductivity", "active=10"]
    code, out, err = command("tensor", *image, *options, "--boundary", boundary.value, "--json", "t.json")
    assert code == 0, err
    assert boundary.value in out
    tensor = from_json((tmp_path / "t.json").read_text(), EffectiveTensor)
    assert tensor.boundary is boundary
    along, across = 4, 1 / (2 / 3 + 1 / 30)
    if boundary is not Boundary.UNIFORM_FLUX:
        np.testing.assert_allclose(np.diag(tensor.matrix)[1:], along, rtol=1e-9)
    if boundary is not Boundary.LINEAR_POTENTIAL:
        assert tensor.through_thickness == pytest.approx(across, rel=1e-9)
    code, out, _ = command("tensor", *image, *options, "--boundary", boundary.value, "--axis", "0", "--json", "-")
    value = from_json(out, EffectiveConductivity)
    assert (code, value.boundary, value.value) == (0, boundary, pytest.approx(tensor.through_thickness, rel=1e-9))


def test_zeros_are_explained(command, image, tmp_path):
    """A uniform flux enters no insulator, and a linear potential drives a current between any two contacts."""
    pore = [*image, "--conductivity", "pore=1"]
    code, _, err = command("tensor", *pore, "--boundary", "uniform-flux", "--json", "t.json")
    assert code == 3
    assert "passes no uniform flux along axis 0 (x)" in err
    assert not from_json((tmp_path / "t.json").read_text(), EffectiveTensor).matrix.any()
    code, _, err = command("tensor", *pore, "--boundary", "uniform-flux", "--axis", "0")
    assert code == 3
    assert "Take another boundary condition" in err
    code, out, err = command("tensor", *pore, "--axis", "2", "--boundary", "linear-potential", "--json", "-")
    assert code == 0
    assert 0 < from_json(out, EffectiveConductivity).value < 2 / 3
    command("tensor", *pore, "--boundary", "uniform-flux", "--json", "t.json", "--force")
    code, _, err = command("simulate", "chen2020", "--c-rate", "1", "--transport", "positive=t.json")
    assert code == 3
    assert "passes no uniform flux" in err


def test_chain_from_tensor_to_discharge(command, image, tmp_path):
    """The JSON of a tensor is what simulate takes; PyBaMM evaluates the same B."""
    command("tensor", *image, "--conductivity", "pore=1", "--json", "t.json")
    options = ["--set", "positive.porosity=0.32", "--set", "positive.active_fraction=0.6"]
    code, _, err = command("simulate", "chen2020", "--c-rate", "1", *options, "--transport", "positive=t.json")
    assert code == 2  # 2/3 is above a porosity of 0.32
    assert "0.32" in err
    labels = np.zeros((8, 10, 12), dtype=np.uint8)
    labels[:, :, 2:] = 1
    tifffile.imwrite(tmp_path / "thin.tif", labels)
    command("tensor", "thin.tif", *image[1:], "--conductivity", "pore=1", "--json", "thin.json")
    code, out, _ = command(
        "simulate", "chen2020", "--c-rate", "0.5", *options, "--transport", "positive=thin.json", "--json", "-",
        "--csv", "run.csv", "--report", "run.html",
    )  # fmt: skip
    assert code == 0
    run = from_json(out, CellRun)
    assert run.transport_efficiency["positive electrolyte"] == pytest.approx(1 / 6, rel=1e-12)
    assert (tmp_path / "run.csv").read_text().startswith("protocol,time_s,current_A,voltage_V")
    assert "</html>" in (tmp_path / "run.html").read_text()


def test_tensors_that_are_no_electrolyte_are_refused(command, image):
    """An electronic tensor, or one whose pores have not 1, is no transport efficiency of the electrolyte."""
    for k in ("active=100", "pore=1e-3"):
        command("tensor", *image, "--conductivity", k, "--json", "t.json", "--force")
        code, _, err = command("simulate", "chen2020", "--c-rate", "1", "--transport", "positive=t.json")
        assert code == 2
        assert "pores have 1" in err


def test_nothing_percolates_at_all(command, tmp_path):
    """A tensor of zeros is written and shown, and the exit code says what it is."""
    labels = np.zeros((9, 9, 9), dtype=np.uint8)
    labels[4, 4, 4] = 1
    tifffile.imwrite(tmp_path / "island.tif", labels)
    names = ["--voxel-size", "1um", "--phase", "a=0", "--phase", "island=1", "--conductivity", "island=1"]
    code, _, err = command("tensor", "island.tif", *names, "--json", "t.json")
    assert code == 3
    assert "every entry is exactly 0" in err
    assert not from_json((tmp_path / "t.json").read_text(), EffectiveTensor).matrix.any()


def test_outputs_never_replace_inputs(command, image, tmp_path):
    """Even with --force the image stays; two outputs of one name are refused before anything is solved."""
    before = (tmp_path / "layers.tif").read_bytes()
    assert command("tensor", *image, "--conductivity", "pore=1", "--json", "layers.tif", "--force")[0] == 2
    assert command("tensor", *image, "--conductivity", "pore=1", "--json", "x", "--report", "x")[0] == 2
    assert (tmp_path / "layers.tif").read_bytes() == before
    assert not (tmp_path / "x").exists()
    command("tensor", *image, "--conductivity", "pore=1", "--json", "t.json")
    tensor = (tmp_path / "t.json").read_bytes()
    options = ["--transport", "positive=t.json", "--json", "t.json", "--force"]
    assert command("simulate", "chen2020", "--c-rate", "1", *options)[0] == 2
    assert (tmp_path / "t.json").read_bytes() == tensor


def test_options_of_pybamm_pass_through(command):
    """Heat warms the cell; an option's further values are asked for by name and then taken."""
    code, out, _ = command("simulate", "chen2020", "--c-rate", "2", "--option", "thermal=lumped", "--json", "-")
    run = from_json(out, CellRun)
    assert (code, run.options_text) == (0, "thermal: lumped")
    assert run.temperature_K[-1] > run.temperature_K[0] + 10
    surface = ["simulate", "chen2020", "--c-rate", "1", "--option", "surface form=differential"]
    code, _, err = command(*surface)
    name = "{} electrode double-layer capacity [F.m-2]"
    assert code == 2
    assert name.format("Negative") in err
    values = [text for side in ("Negative", "Positive") for text in ("--extra-value", f"{name.format(side)}=0.2")]
    code, out, _ = command(*surface, *values)
    assert code == 0
    assert "surface form: differential" in out


def test_drive_cycle(command, tmp_path):
    """A table of time and current is run; decimal commas are refused instead of becoming an index."""
    (tmp_path / "cycle.csv").write_text("time_s,current_A\n0,0\n10,5\n20,2\n30,0\n")
    code, out, _ = command("simulate", "chen2020", "--drive-cycle", "cycle.csv", "--json", "-")
    assert code == 0
    assert from_json(out, CellRun).duration_s == pytest.approx(30)
    (tmp_path / "cycle.csv").write_text("time_s,current_A\n0,0,0,5\n10,0,1,5\n20,0,2,5\n")
    code, _, err = command("simulate", "chen2020", "--drive-cycle", "cycle.csv")
    assert code == 2
    assert "decimal commas" in err


def test_design_says_when_points_fail(command):
    """All failed is an error with the first reason; with some failed the table is shown and the rest counted."""
    options = ["--c-rate", "1", "--workers", "1"]
    code, _, err = command("design", "chen2020", "--vary", "positive.thickness_m=50,60", *options)
    assert code == 2
    assert "2 of 2 points failed" in err
    code, out, err = command("design", "marquis2019", "--vary", "positive.porosity=0.3,0.9", *options)
    assert code == 0
    assert "failed" in out
    assert "recipe-fixed" in err


def test_design(command, tmp_path):
    """A sweep prints one row per point and writes the table."""
    code, out, _ = command(
        "design", "marquis2019", "--vary", "positive.thickness_m=80e-6,100e-6", "--c-rate", "1", "--workers", "1",
        "--csv", "table.csv", "--journal", "journal.jsonl",
    )  # fmt: skip
    assert code == 0
    assert out.count("done") == 2
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 3


@pytest.fixture
def record(tmp_path):
    """A discharge that chen2020 itself makes, with a rest before."""
    from electrode_homog.p2d import ConstantCurrent, Mesh, simulate
    from electrode_homog.parameters import load_parameter_set

    cell = load_parameter_set("chen2020").with_value("cell.contact_resistance_Ohm", 0.01)
    run = simulate(cell, ConstantCurrent(1.0), mesh=Mesh(10, 5, 10))
    lines = ["time_s,current_A,voltage_V", "0,0,4.18"]
    lines += [f"{t + 1:.6f},{i:.6f},{v:.6f}" for t, i, v in zip(run.time_s, run.current_A, run.voltage_V, strict=True)]
    (tmp_path / "cell.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.usefixtures("record")
def test_fit(command, tmp_path):
    """A resistance is found from a record, and the fitted set can be saved and simulated."""
    code, _, _ = command(
        "fit", "chen2020", "cell.csv", "--current-sign", "discharge-positive",
        "--vary", "cell.contact_resistance_Ohm=0:0.05", "--save", "fitted.toml",
    )  # fmt: skip
    assert code == 0
    from electrode_homog.parameters import load_parameter_set

    fitted = load_parameter_set(tmp_path / "fitted.toml")
    assert fitted.cell.contact_resistance_Ohm == pytest.approx(0.01, abs=5e-4)
    code, _, err = command(
        "fit", "chen2020", "cell.csv", "--current-sign", "charge-positive",
        "--vary", "cell.contact_resistance_Ohm=0:0.05",
    )  # fmt: skip
    assert code == 2
    assert "charge" in err


def test_demo_in_an_empty_folder(command, tmp_path):
    """The demonstration needs no input, prints where its report is, and refuses to overwrite it."""
    code, out, _ = command("demo", "--size", "24", "--out", "here")
    assert code == 0
    assert out.splitlines()[-1] == "here/report.html"
    assert (tmp_path / "here" / "report.html").stat().st_size > 20_000
    assert command("demo", "--size", "24", "--out", "here")[0] == 2
    assert command("demo", "--size", "24", "--out", "here", "--force")[0] == 0


def test_doctor(command):
    """The doctor says that both solvers work, and writes JSON."""
    code, out, _ = command("doctor", "--json", "-")
    found = json.loads(out)
    assert (code, found["cell_problem"], found["p2d_model"]) == (0, "works", "works")
    assert found["largest_cube_voxels"] > 10


BLOCKED = ["--through-axis", "2", "--axis", "0", "--conductivity", "pore=1"]


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (2, ["describe", "none.tif", "--phase", "a=0"], "none.tif"),
        (2, ["describe", "LAYERS", "--phase", "pore=0"], r"labels \[1\]"),
        (2, ["describe", "LAYERS", "--phase", "pore=0", "--phase", "active=1", "--phase", "binder=2"], "not in"),
        (2, ["describe", "LAYERS", "--phase", "pore"], "NAME=LABEL"),
        (2, ["describe", "LAYERS", "--phase", "pore=zero"], "whole numbers"),
        (2, ["describe", "LAYERS", "--phase", "pore=0", "--phase", "pore=1"], "twice"),
        (2, ["tensor", "SIZE", "0nm", "PHASES", "--conductivity", "pore=1"], "0"),
        (2, ["tensor", "SIZE", "-398nm", "PHASES", "--conductivity", "pore=1"], "398"),
        (2, ["tensor", "SIZE", "398", "PHASES", "--conductivity", "pore=1"], "unit"),
        (2, ["tensor", "SIZE", "0.398m", "PHASES", "--conductivity", "pore=1"], "0.398"),
        (2, ["tensor", "SIZE", "1nm,2nm", "PHASES", "--conductivity", "pore=1"], "three"),
        (2, ["tensor", "SIZE", "398nm", "PHASES", "--conductivity", "por=1"], "'por'"),
        (2, ["tensor", "SIZE", "398nm", "PHASES", "--conductivity", "pore=x"], "not a number"),
        (2, ["tensor", "SIZE", "398nm", "PHASES", "--conductivity", "pore=1", "--boundary", "open"], "periodic"),
        (2, ["tensor", "SIZE", "398nm", "PHASES", "--conductivity", "pore=1", "--tolerance", "2"], "tolerance"),
        (2, ["tensor", "SIZE", "398nm", "PHASES", "--conductivity", "pore=1", "--through-axis", "3"], "axis"),
        (3, ["tensor", "SIZE", "398nm", "PHASES", *BLOCKED], "does not connect"),
        (2, ["simulate", "chen2021", "--c-rate", "1"], "chen2020"),
        (2, ["simulate", "chen2020"], "--c-rate"),
        (2, ["simulate", "chen2020", "--c-rate", "1", "--set", "positive.porosty=0.3"], "porosity"),
        (2, ["simulate", "chen2020", "--c-rate", "1", "--set", "positive.porosity=0.5"], "porosity"),
        (2, ["simulate", "chen2020", "--c-rate", "1", "--set", "positive.thickness_m=75"], "75"),
        (2, ["simulate", "chen2020", "--c-rate", "1", "--transport", "positive=none.json"], "none.json"),
        (2, ["simulate", "chen2020", "--c-rate", "1", "--drive-cycle", "none.csv"], "none.csv"),
        (2, ["design", "chen2020", "--vary", "positive.porosity=0.2:0.3", "--c-rate", "1"], "FIRST:LAST:COUNT"),
        (2, ["fit", "chen2020", "none.csv", "--current-sign", "discharge-positive", "--vary", "a=0:1"], "none.csv"),
        (2, ["run", "none.toml"], "none.toml"),
    ],
)
def test_exit_codes_and_messages(command, image, code, arguments, words):
    """Bad input ends with 2, what does not percolate with 3; one block on stderr says what and where."""
    flat: list[str] = []
    for argument in arguments:
        match argument:
            case "LAYERS":
                flat += image[:3]
            case "SIZE":
                flat += [image[0], "--voxel-size"]
            case "PHASES":
                flat += image[3:]
            case _:
                flat.append(argument)
    found, out, err = command(*flat)
    assert found == code, err
    import re

    assert re.search(words, err), err
    assert "Error" not in err.split("\n")[0]
    assert out == ""


def test_not_converged_ends_with_4(command, tmp_path):
    """Too few iterations end with 4 and say what was reached."""
    labels = (np.random.default_rng(0).random((24, 24, 24)) < 0.5).astype(np.uint8)
    np.save(tmp_path / "noise.npy", labels)
    code, out, err = command(
        "tensor", "noise.npy", "--voxel-size", "1um", "--phase", "a=0", "--phase", "b=1", "--conductivity", "a=1",
        "--tolerance", "1e-9", "--max-iterations", "1",
    )  # fmt: skip
    assert (code, out) == (4, "")
    assert "relative error" in err


class Terminal(io.StringIO):
    """What is printed to a terminal."""

    def isatty(self):
        return True


def test_a_terminal_sees_a_bar(monkeypatch):
    """On a terminal each axis has a bar that fills as the error falls; elsewhere there is nothing to watch."""
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with console.progress() as steps:
        steps.tell("a step")
        assert steps.watch is not None
        for iterations, error in enumerate([1.0, 0.1, float("nan"), 0.01, 4e-4], start=1):
            steps.watch(Progress(1, iterations, error, 1e-3))
        for _ in range(50):  # it is drawn a few times a second
            if "along y" in terminal.getvalue():
                break
            time.sleep(0.1)
    shown = terminal.getvalue()
    assert "a step" in shown
    assert "━" in shown
    assert "along y" in shown
    assert "5 iterations, relative error 4e-04" in shown
    elsewhere = io.StringIO()
    monkeypatch.setattr(sys, "stderr", elsewhere)
    with console.progress() as steps:
        steps.tell("a step")
        assert steps.watch is None
    assert elsewhere.getvalue() == "a step\n"


@pytest.mark.parametrize(
    ("first", "now", "share"),
    [(1, 1, 0), (1, 0.1, 1 / 3), (1, 1e-3, 1), (1, 1e-9, 1), (0.1, 1, 0), (1, np.nan, 0), (np.inf, 1, 0), (0, 0, 1)],
)
def test_share_done(first, now, share):
    """The bar follows the logarithm of the error, from 0 to 1 whatever the solver says."""
    assert console.share_done(first, now, 1e-3) == pytest.approx(share)


@pytest.fixture
def noise(tmp_path):
    """A random half of the voxels conducts: options of a tensor of it, to 1e-12."""

    def make(edge: int) -> list[str]:
        labels = (np.random.default_rng(0).random((edge, edge, edge)) < 0.5).astype(np.uint8)
        np.save(tmp_path / "noise.npy", labels)
        names = ["--voxel-size", "1um", "--phase", "a=0", "--phase", "b=1", "--conductivity", "a=1"]
        return ["tensor", "noise.npy", *names, "--tolerance", "1e-12", "--json", "t.json"]

    return make


def test_an_interrupted_iteration_ends_with_130(command, noise, monkeypatch, tmp_path):
    """Ctrl-C while a tensor is solved: one line, no file, exit code 130."""

    @contextlib.contextmanager
    def interrupting():
        yield console.Steps(console.note, lambda now: signal.raise_signal(signal.SIGINT))

    monkeypatch.setattr(image_verbs, "progress", interrupting)
    code, out, err = command(*noise(24))
    assert (code, out) == (130, "")
    assert err.strip().splitlines()[-1].startswith("electrode-homog: interrupted;")
    assert len(err.strip().splitlines()) <= 4  # with the forecast, a blank line after ^C, and perhaps a compilation
    assert [path.name for path in tmp_path.iterdir()] == ["noise.npy"]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_a_process_gives_way_to_an_interrupt(noise, tmp_path):
    """A signal from outside stops compiled loops in the midst of the iteration, within seconds."""
    code = (
        "import contextlib, sys; from electrode_homog.cli import console, image_verbs, main; "
        "steps = console.Steps(console.note, lambda now: print('iterates', file=sys.stderr, flush=True)); "
        "image_verbs.progress = lambda: contextlib.nullcontext(steps); main()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, *noise(100)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stderr is not None
        for line in run.stderr:
            if line == "iterates\n":
                break
        begun = time.monotonic()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        waited = time.monotonic() - begun
    assert (run.returncode, out) == (130, ""), err
    assert "Traceback" not in err
    assert err.strip().splitlines()[-1].startswith("electrode-homog: interrupted;")
    assert not (tmp_path / "t.json").exists()
    assert waited < 10  # a fraction of a second; the machine may be busy


def test_unwritable_result_ends_with_5(command, image):
    """A result that cannot be written names its path."""
    code, _, err = command("describe", *image, "--json", "no/such/folder/out.json")
    assert code == 5
    assert "no/such/folder" in err


def test_names_from_files_do_not_steer_the_terminal(command):
    """Control characters in a file name are not sent to the terminal."""
    _, _, err = command("describe", "evil\x1b[2J.tif", "--phase", "a=0")
    assert "\x1b" not in err


def test_module_runs_as_a_program():
    """The installed command answers in a process of its own."""
    code = "import sys; sys.argv = ['electrode-homog', '--version']; from electrode_homog.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "0.1.0\n")
