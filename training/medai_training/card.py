"""The card beside each model.onnx: all that the service, and a reader, must know about it."""

import json
from dataclasses import dataclass
from pathlib import Path

from .cohort import Stay
from .evaluate import CLEAR_RATIO, HIT_WINDOW_HOURS, LOCK_OUT_HOURS
from .features import Contract, Normalisation

VERSION = "1.0.0"
LIMITATIONS = [
    "Research model. It is part of a secondary monitor, is not a medical device, and must not be the only reason for or against care.",
    "Learned from the intensive care patients of one hospital, charted hourly. It has not been judged on any other hospital, ward or "
    "country, nor on children, nor on wearable or bedside data at second resolution.",
    "Labels are retrospective (Sepsis-3 by chart: suspicion of infection and organ failure). They name when clinicians acted as well as when "
    "patients changed, so part of what is learned is how care was given.",
    "Seven vital signs, age, sex and the time since admission only; no laboratory value, treatment, oxygen therapy or consciousness.",
    "After about 56 hours this hospital's records hold mostly septic patients (a way of selecting records, not of patients), so the "
    "risk rises with the time since admission for that reason alone. The figures of the first 56 hours are free of it.",
    "Most septic patients are not announced by an alarm in the 12 hours before onset at the shipped threshold, and most alarms are not "
    "followed by sepsis within 12 hours: read both figures before use.",
    "NEWS2 here is partial (no oxygen, no consciousness), hence a lower bound of what the full score would do.",
]


@dataclass(frozen=True)
class Subject:
    """What differs between the two cards."""

    name: str
    kind: str
    text: str
    state_size: int
    epochs: int
    sha256: str


def write_card(path: Path, subject: Subject, contract: Contract, norm: Normalisation, thresholds: dict, metrics: dict, run: dict) -> None:
    """`run` says how the model was made (seed, command, patients by split); the file ends up beside model.onnx."""
    card = {
        "name": subject.name,
        "version": VERSION,
        "kind": subject.kind,
        "task": "risk of sepsis onset within six hours, from vital signs",
        "text": subject.text,
        "inputs": list(contract.inputs),
        "stepSeconds": contract.step_seconds,
        "stateSize": subject.state_size,
        "normalisation": norm.to_json(),
        "output": {
            "name": "risk",
            "meaning": "calibrated probability that sepsis began already or will begin within the horizon",
            "horizon": "PT6H",
        },
        "thresholds": {
            **thresholds,
            "how": "alert: on the validation patients, the highest threshold whose patient-level sensitivity reaches that of NEWS2 >= 7 under "
            f"the same alarm rule; clear = {CLEAR_RATIO} * alert. Alarm rule: raised when the score reaches alert, re-armed when it falls "
            f"below clear, at most one in {LOCK_OUT_HOURS} h; a hit is an alarm in the {HIT_WINDOW_HOURS} h before onset.",
        },
        "training": {
            "data": "PhysioNet/Computing in Cardiology Challenge 2019, training set A (one hospital)",
            "doi": "10.13026/v64v-d857",
            "licence": "CC BY 4.0",
            "citation": "Reyna et al. 2019; Goldberger et al. 2000, Circulation 101(23):e215-e220",
            "epochs": subject.epochs,
            **run,
        },
        "metrics": metrics,
        "limitations": LIMITATIONS,
        "sha256": subject.sha256,
    }
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def counts(split: list[Stay]) -> dict:
    return {
        "patients": len(split),
        "septic": sum(s.septic for s in split),
        "steps": int(sum(s.recorded.sum() for s in split)),
    }


BEGIN, END = "<!-- figures: written by the training run -->", "<!-- end of figures -->"


def write_table(readme: Path, metrics: dict[str, dict]) -> None:
    """Replaces the figures in a README, so that the table can never be older than the models."""
    text = readme.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{readme}: the markers '{BEGIN}' and '{END}' are missing, so there is no place for the figures")
    readme.write_text(f"{before}{BEGIN}\n{_table(metrics)}{END}{after}", encoding="utf-8")


def _table(metrics: dict[str, dict]) -> str:
    part = "test" if all("test" in m for m in metrics.values()) else "validation"
    some = next(iter(metrics.values()))[part]
    rows = [(name, m[part]["model"]) for name, m in metrics.items()]
    rows += [(f"{name}, between steps", m[part]["provisional"]) for name, m in metrics.items()]
    rows += [("NEWS2 (partial)", some["baselines"]["news2"]), ("time in ICU only", some["baselines"]["timeInIcuOnly"])]
    head = (
        f"Figures of the {part} patients; prevalence of the label {100 * rows[0][1]['prevalence']:.2f} % of hours.\n\n"
        "| score | AUROC | first 56 h | AUPRC | first 56 h | Brier | ECE | sensitivity | alarms per patient-day | alarms in window |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(f"| {name} | {_cells(f)} |\n" for name, f in rows)


def _cells(figures: dict) -> str:
    alarm = figures.get("alarms", {})
    cells = [figures[k] for k in ("auroc", "aurocFirst56h", "auprc", "auprcFirst56h")]
    text = [f"{c:.3f}" for c in cells]
    text += [f"{figures[k]:.4f}" if k in figures else "" for k in ("brier", "ece")]
    text += [f"{alarm[k]:.3f}" if k in alarm else "" for k in ("patientSensitivity", "alarmsPerPatientDay", "alarmsInWindowShare")]
    return " | ".join(text)
