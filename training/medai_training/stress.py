"""How a model holds where care is charted otherwise: the validation patients with channels removed, thinned, or of one unit only."""

import numpy as np

from .cohort import Cohort
from .degrade import laboratory, thinned, without
from .evaluate import Evaluation, auroc, ece
from .features import VITALS, Contract
from .members import Model
from .prepared import Prepared
from .scoring import scores

# What a hospital draws, or leaves out, together.
GROUPS = {
    "blood gases": ("base_excess", "bicarbonate", "ph", "paco2", "sao2", "lactate"),
    "chemistry": ("urea_nitrogen", "creatinine", "calcium", "chloride", "potassium", "magnesium", "phosphate", "glucose"),
    "liver": ("ast", "alkaline_phosphatase", "direct_bilirubin", "total_bilirubin"),
    "blood count": ("hematocrit", "hemoglobin", "white_cells", "platelets"),
    "clotting": ("partial_thromboplastin_time", "fibrinogen"),
    "troponin": ("troponin_i",),
    "pressures": ("systolic_pressure", "mean_pressure", "diastolic_pressure"),
}
UNITS = {1: "unit 1", 2: "unit 2", 0: "unit not said"}


def stress(prepared: Prepared, model: Model, evaluation: Evaluation) -> dict[str, dict[str, float]]:
    """AUROC, calibration error and mean risk on the validation patients under each change."""
    whole = prepared.parts["validation"]
    label = evaluation.ward.label
    found = {}
    for name, cohort in _changed(whole, prepared.contract).items():
        risk = scores(prepared, model, cohort()).risk
        found[name] = _figures(label, risk)
        print(f"  {name}: {found[name]['auroc']:.4f}", flush=True)
        if name == "as charted":
            unit = whole.unit[evaluation.ward.rows_patient]
            found |= {f"only {said}": _figures(label[unit == which], risk[unit == which]) for which, said in UNITS.items()}
    return found


def _figures(label: np.ndarray, risk: np.ndarray) -> dict[str, float]:
    return {"auroc": auroc(label, risk), "ece": ece(label, risk), "meanRisk": float(risk.mean())}


def _changed(whole: Cohort, contract: Contract) -> dict:
    """By name, what makes the changed cohort: a copy of all values is large, so there is one at a time."""
    keys = contract.keys
    drawn = laboratory(contract)
    vitals = [i for i, k in enumerate(keys) if k in VITALS]
    changed = {"as charted": lambda: whole, "vital signs thinned by half": lambda: thinned(whole, vitals, 0.5, np.random.default_rng(1))}
    removed = {key: [keys.index(key)] for key in (*VITALS, "inspired_oxygen") if key in keys}
    removed |= {group: [keys.index(k) for k in members] for group, members in GROUPS.items() if all(k in keys for k in members)}
    if drawn:
        changed["laboratory thinned by half"] = lambda: thinned(whole, drawn, 0.5, np.random.default_rng(2))
        removed["laboratory"] = drawn
    return changed | {f"no {name}": lambda channels=channels: without(whole, channels) for name, channels in removed.items()}
