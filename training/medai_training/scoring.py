"""What fitted members and whole models say of every scored hour of a cohort."""

from dataclasses import dataclass, replace

import numpy as np
from torch import nn

from . import calibrate
from .alarm import AlarmScore, Level
from .cohort import Cohort
from .fit import Settings, score
from .members import LinearMember, Model, TreeMember
from .network import Narrowed
from .prepared import Prepared
from .tensors import PatientTensors

Member = nn.Module | TreeMember | LinearMember


def member_logits(prepared: Prepared, members: list[Member], cohort: Cohort) -> list[np.ndarray]:
    """One logit a committed step and member, empty steps too; `cohort` has the variables of what is prepared."""
    features = prepared.features(cohort) if any(not isinstance(m, nn.Module) for m in members) else None
    tensors = PatientTensors(cohort, prepared.contract, prepared.norm) if any(isinstance(m, nn.Module) for m in members) else None
    return [
        score(m, tensors, Settings()).every if isinstance(m, nn.Module) else m.logits(features).astype(np.float64)
        for m in members
    ]


def placed(member: Member, own: Prepared, whole: Prepared) -> Member:
    """The member as it stands in a model with more inputs: networks take theirs, trees find their features in the wider summary.

    A feature of one name is the same number in both summaries, since each variable is summed up by itself.
    """
    if isinstance(member, nn.Module):
        if own is whole:
            return member
        return Narrowed(member, [whole.contract.inputs.index(n) for n in own.contract.inputs])
    columns = np.array([whole.summary.names.index(own.summary.names[c]) for c in member.columns])
    return replace(member, summary=whole.summary, columns=columns)


def calibrated(prepared: Prepared, members: list[Member], level: Level | None = None) -> Model:
    """Each member is calibrated by itself, so that all speak on one scale; then their mean is, and the alarm score where there is a level."""
    validation = prepared.parts["validation"]
    scored = validation.recorded
    label = validation.label[scored]
    logits = member_logits(prepared, members, validation)
    single = [calibrate.platt(logit[scored], label) for logit in logits]
    mean = np.mean([a * logit + b for (a, b), logit in zip(single, logits)], axis=0)
    slope, offset = calibrate.platt(mean[scored], label)
    alarm = None
    if level is not None:
        risen = level.risen(slope * mean + offset, validation.offset, validation.length)
        alarm = AlarmScore(level, *calibrate.platt(risen[scored], label))
    share = 1 / len(members)
    weights = [slope * a * share for a, _ in single]
    networks = [i for i, m in enumerate(members) if isinstance(m, nn.Module)]
    behind = [i for i in range(len(members)) if i not in networks]
    return Model(prepared.contract, [members[i] for i in networks], [members[i] for i in behind],
                 [weights[i] for i in (*networks, *behind)], offset + slope * share * sum(b for _, b in single), alarm)


@dataclass(frozen=True)
class Scores:
    """What a model says of every scored hour: its probability, and what alarms are raised from (the probability where there is no alarm score)."""

    risk: np.ndarray
    alarm: np.ndarray


def total_logit(prepared: Prepared, model: Model, cohort: Cohort) -> np.ndarray:
    """The logit of the risk at every committed step."""
    logits = member_logits(prepared, [*model.networks, *model.behind], cohort)
    return model.offset + sum(w * logit for w, logit in zip(model.weights, logits))


def scores(prepared: Prepared, model: Model, cohort: Cohort) -> Scores:
    total = total_logit(prepared, model, cohort)
    risk = calibrate.sigmoid(total[cohort.recorded])
    if model.alarm is None:
        return Scores(risk, risk)
    return Scores(risk, model.alarm.of(total, cohort.offset, cohort.length)[cohort.recorded])
