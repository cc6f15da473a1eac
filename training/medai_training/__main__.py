"""Trains, calibrates, evaluates and exports the models with their cards and golden vectors; each stage can be run by itself."""

import argparse
import json
import os
import pickle
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from . import acuity, card, golden, table
from .ablation import ablation
from .alone import alone
from .card import Candidate
from .cohort import SPLIT_SALT, Cohort, fit_normalisation, read_cohort, split
from .evaluate import Evaluation, Frozen
from .features import REPOSITORY, Contract, Normalisation, read_contract
from .levels import levels
from .members import Model
from .onnx_numpy import Session
from .prepared import Prepared
from .recipes import ENSEMBLES, FREE, LEVEL, RECIPES, Recipe, contract_of, version_of
from .scores import clinical_scores
from .scoring import Scores, calibrated, placed, scores
from .search import search
from .stress import stress
from .ward import Ward

QUICK_PATIENTS = 600
README = REPOSITORY / "training" / "README.md"
SEARCHED = REPOSITORY / "training" / "search.csv"
CLINICAL = {"news2": 7.0, "mews": 5.0, "qsofa": 2.0}
CHECKED_PATIENTS, CHECKED_HOURS = 200, 60
LARGEST_GAP = 1e-5


def main() -> None:
    if sys.argv[1:2] == ["acuity"]:
        return acuity.main(sys.argv[2:])
    arguments = _arguments()
    # One thread: small products gain nothing from a second, and sums keep one order, so a seed gives one result.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    bench = Bench(arguments.data, arguments.work, QUICK_PATIENTS if arguments.quick else None, arguments.seed)
    if arguments.stage in ("fit", "all"):
        fit(bench, _with_beginnings(_members_of(arguments.models)), arguments.again)
    if arguments.stage in ("export", "all"):
        for name in arguments.models:
            export(bench, name, arguments.out)
    if arguments.stage == "cards":
        for name in arguments.models:
            refresh(bench, name, arguments.out)
    if arguments.stage == "search":
        for name in arguments.models:
            recipe = _recipe(name)
            search(bench.prepared(recipe.inputs), recipe.inputs, recipe.kind, arguments.trials, arguments.seed, SEARCHED)
    if arguments.stage == "ablate":
        found = [table.ablation(i, ablation(bench.prepared(i), bench.evaluation("validation"), bench.seed)) for i in ("all", "vitals")]
        table.put(README, "ablation", "".join(found))
    if arguments.stage == "stress":
        found = {name: stress(bench.prepared(_inputs(name)), bench.model(name), bench.evaluation("validation")) for name in arguments.models}
        table.put(README, "stress", table.stress(found))
    if arguments.stage == "alone":
        found = {f"{name}{said}": alone(bench.prepared(_inputs(name)), bench.model(name, members))
                 for name in arguments.models for said, members in _versions(name).items()}
        table.put(README, "alone", table.alone(found))
    if arguments.stage == "levels":
        found = {name: levels(bench.prepared(_inputs(name)), bench.model(name), bench.evaluation("validation")) for name in arguments.models}
        table.put(README, "levels", table.levels(found))
    if arguments.stage == "table":
        shipped = table.cards(arguments.out / "models")
        if arguments.report is not None:
            table.put(README, "test", table.reported(json.loads(arguments.report.read_text(encoding="utf-8")), shipped))
        else:
            table.put(README, "figures", table.figures(shipped, bench.baselines("validation"), "validation"))


def _arguments() -> argparse.Namespace:
    shared = Path(os.environ.get("MEDAI_SHARED", REPOSITORY.parent / "shared"))
    known = [*RECIPES, *ENSEMBLES]
    parser = argparse.ArgumentParser(prog="training/train.sh", description=__doc__)
    parser.add_argument("stage", choices=("fit", "export", "cards", "search", "ablate", "stress", "alone", "levels", "table", "all"),
                        help="fit: train what the models are made of; export: calibrate, judge on the validation patients, write models, cards "
                        "and vectors; cards: judge the files that are there once more and rewrite what their cards say of it; "
                        "search: draw hyper-parameters at random and add what they give to search.csv; ablate: without "
                        "care-process inputs; stress: the validation patients with channels removed; alone: what a vital "
                        "sign does alone; levels: the grid behind the alarm score; table: rewrite the figures of README.md "
                        "from the cards, or from --report")
    parser.add_argument("models", nargs="*", default=list(ENSEMBLES), metavar="MODEL", help=f"default: the ensembles; known: {', '.join(known)}")
    parser.add_argument("--data", type=Path, default=shared / "data" / "cinc2019",
                        help="folder (or file) of training_setA.csv.gz; default: data/cinc2019 under $MEDAI_SHARED or ../shared")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "training" / "out" / "work", help="where fitted members are kept between stages")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="where models/ and schemas/golden/ are written")
    parser.add_argument("--seed", type=int, default=20190)
    parser.add_argument("--trials", type=int, default=4, help="search: draws for each model")
    parser.add_argument("--report", type=Path, help="table: a report of 'medai evaluate cinc2019 ... --split test', for the test patients")
    parser.add_argument("--again", action="store_true", help="fit members anew that are in --work already")
    parser.add_argument("--quick", action="store_true", help=f"smoke run: the first {QUICK_PATIENTS} patients")
    arguments = parser.parse_args()
    for name in arguments.models:
        if name not in known:
            parser.error(f"there is no model {name}; known: {', '.join(known)}")
    return arguments


