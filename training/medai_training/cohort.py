"""Reads hospital A of the PhysioNet/CinC Challenge 2019 as one long table of hourly steps, and splits it by patient."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from .features import Contract, Normalisation

FILE = "training_setA.csv.gz"
SPLIT_SALT = "medai-split-1"
LABEL_LEAD_HOURS = 6
V2_CLIP = 20.0


@dataclass(frozen=True)
class Cohort:
    """Stays laid end to end on a dense hourly grid: row `offset[p] + k - 1` is step k of patient p.

    Hours before the first row of the file are empty steps: the service commits them too, so training must see them.
    Values are NaN where nothing (plausible) was charted. `unit` is 1, 2 or 0 (not said); no model reads it.
    """

    patient: np.ndarray
    offset: np.ndarray
    length: np.ndarray
    values: np.ndarray
    recorded: np.ndarray
    label: np.ndarray
    age: np.ndarray
    male: np.ndarray
    unit: np.ndarray
    before: np.ndarray

    @property
    def rows_patient(self) -> np.ndarray:
        """The index of the patient of every row."""
        return np.repeat(np.arange(len(self.length)), self.length)

    @property
    def hour(self) -> np.ndarray:
        """Hours since admission at the end of every row's step: 1 for the first."""
        return np.arange(len(self.label)) - np.repeat(self.offset, self.length) + 1

    @property
    def septic(self) -> np.ndarray:
        return np.maximum.reduceat(self.label, self.offset) > 0

    @property
    def onset(self) -> np.ndarray:
        """Hour of sepsis onset by patient (the label turns 1 six hours before it); -1 where there is none."""
        first = np.where(self.label > 0, self.hour, np.iinfo(np.int64).max)
        return np.where(self.septic, np.minimum.reduceat(first, self.offset) + LABEL_LEAD_HOURS, -1)

    def part(self, chosen: np.ndarray) -> "Cohort":
        """Some patients (boolean or indices), in the given order."""
        patients = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        length = self.length[patients]
        offset = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)
        rows = np.arange(length.sum()) + np.repeat(self.offset[patients] - offset, length)
        return Cohort(self.patient[patients], offset, length, self.values[rows], self.recorded[rows], self.label[rows],
                      self.age[patients], self.male[patients], self.unit[patients], self.before[patients])

    def with_values(self, values: np.ndarray) -> "Cohort":
        return replace(self, values=values)


def split_of(patient: str) -> str:
    """train, validation or test by a hash of the id, so that a patient never moves when others are added."""
    bucket = int.from_bytes(hashlib.sha256(f"{SPLIT_SALT}:{patient}".encode()).digest()[:8], "big") % 100
    return "train" if bucket < 70 else "validation" if bucket < 85 else "test"


def read_cohort(data: Path, contract: Contract, limit: int | None = None) -> Cohort:
    """Reads the stays in file order; `limit` keeps the first so many patients for a smoke run."""
    path = data / FILE if data.is_dir() else data
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} not found. Give the folder that holds {FILE} with --data, "
            "or set MEDAI_SHARED to the folder that holds data/cinc2019."
        )
    columns = [v.cinc2019_column for v in contract.variables if v.cinc2019_column]
    wanted = ["patient", *columns, "Age", "Gender", "Unit1", "Unit2", "HospAdmTime", "ICULOS", "SepsisLabel"]
    try:
        rows = pd.read_csv(path, usecols=wanted)
    except ValueError as error:
        raise ValueError(f"{path} is not the cinc2019 layout: {error}") from error
    return _lay_out(rows, contract, limit)


def _lay_out(rows: pd.DataFrame, contract: Contract, limit: int | None) -> Cohort:
    code, patient = pd.factorize(rows["patient"])
    if (np.diff(code) < 0).any():
        raise ValueError("the rows of one patient must stand together")
    if limit is not None:
        rows, patient = rows[code < limit], patient[:limit]
        code = code[code < limit]
    hour = rows["ICULOS"].to_numpy()
    first = np.concatenate([[0], np.flatnonzero(np.diff(code)) + 1])
    if (np.diff(hour)[np.diff(code) == 0] != 1).any() or (hour < 1).any():
        raise ValueError("ICULOS must rise by 1 from row to row of a patient, starting at 1 or later")
    length = hour[np.concatenate([first[1:] - 1, [len(hour) - 1]])].astype(np.int64)
    offset = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)
    at = offset[code] + hour - 1
    values = np.full((int(length.sum()), len(contract.variables)), np.nan)
    for i, variable in enumerate(contract.variables):
        if variable.cinc2019_column:
            given = rows[variable.cinc2019_column].to_numpy(dtype=np.float64) * variable.cinc2019_factor
            values[at, i] = np.where((given >= variable.low) & (given <= variable.high), given, np.nan)
    recorded = np.zeros(len(values), dtype=bool)
    recorded[at] = True
    label = np.zeros(len(values), dtype=np.float32)
    label[at] = rows["SepsisLabel"].to_numpy()
    facts = rows.iloc[first]
    unit = np.where(facts["Unit1"] == 1, 1, np.where(facts["Unit2"] == 1, 2, 0))
    return Cohort(np.array(patient, dtype=str), offset, length, values, recorded, label, facts["Age"].to_numpy(dtype=np.float64),
                  facts["Gender"].to_numpy(dtype=np.float64), unit, -facts["HospAdmTime"].to_numpy(dtype=np.float64))


def split(cohort: Cohort) -> dict[str, Cohort]:
    side = np.array([split_of(p) for p in cohort.patient])
    return {name: cohort.part(side == name) for name in ("train", "validation", "test")}


def fit_normalisation(train: Cohort, contract: Contract) -> Normalisation:
    """Means and deviations of the training patients only, rounded so that the card's decimals are the exact constants.

    The few values beyond the 0.1 % at either end are left out: one wrong entry must not set the scale of a variable.
    """
    mean, std = {}, {}
    for i, variable in enumerate(contract.variables):
        given = train.values[:, i][~np.isnan(train.values[:, i])]
        if len(given):
            low, high = np.quantile(given, [0.001, 0.999])
            given = given[(given >= low) & (given <= high)]
            mean[variable.key], std[variable.key] = _rounded(given.mean()), _rounded(max(given.std(), 1e-3))
    mean["age_years"], std["age_years"] = _rounded(np.nanmean(train.age)), _rounded(np.nanstd(train.age))
    return Normalisation(mean, std, V2_CLIP)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
