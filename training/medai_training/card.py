"""The card beside each model.onnx: all that the service, and a reader, must know about it."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from .alarm import AlarmScore
from .evaluate import Frozen
from .features import Contract, Normalisation

CLEAR_RATIO = 0.8
LIMITATIONS = [
    "Research model. It is part of a secondary monitor, is not a medical device, and must not be the only reason for or against care.",
    "Learned from the intensive care patients of one hospital, charted hourly. It has not been judged on any other hospital, ward or "
    "country, nor on children, nor on wearable or bedside data at second resolution.",
    "Labels are retrospective (Sepsis-3 by chart: suspicion of infection and organ failure). They name when clinicians acted as well as when "
    "patients changed, so part of what is learned is how care was given.",
    "After about 56 hours this hospital's records hold mostly septic patients (a way of selecting records, not of patients), so the "
    "risk rises with the time since admission for that reason alone.",
    "Most alarms are not followed by sepsis within 12 hours: read the number needed to evaluate before use.",
    "NEWS2 here is partial (no consciousness, oxygen only where charted), hence a lower bound of what the full score would do.",
]


@dataclass
class Candidate:
    """One trained model on its way to a folder: what it is, and what has been found out about it."""

    name: str
    version: str
    inputs: str
    text: str
    contract: Contract
    norm: Normalisation
    alarm: AlarmScore | None = None
    state_size: int = 0
    sha256: str = ""
    frozen: Frozen | None = None
    metrics: dict = field(default_factory=dict)
    reference: dict = field(default_factory=dict)


def normalisation_of(candidate: Candidate) -> dict:
    """Only the constants that the model's inputs need: the service refuses others."""
    wanted = [*candidate.contract.keys, *(n for n in ("age_years",) if n in candidate.contract.inputs)]
    constants = candidate.norm.to_json()
    return {**constants, "mean": {k: candidate.norm.mean[k] for k in wanted}, "std": {k: candidate.norm.std[k] for k in wanted}}


def alarm_of(candidate: Candidate) -> dict:
    """Nothing for a model whose alarms are raised from its risk."""
    if candidate.alarm is None:
        return {}
    level = candidate.alarm.level
    return {"alarm": {
        "name": "alarm",
        "meaning": f"the risk held against the patient's own recent level, 0 to 1: the risk's logit less {level.weight:g} of the mean of the logits "
        f"of earlier committed hours (half-life {level.half_life_hours:g} h), calibrated; alarms are raised from it, and it is not the risk",
        "weight": level.weight,
        "halfLifeHours": level.half_life_hours,
    }}


def thresholds_of(candidate: Candidate) -> dict:
    frozen = candidate.frozen
    about = "alert and clear are about the alarm score, utility about the risk. " if candidate.alarm else ""
    return {
        "alert": frozen.alert,
        "clear": float(f"{CLEAR_RATIO * frozen.alert:.6g}"),
        "utility": frozen.utility,
        "how": f"{about}alert: on the validation patients, the highest threshold at which re-armed alarms (at or above it, at most one in 6 h) "
        "find as large a share of the septic patients in the 12 h before onset as those of NEWS2 >= 7 do; where none does, the one that finds "
        "most. utility: the one with the greatest utility of the PhysioNet/CinC Challenge 2019 there. See docs/evaluation.md. clear: "
        f"{CLEAR_RATIO} * alert.",
    }


def limitations_of(candidate: Candidate) -> list[str]:
    if candidate.alarm is None:
        return LIMITATIONS
    steady = candidate.alarm.steady_risk(candidate.frozen.alert)
    return [*LIMITATIONS, "The alarm score is about change: a patient whose risk has long been the same alarms only where it is "
            f"{steady:.2f} or more. Who is in danger all along is seen by the risk, not by the alarms."]


def write_card(path: Path, candidate: Candidate, run: dict) -> None:
    """`run` says how the model was made (split, patients, seed, command); the file ends up beside model.onnx."""
    card = {
        "name": candidate.name,
        "version": candidate.version,
        "kind": "recurrent" if candidate.state_size else "stateless",
        "task": "sepsis",
        "predicts": "risk of sepsis onset within six hours",
        "text": candidate.text,
        "inputSet": candidate.inputs,
        "inputs": list(candidate.contract.inputs),
        "stepSeconds": candidate.contract.step_seconds,
        "stateSize": candidate.state_size,
        "normalisation": normalisation_of(candidate),
        # Edges are kept as they were counted by.
        "inputReference": candidate.reference,
        "output": {
            "name": "risk",
            "meaning": "calibrated probability that sepsis began already or will begin within the horizon",
            "horizon": "PT6H",
        },
        **alarm_of(candidate),
        "thresholds": thresholds_of(candidate),
        "training": {
            "data": "PhysioNet/Computing in Cardiology Challenge 2019, training set A (one hospital)",
            "doi": "10.13026/v64v-d857",
            "licence": "CC BY 4.0",
            "citation": "Reyna et al. 2019; Goldberger et al. 2000, Circulation 101(23):e215-e220",
            **run,
        },
        "metrics": candidate.metrics,
        "limitations": limitations_of(candidate),
        "sha256": candidate.sha256,
    }
    path.write_text(written(card), encoding="utf-8")


def written(card: dict) -> str:
    """The text of a card."""
    text = json.dumps(_short(card), indent=2, ensure_ascii=False)
    # A list of numbers stands on one line: a column of digits helps nobody.
    text = re.sub(r"\[\s+([-+.\de,\s]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    return f"{text}\n"


def _short(value):
    """Figures to six significant digits: more would claim a precision they do not have. Lists of numbers stay as they are."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {k: v if k in ("normalisation", "inputReference", "thresholds") else _short(v) for k, v in value.items()}
    return [_short(v) for v in value] if isinstance(value, list) else value
