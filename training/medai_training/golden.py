"""Golden vectors: made-up patients with what the reference computes for them, for the C# tests to reproduce.

No value here comes from a person. The patients are chosen for the edges of the definitions, not for realism.
"""

import json
import math
from pathlib import Path

import numpy as np

from .features import Contract, Event, Normalisation
from .serving import Answer, Patient, Run, is_committed, rows_of, serve

HOUR = 3600.0
USUAL = {
    "heart_rate": 82.0, "spo2": 97.0, "temperature": 36.9, "systolic_pressure": 122.0,
    "mean_pressure": 84.0, "diastolic_pressure": 65.0, "respiratory_rate": 17.0,
}

LABORATORY = {
    "glucose": 131.0, "urea_nitrogen": 22.0, "creatinine": 1.3, "calcium": 8.4, "chloride": 104.0, "sodium": 139.0, "potassium": 4.2,
    "magnesium": 1.9, "phosphate": 3.1, "hematocrit": 31.5, "hemoglobin": 10.4, "white_cells": 13.2, "platelets": 187.0,
    "ast": 240.0, "alt": 190.0, "alkaline_phosphatase": 96.0, "direct_bilirubin": 0.6, "total_bilirubin": 1.7, "albumin": 2.6,
    "cholesterol": 143.0, "troponin_i": 0.3, "troponin_t": 0.04, "partial_thromboplastin_time": 34.2, "fibrinogen": 310.0,
    "glasgow_coma_scale": 13.0, "urine_output": 40.0, "body_weight": 80.0,
}
GASES = {
    "inspired_oxygen": 50.0, "ph": 7.31, "paco2": 47.0, "pao2": 88.0, "sao2": 95.0, "base_excess": -3.0, "bicarbonate": 21.0,
    "lactate": 2.9,
}

def patients() -> list[Patient]:
    return [_steady(), _bedside(), _unseen(), _silent(), _deteriorating(), _edges(), _long_stay()]


def _charted(hour: float, change: dict[str, float], only: tuple[str, ...] = tuple(USUAL)) -> list[Event]:
    wave = math.sin(hour)
    return [Event(hour * HOUR, v, round(USUAL[v] * (1 + 0.02 * wave) + change.get(v, 0.0), 2)) for v in only]


def _steady() -> Patient:
    events = [e for hour in range(1, 13) for e in _charted(hour, {})]
    times = sorted([k * HOUR for k in range(1, 13)] + [1800.0, 4 * HOUR + 1.0, 9 * HOUR + 2700.0])
    return Patient("steady", "every vital sign exactly on each hour, as in the training data", 67.0, "female", events, times)


def _bedside() -> Patient:
    events = [
        Event(t + 0.5, vital, round(USUAL[vital] + amplitude * math.sin(t / 500.0), 1))
        for t in range(30, 3 * 3600, 60)
        for vital, amplitude in (("heart_rate", 9.0), ("spo2", 1.5), ("respiratory_rate", 4.0))
    ]
    events += [Event(t, v, USUAL[v]) for t in (900.0, 8100.0) for v in ("systolic_pressure", "diastolic_pressure")]
    return Patient("bedside", "readings each minute: means inside a step, provisional scores every 20 minutes", 54.25, "male",
                   events, [k * 1200.0 for k in range(1, 11)])


def _unseen() -> Patient:
    return Patient("unseen", "no observation, age or sex at all", None, None, [], [600.0, HOUR, 2 * HOUR, 9000.0, 30 * HOUR])


def _silent() -> Patient:
    events = [e for hour in (1, 2, 3) for e in _charted(hour, {"heart_rate": 14.0})]
    events += _charted(40.25, {"heart_rate": 30.0}, ("heart_rate", "systolic_pressure"))
    times = [3 * HOUR, 20 * HOUR, 27 * HOUR, 27 * HOUR + 60.0, 40 * HOUR, 40.25 * HOUR, 40.5 * HOUR, 41 * HOUR, 42 * HOUR]
    return Patient("silent", "37 hours without data; steps between the score times are committed all the same", 71.0, "male",
                   events, times)


