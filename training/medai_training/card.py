"""The card beside each model.onnx: all that the service, and a reader, must know about it."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from . import evaluate
from .features import Contract, Normalisation
from .fit import Logits

VERSION = "1.0.0"
LIMITATIONS = [
    "Research model. It is part of a secondary monitor, is not a medical device, and must not be the only reason for or against care.",
    "Learned from the intensive care patients of one hospital, charted hourly. It has not been judged on any other hospital, ward or "
    "country, nor on children, nor on wearable or bedside data at second resolution.",
    "Labels are retrospective (Sepsis-3 by chart: suspicion of infection and organ failure). They name when clinicians acted as well as when "
    "patients changed, so part of what is learned is how care was given.",
    "Seven vital signs, age, sex and the time since admission only; no laboratory value, treatment, oxygen therapy or consciousness.",
    "After about 56 hours this hospital's records hold mostly septic patients (a way of selecting records, not of patients), so the "
    "risk rises with the time since admission for that reason alone. Training gives those hours a fifth of the weight; the figures of "
    "the first 56 hours are free of it.",
    "Most septic patients are not announced by an alarm in the 12 hours before onset at the shipped threshold, and most alarms are not "
    "followed by sepsis within 12 hours: read both figures before use.",
    "NEWS2 here is partial (no oxygen, no consciousness), hence a lower bound of what the full score would do.",
]

TEST_USE = (
    "Settings were chosen on the validation patients alone. The test patients were scored twice: for an earlier candidate, which gave way "
    "because it alarmed more often at equal sensitivity on the validation patients, and for this one."
)
BEGIN, END = "<!-- figures: written by the training run -->", "<!-- end of figures -->"


@dataclass
class Candidate:
    """One trained model on its way to a folder: how it is served, and what has been found out about it."""

    name: str
    text: str
    logits: Logits
    step: nn.Module
    last_layer: nn.Linear
    state_size: int
    epochs: int | None
    alert: float = math.nan
    metrics: dict = field(default_factory=dict)


def write_card(path: Path, candidate: Candidate, sha256: str, contract: Contract, norm: Normalisation, run: dict) -> None:
    """`run` says how the model was made (split, patients, seed, command); the file ends up beside model.onnx."""
    card = {
        "name": candidate.name,
        "version": VERSION,
        "kind": "recurrent" if candidate.state_size else "stateless",
        "task": "risk of sepsis onset within six hours, from vital signs",
        "text": candidate.text,
        "inputs": list(contract.inputs),
        "stepSeconds": contract.step_seconds,
        "stateSize": candidate.state_size,
        "normalisation": norm.to_json(),
        "output": {
            "name": "risk",
            "meaning": "calibrated probability that sepsis began already or will begin within the horizon",
            "horizon": "PT6H",
        },
        "thresholds": {
            "alert": candidate.alert,
            "clear": evaluate.figure(evaluate.CLEAR_RATIO * candidate.alert, 6),
            "how": "alert: on the validation patients, the highest threshold whose patient-level sensitivity reaches that of NEWS2 >= 7 under "
            f"the same alarm rule; clear = {evaluate.CLEAR_RATIO} * alert. Alarm rule: raised when the score reaches alert, re-armed when it falls "
            f"below clear, at most one in {evaluate.LOCK_OUT_HOURS} h; a hit is an alarm in the {evaluate.HIT_WINDOW_HOURS} h before onset.",
        },
        "training": {
            "data": "PhysioNet/Computing in Cardiology Challenge 2019, training set A (one hospital)",
            "doi": "10.13026/v64v-d857",
            "licence": "CC BY 4.0",
            "citation": "Reyna et al. 2019; Goldberger et al. 2000, Circulation 101(23):e215-e220",
            "testUse": TEST_USE,
            **run,
            "epochs": candidate.epochs,
        },
        "metrics": candidate.metrics,
        "limitations": LIMITATIONS,
        "sha256": sha256,
    }
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")




def write_table(readme: Path, candidates: list[Candidate]) -> None:
    """Replaces the figures in a README, so that the table can never be older than the models."""
    text = readme.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{readme}: the markers '{BEGIN}' and '{END}' are missing, so there is no place for the figures")
    readme.write_text(f"{before}{BEGIN}\n{_table(candidates)}{END}{after}", encoding="utf-8")


def _table(candidates: list[Candidate]) -> str:
    part = "test" if all("test" in c.metrics for c in candidates) else "validation"
    rows = [(c.name, c.metrics[part]["model"]) for c in candidates]
    rows += [(f"{c.name}, between steps", c.metrics[part]["provisional"]) for c in candidates]
    baselines = candidates[0].metrics[part]["baselines"]
    rows += [("NEWS2 (partial)", baselines["news2"]), ("time in ICU only", baselines["timeInIcuOnly"])]
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