def _members_of(names: list[str]) -> list[str]:
    return list(dict.fromkeys(m for name in names for m in ENSEMBLES.get(name, (name,))))


def _with_beginnings(names: list[str]) -> list[str]:
    """The members, each after the one it begins with."""
    return list(dict.fromkeys(n for name in names for n in (RECIPES[name].begins_with, name) if n))


def _recipe(name: str) -> Recipe:
    if name not in RECIPES:
        raise ValueError(f"{name} is an ensemble: its members are searched one by one")
    return RECIPES[name]


def _inputs(name: str) -> str:
    return RECIPES[_members_of([name])[0]].inputs


def _versions(name: str) -> dict[str, list[str]]:
    """Of an ensemble its members before they were held to anything, too."""
    return {**({" free": list(FREE[name])} if name in FREE else {}), "": _members_of([name])}


@contextmanager
def _stage(text: str):
    """Says what is being done, and afterwards how long it took."""
    started = time.monotonic()
    print(text, flush=True)
    yield
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


@dataclass
class Bench:
    """The data, read when it is first needed, and the fitted members in the working folder."""

    data: Path
    work: Path
    limit: int | None
    seed: int

    @cached_property
    def everything(self) -> Contract:
        return contract_of(read_contract(), "all")

    @cached_property
    def parts(self) -> dict[str, Cohort]:
        return split(read_cohort(self.data, self.everything, self.limit))

    @cached_property
    def norm(self) -> Normalisation:
        return fit_normalisation(self.parts["train"], self.everything)

    def prepared(self, inputs: str) -> Prepared:
        kept = self.__dict__.setdefault("_prepared", {})
        if inputs not in kept:
            kept[inputs] = Prepared(self.parts, self.everything, contract_of(read_contract(), inputs), self.norm)
        return kept[inputs]

    def evaluation(self, part: str) -> Evaluation:
        news2 = clinical_scores(self.parts[part], self.everything)["news2"]
        return Evaluation(Ward.of(self.parts[part]), news2[self.parts[part].recorded])

    def baselines(self, part: str) -> dict[str, dict]:
        """Figures of the clinical scores, and of the clock."""
        scores = clinical_scores(self.parts[part], self.everything)
        evaluation = self.evaluation(part)
        clock = self.parts[part].hour[self.parts[part].recorded].astype(np.float64)
        found = {"time in ICU": evaluation.figures(clock, evaluation.freeze(clock), probability=False)}
        for name, level in CLINICAL.items():
            score = scores[name][self.parts[part].recorded]
            found[name] = evaluation.figures(score, Frozen(level, evaluation.freeze(score).utility), probability=False)
        return found

    def member(self, name: str):
        with open(self.work / f"{name}.pkl", "rb") as file:
            return pickle.load(file)

    def model(self, name: str, of: list[str] | None = None):
        """The calibrated model, of other members if they are named; those that know fewer inputs are placed among those of the model."""
        prepared = self.prepared(_inputs(name))
        members = [placed(self.member(m), self.prepared(_inputs(m)), prepared) for m in of or _members_of([name])]
        return calibrated(prepared, members, LEVEL if name in ENSEMBLES else None)


def fit(bench: Bench, names: list[str], again: bool) -> None:
    bench.work.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = bench.work / f"{name}.pkl"
        if path.exists() and not again:
            print(f"{name}: kept from {path}")
            continue
        with _stage(f"fit {name}"):
            recipe = RECIPES[name]
            begun = [bench.member(recipe.begins_with)] if recipe.begins_with else []
            member = recipe.fit(bench.prepared(recipe.inputs), bench.seed, *begun)
            path.write_bytes(pickle.dumps(member))


