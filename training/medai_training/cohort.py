"""Reads hospital A of the PhysioNet/CinC Challenge 2019 into stays and splits them by patient."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .features import Contract, Normalisation

FILE = "training_setA.csv.gz"
SPLIT_SALT = "medai-split-1"
LABEL_LEAD_HOURS = 6
# Later hours are mostly those of septic patients: 1.5 % of hours are positive before, 14 % after. The records were selected so.
EARLY_HOURS = 56


@dataclass(frozen=True)
class Stay:
    """One patient on a dense hourly grid: row k-1 is step k, NaN where nothing was charted.

    Hours before the first row of the file are empty steps: the service commits them too, so training must see them.
    """

    patient: str
    values: np.ndarray
    age: float
    male: float
    recorded: np.ndarray
    label: np.ndarray

    @property
    def septic(self) -> bool:
        return bool(self.label.any())

    @property
    def onset(self) -> int:
        """Hour of sepsis onset (the label turns 1 six hours before it). Only meaningful when septic."""
        return int(np.argmax(self.label)) + 1 + LABEL_LEAD_HOURS


def split_of(patient: str) -> str:
    """train, validation or test by a hash of the id, so that a patient never moves when others are added."""
    bucket = int.from_bytes(hashlib.sha256(f"{SPLIT_SALT}:{patient}".encode()).digest()[:8], "big") % 100
    return "train" if bucket < 70 else "validation" if bucket < 85 else "test"


def read_stays(data: Path, contract: Contract, limit: int | None = None) -> list[Stay]:
    """Reads the stays in file order; `limit` keeps the first so many patients for a smoke run."""
    path = data / FILE if data.is_dir() else data
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} not found. Give the folder that holds {FILE} with --data, "
            "or set MEDAI_SHARED to the folder that holds data/cinc2019."
        )
    wanted = ["patient", *(v.cinc2019_column for v in contract.variables), "Age", "Gender", "ICULOS", "SepsisLabel"]
    try:
        rows = pd.read_csv(path, usecols=wanted)
    except ValueError as error:
        raise ValueError(f"{path} is not the cinc2019 layout: {error}") from error
    stays = []
    for patient, group in rows.groupby("patient", sort=False):
        if limit is not None and len(stays) == limit:
            break
        stays.append(_stay(str(patient), group, contract))
    return stays


def _stay(patient: str, group: pd.DataFrame, contract: Contract) -> Stay:
    hour = group["ICULOS"].to_numpy()
    if (np.diff(hour) != 1).any() or hour[0] < 1:
        raise ValueError(f"patient {patient}: ICULOS must rise by 1 from row to row, starting at 1 or later")
    hours = int(hour[-1])
    values = np.full((hours, len(contract.variables)), np.nan)
    values[hour - 1] = group[[v.cinc2019_column for v in contract.variables]].to_numpy(dtype=np.float64)
    recorded = np.zeros(hours, dtype=bool)
    recorded[hour - 1] = True
    label = np.zeros(hours, dtype=np.float32)
    label[hour - 1] = group["SepsisLabel"].to_numpy()
    first = group.iloc[0]
    return Stay(patient, values, float(first["Age"]), float(first["Gender"]), recorded, label)


def fit_normalisation(train: list[Stay], contract: Contract) -> Normalisation:
    """Means and deviations of the training patients only, rounded so that the card's decimals are the exact constants."""
    rows = np.concatenate([s.values for s in train])
    mean = {v: _rounded(np.nanmean(rows[:, i])) for i, v in enumerate(contract.keys)}
    std = {v: _rounded(np.nanstd(rows[:, i])) for i, v in enumerate(contract.keys)}
    ages = np.array([s.age for s in train])
    mean["age_years"], std["age_years"] = _rounded(np.nanmean(ages)), _rounded(np.nanstd(ages))
    return Normalisation(mean, std)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
