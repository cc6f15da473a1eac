"""One run: prepares, trains, calibrates, evaluates and exports both models with their cards and golden vectors."""

import argparse
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from . import calibrate, card, evaluate, export, golden
from .baselines import NEWS2_ALARM, news2
from .cohort import SPLIT_SALT, Stay, fit_normalisation, read_stays, split_of
from .features import REPOSITORY, Contract, read_contract
from .fit import Scored, Settings, fit_gru, fit_logistic, score_gru, score_logistic
from .network import STATE, GruStep
from .tensors import PatientTensors

QUICK_PATIENTS = 300
SPLITS = ("train", "validation", "test")
GRU, LOGISTIC = "sepsis-gru", "sepsis-logistic"


@contextmanager
def stage(text: str):
    """Says what is being done, and afterwards how long it took."""
    started = time.monotonic()
    print(text, flush=True)
    yield
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


class Judge:
    """One split's ward and baselines, and the figures of any score on it."""

    def __init__(self, stays: list[Stay], contract: Contract):
        self.ward = evaluate.Ward.of(stays)
        self.patient, step = np.nonzero(self.ward.recorded)
        self.hour = step + 1
        self.label = self.ward.label[self.ward.recorded]
        early_warning = np.concatenate([news2(s, contract)[s.recorded] for s in stays])
        self.baselines = {"news2": early_warning, "timeInIcuOnly": self.hour.astype(np.float64)}

    def table(self, score: np.ndarray) -> np.ndarray:
        return self.ward.table(self.patient, self.hour, score)

    def baseline_figures(self) -> dict:
        """A clock alarms everyone once at the same hour, so only NEWS2 has alarms worth comparing."""
        ranks = {name: evaluate.rank_figures(self.label, score, self.hour) for name, score in self.baselines.items()}
        ranks["news2"]["alarms"] = self.alarms(self.baselines["news2"], NEWS2_ALARM)
        return ranks

    def alarms(self, score: np.ndarray, alert: float) -> dict:
        return evaluate.alarm_figures(self.ward, self.table(score), alert, evaluate.CLEAR_RATIO * alert)

    def model_figures(self, scored: Scored, alert: float, seed: int) -> dict:
        risk, provisional = _risk(scored.committed), _risk(scored.provisional)
        by_step = np.lexsort((scored.hour, scored.patient))
        interval = evaluate.auroc_interval(scored.label, risk, scored.patient, seed)
        return {
            "model": {
                **evaluate.rank_figures(scored.label, risk, scored.hour),
                "aurocInterval95": interval,
                **evaluate.calibration_figures(scored.label, risk),
                "alarms": self.alarms(risk[by_step], alert),
            },
            "provisional": {
                **evaluate.rank_figures(scored.provisional_label, provisional, scored.hour),
                **evaluate.calibration_figures(scored.provisional_label, provisional),
            },
        }


