"""Made-up patients, constants and models for the tests; nothing here comes from a person."""

import json
from pathlib import Path

import numpy as np

from medai_training.cohort import Cohort
from medai_training.features import REPOSITORY, VITALS, Normalisation, input_names, read_contract
from medai_training.golden import made_up_normalisation

EVERYTHING = read_contract()
VITAL_SIGNS = EVERYTHING.of(input_names(VITALS))
MIXED = EVERYTHING.of(input_names((*VITALS, "inspired_oxygen", "urea_nitrogen", "creatinine", "lactate")))
NORM = made_up_normalisation(EVERYTHING)
GOLDEN = REPOSITORY / "schemas" / "golden"
MODELS = REPOSITORY / "models"


def files(folder: Path, pattern: str) -> list[Path]:
    """Those that a test is about, in order; none at all is no test."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise AssertionError(f"{folder} holds no {pattern}")
    return found


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def cohort(seed: int, lengths: list[int], contract=VITAL_SIGNS, empty: int | None = None) -> Cohort:
    """Random patients around usual values, 60 % of values missing; every second one is septic at the end."""
    rng = np.random.default_rng(seed)
    length = np.array(lengths, np.int64)
    rows = int(length.sum())
    mean = np.array([NORM.mean[k] for k in contract.keys])
    values = np.minimum((mean * rng.normal(1, 0.02, (rows, len(mean)))).round(2), [v.high for v in contract.variables])
    values[rng.random(values.shape) < 0.6] = np.nan
    if empty is not None:
        values[:, empty] = np.nan
    offset = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)
    label = np.zeros(rows, np.float32)
    for p in range(0, len(length), 2):
        label[offset[p] + length[p] - 4 : offset[p] + length[p]] = 1
    count = len(length)
    return Cohort(np.array([f"made-up-{i}" for i in range(count)]), offset, length, values, np.ones(rows, bool), label,
                  40.0 + np.arange(count), np.arange(count) % 2.0, np.zeros(count, np.int64), np.zeros(count))


def normalisation(constants: dict) -> Normalisation:
    return Normalisation(constants["mean"], constants["std"], constants["clip"])
