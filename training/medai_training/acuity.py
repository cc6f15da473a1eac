"""Trains, judges and exports the acuity model: the risk of death in hospital, from the first 48 hours of an intensive care stay.

Everything is chosen and calibrated within set a of the PhysioNet/CinC Challenge 2012; set b is scored once, at the end, for the card.
"""

import argparse
import os
import pickle
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import calibrate, golden
from .acuity_card import NAME, VERSION, Candidate, write_card
from .acuity_data import HOURS, Stays, contract_of, fit_normalisation, poorer, read_stays, rows_of
from .acuity_figures import best_threshold, figures
from .acuity_members import AcuityModel, Rows, Settings, fit_networks, fit_trees
from .acuity_summary import StaySummary, features_of
from .evaluate import auroc
from .export import Trees
from .features import REPOSITORY, Contract, Normalisation, read_contract
from .onnx_numpy import Session
from .reference import input_reference

FOLDS = 5
EARLY_HOURS = (6, 12, 24, 36)
CHECKED_STAYS = 100
QUICK_STAYS = 400
QUICK = Settings(bags=2, trees=20, networks=2, epochs=3)


@dataclass(frozen=True)
class Augmentation:
    """Besides the whole stay, every draw has each stay once cut off at an hour of its own, and half of these in a poorer hospital."""

    draws: int = 3
    weight: float = 0.5
    poor_stays: float = 0.5
    poor_channels: float = 0.3


def main(given: list[str]) -> None:
    arguments = _arguments(given)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    settings, limit = (QUICK, QUICK_STAYS) if arguments.quick else (Settings(), None)
    contract = contract_of(read_contract())
    with _Stage("read set a"):
        stays = read_stays(arguments.data, "a", contract, limit)
    norm = fit_normalisation(stays, contract)
    summary = StaySummary(contract, norm)
    kept = arguments.work / "acuity.pkl"
    if kept.exists() and not arguments.again:
        print(f"fitted before: kept from {kept}")
    else:
        arguments.work.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(fit(stays, contract, norm, summary, settings, arguments.seed)))
    model, cross_validation = pickle.loads(kept.read_bytes())
    reference = input_reference(contract, rows_of(stays, contract, norm).reshape(-1, len(contract.inputs)))
    candidate = Candidate(contract, norm, summary.state_size, cross_validation["threshold"], reference)
    with _Stage("set b"):
        other = read_stays(arguments.data, "b", contract, limit)
        found = features_of(summary, rows_of(other, contract, norm))
        risks = calibrate.sigmoid(np.stack([model.logits(found[:, hour - 1]) for hour in (*EARLY_HOURS, HOURS)], 1))
    candidate.metrics = {"crossValidation": cross_validation["figures"], "setB": figures(other, risks[:, -1], candidate.threshold) | _early(other, risks)}
    with _Stage("export"):
        export(arguments.out, model, summary, candidate, stays, run_of(arguments, stays, other))
    for part, of_part in candidate.metrics.items():
        print(f"  {part}: AUROC {of_part['auroc']:.4f}, min(sensitivity, precision) {of_part['minSensitivityPrecision']:.4f}, ECE {of_part['ece']:.4f}")


def _arguments(given: list[str]) -> argparse.Namespace:
    shared = Path(os.environ.get("MEDAI_SHARED", REPOSITORY.parent / "shared"))
    parser = argparse.ArgumentParser(prog="training/train.sh acuity", description=__doc__)
    parser.add_argument("--data", type=Path, default=shared / "data" / "cinc2012",
                        help="folder of set-a.csv.gz, set-b.csv.gz and Outcomes-*.txt; default: data/cinc2012 under $MEDAI_SHARED or ../shared")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "training" / "out" / "work", help="where what was fitted is kept")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="where models/ and schemas/golden/ are written")
    parser.add_argument("--seed", type=int, default=2012)
    parser.add_argument("--again", action="store_true", help="fit anew what is in --work already")
    parser.add_argument("--quick", action="store_true", help=f"smoke run: the first {QUICK_STAYS} stays, small models")
    return parser.parse_args(given)


class _Stage:
    """Says what is being done, and afterwards how long it took."""

    def __init__(self, text: str):
        self.text = text

    def __enter__(self):
        self.started = time.monotonic()
        print(self.text, flush=True)

    def __exit__(self, *_):
        print(f"  done in {time.monotonic() - self.started:.0f} s", flush=True)


def folds_of(death: np.ndarray, seed: int) -> np.ndarray:
    """The fold of every stay; each has its share of the deaths."""
    draw, fold = np.random.default_rng(seed), np.empty(len(death), np.int64)
    for outcome in (0, 1):
        own = draw.permutation(np.flatnonzero(death == outcome))
        fold[own] = np.arange(len(own)) % FOLDS
    return fold


def draws_of(stays: Stays, contract: Contract, norm: Normalisation, summary: StaySummary, whole: np.ndarray, seed: int,
             how: Augmentation = Augmentation()) -> list[Rows]:
    """Rows of all stays: first each at its end, then each cut off; `part` takes some stays of both."""
    rows = []
    for number in range(how.draws):
        draw = np.random.default_rng(seed + number)
        poor = draw.random(len(stays.age)) < how.poor_stays
        hour = draw.integers(2, HOURS, len(stays.age))
        cut = whole[np.arange(len(hour)), hour - 1].copy()
        few = stays.part(poor)
        features = features_of(summary, rows_of(poorer(few, draw, how.poor_channels), contract, norm))
        cut[poor] = features[np.arange(len(few.age)), hour[poor] - 1]
        rows.append(Rows(np.concatenate([whole[:, HOURS - 1], cut]), np.tile(stays.death, 2), np.repeat([1.0, how.weight], len(stays.age))))
    return rows


