"""Reads the stays of the PhysioNet/CinC Challenge 2012, readings at their true times, as the inputs of the hourly steps from admission."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from .features import ADMISSION_CAP_HOURS, SINCE_CAP_HOURS, Contract, Normalisation, Variable, input_names

HOURS = 48
MISSING = -1
CLIP = 20.0
NEVER = -1
DEATH, SAPS = "In-hospital_death", "SAPS-I"


@dataclass(frozen=True)
class Stays:
    """Step k of stay p is `[p, k - 1]` of the arrays [stays, 48, variables]: what is known of each variable at its end.

    `value` is the mean of the readings inside the step, or the last one carried forward, NaN before the first; `since` the hours since the last reading,
    infinite before the first. `age` is NaN and `male` 0.5 where they are not known.
    """

    patient: np.ndarray
    value: np.ndarray
    observed: np.ndarray
    since: np.ndarray
    age: np.ndarray
    male: np.ndarray
    death: np.ndarray
    saps: np.ndarray

    def part(self, chosen: np.ndarray) -> "Stays":
        return Stays(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def contract_of(contract: Contract) -> Contract:
    """All variables that the challenge has; there is no oxygen saturation by pulse oximetry among them."""
    return contract.of(input_names(tuple(v.key for v in contract.variables if v.cinc2012)))


def read_stays(data: Path, part: str, contract: Contract, limit: int | None = None) -> Stays:
    """One of the challenge's sets, `a` or `b`, from set-PART.csv.gz and Outcomes-PART.txt; `limit` keeps the first so many stays."""
    for path in (data / f"set-{part}.csv.gz", data / f"Outcomes-{part}.txt"):
        if not path.is_file():
            raise FileNotFoundError(f"{path} not found. Give the folder that holds it with --data, or set MEDAI_SHARED to the folder that holds data/cinc2012.")
    rows = pd.read_csv(data / f"set-{part}.csv.gz", dtype={"RecordID": str, "Time": str, "Parameter": str})
    outcomes = pd.read_csv(data / f"Outcomes-{part}.txt", dtype={"RecordID": str}).set_index("RecordID")
    return lay_out(rows, outcomes, contract, limit)


def lay_out(rows: pd.DataFrame, outcomes: pd.DataFrame, contract: Contract, limit: int | None = None) -> Stays:
    code, patient = pd.factorize(rows["RecordID"])
    if (np.diff(code) < 0).any():
        raise ValueError("the rows of one record must stand together")
    if limit is not None:
        rows, patient, code = rows[code < limit], patient[:limit], code[code < limit]
    clock = rows["Time"].str.split(":", expand=True).astype(int)
    minute = (60 * clock[0] + clock[1]).to_numpy()
    if (np.diff(minute)[np.diff(code) == 0] < 0).any():
        raise ValueError("the rows of one record must be in the order of time")
    name, given = rows["Parameter"].to_numpy(dtype=str), rows["Value"].to_numpy(dtype=np.float64)
    shape = (len(patient), HOURS, len(contract.variables))
    value, observed, since = np.empty(shape), np.empty(shape), np.empty(shape)
    for i, variable in enumerate(contract.variables):
        channels = [_channel(variable, code, minute, given, name == p, len(patient)) for p in variable.cinc2012]
        value[..., i], observed[..., i], since[..., i] = _newest(channels)
    facts = {key: _fact(name == key, code, given, len(patient)) for key in ("Age", "Gender")}
    known = outcomes.loc[patient]
    return Stays(np.asarray(patient, dtype=str), value, observed, since, facts["Age"], np.nan_to_num(facts["Gender"], nan=0.5),
                 known[DEATH].to_numpy(dtype=np.float64), known[SAPS].to_numpy(dtype=np.float64))


def _fact(own: np.ndarray, code: np.ndarray, given: np.ndarray, stays: int) -> np.ndarray:
    fact = np.full(stays, np.nan)
    fact[code[own]] = np.where(given[own] == MISSING, np.nan, given[own])
    return fact


