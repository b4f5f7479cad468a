"""Where the real electrodes and records are; nothing of them is part of this project."""

import os
from pathlib import Path


def shared_folder() -> Path:
    """The folder of $ELECTRODE_HOMOG_DATA, or `shared/data` beside the project; FileNotFoundError without it."""
    folder = Path(os.environ.get("ELECTRODE_HOMOG_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        raise FileNotFoundError(f"no real data in {folder}; set ELECTRODE_HOMOG_DATA")
    return folder
