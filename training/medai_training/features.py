"""What a model sees, computed one row at a time from events: the reference that the C# service is compared with.

Training itself works on whole patients at once (tensors.py); the unit tests hold the two to the same bits.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
CLIP = 5.0
SINCE_CAP_HOURS = 24.0
ADMISSION_CAP_HOURS = 336.0


@dataclass(frozen=True)
class Contract:
    """The part of schemas/features.json that both languages read."""

    step_seconds: int
    vitals: tuple[str, ...]
    columns: tuple[str, ...]
    inputs: tuple[str, ...]


def read_contract(path: Path = REPOSITORY / "schemas" / "features.json") -> Contract:
    """Reads the input list and refuses one whose order this code does not produce."""
    document = json.loads(path.read_text(encoding="utf-8"))
    vitals = tuple(v["key"] for v in document["vitals"])
    inputs = tuple(i["name"] for i in document["inputs"])
    blocks = ("value", "observed", "hours_since_last")
    expected = tuple(f"{v}.{b}" for b in blocks for v in vitals)
    expected += ("age_years", "sex_male", "hours_since_admission", "step_fraction")
    if inputs != expected:
        raise ValueError(f"{path}: inputs are not in the order of the vitals and blocks; expected {expected}, found {inputs}")
    return Contract(document["stepSeconds"], vitals, tuple(v["cinc2019Column"] for v in document["vitals"]), inputs)


@dataclass(frozen=True)
class Normalisation:
    """Means and standard deviations of the training patients, by vital key and 'age_years'."""

    mean: dict[str, float]
    std: dict[str, float]

    def apply(self, name: str, value: float) -> float:
        return min(max((value - self.mean[name]) / self.std[name], -CLIP), CLIP)

    def to_json(self) -> dict:
        return {
            "mean": self.mean,
            "std": self.std,
            "clip": CLIP,
            "sinceCapHours": SINCE_CAP_HOURS,
            "admissionCapHours": ADMISSION_CAP_HOURS,
        }


@dataclass(frozen=True)
class Event:
    """One observation: seconds since admission, vital key, value in the unit of features.json."""

    t: float
    vital: str
    value: float


def step_start(contract: Contract, at: float) -> float:
    """End of the last committed step before `at`, in seconds since admission."""
    if at <= 0:
        raise ValueError(f"a score time must be later than admission, not {at} s")
    return contract.step_seconds * (math.ceil(at / contract.step_seconds) - 1)


def elapsed_feature(hours: float) -> float:
    return math.log(1 + min(hours, ADMISSION_CAP_HOURS)) / math.log(1 + ADMISSION_CAP_HOURS)


def feature_row(
    contract: Contract, norm: Normalisation, events: list[Event], age: float | None, sex: str | None, at: float
) -> np.ndarray:
    """The 25 inputs at `at`, from events in the order they were logged; float64 inside, float32 out."""
    start = step_start(contract, at)
    past = sorted((e for e in events if e.t <= at), key=lambda e: e.t)
    value, observed, since = [], [], []
    for vital in contract.vitals:
        own = [e for e in past if e.vital == vital]
        inside = [e.value for e in own if e.t > start]
        if not own:
            value.append(0.0)
            observed.append(0.0)
            since.append(1.0)
            continue
        value.append(norm.apply(vital, sum(inside) / len(inside) if inside else own[-1].value))
        observed.append(1.0 if inside else 0.0)
        since.append(min((at - own[-1].t) / 3600.0, SINCE_CAP_HOURS) / SINCE_CAP_HOURS)
    patient = [
        0.0 if age is None else norm.apply("age_years", age),
        {"male": 1.0, "female": 0.0}.get(sex, 0.5),
        elapsed_feature(at / 3600.0),
        (at - start) / contract.step_seconds,
    ]
    return np.array(value + observed + since + patient, dtype=np.float64).astype(np.float32)
