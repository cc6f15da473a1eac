"""The card of the acuity model: all that the service, and a reader, must know about it."""

from dataclasses import dataclass, field
from pathlib import Path

from .card import CLEAR_RATIO, normalisation_of, written
from .features import Contract, Normalisation

NAME, VERSION = "acuity", "1.0.0"
LIMITATIONS = [
    "Research model. It is part of a secondary monitor, is not a medical device, and must not be the only reason for or against care, least of all "
    "for ending it.",
    "Learned from adults of four intensive care units of one hospital, recorded before 2012, who stayed at least 48 hours: who died or left earlier is "
    "not among them, so risks in the first hours are those of a patient who will stay that long.",
    "Calibrated at the end of hour 48. Before, the risk ranks stays less well and is less sure; after, it is carried on by a model that has not seen "
    "such stays.",
    "What was measured, and how often, is the clinicians' judgement as much as the patient's state. Oxygen saturation by pulse oximetry is not in the "
    "data; the kind of intensive care unit and the reason for admission are not inputs.",
    "Death in hospital depends on decisions about treatment, which are not in the data.",
]


@dataclass
class Candidate:
    """The model on its way to its folder."""

    contract: Contract
    norm: Normalisation
    state_size: int
    threshold: float
    reference: dict
    sha256: str = ""
    metrics: dict = field(default_factory=dict)


def write_card(path: Path, candidate: Candidate, run: dict) -> None:
    """`run` says how the model was made (data, seed, command)."""
    card = {
        "name": NAME,
        "version": VERSION,
        "kind": "recurrent",
        "task": "acuity",
        "predicts": "risk of death in hospital",
        "text": "mean of the logits of gradient-boosted trees and of networks with one hidden layer, several of each, on features of the whole stay so far",
        "inputSet": "all",
        "inputs": list(candidate.contract.inputs),
        "stepSeconds": candidate.contract.step_seconds,
        "stateSize": candidate.state_size,
        "normalisation": normalisation_of(candidate),
        "inputReference": candidate.reference,
        "output": {
            "name": "risk",
            "meaning": "calibrated probability that the patient will die in hospital",
            "horizon": "the hospital stay; judged at the end of hour 48 of intensive care",
        },
        "thresholds": {
            "alert": candidate.threshold,
            "clear": float(f"{CLEAR_RATIO * candidate.threshold:.6g}"),
            "how": "alert: the threshold with the greatest min(sensitivity, precision) at hour 48 in cross-validation within set a (event 1 of the "
            f"challenge). clear: {CLEAR_RATIO} * alert.",
        },
        "training": {
            "data": "PhysioNet/Computing in Cardiology Challenge 2012, set a",
            "licence": "ODC-BY 1.0",
            "citation": "Silva et al. 2012, Computing in Cardiology 39:245-248; Goldberger et al. 2000, Circulation 101(23):e215-e220",
            **run,
        },
        "metrics": candidate.metrics,
        "limitations": LIMITATIONS,
        "sha256": candidate.sha256,
    }
    path.write_text(written(card), encoding="utf-8")
