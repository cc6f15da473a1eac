"""Golden figures: made-up patients and scores with what Python computes for them, for the C# evaluation to reproduce.

No number here comes from a person. Stays begin late, have gaps, are septic from their first hour or turn so near the end; scores have
ties, exact decimal ties, zeros and ones. Run: python3 -m medai_training.golden_evaluation
"""

import json
from pathlib import Path

import numpy as np

from .alarm import AlarmScore, Level
from .evaluate import DRAWS, Evaluation, Frozen
from .ward import Ward

PATIENTS = 240
SEED = 20190
LABEL_LEAD_HOURS = 6
FILE = Path(__file__).resolve().parents[2] / "schemas" / "golden" / "evaluation.json"


def made_up_stays(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Hours and labels of each stay."""
    stays = []
    for p in range(PATIENTS):
        length = int(rng.integers(8, 34))
        hour = np.arange(length) + int(rng.choice([1, 1, 1, 1, 2, 3, 9]))
        if p % 6 == 0:
            hour = hour[(rng.random(length) > 0.25) | (np.arange(length) == 0)]
        label = np.zeros(len(hour), np.int64)
        if p % 5 == 1:
            first = 0 if p % 35 == 1 else int(rng.integers(1, len(hour)))
            label[first:] = 1
        stays.append((hour, label))
    return stays


def made_up_scores(rng: np.random.Generator, stays: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, dict]:
    """A probability, one in steps of a 64th with zeros and ones, a clinical score with missing values, one that may be negative, a steady one,
    and a probability with an alarm score of its own."""
    logit, ill = [], []
    for hour, label in stays:
        wave = np.cumsum(rng.normal(0, 0.35, len(hour))) + rng.normal(0, 0.7)
        near = np.convolve(label, np.ones(5) / 5)[: len(hour)] if label.any() else np.zeros(len(hour))
        logit.append(-3.4 + wave + rng.normal(0, 0.5, len(hour)) + 1.6 * near + 0.02 * hour)
        ill.append(wave + 0.9 * near)
    logit, ill = np.concatenate(logit), np.concatenate(ill)
    risk = 1 / (1 + np.exp(-logit))
    steps = np.ceil(64 * risk) / 64
    # A few only: many risks that are certain and wrong throw Newton's method off its way.
    steps[np.argsort(risk)[-3:]], steps[np.argsort(risk)[:5]] = 1.0, 0.0
    points = np.clip(np.round(3.2 + 1.5 * ill + rng.normal(0, 1, len(ill))), 0, 15)
    missing = rng.random(len(points)) < 0.04
    length = np.array([len(hour) for hour, _ in stays])
    # Rises once and stays up: by crossings it finds nearly nobody in time, whatever the threshold.
    steady = np.concatenate([np.maximum.accumulate(r) for r in np.split(np.round(risk, 2), np.cumsum(length)[:-1])])
    held = AlarmScore(Level(weight=0.7, half_life_hours=4.0), 1.6, -1.4).of(logit, np.cumsum(length) - length, length)
    margin = np.round(ill + rng.normal(0, 0.5, len(ill)), 3)
    return {
        "smooth": {"probability": True, "clinical": False, "frozen": (0.131, 0.0417), "score": risk.astype(np.float32)},
        "steps": {"probability": True, "clinical": False, "frozen": (0.188, 0.0781), "score": steps.astype(np.float32)},
        "points": {"probability": False, "clinical": True, "frozen": (6.0, 4.0), "score": points, "missing": missing},
        "margin": {"probability": False, "clinical": False, "frozen": (2.15, -0.318), "score": margin.astype(np.float32)},
        "steady": {"probability": True, "clinical": False, "frozen": (0.15, 0.05), "score": steady.astype(np.float32)},
        "held": {"probability": True, "clinical": False, "frozen": (0.109, 0.0417), "score": risk.astype(np.float32),
                 "alarm": held.astype(np.float32)},
    }


def ward_of(stays: list[tuple[np.ndarray, np.ndarray]]) -> Ward:
    first = np.concatenate([[0], np.cumsum([len(hour) for hour, _ in stays])]).astype(np.int64)
    onset = np.array([hour[label.argmax()] + LABEL_LEAD_HOURS if label.any() else -1 for hour, label in stays], np.int64)
    return Ward(first, np.concatenate([h for h, _ in stays]).astype(np.int64), np.concatenate([y for _, y in stays]).astype(np.float64), onset)


def document() -> dict:
    rng = np.random.default_rng(SEED)
    stays = made_up_stays(rng)
    columns = made_up_scores(rng, stays)
    ward = ward_of(stays)
    judged = {name: np.where(c["missing"], 0, c["score"]).astype(np.float64) if "missing" in c else c["score"].astype(np.float64)
              for name, c in columns.items()}
    evaluation = Evaluation(ward, judged["points"])
    models = []
    for name, column in columns.items():
        frozen = Frozen(*column["frozen"])
        alarm = column["alarm"].astype(np.float64) if "alarm" in column else None
        figures = evaluation.figures(judged[name], frozen, column["probability"], alarm)
        models.append({"name": name, "probability": column["probability"], "clinical": column["clinical"],
                       "frozen": {"alert": frozen.alert, "utility": frozen.utility}, "scores": _scores(column),
                       **({} if alarm is None else {"alarms": [_shortest(s) for s in column["alarm"]]}), "figures": figures})
    return {
        "description": "Made-up patients and scores with Python's figures by docs/evaluation.md. NEWS2 is the column points; null is a "
        "missing score; labels has a digit for each hour. A score is the shortest decimal of a float32. alarms, where a model "
        "has them, are its alarm scores: figures of alarms are of them, all others of scores.",
        "news2": "points", "draws": DRAWS,
        "patients": [{"id": f"p{p}", "hours": hour.tolist(), "labels": "".join(map(str, label))} for p, (hour, label) in enumerate(stays)],
        "models": models,
    }


def _scores(column: dict) -> list[float | None]:
    missing = column.get("missing", np.zeros(len(column["score"]), bool))
    return [None if gone else _shortest(score) for score, gone in zip(column["score"], missing)]


def _shortest(score: np.floating) -> float | int:
    value = float(np.format_float_positional(np.float32(score), unique=True, trim="-"))
    return int(value) if value.is_integer() else value


def write(path: Path = FILE) -> None:
    """One patient, and one model's scores, a line."""
    made = document()
    patients = ",\n".join("    " + json.dumps(p, separators=(",", ":")) for p in made.pop("patients"))
    models = []
    for model in made.pop("models"):
        columns = {name: model.pop(name) for name in ("scores", "alarms") if name in model}
        figures = model.pop("figures")
        fields = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in model.items()]
        fields += [f'"{name}": {json.dumps(column, separators=(",", ":"))}' for name, column in columns.items()]
        fields.append(f'"figures": {json.dumps(figures)}')
        models.append("    {\n      " + ",\n      ".join(fields) + "\n    }")
    head = "".join(f"  {json.dumps(k)}: {json.dumps(v)},\n" for k, v in made.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + head + '  "patients": [\n' + patients + '\n  ],\n  "models": [\n' + ",\n".join(models) + "\n  ]\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
