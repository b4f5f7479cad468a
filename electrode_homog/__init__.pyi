"""The public names, for type checkers; a test keeps it equal to the table in `__init__.py`."""

from electrode_homog.errors import (
    ElectrodeHomogError as ElectrodeHomogError,
    InputError as InputError,
    NotConvergedError as NotConvergedError,
    NotPercolatingError as NotPercolatingError,
    OutOfRangeError as OutOfRangeError,
)
from electrode_homog.homogenization import (
    Boundary as Boundary,
    EffectiveConductivity as EffectiveConductivity,
    EffectiveTensor as EffectiveTensor,
    SubvolumeValues as SubvolumeValues,
    effective_conductivity as effective_conductivity,
    effective_tensor as effective_tensor,
    forecast as forecast,
    hashin_shtrikman_bounds as hashin_shtrikman_bounds,
    reuss_bound as reuss_bound,
    subvolume_values as subvolume_values,
    voigt_bound as voigt_bound,
)
from electrode_homog.images import (
    ELECTRODE_PHASES as ELECTRODE_PHASES,
    VoxelImage as VoxelImage,
    generate_electrode as generate_electrode,
    read_image as read_image,
)
from electrode_homog.microstructure import (
    Description as Description,
    Microstructure as Microstructure,
    describe as describe,
)
from electrode_homog.p2d import (
    CCCV as CCCV,
    CellRun as CellRun,
    ConstantCurrent as ConstantCurrent,
    ConstantVoltage as ConstantVoltage,
    DriveCycle as DriveCycle,
    Mesh as Mesh,
    Rest as Rest,
    simulate as simulate,
    to_pybamm as to_pybamm,
)
from electrode_homog.parameters import (
    CellParameters as CellParameters,
    Expression as Expression,
    load_parameter_set as load_parameter_set,
    parameter_set_names as parameter_set_names,
    save_parameter_set as save_parameter_set,
)
from electrode_homog.particles import (
    Sphere as Sphere,
)
from electrode_homog.provenance import (
    from_json as from_json,
    to_json as to_json,
)
from electrode_homog.report import (
    Named as Named,
    write_report as write_report,
)
from electrode_homog.studies import (
    CellFit as CellFit,
    CurrentSign as CurrentSign,
    CyclingData as CyclingData,
    DesignTable as DesignTable,
    PorosityRule as PorosityRule,
    RepeatedTimes as RepeatedTimes,
    design as design,
    fit as fit,
    read_cycling_data as read_cycling_data,
)
from electrode_homog.transport_law import (
    BruggemanLaw as BruggemanLaw,
    FixedEfficiency as FixedEfficiency,
    TortuosityFactor as TortuosityFactor,
    bruggeman_exponent as bruggeman_exponent,
    fit_bruggeman as fit_bruggeman,
    tortuosity_factor as tortuosity_factor,
)

__version__: str
