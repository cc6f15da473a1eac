"""Serves a model the way the C# service does, one patient at a time: the reference behind the golden vectors."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from .features import Contract, Event, Normalisation, feature_row, step_start
from .network import STATE


@dataclass(frozen=True)
class Patient:
    """A made-up patient: events in logged order, and the instants to score (seconds since admission, rising)."""

    name: str
    text: str
    age: float | None
    sex: str | None
    events: list[Event]
    times: list[float]


@dataclass(frozen=True)
class Answer:
    """What a model said at one instant; a provisional answer's state is discarded."""

    at: float
    committed: bool
    row: np.ndarray
    risk: np.ndarray
    state: np.ndarray | None
    attention: np.ndarray | None


def is_committed(contract: Contract, at: float) -> bool:
    return at % contract.step_seconds == 0


def rows_of(contract: Contract, norm: Normalisation, patient: Patient) -> list[np.ndarray]:
    return [feature_row(contract, norm, patient.events, patient.age, patient.sex, at) for at in patient.times]


def serve_recurrent(step: nn.Module, contract: Contract, norm: Normalisation, patient: Patient) -> list[Answer]:
    """Commits every step before a score time, asked for or not, then answers from the state so reached."""
    state = torch.zeros(1, STATE)
    done = 0
    answers = []
    for at in patient.times:
        while done < step_start(contract, at):
            done += contract.step_seconds
            _, state, _ = _run(step, _row(contract, norm, patient, done), state)
        row = _row(contract, norm, patient, at)
        risk, after, attention = _run(step, row, state)
        committed = is_committed(contract, at)
        if committed and at > done:
            state, done = after, at
        answers.append(Answer(at, committed, row[0].numpy(), risk[0].numpy(), after[0].numpy(), attention[0].numpy()))
    return answers


def serve_stateless(step: nn.Module, contract: Contract, norm: Normalisation, patient: Patient) -> list[Answer]:
    answers = []
    for at in patient.times:
        row = _row(contract, norm, patient, at)
        with torch.no_grad():
            risk = step(row)
        answers.append(Answer(at, is_committed(contract, at), row[0].numpy(), risk[0].numpy(), None, None))
    return answers


def _row(contract: Contract, norm: Normalisation, patient: Patient, at: float) -> torch.Tensor:
    return torch.from_numpy(feature_row(contract, norm, patient.events, patient.age, patient.sex, at))[None]


def _run(step: nn.Module, row: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    with torch.no_grad():
        return step(row, state)
