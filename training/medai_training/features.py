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
BLOCKS = ("value", "observed", "hours_since_last")
FACTS = ("age_years", "sex_male", "hours_since_admission", "step_fraction")
# The variables of the version 1 models, and the clip that their cards name.
VITALS = ("heart_rate", "spo2", "temperature", "systolic_pressure", "mean_pressure", "diastolic_pressure", "respiratory_rate")


@dataclass(frozen=True)
class Variable:
    """One measured quantity of the contract, and where the public data sets keep it."""

    key: str
    unit: str
    low: float
    high: float
    cinc2019_column: str | None
    cinc2019_factor: float
    cinc2012: tuple[str, ...]
    cinc2012_factor: float


@dataclass(frozen=True)
class Contract:
    """The part of schemas/features.json that both languages read; `inputs` is every input that a model may name."""

    step_seconds: int
    variables: tuple[Variable, ...]
    inputs: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(v.key for v in self.variables)

    def of(self, names: tuple[str, ...]) -> "Contract":
        """The same contract for a model that names only some inputs; variables that it does not name are left out."""
        unknown = [n for n in names if n not in self.inputs]
        if unknown:
            raise ValueError(f"inputs {unknown} are not in schemas/features.json")
        named = {n.rpartition(".")[0] for n in names if "." in n}
        return Contract(self.step_seconds, tuple(v for v in self.variables if v.key in named), tuple(names))


def input_names(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs of some variables and of the patient, in the order of the contract."""
    return (*(f"{k}.{b}" for b in BLOCKS for k in keys), *FACTS)


def read_contract(path: Path = REPOSITORY / "schemas" / "features.json") -> Contract:
    """Reads the input list and refuses one whose order this code does not produce."""
    document = json.loads(path.read_text(encoding="utf-8"))
    variables = tuple(
        Variable(v["key"], v["unit"], v["low"], v["high"], v.get("cinc2019Column"), v.get("cinc2019Factor", 1),
                 tuple(v.get("cinc2012", ())), v.get("cinc2012Factor", 1))
        for v in document["variables"]
    )
    inputs = tuple(i["name"] for i in document["inputs"])
    expected = input_names(tuple(v.key for v in variables))
    if inputs != expected:
        raise ValueError(f"{path}: inputs are not in the order of the variables and blocks; expected {expected}, found {inputs}")
    return Contract(document["stepSeconds"], variables, inputs)


@dataclass(frozen=True)
class Normalisation:
    """Means and standard deviations of the training patients, by variable key and 'age_years'; and where values are clipped."""

    mean: dict[str, float]
    std: dict[str, float]
    clip: float = CLIP

    def apply(self, name: str, value: float) -> float:
        return min(max((value - self.mean[name]) / self.std[name], -self.clip), self.clip)

    def to_json(self) -> dict:
        return {
            "mean": self.mean,
            "std": self.std,
            "clip": self.clip,
            "sinceCapHours": SINCE_CAP_HOURS,
            "admissionCapHours": ADMISSION_CAP_HOURS,
        }


@dataclass(frozen=True)
class Event:
    """One observation: seconds since admission, variable key, value in the unit of features.json."""

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
    """The contract's inputs at `at`, from events in the order they were logged; float64 inside, float32 out."""
    start = step_start(contract, at)
    past = sorted((e for e in events if e.t <= at), key=lambda e: e.t)
    known = {
        "age_years": norm.apply("age_years", age) if age is not None and "age_years" in contract.inputs else 0.0,
        "sex_male": {"male": 1.0, "female": 0.0}.get(sex, 0.5),
        "hours_since_admission": elapsed_feature(at / 3600.0),
        "step_fraction": (at - start) / contract.step_seconds,
    }
    for variable in contract.variables:
        own = [e for e in past if e.vital == variable.key and variable.low <= e.value <= variable.high]
        for block, number in zip(BLOCKS, _blocks(variable.key, own, norm, start, at)):
            known[f"{variable.key}.{block}"] = number
    return np.array([known[name] for name in contract.inputs], dtype=np.float64).astype(np.float32)


def _blocks(key: str, own: list[Event], norm: Normalisation, start: float, at: float) -> tuple[float, float, float]:
    """Value, mask and time since last of one variable, from its plausible observations up to `at`."""
    if not own:
        return 0.0, 0.0, 1.0
    inside = [e.value for e in own if e.t > start]
    value = norm.apply(key, sum(inside) / len(inside) if inside else own[-1].value)
    return value, 1.0 if inside else 0.0, min((at - own[-1].t) / 3600.0, SINCE_CAP_HOURS) / SINCE_CAP_HOURS
