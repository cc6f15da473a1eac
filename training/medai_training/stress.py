"""How a model holds where care is charted otherwise: the validation patients with channels removed, thinned, or of one unit only."""

import numpy as np

from .degrade import laboratory, thinned, without
from .evaluate import Evaluation, auroc
from .features import VITALS
from .members import Model
from .prepared import Prepared
from .scoring import risks


def stress(prepared: Prepared, model: Model, evaluation: Evaluation) -> dict[str, float]:
    """AUROC on the validation patients under each change."""
    whole = prepared.parts["validation"]
    keys = prepared.contract.keys
    laboratories = laboratory(prepared.contract)
    vitals = [i for i, k in enumerate(keys) if k in VITALS]
    changed = {"as charted": whole, "vital signs thinned by half": thinned(whole, vitals, 0.5, np.random.default_rng(1))}
    if laboratories:
        changed["laboratory thinned by half"] = thinned(whole, laboratories, 0.5, np.random.default_rng(2))
        changed["no laboratory"] = without(whole, laboratories)
    changed |= {f"no {key}": without(whole, [i]) for i, key in enumerate(keys)}
    found = {}
    for name, cohort in changed.items():
        risk = risks(prepared, model, cohort)
        found[name] = auroc(evaluation.ward.label, risk)
        if name == "as charted":
            unit = whole.unit[evaluation.ward.rows_patient]
            for which, said in ((1, "unit 1"), (2, "unit 2"), (0, "unit not said")):
                at = unit == which
                found[f"only {said}"] = auroc(evaluation.ward.label[at], risk[at])
        print(f"  {name}: {found[name]:.4f}", flush=True)
    return found