def _deteriorating() -> Patient:
    events = []
    for hour in range(1, 31):
        worse = max(0, hour - 10)
        change = {
            "heart_rate": 2.2 * worse, "spo2": -0.35 * worse, "temperature": 0.11 * worse, "systolic_pressure": -1.9 * worse,
            "mean_pressure": -1.5 * worse, "diastolic_pressure": -1.1 * worse, "respiratory_rate": 0.8 * worse,
        }
        only = tuple(USUAL) if hour % 4 == 0 else tuple(v for v in USUAL if v != "temperature")
        events += _charted(hour, change, only)
    times = sorted([k * HOUR for k in range(1, 31)] + [15.5 * HOUR, 24 * HOUR + 600.0, 29.75 * HOUR])
    return Patient("deteriorating", "getting worse from hour 10, temperature charted every fourth hour", 45.0, "male", events, times)


def _edges() -> Patient:
    events = [
        Event(-600.0, "spo2", 93.0),
        Event(0.0, "heart_rate", 88.0),
        Event(HOUR, "heart_rate", 250.0),
        Event(HOUR + 0.001, "temperature", 30.0),
        Event(5000.0, "respiratory_rate", 11.0),
        Event(5000.0, "respiratory_rate", 16.0),
        Event(7199.0, "systolic_pressure", 250.0),
        Event(6500.0, "systolic_pressure", 40.0),
        Event(2 * HOUR, "mean_pressure", 20.0),
        Event(2 * HOUR, "diastolic_pressure", 150.0),
        Event(2 * HOUR, "spo2", 60.0),
    ]
    times = [1.0, 3599.0, HOUR, HOUR + 0.5, 5000.0, 6900.0, 2 * HOUR, 2 * HOUR + 1.0, 3 * HOUR, 26 * HOUR, 27 * HOUR]
    return Patient("edges", "step boundaries, events at one instant, out of order and before admission, clipped values", 130.0, "other",
                   events, times)


def _long_stay() -> Patient:
    events = [e for hour in range(6, 346, 8) for e in _charted(hour, {"respiratory_rate": 3.0})]
    times = [100 * HOUR, 200.5 * HOUR, 335 * HOUR, 335.5 * HOUR, 336 * HOUR, 336.25 * HOUR, 337 * HOUR, 345 * HOUR]
    return Patient("long-stay", "two weeks: the cap of hours_since_admission", 82.5, "female", events, times)


def laboratory_patients() -> list[Patient]:
    """Patients for the rest of the variables: laboratory values, settings, implausible and out-of-order readings."""
    return [_laboratory(), _gases(), _refused()]


def _laboratory() -> Patient:
    usual = {k: v for k, v in LABORATORY.items() if k not in ("glasgow_coma_scale", "body_weight", "urine_output")}
    often, late = dict(list(usual.items())[:13]), dict(list(usual.items())[13:])
    events = [Event(HOUR * hour + 1500.0, key, round(value * (1 + hour / 90), 3)) for hour in (2, 8, 20) for key, value in often.items()]
    events += [Event(9 * HOUR, key, value) for key, value in late.items()]
    events += [Event(hour * HOUR, "urine_output", 35.0 + hour) for hour in range(1, 12)]
    events += [Event(60.0, "body_weight", 82.4), Event(4 * HOUR, "glasgow_coma_scale", 14.0), Event(7 * HOUR, "glasgow_coma_scale", 9.0)]
    times = [HOUR, 2 * HOUR, 2 * HOUR + 1500.0, 3 * HOUR, 9 * HOUR, 12 * HOUR, 20 * HOUR + 1800.0, 21 * HOUR, 44 * HOUR, 50 * HOUR]
    return Patient("laboratory", "blood drawn three times, a panel once, urine each hour", 58.0, "female", events, times)


def _gases() -> Patient:
    events = [Event(hour * HOUR - 900.0 * i, key, round(value + 0.01 * hour, 2))
              for hour in (1, 5, 6, 14) for i, (key, value) in enumerate(GASES.items())]
    events += [Event(hour * HOUR, "mechanical_ventilation", 1.0) for hour in (1, 2, 3)]
    events += [Event(t, "end_tidal_co2", 33.0 + t / 3000) for t in (600.0, 1200.0, 4200.0, 7800.0)]
    events += _charted(2, {}) + _charted(6, {"heart_rate": 20.0})
    return Patient("gases", "ventilated, arterial gases, several values of one variable in one step", 71.5, "male",
                   events, [600.0, HOUR, 1.5 * HOUR, 2 * HOUR, 5 * HOUR, 6 * HOUR, 6 * HOUR + 60.0, 14 * HOUR, 30 * HOUR])


