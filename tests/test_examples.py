"""Each example runs and finds what it says."""

import importlib.util
from pathlib import Path

import pytest

from electrode_homog.workflow import read_study

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_example_finds_what_it_says(path):
    """`main()` returns the values of EXPECTED within the example's own TOLERANCE."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.main()
    assert found == pytest.approx(module.EXPECTED, rel=module.TOLERANCE)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_study_file_is_understood(path):
    """The study files that we show can be read."""
    assert read_study(path).tensors