def part(rows: Rows, chosen: np.ndarray) -> Rows:
    both = np.concatenate([np.flatnonzero(chosen), np.flatnonzero(chosen) + len(chosen)])
    return Rows(np.ascontiguousarray(rows.features[both]), rows.label[both], rows.weight[both])


def fit(stays: Stays, contract: Contract, norm: Normalisation, summary: StaySummary, settings: Settings, seed: int) -> tuple[AcuityModel, dict]:
    """The model fitted on all of set a, calibrated by what models said of folds that they had not seen; and the figures of these."""
    with _Stage("features of set a"):
        whole = features_of(summary, rows_of(stays, contract, norm))
        draws = draws_of(stays, contract, norm, summary, whole, seed)
    fold = folds_of(stays.death, seed)
    hours = np.array([*EARLY_HOURS, HOURS]) - 1
    unseen = np.empty((2, len(fold), len(hours)))
    for number in range(FOLDS):
        with _Stage(f"fold {number + 1} of {FOLDS}"):
            seen, left = [part(rows, fold != number) for rows in draws], fold == number
            networks, trees = fit_networks(seen, settings, seed), fit_trees(seen, settings, seed)
            for place, hour in enumerate(hours):
                features = np.ascontiguousarray(whole[left, hour])
                unseen[:, left, place] = networks.logits(features), trees.raw(features)
            print(f"  AUROC networks {auroc(stays.death[left], unseen[0, left, -1]):.4f}, trees {auroc(stays.death[left], unseen[1, left, -1]):.4f}",
                  flush=True)
    weights, offset = joint_calibration(unseen[:, :, -1], stays.death)
    with _Stage("fit on all of set a"):
        model = AcuityModel(fit_networks(draws, settings, seed), fit_trees(draws, settings, seed), weights, offset)
    risks = calibrate.sigmoid(offset + np.tensordot(weights, unseen, 1))
    threshold = best_threshold(stays.death, risks[:, -1])
    return model, {"threshold": threshold, "figures": figures(stays, risks[:, -1], threshold) | _early(stays, risks)}


def joint_calibration(logits: np.ndarray, death: np.ndarray) -> tuple[tuple[float, float], float]:
    """Each kind is calibrated by itself, so that both speak on one scale; then their mean is."""
    single = [calibrate.platt(own, death) for own in logits]
    slope, offset = calibrate.platt(np.mean([a * own + b for (a, b), own in zip(single, logits)], axis=0), death)
    share = slope / len(single)
    return tuple(share * a for a, _ in single), offset + share * sum(b for _, b in single)


def _early(stays: Stays, risks: np.ndarray) -> dict:
    return {"aurocByHour": {str(hour): auroc(stays.death, risks[:, i]) for i, hour in enumerate((*EARLY_HOURS, HOURS))}}


def export(out: Path, model: AcuityModel, summary: StaySummary, candidate: Candidate, stays: Stays, run: dict) -> None:
    folder = out / "models" / NAME / VERSION
    candidate.sha256 = model.write(summary, len(candidate.contract.inputs), folder / "model.onnx")
    session = Session(folder / "model.onnx")
    session.trees = {i: _AllAtOnce(**vars(t)) for i, t in session.trees.items()}
    gap = check(session, model, summary, stays.part(np.arange(min(CHECKED_STAYS, len(stays.age)))), candidate)
    write_card(folder / "card.json", candidate, run)
    golden.write_answers(out / "schemas" / "golden" / f"{NAME}-{VERSION}.json", NAME, VERSION, session.run, summary.state_size, candidate.contract,
                         candidate.norm)
    print(f"  {folder}: state {summary.state_size}; the file differs from training by at most {gap:.1e}")


def check(session: Session, model: AcuityModel, summary: StaySummary, stays: Stays, candidate: Candidate) -> float:
    """Serves some stays through the file that ships, hour by hour; the greatest difference of a risk from training's."""
    rows = rows_of(stays, candidate.contract, candidate.norm)
    features = features_of(summary, rows)
    state, gap = np.zeros((len(rows), summary.state_size), np.float32), 0.0
    for step in range(HOURS):
        answer = session.run({"x": rows[:, step], "state": state})
        state = answer["state_out"]
        gap = max(gap, float(np.abs(answer["risk"][:, 0] - calibrate.sigmoid(model.logits(features[:, step]))).max()))
    if gap > 1e-3:
        raise ValueError(f"the exported file differs from training by {gap:.2e}")
    return gap


class _AllAtOnce(Trees):
    """The same trees for few rows: all of them take a step together, where `Trees` walks one after the other."""

    def raw(self, features: np.ndarray) -> np.ndarray:
        first = np.flatnonzero(self.node == 0)[None]
        row = np.arange(len(features))[:, None]
        at = np.repeat(first, len(features), axis=0)
        while not self.leaf[at].all():
            left = features[row, self.feature[at]] <= self.threshold[at]
            at = np.where(self.leaf[at], at, first + np.where(left, self.left[at], self.right[at]))
        return (self.base + self.value[at].astype(np.float32).sum(1, dtype=np.float64)).astype(np.float32)


def run_of(arguments: argparse.Namespace, stays: Stays, other: Stays) -> dict:
    return {
        "testUse": "Settings, calibration and threshold come from cross-validation within set a alone. Set b was scored at the end, by this model only.",
        "split": "train: set a; test: set b of the challenge",
        "patients": {"a": len(stays.age), "b": len(other.age)},
        "deaths": {"a": int(stays.death.sum()), "b": int(other.death.sum())},
        "seed": arguments.seed,
        "command": f"training/train.sh acuity --seed {arguments.seed}",
    }
