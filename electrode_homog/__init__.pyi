"""The public names, for type checkers; a test keeps it equal to the table in `__init__.py`."""

from electrode_homog.errors import (
    ElectrodeHomogError as ElectrodeHomogError,
)
from electrode_homog.errors import (
    InputError as InputError,
)
from electrode_homog.errors import (
    NotConvergedError as NotConvergedError,
)
from electrode_homog.errors import (
    NotPercolatingError as NotPercolatingError,
)
from electrode_homog.errors import (
    OutOfRangeError as OutOfRangeError,
)
from electrode_homog.homogenization import (
    Boundary as Boundary,
)
from electrode_homog.homogenization import (
    Corrector as Corrector,
)
from electrode_homog.homogenization import (
    EffectiveConductivity as EffectiveConductivity,
)
from electrode_homog.homogenization import (
    EffectiveTensor as EffectiveTensor,
)
from electrode_homog.homogenization import (
    Progress as Progress,
)
from electrode_homog.homogenization import (
    SubvolumeValues as SubvolumeValues,
)
from electrode_homog.homogenization import (
    corrector as corrector,
)
from electrode_homog.homogenization import (
    effective_conductivity as effective_conductivity,
)
from electrode_homog.homogenization import (
    effective_tensor as effective_tensor,
)
from electrode_homog.homogenization import (
    forecast as forecast,
)
from electrode_homog.homogenization import (
    hashin_shtrikman_bounds as hashin_shtrikman_bounds,
)
from electrode_homog.homogenization import (
    reuss_bound as reuss_bound,
)
from electrode_homog.homogenization import (
    subvolume_values as subvolume_values,
)
from electrode_homog.homogenization import (
    voigt_bound as voigt_bound,
)
from electrode_homog.images import (
    ELECTRODE_PHASES as ELECTRODE_PHASES,
)
from electrode_homog.images import (
    VoxelImage as VoxelImage,
)
from electrode_homog.images import (
    generate_electrode as generate_electrode,
)
from electrode_homog.images import (
    read_image as read_image,
)
from electrode_homog.microstructure import (
    Description as Description,
)
from electrode_homog.microstructure import (
    Microstructure as Microstructure,
)
from electrode_homog.microstructure import (
    describe as describe,
)
from electrode_homog.p2d import (
    CCCV as CCCV,
)
from electrode_homog.p2d import (
    CellRun as CellRun,
)
from electrode_homog.p2d import (
    ConstantCurrent as ConstantCurrent,
)
from electrode_homog.p2d import (
    ConstantVoltage as ConstantVoltage,
)
from electrode_homog.p2d import (
    DriveCycle as DriveCycle,
)
from electrode_homog.p2d import (
    Mesh as Mesh,
)
from electrode_homog.p2d import (
    Rest as Rest,
)
from electrode_homog.p2d import (
    simulate as simulate,
)
from electrode_homog.p2d import (
    to_pybamm as to_pybamm,
)
from electrode_homog.parameters import (
    CellParameters as CellParameters,
)
from electrode_homog.parameters import (
    Expression as Expression,
)
from electrode_homog.parameters import (
    load_parameter_set as load_parameter_set,
)
from electrode_homog.parameters import (
    parameter_set_names as parameter_set_names,
)
from electrode_homog.parameters import (
    save_parameter_set as save_parameter_set,
)
from electrode_homog.particles import (
    Sphere as Sphere,
)
from electrode_homog.provenance import (
    from_json as from_json,
)
from electrode_homog.provenance import (
    to_json as to_json,
)
from electrode_homog.report import (
    Named as Named,
)
from electrode_homog.report import (
    write_report as write_report,
)
from electrode_homog.studies import (
    CellFit as CellFit,
)
from electrode_homog.studies import (
    CurrentSign as CurrentSign,
)
from electrode_homog.studies import (
    CyclingData as CyclingData,
)
from electrode_homog.studies import (
    DesignTable as DesignTable,
)
from electrode_homog.studies import (
    PorosityRule as PorosityRule,
)
from electrode_homog.studies import (
    RepeatedTimes as RepeatedTimes,
)
from electrode_homog.studies import (
    design as design,
)
from electrode_homog.studies import (
    fit as fit,
)
from electrode_homog.studies import (
    read_cycling_data as read_cycling_data,
)
from electrode_homog.studies import (
    read_drive_cycle as read_drive_cycle,
)
from electrode_homog.transport_law import (
    BruggemanLaw as BruggemanLaw,
)
from electrode_homog.transport_law import (
    FixedEfficiency as FixedEfficiency,
)
from electrode_homog.transport_law import (
    TortuosityFactor as TortuosityFactor,
)
from electrode_homog.transport_law import (
    bruggeman_exponent as bruggeman_exponent,
)
from electrode_homog.transport_law import (
    fit_bruggeman as fit_bruggeman,
)
from electrode_homog.transport_law import (
    tortuosity_factor as tortuosity_factor,
)

__version__: str