def _risk(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def _arguments() -> argparse.Namespace:
    shared = Path(os.environ.get("MEDAI_SHARED", REPOSITORY.parent / "shared"))
    parser = argparse.ArgumentParser(prog="training/train.sh", description=__doc__)
    parser.add_argument("--data", type=Path, default=shared / "data" / "cinc2019",
                        help="folder (or file) of training_setA.csv.gz; default: data/cinc2019 under $MEDAI_SHARED or ../shared")
    parser.add_argument("--out", type=Path, help="where models/ and schemas/golden/ are written; default: this repository, "
                        "or training/out/quick with --quick")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument("--epochs", type=int, default=Settings.epochs, help="at most so many; early stopping usually ends before")
    parser.add_argument("--quick", action="store_true", help=f"smoke run: {QUICK_PATIENTS} patients, two epochs")
    parser.add_argument("--no-test", action="store_true", help="leave the test patients unseen, as one must while still choosing")
    arguments = parser.parse_args()
    if arguments.out is None:
        arguments.out = REPOSITORY / "training" / "out" / "quick" if arguments.quick else REPOSITORY
    return arguments


def main() -> None:
    arguments = _arguments()
    # One thread: small products gain nothing from a second, and sums keep one order, so a seed gives one result.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    contract = read_contract()
    settings = replace(Settings(), seed=arguments.seed, epochs=2 if arguments.quick else arguments.epochs)

    with stage("1/5 prepare: read the stays, split them by patient, normalise (about 20 s)"):
        stays = read_stays(arguments.data, contract, QUICK_PATIENTS if arguments.quick else None)
        splits = {name: [s for s in stays if split_of(s.patient) == name] for name in SPLITS}
        norm = fit_normalisation(splits["train"], contract)
        tensors = {name: PatientTensors(split, contract, norm) for name, split in splits.items()}
        print("  " + ", ".join(f"{name} {len(split)} patients ({sum(s.septic for s in split)} septic)" for name, split in splits.items()))

    with stage("2/5 train: logistic regression (about 20 s), then the GRU, about 12 s an epoch"):
        logistic = fit_logistic(tensors["train"], settings)
        network, epochs = fit_gru(tensors["train"], tensors["validation"], settings)

    with stage("3/5 calibrate and choose thresholds on the validation patients (about 30 s)"):
        judge = Judge(splits["validation"], contract)
        reference = judge.alarms(judge.baselines["news2"], NEWS2_ALARM)["patientSensitivity"]
        models = {
            GRU: (network, network.head_out, score_gru),
            LOGISTIC: (logistic, logistic.linear, score_logistic),
        }
        alerts, metrics = {}, {}
        for name, (model, last, score) in models.items():
            slope, offset = calibrate.platt(score(model, tensors["validation"], settings))
            calibrate.fold(last, slope, offset)
            scored = score(model, tensors["validation"], settings)
            ordered = _risk(scored.committed)[np.lexsort((scored.hour, scored.patient))]
            alerts[name] = evaluate.threshold_for(judge.ward, judge.table(ordered), reference)
            print(f"  {name}: slope {slope:.3f}, offset {offset:+.3f}, alert {alerts[name]:.4f}")
    with stage("4/5 evaluate (about 2 min)"):
        for name, (model, _, score) in models.items():
            metrics[name] = {}
            for part in ("validation",) if arguments.no_test else ("validation", "test"):
                judge = Judge(splits[part], contract)
                figures = judge.model_figures(score(model, tensors[part], settings), alerts[name], settings.seed)
                figures["baselines"] = judge.baseline_figures()
                metrics[name][part] = figures
                print(f"  {name} {part}: AUROC {figures['model']['auroc']:.3f}, AUPRC {figures['model']['auprc']:.3f}")

    with stage("5/5 export: models, cards, golden vectors (a few seconds)"):
        run = {
            "split": f"by patient, sha256 of '{SPLIT_SALT}:' + id: train 70 %, validation 15 %, test 15 %",
            "patients": {name: card.counts(split) for name, split in splits.items()},
            "seed": settings.seed,
            "command": "training/train.sh" + (" --quick" if arguments.quick else "") + (" --no-test" if arguments.no_test else ""),
        }
        inputs = len(contract.inputs)
        folder = {name: arguments.out / "models" / name / card.VERSION for name in models}
        subjects = [
            card.Subject(GRU, "recurrent", "GRU with attention pooling carried as an online softmax", STATE, epochs,
                         export.export_gru(network, inputs, folder[GRU] / "model.onnx")),
            card.Subject(LOGISTIC, "stateless", "logistic regression on the inputs of one step", 0, 0,
                         export.export_logistic(logistic, inputs, folder[LOGISTIC] / "model.onnx")),
        ]
        for subject in subjects:
            thresholds = {"alert": alerts[subject.name], "clear": float(f"{evaluate.CLEAR_RATIO * alerts[subject.name]:.4g}")}
            card.write_card(folder[subject.name] / "card.json", subject, contract, norm, thresholds, metrics[subject.name], run)
        vectors = arguments.out / "schemas" / "golden"
        golden.write_features(vectors / "features.json", contract, norm)
        golden.write_recurrent(vectors / f"{GRU}-{card.VERSION}.json", GRU, card.VERSION, GruStep(network).eval(), contract, norm)
        golden.write_stateless(vectors / f"{LOGISTIC}-{card.VERSION}.json", LOGISTIC, card.VERSION, logistic, contract, norm)
        if arguments.out.resolve() == REPOSITORY:
            card.write_table(REPOSITORY / "training" / "README.md", metrics)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"training: {error}")
