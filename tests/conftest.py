"""Where the tests find real data."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real electrodes and cycling data, or a skip that says what is missing."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("ELECTRODE_HOMOG_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"real data not found in {folder}; set ELECTRODE_HOMOG_DATA to its folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory):
    """What is kept for the user between runs goes into a temporary folder, of child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
