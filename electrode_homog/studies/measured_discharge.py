"""One measured constant-current discharge as what a simulated one is compared with.

Both are voltages over the charge taken out: the currents are equal, so charge is time, and points that are equally
spaced in charge weigh a record alike whether it was logged every second or on events.
"""

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.p2d import CellRun, ConstantCurrent
from electrode_homog.parameters import CellParameters
from electrode_homog.studies.cycling_data import CyclingData

POINTS = 100  # 1 % of the charge apart, which resolves the steps of graphite
_CONSTANT = 0.02  # of the median; as in CyclingData.first_discharge
_FALL_V = 2.0  # by which a missing whole discharge counts as below the cut-off; about its whole voltage range
_CHARGE_RANGE = (0.05, 3.0)  # of the nominal capacity: outside, a unit (mA, h) is the likelier reason


class MeasuredDischarge:
    """`charge_Ah` and `voltage_V` (POINTS,) of `data`, and the `protocol` that repeats it on a model.

    Ends where the measured voltage falls below the cut-off of the cell. Raises InputError where `data` is not one
    discharge at constant current that starts at time 0, OutOfRangeError where its charge does not suit the cell.
    """

    def __init__(self, data: CyclingData, cell: CellParameters):
        self.current_A = float(np.median(data.current_A))
        self.cutoff_V = cell.cell.lower_voltage_V
        _check(data, self.current_A, cell.cell.nominal_capacity_Ah)
        above = data.voltage_V >= self.cutoff_V
        rows = slice(0, above.size if above.all() else int(np.argmin(above)))
        if data.time_s[rows].size < 10:
            raise InputError(
                f"{data.source} has {data.time_s[rows].size} rows above {self.cutoff_V:g} V; 10 are needed"
            )
        charge_Ah = data.discharged_Ah + self.current_A * data.time_s[0] / 3600
        self.charge_Ah = np.linspace(charge_Ah[rows][0], charge_Ah[rows][-1], POINTS)
        self.voltage_V = np.interp(self.charge_Ah, charge_Ah, data.voltage_V)

    @property
    def protocol(self) -> ConstantCurrent:
        """To the cut-off of the cell."""
        return ConstantCurrent(current_A=self.current_A)

    def residuals_V(self, run: CellRun) -> np.ndarray:
        """(POINTS,) simulated minus measured voltage.

        Where the simulation ends early its voltage goes on falling from the cut-off: what is missing counts,
        finitely, and the residual stays a continuous function of the parameters. Held at the cut-off, one start in
        twelve of a fit to synthetic data ended in a false minimum.
        """
        from scipy.interpolate import PchipInterpolator  # linear would add 0.4 mV that jumps with the solver's steps

        simulated = PchipInterpolator(run.discharge_capacity_Ah, run.voltage_V, extrapolate=False)(self.charge_Ah)
        missing = (self.charge_Ah - run.discharge_capacity_Ah[-1]) / self.charge_Ah[-1]
        beyond = self.cutoff_V - _FALL_V * missing
        return np.where(np.isnan(simulated), beyond, simulated) - self.voltage_V


def _check(data: CyclingData, current_A: float, nominal_Ah: float) -> None:
    duration_s = data.time_s[-1]
    constant = np.abs(data.current_A - current_A) <= _CONSTANT * abs(current_A)
    if not (current_A > 0 and constant.mean() >= 0.99 and 0 <= data.time_s[0] <= 0.01 * duration_s):
        raise InputError(
            f"{data.source} is not one discharge at constant current from time 0 (median {current_A:g} A, "
            f"{constant.mean():.0%} of rows within {_CONSTANT:.0%}, from {data.time_s[0]:g} s); "
            "give data.first_discharge()"
        )
    share = current_A * duration_s / 3600 / nominal_Ah
    if not _CHARGE_RANGE[0] <= share <= _CHARGE_RANGE[1]:
        raise OutOfRangeError(
            f"{data.source} takes out {share:.3g} of the nominal capacity {nominal_Ah:g} Ah; "
            f"{_CHARGE_RANGE[0]:g} to {_CHARGE_RANGE[1]:g} is expected: current in mA, time in h, or another cell?"
        )
