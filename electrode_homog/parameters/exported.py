"""What was written for another program, and what its format could not hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exported:
    """`losses` names, one per entry, what of the set the format cannot hold or only approximately."""

    path: str
    format: str
    losses: tuple[str, ...] = ()
