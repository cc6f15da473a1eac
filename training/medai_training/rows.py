"""The inputs of whole patients at every committed step, as features.py makes them one row at a time (a test holds the two together)."""

import numpy as np

from .cohort import Cohort
from .features import ADMISSION_CAP_HOURS, SINCE_CAP_HOURS, Contract, Normalisation

NEVER = -1


def carry(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """The last value of every variable at every row (NaN before the first), and its row (NEVER before the first)."""
    start = np.repeat(cohort.offset, cohort.length)[:, None]
    row = np.where(np.isnan(cohort.values), NEVER, np.arange(len(cohort.values))[:, None])
    last = np.maximum.accumulate(row, axis=0)
    last[last < start] = NEVER
    carried = np.where(last == NEVER, np.nan, np.take_along_axis(cohort.values, np.maximum(last, 0), axis=0))
    return carried, last


def committed_rows(cohort: Cohort, contract: Contract, norm: Normalisation) -> np.ndarray:
    """[rows, inputs] float32 in the order of the contract's inputs; `cohort.values` has the contract's variables."""
    carried, last = carry(cohort)
    known = {}
    hour = cohort.hour
    index = np.arange(len(hour))
    for i, variable in enumerate(contract.variables):
        never = last[:, i] == NEVER
        if variable.key in norm.mean:
            z = np.clip((carried[:, i] - norm.mean[variable.key]) / norm.std[variable.key], -norm.clip, norm.clip)
        else:
            z = carried[:, i]
        known[f"{variable.key}.value"] = np.nan_to_num(z)
        known[f"{variable.key}.observed"] = (last[:, i] == index).astype(np.float64)
        age = (index - last[:, i]).astype(np.float64)
        known[f"{variable.key}.hours_since_last"] = np.where(never, 1.0, np.minimum(age, SINCE_CAP_HOURS) / SINCE_CAP_HOURS)
    age = np.clip((cohort.age - norm.mean["age_years"]) / norm.std["age_years"], -norm.clip, norm.clip)
    known["age_years"] = np.repeat(np.nan_to_num(age), cohort.length)
    known["sex_male"] = np.repeat(np.nan_to_num(cohort.male, nan=0.5), cohort.length)
    known["hours_since_admission"] = np.log(1 + np.minimum(hour, ADMISSION_CAP_HOURS)) / np.log(1 + ADMISSION_CAP_HOURS)
    known["step_fraction"] = np.ones(len(hour))
    rows = np.empty((len(hour), len(contract.inputs)), np.float32)
    for i, name in enumerate(contract.inputs):
        rows[:, i] = known[name]
    return rows
