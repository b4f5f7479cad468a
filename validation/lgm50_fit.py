"""Three entries of Chen2020 fitted to a measured LG M50 discharge at C/2.

Data: LG M50, 25 degC, C/2 (published with PyBOP, origin Simscape Battery Library, MIT). Cells of this batch differ by 3
to 9 mV at C/2, and the record warms by 4.7 K, so that an isothermal fit cannot be expected to go below.
"""

from outcome import Outcome, at_most
from shared_files import shared_folder

import electrode_homog as eh

VARY = {
    "negative.initial_concentration_mol_m3": (27000.0, 31000.0),
    "positive.initial_concentration_mol_m3": (15000.0, 20000.0),
    "positive.diffusivity_m2_s": (1e-16, 1e-13),
}


def outcomes() -> list[Outcome]:
    path = shared_folder() / "cycling" / "lgm50" / "rate_25degC_0.5C.csv"
    record = eh.read_cycling_data(
        path, current_sign=eh.CurrentSign.DISCHARGE_POSITIVE, repeated_times=eh.RepeatedTimes.KEEP_LAST
    ).first_discharge()
    fit = eh.fit(eh.load_parameter_set("chen2020"), record, vary=VARY)
    values = ", ".join(f"{path} {value:.5g} +- {fit.standard_errors[path]:.1g}" for path, value in fit.values.items())
    return [
        at_most(
            f"rms of the fit (before: {1e3 * fit.initial_rms_V:.1f} mV), {fit.solves} solves",
            "LG M50 record, C/2",
            1e3 * fit.rms_V,
            20.0,
            "mV",
        ),
        Outcome("fitted values", "-", "inside their bounds", values, not fit.at_bound),
    ]
