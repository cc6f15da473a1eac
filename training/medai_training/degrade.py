"""The same patients in a poorer hospital: channels that are not measured, blood drawn less often, charts filled in less densely."""

import numpy as np

from .cohort import Cohort
from .features import VITALS, Contract


def without(cohort: Cohort, channels: list[int]) -> Cohort:
    """Never measures some channels."""
    values = cohort.values.copy()
    values[:, channels] = np.nan
    return cohort.with_values(values)


def thinned(cohort: Cohort, channels: list[int], share: float, rng: np.random.Generator) -> Cohort:
    """Loses a share of the observations of some channels."""
    values = cohort.values.copy()
    lost = rng.random((len(values), len(channels))) < share
    values[:, channels] = np.where(lost, np.nan, values[:, channels])
    return cohort.with_values(values)


def laboratory(contract: Contract) -> list[int]:
    return [i for i, key in enumerate(contract.keys) if key not in VITALS]


def degraded(cohort: Cohort, rng: np.random.Generator, drop: float = 0.2, thin: float = 0.5) -> Cohort:
    """For training: each patient lacks each channel with probability `drop`, and of the others some lose a random share of observations.

    Patients differ in how poor their hospital is, so that a model cannot take one routine for granted.
    """
    patients, channels = len(cohort.length), cohort.values.shape[1]
    gone = rng.random((patients, channels)) < drop * rng.random((patients, 1)) * 2
    share = np.where(rng.random((patients, channels)) < thin, rng.random((patients, channels)), 0.0)
    keep = np.where(gone, 0.0, 1.0 - share)
    values = cohort.values.copy()
    patient = cohort.rows_patient
    # By column: a table of random numbers for all channels at once would need gigabytes.
    for channel in range(channels):
        values[rng.random(len(values)) >= keep[patient, channel], channel] = np.nan
    return cohort.with_values(values)