def _channel(variable: Variable, code, minute, given, own, stays: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value, mask and hours since last of one parameter at the end of every step."""
    reading = given * variable.cinc2012_factor
    own = own & (given != MISSING) & (reading >= variable.low) & (reading <= variable.high)
    code, minute, reading = code[own], minute[own], reading[own]
    # A reading exactly at a step's end belongs to it; one at admission is in no step, but is carried (step 0).
    step = -(-minute // 60)
    inside = (step >= 1) & (step <= HOURS)
    at = (code * HOURS + step - 1)[inside]
    total = np.bincount(at, weights=reading[inside], minlength=stays * HOURS).reshape(stays, HOURS)
    count = np.bincount(at, minlength=stays * HOURS).reshape(stays, HOURS)
    last = np.full((stays, HOURS + 1), NEVER)
    np.maximum.at(last, (code[step <= HOURS], step[step <= HOURS]), np.flatnonzero(step <= HOURS))
    last = np.maximum.accumulate(last, axis=1)[:, 1:]
    never = last == NEVER
    with np.errstate(invalid="ignore", divide="ignore"):
        carried = reading[last] if len(reading) else np.zeros(last.shape)
        value = np.where(never, np.nan, np.where(count > 0, total / count, carried))
    ends = 60.0 * np.arange(1, HOURS + 1)
    since = np.where(never, np.inf, (ends - minute[last]) / 60 if len(reading) else np.inf)
    return value, (count > 0).astype(np.float64), since


def _newest(channels: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An arterial line and a cuff measure the same pressure: the newer counts as a whole, the cuff where both are as new.

    They are not averaged, just as the service keeps a window for each.
    """
    if len(channels) == 1:
        return channels[0]
    line, cuff = channels
    newer = line[2] < cuff[2]
    return tuple(np.where(newer, of_line, of_cuff) for of_line, of_cuff in zip(line, cuff))


def fit_normalisation(stays: Stays, contract: Contract) -> Normalisation:
    """Means and deviations of what was observed in the steps, without the 0.1 % at either end."""
    mean, std = {}, {}
    for i, key in enumerate(contract.keys):
        given = stays.value[..., i][stays.observed[..., i] > 0]
        low, high = np.quantile(given, [0.001, 0.999])
        given = given[(given >= low) & (given <= high)]
        # Ventilation is charted as 1 or not at all: what does not vary has no scale of its own.
        mean[key], std[key] = _rounded(given.mean()), _rounded(given.std()) or 1.0
    mean["age_years"], std["age_years"] = _rounded(np.nanmean(stays.age)), _rounded(np.nanstd(stays.age))
    return Normalisation(mean, std, CLIP)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def rows_of(stays: Stays, contract: Contract, norm: Normalisation) -> np.ndarray:
    """[stays, 48, inputs] float32, as features.py makes them one row at a time (a test holds the two together)."""
    known = {}
    for i, key in enumerate(contract.keys):
        z = np.clip((stays.value[..., i] - norm.mean[key]) / norm.std[key], -norm.clip, norm.clip)
        known[f"{key}.value"] = np.nan_to_num(z)
        known[f"{key}.observed"] = stays.observed[..., i]
        known[f"{key}.hours_since_last"] = np.minimum(stays.since[..., i], SINCE_CAP_HOURS) / SINCE_CAP_HOURS
    age = np.clip((stays.age - norm.mean["age_years"]) / norm.std["age_years"], -norm.clip, norm.clip)
    known["age_years"] = np.nan_to_num(age)[:, None]
    known["sex_male"] = stays.male[:, None]
    hour = np.arange(1, HOURS + 1)
    known["hours_since_admission"] = np.log(1 + np.minimum(hour, ADMISSION_CAP_HOURS)) / np.log(1 + ADMISSION_CAP_HOURS)
    known["step_fraction"] = np.ones(HOURS)
    rows = np.empty((*stays.observed.shape[:2], len(contract.inputs)), np.float32)
    for i, name in enumerate(contract.inputs):
        rows[..., i] = known[name]
    return rows


def poorer(stays: Stays, draw: np.random.Generator, share: float) -> Stays:
    """The same stays in a hospital that does not measure some variables, whole channels at a time."""
    gone = (draw.random((len(stays.age), 1, stays.value.shape[2])) < share)
    return replace(stays, value=np.where(gone, np.nan, stays.value), observed=np.where(gone, 0.0, stays.observed), since=np.where(gone, np.inf, stays.since))