def _refused() -> Patient:
    events = [
        Event(1000.0, "potassium", 4.4), Event(2000.0, "potassium", 44.0), Event(3000.0, "ph", 73.8), Event(3000.0, "ph", 8.0),
        Event(HOUR, "inspired_oxygen", 0.21), Event(HOUR, "glasgow_coma_scale", 2.0), Event(2 * HOUR, "glasgow_coma_scale", 3.0),
        Event(5000.0, "lactate", 50.0), Event(4000.0, "lactate", 1.1), Event(6000.0, "temperature", 98.6), Event(7000.0, "creatinine", 0.0),
        Event(2 * HOUR, "white_cells", 999.0),
    ]
    return Patient("refused", "implausible values are no observations; the bounds themselves are; values far out are clipped",
                   None, "other", events, [HOUR, 5000.0, 2 * HOUR, 3 * HOUR])


def made_up_normalisation(contract: Contract) -> Normalisation:
    """Round constants for the vectors: they hold C# to the arithmetic, whatever a later model's card says."""
    usual = USUAL | LABORATORY | GASES | {"mechanical_ventilation": 0.5, "end_tidal_co2": 36.0, "age_years": 60.0}
    mean = {key: usual[key] for key in (*contract.keys, "age_years")}
    std = {key: round(abs(value) / 5 + 0.1, 3) for key, value in mean.items()}
    return Normalisation(mean, std, clip=20.0)


VERSION_1 = ("Made-up patients and the 25 inputs of the version 1 models at each score time.", 1)
VERSION_2 = ("Made-up patients and all inputs at each score time, with made-up normalisation constants.", 2)


def write_features(
    path: Path, version: tuple[str, int], contract: Contract, norm: Normalisation, made_up: list[Patient]
) -> None:
    _write(path, {
        "description": f"{version[0]} t is in seconds since admission; events are in logged order. An expected number is the "
        "shortest decimal of a float32: C# must make the same bits.",
        "featuresVersion": version[1],
        "inputs": list(contract.inputs),
        "normalisation": norm.to_json(),
        "patients": [_features_of(p, contract, norm) for p in made_up],
    })


def _features_of(patient: Patient, contract: Contract, norm: Normalisation) -> dict:
    return {
        "name": patient.name, "text": patient.text, "age": patient.age, "sex": patient.sex,
        "events": [{"t": e.t, "vital": e.vital, "value": e.value} for e in patient.events],
        "scores": [
            {"t": at, "committed": is_committed(contract, at), "expected": _floats(row)}
            for at, row in zip(patient.times, rows_of(contract, norm, patient))
        ],
    }


def write_answers(path: Path, name: str, version: str, run: Run, state_size: int, contract: Contract, norm: Normalisation) -> None:
    """Answers of a version 2 model for the patients of both feature files; the state is not listed, only what it leads to."""
    _write(path, {
        "description": "Expected answers for the patients of features.json and features-2.json, within 1e-4. Every multiple of stepSeconds "
        "before a score time is committed first, listed or not; the state of a provisional score is discarded.",
        "model": name, "version": version,
        "patients": [{"name": p.name, "scores": [_answer(a) for a in serve(run, state_size, contract, norm, p)]}
                     for p in (*patients(), *laboratory_patients())],
    })


def _answer(answer: Answer) -> dict:
    numbers = {"risk": answer.risk, "alarm": answer.alarm, "attention": answer.attention}
    return {"t": answer.at, "committed": answer.committed, **{k: _floats(np.array([v]))[0] for k, v in numbers.items() if v is not None}}


def _floats(values: np.ndarray) -> list[float]:
    """float32 as the shortest decimal that reads back to the same bits."""
    return [float(np.format_float_positional(v, unique=True, trim="-")) for v in values.astype(np.float32)]


def _write(path: Path, document: dict) -> None:
    """One event or score a line: short enough to read, and a change shows in a diff."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {k: v for k, v in document.items() if k != "patients"}
    lines = ["{", *(f"  {json.dumps(k)}: {json.dumps(v)}," for k, v in head.items()), '  "patients": [']
    bodies = []
    for patient in document["patients"]:
        fields = []
        for key, value in patient.items():
            if key in ("events", "scores") and value:
                items = ",\n".join("        " + json.dumps(item) for item in value)
                fields.append(f"      {json.dumps(key)}: [\n{items}\n      ]")
            else:
                fields.append(f"      {json.dumps(key)}: {json.dumps(value)}")
        bodies.append("    {\n" + ",\n".join(fields) + "\n    }")
    path.write_text("\n".join(lines) + "\n" + ",\n".join(bodies) + "\n  ]\n}\n", encoding="utf-8")
