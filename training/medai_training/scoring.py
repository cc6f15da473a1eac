"""What fitted members and whole models say of every scored hour of a cohort."""

import numpy as np
from torch import nn

from . import calibrate
from .cohort import Cohort
from .fit import Settings, score
from .members import LinearMember, Model, TreeMember
from .prepared import Prepared
from .tensors import PatientTensors

Member = nn.Module | TreeMember | LinearMember


def member_logits(prepared: Prepared, members: list[Member], cohort: Cohort) -> list[np.ndarray]:
    """One logit a scored hour and member; `cohort` has the variables of what is prepared."""
    features = prepared.features(cohort) if any(not isinstance(m, nn.Module) for m in members) else None
    tensors = PatientTensors(cohort, prepared.contract, prepared.norm) if any(isinstance(m, nn.Module) for m in members) else None
    return [
        score(m, tensors, Settings()).committed if isinstance(m, nn.Module) else m.logits(features)[cohort.recorded].astype(np.float64)
        for m in members
    ]


def calibrated(prepared: Prepared, members: list[Member]) -> Model:
    """Each member is calibrated by itself, so that all speak on one scale; then their mean is."""
    validation = prepared.parts["validation"]
    label = validation.label[validation.recorded]
    logits = member_logits(prepared, members, validation)
    single = [calibrate.platt(logit, label) for logit in logits]
    mean = np.mean([a * logit + b for (a, b), logit in zip(single, logits)], axis=0)
    slope, offset = calibrate.platt(mean, label)
    share = 1 / len(members)
    weights = [slope * a * share for a, _ in single]
    networks = [i for i, m in enumerate(members) if isinstance(m, nn.Module)]
    behind = [i for i in range(len(members)) if i not in networks]
    return Model(prepared.contract, [members[i] for i in networks], [members[i] for i in behind],
                 [weights[i] for i in (*networks, *behind)], offset + slope * share * sum(b for _, b in single))


def risks(prepared: Prepared, model: Model, cohort: Cohort) -> np.ndarray:
    """The model's probability of every scored hour."""
    logits = member_logits(prepared, [*model.networks, *model.behind], cohort)
    return calibrate.sigmoid(model.offset + sum(w * logit for w, logit in zip(model.weights, logits)))
