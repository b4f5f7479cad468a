"""Runs of cells and histories of particles, made without solving anything."""

import dataclasses

import numpy as np

import electrode_homog as eh
from electrode_homog.p2d.cell_run import ParticleHistory
from electrode_homog.particles import ParticleRun


def made_run(cell: eh.CellParameters, c_rate: float, share: float = 1.0) -> eh.CellRun:
    """A straight discharge from 4.1 V to 2.5 V that delivers `share` of the nominal capacity."""
    nominal = cell.cell.nominal_capacity_Ah
    time_s = np.linspace(0, 3600 * share / c_rate, 60)
    return eh.CellRun(
        time_s=time_s,
        current_A=np.full(60, c_rate * nominal),
        voltage_V=np.linspace(4.1, 2.5, 60),
        discharge_capacity_Ah=time_s * c_rate * nominal / 3600,
        transport_efficiency={
            "negative electrolyte": cell.negative.electrolyte_efficiency,
            "separator electrolyte": cell.separator.electrolyte_efficiency,
            "positive electrolyte": cell.positive.electrolyte_efficiency,
            "negative solid": cell.negative.solid_efficiency,
            "positive solid": cell.positive.solid_efficiency,
        },
        ended_by="voltage fell to 2.5 V",
        steps_ended_by=("voltage fell to 2.5 V",),
        cell_name=cell.name,
        protocol_text=f"{c_rate:g}C until the cut-off",
        mesh=eh.Mesh(),
        lithium_drift=1e-12,
        seconds=0.5,
    )


def made_history(model: str, names: tuple[str, ...] = (), *, end_s: float = 3600.0) -> ParticleHistory:
    """The particle fills from the surface inwards, first at the separator; the last place is the surface."""
    places = len(names) or 12
    time_s = np.linspace(0, end_s, 40)
    filled = (time_s / end_s)[:, None, None] * np.array([0.8, 0.9, 1.0])[:, None]
    position = np.linspace(0, 1, places)
    stoichiometry = 0.2 + 0.6 * filled * (0.5 + 0.5 * position**2)
    mean = stoichiometry.mean(axis=2)
    return ParticleHistory(model, time_s, position, stoichiometry, mean, stoichiometry[:, :, -1], names)


def made_particle_run(names: tuple[str, ...] = ()) -> ParticleRun:
    """One particle that fills at 1C for half an hour, then rests as long."""
    history = made_history("Sphere", names)
    filling = history.time_s <= 1800
    return ParticleRun(
        time_s=history.time_s,
        mean=history.mean[:, 1],
        surface=history.surface[:, 1],
        potential_V=4.2 - history.surface[:, 1],
        c_rate=np.where(filling, 1.0, 0.0),
        influx_m_s=np.where(filling, 1e-10, 0.0),
        stoichiometry=history.stoichiometry[:, 1],
        position=history.position,
        place_names=names,
        step_ends=(int(filling.sum()) - 1, filling.size - 1),
        steps_ended_by=("duration", "duration"),
        steps_text="1C for 1800 s; rest 1800 s",
        particle="Sphere",
        temperature_K=298.15,
        lithium_error=1e-15,
    )


def particle_run(cell: eh.CellParameters, history: ParticleHistory, *, shift_V: float = 0.0) -> eh.CellRun:
    """`made_run` at 1C with this history in the positive electrode and another voltage."""
    run = made_run(cell, 1.0)
    return dataclasses.replace(run, voltage_V=run.voltage_V + shift_V, particles={"positive": history})


def rested_run(cell: eh.CellParameters) -> eh.CellRun:
    """Half an hour of discharge, then rest: not a discharge at constant current."""
    run = made_run(cell, 1.0, 0.5)
    current = np.where(np.arange(60) < 40, run.current_A, 0.0)
    values = {**vars(run), "current_A": current, "protocol_text": "1C for 1200 s, then rest 600 s"}
    return eh.CellRun(**values)
