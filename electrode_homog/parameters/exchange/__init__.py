"""Parameter sets in the formats of others: read with suspicion, written with a list of what is lost."""

from electrode_homog.parameters.exchange.battinfo_writing import write_battinfo
from electrode_homog.parameters.exchange.bpx_reading import read_bpx
from electrode_homog.parameters.exchange.bpx_writing import write_bpx

__all__ = ["read_bpx", "write_battinfo", "write_bpx"]
