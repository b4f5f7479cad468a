"""What the verb `export` answers in JSON. Imported late: it loads the schema of a cell."""

from dataclasses import dataclass

from electrode_homog.parameters import Exported


@dataclass(frozen=True)
class Exports:
    """All that one command wrote of a cell; each names what its format could not hold."""

    cell_name: str
    written: tuple[Exported, ...]
