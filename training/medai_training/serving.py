"""Serves a model the way the C# service does, one patient at a time: the reference behind the golden vectors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .features import Contract, Event, Normalisation, feature_row, step_start

Run = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]


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
    risk: float
    alarm: float | None
    attention: float | None


def is_committed(contract: Contract, at: float) -> bool:
    return at % contract.step_seconds == 0


def rows_of(contract: Contract, norm: Normalisation, patient: Patient) -> list[np.ndarray]:
    return [feature_row(contract, norm, patient.events, patient.age, patient.sex, at) for at in patient.times]


def serve(run: Run, state_size: int, contract: Contract, norm: Normalisation, patient: Patient) -> list[Answer]:
    """Commits every step before a score time, asked for or not, then answers from the state so reached."""
    state = np.zeros((1, state_size), np.float32)
    done = 0
    answers = []

    def ask(at: float) -> dict[str, np.ndarray]:
        row = feature_row(contract, norm, patient.events, patient.age, patient.sex, at)[None]
        return {"state_out": state, **run({"x": row, "state": state} if state_size else {"x": row})}

    for at in patient.times:
        while done < step_start(contract, at):
            done += contract.step_seconds
            state = ask(done)["state_out"]
        answer = ask(at)
        committed = is_committed(contract, at)
        if committed and at > done:
            state, done = answer["state_out"], at
        alarm, attention = (float(answer[name][0, 0]) if name in answer else None for name in ("alarm", "attention"))
        answers.append(Answer(at, committed, answer["risk"][0, 0], alarm, attention))
    return answers
