"""What a vital sign does alone: the risk where one sign is put to a bad value for the last hours and everything else stays as it is."""

from dataclasses import dataclass

import numpy as np
import torch

from .cohort import Cohort
from .features import SINCE_CAP_HOURS, Contract
from .members import Front, Model, TreeMember
from .prepared import Prepared
from .rows import carry, committed_rows

WINDOW_HOURS = 6
PATIENTS = 500
# A smaller change of a logit is rounding.
NOTHING = 1e-5


@dataclass(frozen=True)
class Sign:
    """A vital sign at a bad value; `high` where high ones are, `scaled` are multiplied by what it is multiplied by."""

    key: str
    value: float
    high: bool = True
    scaled: tuple[str, ...] = ()


SIGNS = {
    "SpO2 85 %": Sign("spo2", 85.0, high=False),
    "respiratory rate 32": Sign("respiratory_rate", 32.0),
    "heart rate 135": Sign("heart_rate", 135.0),
    "systolic pressure 75": Sign("systolic_pressure", 75.0, high=False, scaled=("mean_pressure", "diastolic_pressure")),
    "temperature 39.5": Sign("temperature", 39.5),
}


def alone(prepared: Prepared, model: Model) -> dict[str, tuple[float, float]]:
    """By sign, on the first validation patients: mean change of the risk's logit, and the share of hours where it falls."""
    validation = prepared.parts["validation"]
    few = validation.part(np.arange(min(PATIENTS, len(validation.length))))
    found = {}
    for name, sign in SIGNS.items():
        change = changes(prepared, model, few, sign).sum(0)
        found[name] = float(change.mean()), float((change < -NOTHING).mean())
    return found


def changes(prepared: Prepared, model: Model, cohort: Cohort, sign: Sign) -> np.ndarray:
    """[members, hours]: how each member's part of the logit changes, at every hour at which the sign was charted."""
    contract, front = prepared.contract, model.front()
    rows = committed_rows(cohort, contract, prepared.norm)
    bad = committed_rows(worsened(cohort, contract, sign), contract, prepared.norm)
    end = np.flatnonzero(~np.isnan(cohort.values[:, contract.keys.index(sign.key)]) & cohort.recorded)
    first = np.maximum(end - WINDOW_HOURS + 1, cohort.offset[cohort.rows_patient[end]])
    before = _states(front, rows, cohort)
    with torch.no_grad():
        usual = _parts(model, front(torch.from_numpy(rows[end]), before[end]))
        state = before[first]
        for ago in range(WINDOW_HOURS - 1, -1, -1):
            begun = np.flatnonzero(end - ago >= first)
            at = end[begun] - ago
            x = _mixed(rows[at], bad[at], at - first[begun], contract, (sign.key, *sign.scaled))
            answer = front(torch.from_numpy(x), state[begun])
            state[begun] = answer[len(model.weights)]
    return _parts(model, answer) - usual


def worsened(cohort: Cohort, contract: Contract, sign: Sign) -> Cohort:
    """The sign at its bad value wherever it was charted; where it was worse already it stays."""
    place = contract.keys.index(sign.key)
    worse = np.maximum if sign.high else np.minimum
    values = cohort.values.copy()
    values[:, place] = worse(values[:, place], sign.value)
    now = carry(cohort)[0][:, place]
    factor = np.nan_to_num(worse(now, sign.value) / now, nan=1.0)
    for key in sign.scaled:
        values[:, contract.keys.index(key)] *= factor
    return cohort.with_values(values)


def _mixed(rows: np.ndarray, bad: np.ndarray, hours: np.ndarray, contract: Contract, keys: tuple[str, ...]) -> np.ndarray:
    """The rows with the bad values of those keys that were charted in the last `hours` and in this one; older ones are carried as they were."""
    mixed = rows.copy()
    for key in keys:
        value, since = (contract.inputs.index(f"{key}.{what}") for what in ("value", "hours_since_last"))
        new = np.rint(rows[:, since] * SINCE_CAP_HOURS) <= hours
        mixed[new, value] = bad[new, value]
    return mixed


def _states(front: Front, rows: np.ndarray, cohort: Cohort) -> torch.Tensor:
    """The members' state before every row."""
    order = np.argsort(-cohort.length, kind="stable")
    lengths, starts = cohort.length[order], cohort.offset[order]
    before = torch.zeros(len(rows), sum(front.sizes))
    place = front.outputs.index(front.state_name)
    with torch.no_grad():
        for step in range(1, int(lengths[0])):
            at = starts[: int(np.searchsorted(-lengths, -step, side="left"))] + step
            before[at] = front(torch.from_numpy(rows[at - 1]), before[at - 1])[place]
    return before


def _parts(model: Model, answer: tuple[torch.Tensor, ...]) -> np.ndarray:
    """Each member's weighted logit, networks first."""
    parts = [logit[:, 0].numpy().astype(np.float64) for logit in answer[: len(model.networks)]]
    for member, given in zip(model.behind, answer[len(model.networks) :]):
        if isinstance(member, TreeMember):
            parts.append(member.of_chosen(given.numpy()).astype(np.float64))
        else:
            parts.append(given[:, 0].numpy().astype(np.float64))
    return np.array(model.weights)[:, None] * np.stack(parts)