def export(bench: Bench, name: str, out: Path) -> None:
    prepared = bench.prepared(_inputs(name))
    with _stage(f"export {name}: calibrate, judge, write, check"):
        model = bench.model(name)
        text = "; ".join(RECIPES[m].text for m in _members_of([name]))
        candidate = Candidate(name, version_of(name), _inputs(name), text if name in RECIPES else f"mean of the logits of: {text}", prepared.contract, bench.norm)
        candidate.reference, candidate.alarm = prepared.reference, model.alarm
        said = _judge(bench, prepared, model, candidate)
        folder = out / "models" / name / candidate.version
        candidate.sha256, candidate.state_size = model.write(folder / "model.onnx")
        session = Session(folder / "model.onnx")
        gap = _check(session, prepared, candidate.state_size, said)
        card.write_card(folder / "card.json", candidate, _run(bench, candidate))
        golden.write_answers(out / "schemas" / "golden" / f"{name}-{candidate.version}.json", name, candidate.version, session.run,
                             candidate.state_size, prepared.contract, bench.norm)
        _tell(candidate, gap)


def refresh(bench: Bench, name: str, out: Path) -> None:
    """Thresholds, figures and limitations of a card anew; the file it is about stays, and must be the one that the members make."""
    prepared = bench.prepared(_inputs(name))
    folder = out / "models" / name / version_of(name)
    with _stage(f"cards {name}: judge, check, rewrite"):
        model = bench.model(name)
        written = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        candidate = Candidate(name, version_of(name), _inputs(name), written["text"], prepared.contract, bench.norm, model.alarm)
        candidate.state_size = written["stateSize"]
        said = _judge(bench, prepared, model, candidate)
        gap = _check(Session(folder / "model.onnx"), prepared, candidate.state_size, said)
        written |= {"thresholds": card.thresholds_of(candidate), "metrics": candidate.metrics, "limitations": card.limitations_of(candidate)}
        (folder / "card.json").write_text(card.written(written), encoding="utf-8")
        _tell(candidate, gap)


def _judge(bench: Bench, prepared: Prepared, model: Model, candidate: Candidate) -> Scores:
    """What the model says of the validation patients; its thresholds and figures go into the candidate."""
    said = scores(prepared, model, prepared.parts["validation"])
    evaluation = bench.evaluation("validation")
    candidate.frozen = evaluation.freeze(said.risk, said.alarm)
    candidate.metrics = {"validation": evaluation.figures(said.risk, candidate.frozen, alarm=said.alarm)}
    return said


def _tell(candidate: Candidate, gap: float) -> None:
    figures = candidate.metrics["validation"]
    print(f"  {candidate.name}: validation AUROC {figures['auroc']:.4f}, utility {figures['utility']:.4f}, ECE {figures['ece']:.4f}; state "
          f"{candidate.state_size}; the file differs from training by at most {gap:.1e}", flush=True)


def _check(session: Session, prepared: Prepared, state_size: int, said: Scores) -> float:
    """Serves the first validation patients through the file that ships, hour by hour; the greatest difference of a score from training's."""
    from .rows import committed_rows

    validation = prepared.parts["validation"]
    stateful = state_size > 0
    few = validation.part(np.arange(min(CHECKED_PATIENTS, len(validation.length))))
    rows = committed_rows(few, prepared.contract, prepared.norm)
    expected = np.full((2, len(rows)), np.nan)
    expected[:, few.recorded] = np.stack([said.risk, said.alarm])[:, : int(few.recorded.sum())]
    state = np.zeros((len(few.length), state_size), np.float32)
    gap = 0.0
    for step in range(min(CHECKED_HOURS, int(few.length.max()))):
        at = few.offset + np.minimum(step, few.length - 1)
        answer = session.run({"x": rows[at], **({"state": state} if stateful else {})})
        state = answer.get("state_out", state)
        alive = (step < few.length) & ~np.isnan(expected[0, at])
        answered = np.stack([answer[name][alive, 0] for name in ("risk", "alarm" if "alarm" in answer else "risk")])
        gap = max(gap, float(np.abs(answered - expected[:, at[alive]]).max(initial=0.0)))
    if gap > LARGEST_GAP:
        raise ValueError(f"the exported file differs from training by {gap:.2e}")
    return gap


def _run(bench: Bench, candidate: Candidate) -> dict:
    again = ", this one also before it, as version 2.0.0" if candidate.alarm else ""
    return {
        "testUse": "Settings were chosen on the validation patients alone. The test patients were scored as the models ship"
        f"{again}; nothing was chosen by it. See training/README.md.",
        "split": f"by patient, sha256 of '{SPLIT_SALT}:' + id: train 70 %, validation 15 %, test 15 %",
        "patients": {part: len(c.length) for part, c in bench.parts.items()},
        "septic": {part: int(c.septic.sum()) for part, c in bench.parts.items()},
        "steps": {part: int(c.recorded.sum()) for part, c in bench.parts.items()},
        "seed": bench.seed,
        "command": f"training/train.sh all {candidate.name} --seed {bench.seed}",
    }


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"training: {error}")
