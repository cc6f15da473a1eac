"""One run: prepares, trains, calibrates, evaluates and exports both models with their cards and golden vectors."""

import argparse
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from . import calibrate, card, export, golden
from .card import VERSION, Candidate
from .cohort import SPLIT_SALT, Stay, fit_normalisation, read_stays, split_of
from .features import REPOSITORY, VITALS, Contract, Normalisation, input_names, read_contract
from .fit import Settings, fit_gru, fit_logistic, score
from .judge import Judge
from .network import STATE, GruStep
from .tensors import PatientTensors

QUICK_PATIENTS = 300
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Prepared:
    """What the first stage hands to the others."""

    contract: Contract
    norm: Normalisation
    settings: Settings
    stays: dict[str, list[Stay]]
    tensors: dict[str, PatientTensors]

    def judge(self, part: str) -> Judge:
        return Judge(self.stays[part], self.tensors[part], self.contract, self.settings)


def main() -> None:
    arguments = _arguments()
    # One thread: small products gain nothing from a second, and sums keep one order, so a seed gives one result.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    with _stage("1/5 prepare: read the stays, split them by patient, normalise (about 15 s)"):
        prepared = _prepare(arguments)
    with _stage("2/5 train: logistic regression (about 15 s), then the GRU (about 12 s an epoch)"):
        candidates = _train(prepared)
    with _stage("3/5 calibrate and choose thresholds on the validation patients (about 10 s)"):
        _calibrate(candidates, prepared)
    with _stage("4/5 evaluate (about 2 min)"):
        _evaluate(candidates, prepared, ("validation",) if arguments.no_test else ("validation", "test"))
    with _stage("5/5 export: models, cards, golden vectors (a few seconds)"):
        _export(candidates, prepared, arguments)


@contextmanager
def _stage(text: str):
    """Says what is being done, and afterwards how long it took."""
    started = time.monotonic()
    print(text, flush=True)
    yield
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def _arguments() -> argparse.Namespace:
    shared = Path(os.environ.get("MEDAI_SHARED", REPOSITORY.parent / "shared"))
    parser = argparse.ArgumentParser(prog="training/train.sh", description=__doc__)
    parser.add_argument("--data", type=Path, default=shared / "data" / "cinc2019",
                        help="folder (or file) of training_setA.csv.gz; default: data/cinc2019 under $MEDAI_SHARED or ../shared")
    parser.add_argument("--out", type=Path, help="where models/ and schemas/golden/ are written; default: this repository, "
                        "or training/out/quick with --quick")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument("--epochs", type=int, default=Settings.epochs, help="the learning rate falls to zero over so many")
    parser.add_argument("--quick", action="store_true", help=f"smoke run: {QUICK_PATIENTS} patients, two epochs")
    parser.add_argument("--no-test", action="store_true", help="leave the test patients unseen, as one must while still choosing")
    arguments = parser.parse_args()
    if arguments.epochs < 1:
        parser.error(f"--epochs must be at least 1, not {arguments.epochs}")
    if arguments.quick:
        arguments.epochs = 2
    if arguments.out is None:
        arguments.out = REPOSITORY / "training" / "out" / "quick" if arguments.quick else REPOSITORY
    return arguments


def _prepare(arguments: argparse.Namespace) -> Prepared:
    contract = read_contract().of(input_names(VITALS))
    everyone = read_stays(arguments.data, contract, QUICK_PATIENTS if arguments.quick else None)
    stays = {name: [s for s in everyone if split_of(s.patient) == name] for name in SPLITS}
    norm = fit_normalisation(stays["train"], contract)
    tensors = {name: PatientTensors(split, contract, norm) for name, split in stays.items()}
    print("  " + ", ".join(f"{name} {len(split)} patients ({sum(s.septic for s in split)} septic)" for name, split in stays.items()))
    return Prepared(contract, norm, replace(Settings(), seed=arguments.seed, epochs=arguments.epochs), stays, tensors)


def _train(prepared: Prepared) -> list[Candidate]:
    train, validation = prepared.tensors["train"], prepared.tensors["validation"]
    logistic = fit_logistic(train, prepared.settings)
    network, epochs = fit_gru(train, validation, prepared.settings)
    return [
        Candidate("sepsis-gru", "GRU with attention pooling carried as an online softmax", network, GruStep(network).eval(),
                  network.head_out, STATE, epochs),
        Candidate("sepsis-logistic", "logistic regression on the inputs of one step", logistic.logits, logistic.eval(),
                  logistic.linear, 0, None),
    ]


def _calibrate(candidates: list[Candidate], prepared: Prepared) -> None:
    judge = prepared.judge("validation")
    for candidate in candidates:
        slope, offset = calibrate.platt(score(candidate.logits, prepared.tensors["validation"], prepared.settings))
        calibrate.fold(candidate.last_layer, slope, offset)
        candidate.alert = judge.alert_for(candidate.logits)
        print(f"  {candidate.name}: slope {slope:.3f}, offset {offset:+.3f}, alert {candidate.alert:.4g}")


def _evaluate(candidates: list[Candidate], prepared: Prepared, parts: tuple[str, ...]) -> None:
    for part in parts:
        judge = prepared.judge(part)
        for candidate in candidates:
            figures = candidate.metrics[part] = judge.figures(candidate.logits, candidate.alert)
            print(f"  {candidate.name} {part}: AUROC {figures['model']['auroc']:.3f}, AUPRC {figures['model']['auprc']:.3f}")


def _export(candidates: list[Candidate], prepared: Prepared, arguments: argparse.Namespace) -> None:
    contract, norm = prepared.contract, prepared.norm
    run = {
        "split": f"by patient, sha256 of '{SPLIT_SALT}:' + id: train 70 %, validation 15 %, test 15 %",
        "patients": {name: len(split) for name, split in prepared.stays.items()},
        "septic": {name: sum(s.septic for s in split) for name, split in prepared.stays.items()},
        "steps": {name: int(sum(s.recorded.sum() for s in split)) for name, split in prepared.stays.items()},
        "seed": arguments.seed,
        "command": f"training/train.sh --seed {arguments.seed} --epochs {arguments.epochs}" + (" --quick" if arguments.quick else ""),
    }
    vectors = arguments.out / "schemas" / "golden"
    golden.write_features(vectors / "features.json", golden.VERSION_1, contract, norm, golden.patients())
    golden.write_features(vectors / "features-2.json", golden.VERSION_2, read_contract(), golden.made_up_normalisation(read_contract()), golden.laboratory_patients())
    for candidate in candidates:
        folder = arguments.out / "models" / candidate.name / VERSION
        sha256 = export.export_step(candidate.step, candidate.state_size, len(contract.inputs), folder / "model.onnx")
        card.write_card(folder / "card.json", candidate, sha256, contract, norm, run)
        golden.write_answers(vectors / f"{candidate.name}-{VERSION}.json", candidate.name, VERSION, candidate.step,
                             candidate.state_size, contract, norm)
    if arguments.out.resolve() == REPOSITORY:
        card.write_table(REPOSITORY / "training" / "README.md", candidates)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"training: {error}")
