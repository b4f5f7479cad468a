"""The terms of BattINFO that a parameter set is written with, and what each of our values is called there.

Names and IRIs are those of the JSON-LD context of the battery domain of EMMO, which BattINFO is made of
(https://w3id.org/emmo/domain/battery/context, version 0.18.7 as kept in the repository BIG-MAP/BattINFO). The terms of
the P2D model, such as NegativeElectrodeCoatingThickness, are those that its `bpxKey` annotations name; the misspelt
InititalThermodynamicTemperature is how that context spells it. Units are those of EMMO itself. Nothing here is of our
own making: a value that the ontology has no term for is written without one.
"""

CONTEXT = "https://w3id.org/emmo/domain/battery/context"

_EMMO = "https://w3id.org/emmo#"
_ELECTROCHEMISTRY = "https://w3id.org/emmo/domain/electrochemistry#electrochemistry_"
_BATTERY = "https://w3id.org/emmo/domain/battery#battery_"

PREFIXES = {
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

RELATIONS = {  # from one node to another
    "hasActiveMaterial": f"{_ELECTROCHEMISTRY}860aa941_5ff9_4452_8a16_7856fad07bee",
    "hasCoating": f"{_ELECTROCHEMISTRY}4df9926d_d4f2_4955_93f3_a03c5edc5383",
    "hasCurrentCollector": f"{_ELECTROCHEMISTRY}cc8c2c5d_cf3d_444d_a7e8_44ec4c06a88e",
    "hasElectrolyte": f"{_ELECTROCHEMISTRY}3bd08946_4e81_455d_9fca_dc7a5ead9315",
    "hasMeasurementUnit": f"{_EMMO}EMMO_bed1d005_b04e_4a90_94cf_02bc678a8569",
    "hasMetrologicalUncertainty": f"{_EMMO}EMMO_662c64e7_fc72_49b3_a161_f50fd42deafa",
    "hasNegativeElectrode": f"{_ELECTROCHEMISTRY}5d299271_3f68_494f_ab96_3db9acdd3138",
    "hasNumericalPart": f"{_EMMO}EMMO_8ef3cd6d_ae58_4a8d_9fc0_ad8f49015cd0",
    "hasPart": f"{_EMMO}EMMO_17e27c22_37e1_468c_9dd7_95e137f73e7f",
    "hasPositiveElectrode": f"{_ELECTROCHEMISTRY}8e9cf965_9f92_46e8_b678_b50410ce3616",
    "hasProperty": f"{_EMMO}EMMO_e1097637_70d2_4895_973f_2396f04fa204",
    "hasSeparator": f"{_ELECTROCHEMISTRY}9317be62_e602_4343_a72d_02c87201b9f6",
    "hasVariable": f"{_EMMO}EMMO_3446e167_c576_49d6_846c_215bb8878a55",
}

VALUES = {  # from a node to a number or a text
    "hasNumberValue": f"{_EMMO}EMMO_faf79f53_749d_40b2_807c_d34244c192f4",
    "hasStringValue": f"{_EMMO}EMMO_02face50_43a1_40ce_a909_dfe54d5e186b",
}

CLASSES = {
    "ActiveMaterial": f"{_ELECTROCHEMISTRY}79d1b273_58cd_4be6_a250_434817f7c261",
    "BatteryCell": f"{_BATTERY}68ed592a_7924_45d0_a108_94d6275d57f0",
    "Coating": f"{_ELECTROCHEMISTRY}09a7f560_9ddf_4c32_b067_b213eca5b0a1",
    "ConventionalProperty": f"{_EMMO}EMMO_d8aa8e1f_b650_416d_88a0_5118de945456",
    "CurrentCollector": f"{_ELECTROCHEMISTRY}212af058_3bbb_419f_a9c6_90ba9ebb3706",
    "Electrolyte": f"{_ELECTROCHEMISTRY}fb0d9eef_92af_4628_8814_e065ca255d59",
    "Expression": f"{_EMMO}EMMO_f9bc8b52_85e9_4b53_b969_dd7724d5b8e4",
    "MetrologicalUncertainty": f"{_EMMO}EMMO_847724b7_acef_490e_9f0d_67da967f2812",
    "NegativeElectrode": f"{_ELECTROCHEMISTRY}c94c041b_8ea6_43e7_85cc_d2bce7785b4c",
    "PositiveElectrode": f"{_ELECTROCHEMISTRY}aff732a9_238a_4734_977c_b2ba202af126",
    "RealData": f"{_EMMO}EMMO_18d180e4_5e3e_42f7_820c_e08951223486",
    "Separator": f"{_ELECTROCHEMISTRY}331e6cca_f260_4bf8_af55_35304fe1bbe0",
    "Variable": f"{_EMMO}EMMO_1eed0732_e3f1_4b2c_a9c4_b4e75eeb5895",
    "VectorData": f"{_EMMO}EMMO_d95ff9c8_e43f_4701_a761_f2ed601eb61d",
}

QUANTITIES = {
    "ActivationEnergyOfGuestDiffusivityInNegativeElectrodeActiveMaterial":
        f"{_ELECTROCHEMISTRY}86af4487_33c1_4562_a00b_3a8252ffe378",
    "ActivationEnergyOfGuestDiffusivityInPositiveElectrodeActiveMaterial":
        f"{_ELECTROCHEMISTRY}4d69edda_d2fa_40b0_9c1e_52e08debf578",
    "AmbientThermodynamicTemperature": f"{_ELECTROCHEMISTRY}39a44af0_0e1a_4859_b550_bdabad64386e",
    "AmountConcentration": f"{_EMMO}EMMO_d5be1faf_0c56_4f5a_9b78_581e6dee949f",
    "BruggemanCoefficient": f"{_ELECTROCHEMISTRY}5c34b3b5_c9c4_477d_809a_3f682f995aa9",
    "ChargeCarrierDiffusivityInElectrolyte": f"{_ELECTROCHEMISTRY}4c274506_af5b_4ef1_8217_829ffd459f28",
    "ChargeCarrierTransportNumber": f"{_ELECTROCHEMISTRY}e3e78df2_d568_4ab7_8c0d_d3a2ee3ae282",
    "CoefficientOfHeatTransfer": f"{_EMMO}EMMO_43b349fc_c7ed_480d_b0ca_9db84b700813",
    "Density": f"{_EMMO}EMMO_06448f64_8db6_4304_8b2c_e785dba82044",
    "DeviceSurfaceArea": f"{_ELECTROCHEMISTRY}ccde4e5f_ace4_41d1_b4d8_cbd63e6376e6",
    "DeviceVolume": f"{_ELECTROCHEMISTRY}b4184e46_c53c_47cc_9bfc_186fd77836a5",
    "ElectronicConductivity": f"{_ELECTROCHEMISTRY}ce74d2dc_d496_4116_b2fb_3e83d88bc744",
    "ExchangeCurrentDensity": f"{_ELECTROCHEMISTRY}e9fd9ef9_adfe_46cb_b2f9_4558468a25e7",
    "GuestDiffusivityInNegativeElectrodeActiveMaterial": f"{_ELECTROCHEMISTRY}50247e71_75fe_4986_959e_fd06c6be98db",
    "GuestDiffusivityInPositiveElectrodeActiveMaterial": f"{_ELECTROCHEMISTRY}e59188bb_ce66_49f6_84aa_ecb98e76941e",
    "Height": f"{_EMMO}EMMO_08bcf1d6_e719_46c8_bb21_24bc9bf34dba",
    "InitialChargeCarrierConcentrationInElectrolyte": f"{_ELECTROCHEMISTRY}098f98dc_e015_4dbd_b358_a7ac3b3ecff3",
    "InititalThermodynamicTemperature": f"{_ELECTROCHEMISTRY}9c9b80a4_a00b_4b91_8e17_3a7831f2bf2f",
    "IonicConductivity": f"{_ELECTROCHEMISTRY}25dabdc2_68bf_4a38_8cbe_11be017358bc",
    "LowerVoltageLimit": f"{_ELECTROCHEMISTRY}534dd59c_904c_45d9_8550_ae9d2eb6bbc9",
    "NegativeElectrodeActiveMaterialMaximumGuestConcentration":
        f"{_ELECTROCHEMISTRY}e808a26a_5812_49e9_894c_b793c7fe0c38",
    "NegativeElectrodeActiveMaterialOpenCircuitVoltage": f"{_ELECTROCHEMISTRY}0e2f4fe6_570a_4d13_81e9_de1d4f9987af",
    "NegativeElectrodeActiveMaterialParticleRadius": f"{_ELECTROCHEMISTRY}bfe553c2_a63e_49b6_a209_0855dfc39724",
    "NegativeElectrodeActiveMaterialVolumetricSurfaceArea": f"{_ELECTROCHEMISTRY}c5f9b91e_a770_4e9b_837e_fa2a76019111",
    "NegativeElectrodeCoatingPorosity": f"{_ELECTROCHEMISTRY}5cb403c4_4f28_46cb_81c4_21c5c47ef14a",
    "NegativeElectrodeCoatingThickness": f"{_ELECTROCHEMISTRY}cdc91ec0_9fc5_4551_bbd9_6824c2920124",
    "NegativeElectrodeElectronicConductivity": f"{_ELECTROCHEMISTRY}be3da3e2_58a9_4e58_adc2_7336d312717c",
    "NegativeElectrodeEntropicChangeCoefficient": f"{_ELECTROCHEMISTRY}eac57b09_5cc9_41d7_b2c8_40218d7fd47c",
    "NominalCapacity": f"{_ELECTROCHEMISTRY}8abde9d0_84f6_4b4f_a87e_86028a397100",
    "NumberOfCellsConnectedInSeries": f"{_ELECTROCHEMISTRY}9d6a52ed_a53d_4327_a391_f173677a4b1d",
    "Porosity": f"{_EMMO}EMMO_3a6578ac_aee0_43b9_9bc6_1eb208c8c9a9",
    "PositiveElectrodeActiveMaterialMaximumGuestConcentration":
        f"{_ELECTROCHEMISTRY}c69a9d55_823f_4113_a305_ebc89dde7de3",
    "PositiveElectrodeActiveMaterialOpenCircuitVoltage": f"{_ELECTROCHEMISTRY}52ab4fdd_f945_4541_9ce6_cd6fd3a05861",
    "PositiveElectrodeActiveMaterialParticleRadius": f"{_ELECTROCHEMISTRY}58400817_3282_46e5_942e_3a1538631403",
    "PositiveElectrodeActiveMaterialVolumetricSurfaceArea": f"{_ELECTROCHEMISTRY}0a1e73c5_e91b_4365_88d4_1e1f476bf776",
    "PositiveElectrodeCoatingPorosity": f"{_ELECTROCHEMISTRY}7481c4c9_c247_4248_a045_a1077230acba",
    "PositiveElectrodeCoatingThickness": f"{_ELECTROCHEMISTRY}62f5beeb_6d1e_442a_8048_3ebe08882964",
    "PositiveElectrodeElectronicConductivity": f"{_ELECTROCHEMISTRY}43f77743_1af6_4a0f_9cc6_285c2a450549",
    "PositiveElectrodeEntropicChangeCoefficient": f"{_ELECTROCHEMISTRY}9d558b56_d3b8_429a_a4e2_d2ffab895e42",
    "ReferenceThermodynamicTemperature": f"{_ELECTROCHEMISTRY}db40df7e_1aa5_49a7_85cb_2aa2c1c70489",
    "SeparatorPorosity": f"{_ELECTROCHEMISTRY}a4858e4d_dd3b_48ce_97ba_3eeb8571b633",
    "SeparatorThickness": f"{_ELECTROCHEMISTRY}47288277_4aed_447e_b659_0c975d031406",
    "SpecificHeatCapacity": f"{_EMMO}EMMO_b4f4ed28_d24c_4a00_9583_62ab839abeca",
    "ThermalConductivity": f"{_EMMO}EMMO_8dd40ec6_2c5a_43f3_bf64_cadcd447a1c1",
    "Thickness": f"{_EMMO}EMMO_43003c86_9d15_433b_9789_ee2940920656",
    "UpperVoltageLimit": f"{_ELECTROCHEMISTRY}6dcd5baf_58cd_43f5_a692_51508e036c88",
    "VolumeFraction": f"{_EMMO}EMMO_a8eb87b5_4d10_4137_a75c_e04ee59ca095",
    "VolumetricSurfaceArea": f"{_ELECTROCHEMISTRY}a5571263_f153_448f_84a3_cd18092cf8fa",
    "Width": f"{_EMMO}EMMO_e4de48b1_dabb_4490_ac2b_040f926c64f0",
}  # fmt: skip

UNITS = {  # our unit: EMMO's
    "1": f"{_EMMO}EMMO_5ebd5e01_0ed3_49a2_a30d_cd05cbe72978",  # UnitOne
    "1/m": f"{_EMMO}PerMetre",
    "1/m2": f"{_EMMO}PerSquareMetre",
    "1/s": f"{_EMMO}PerSecond",
    "A h": f"{_EMMO}AmpereHour",
    "A/m2": f"{_EMMO}AmperePerSquareMetre",
    "J/(kg K)": f"{_EMMO}JoulePerKilogramKelvin",
    "J/m": f"{_EMMO}JoulePerMetre",
    "J/m2": f"{_EMMO}JoulePerSquareMetre",
    "J/mol": f"{_EMMO}JoulePerMole",
    "K": f"{_EMMO}Kelvin",
    "Ohm": f"{_EMMO}Ohm",
    "S/m": f"{_EMMO}SiemensPerMetre",
    "V": f"{_EMMO}Volt",
    "V/K": f"{_EMMO}VoltPerKelvin",
    "W/(m K)": f"{_EMMO}WattPerMetreKelvin",
    "W/(m2 K)": f"{_EMMO}WattPerSquareMetreKelvin",
    "kg/m3": f"{_EMMO}KilogramPerCubicMetre",
    "m": f"{_EMMO}Metre",
    "m/s": f"{_EMMO}MetrePerSecond",
    "m2": f"{_EMMO}SquareMetre",
    "m2/s": f"{_EMMO}SquareMetrePerSecond",
    "m3": f"{_EMMO}CubicMetre",
    "mol/m3": f"{_EMMO}MolePerCubicMetre",
    "s": f"{_EMMO}Second",
}

_ACTIVE_MATERIAL = {
    "active_fraction": "VolumeFraction",
    "particle.radius_m": "{side}ElectrodeActiveMaterialParticleRadius",
    "maximum_concentration_mol_m3": "{side}ElectrodeActiveMaterialMaximumGuestConcentration",
    "initial_concentration_mol_m3": "AmountConcentration",
    "diffusivity_m2_s": "GuestDiffusivityIn{side}ElectrodeActiveMaterial",
    "diffusivity_m2_s.arrhenius.activation_energy_J_mol": (
        "ActivationEnergyOfGuestDiffusivityIn{side}ElectrodeActiveMaterial"
    ),
    "open_circuit_potential_V": "{side}ElectrodeActiveMaterialOpenCircuitVoltage",
    "entropic_change_V_K": "{side}ElectrodeEntropicChangeCoefficient",
    "exchange_current_density_A_m2": "ExchangeCurrentDensity",
    "measured_surface_area_per_m": "{side}ElectrodeActiveMaterialVolumetricSurfaceArea",
}
_ELECTRODE = {
    **_ACTIVE_MATERIAL,
    "thickness_m": "{side}ElectrodeCoatingThickness",
    "porosity": "{side}ElectrodeCoatingPorosity",
    "inactive_fraction": "VolumeFraction",
    "conductivity_S_m": "{side}ElectrodeElectronicConductivity",
    "electrolyte_law.exponent": "BruggemanCoefficient",
    "solid_law.exponent": "BruggemanCoefficient",
    "layers.porosity": "Porosity",
    "layers.active_fraction": "VolumeFraction",
    "layers.surface_area_per_m": "VolumetricSurfaceArea",
}
_THERMAL_LAYER = {
    "density_kg_m3": "Density",
    "specific_heat_J_kg_K": "SpecificHeatCapacity",
    "through_plane_conductivity_W_m_K": "ThermalConductivity",
    "in_plane_conductivity_W_m_K": "ThermalConductivity",
}
_COLLECTOR = {
    "thickness_m": "Thickness",
    "conductivity_S_m": "ElectronicConductivity",
    "density_kg_m3": "Density",
    "specific_heat_J_kg_K": "SpecificHeatCapacity",
    "thermal_conductivity_W_m_K": "ThermalConductivity",
}

TERMS = {  # section: what its values are called, {side} being Negative or Positive
    "cell": {
        "nominal_capacity_Ah": "NominalCapacity",
        "electrode_height_m": "Height",
        "electrode_width_m": "Width",
        "cells_in_series": "NumberOfCellsConnectedInSeries",
        "lower_voltage_V": "LowerVoltageLimit",
        "upper_voltage_V": "UpperVoltageLimit",
        "initial_temperature_K": "InititalThermodynamicTemperature",
        "ambient_temperature_K": "AmbientThermodynamicTemperature",
        "reference_temperature_K": "ReferenceThermodynamicTemperature",
    },
    "negative": _ELECTRODE,
    "negative.secondary": _ACTIVE_MATERIAL,
    "separator": {
        "thickness_m": "SeparatorThickness",
        "porosity": "SeparatorPorosity",
        "electrolyte_law.exponent": "BruggemanCoefficient",
    },
    "positive": _ELECTRODE,
    "positive.secondary": _ACTIVE_MATERIAL,
    "electrolyte": {
        "initial_concentration_mol_m3": "InitialChargeCarrierConcentrationInElectrolyte",
        "transference_number": "ChargeCarrierTransportNumber",
        "diffusivity_m2_s": "ChargeCarrierDiffusivityInElectrolyte",
        "conductivity_S_m": "IonicConductivity",
    },
    "thermal.negative": _THERMAL_LAYER,
    "thermal.separator": _THERMAL_LAYER,
    "thermal.positive": _THERMAL_LAYER,
    "thermal.negative_collector": _COLLECTOR,
    "thermal.positive_collector": _COLLECTOR,
    "thermal.cooling": {
        "cell_volume_m3": "DeviceVolume",
        "surface_area_m2": "DeviceSurfaceArea",
        "heat_transfer_coefficient_W_m2_K": "CoefficientOfHeatTransfer",
        "negative_face_coefficient_W_m2_K": "CoefficientOfHeatTransfer",
        "positive_face_coefficient_W_m2_K": "CoefficientOfHeatTransfer",
        "edge_coefficient_W_m2_K": "CoefficientOfHeatTransfer",
        "negative_tab_coefficient_W_m2_K": "CoefficientOfHeatTransfer",
        "positive_tab_coefficient_W_m2_K": "CoefficientOfHeatTransfer",
    },
}


def quantity(section: str, name: str) -> str | None:
    """What BattINFO calls the value `name`, such as "particle.radius_m", of a section; None where it has no term.

    >>> quantity("negative.secondary", "particle.radius_m")
    'NegativeElectrodeActiveMaterialParticleRadius'
    """
    term = TERMS.get(section, {}).get(name)
    return None if term is None else term.format(side=section.partition(".")[0].capitalize())


def own_context() -> dict[str, str | dict[str, str]]:
    """Every term that a document of ours may use, so that it reads the same where CONTEXT cannot be fetched."""
    relations = {name: {"@id": iri, "@type": "@id"} for name, iri in RELATIONS.items()}
    return {**PREFIXES, **relations, **VALUES, **CLASSES, **QUANTITIES}
