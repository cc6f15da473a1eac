"""The tables of README.md, rewritten from the cards and from what stages found, so that a table can never be older than the models."""

import json
from pathlib import Path

from .alarm import Level

HEAD = (
    "| score | inputs | AUROC (95 %) | AUPRC | utility (95 %) | sensitivity, precision, F1 | Brier, ECE, slope | alarms/day at NEWS2>=5, of its "
    "| at NEWS2>=7, of its | re-armed at NEWS2>=5, of its | at NEWS2>=7, of its | NNE | lead, h |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def cards(models: Path) -> list[dict]:
    """The cards of the sepsis models of the second generation, ensembles first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(models.glob("sepsis-*/2.*/card.json"))]
    return sorted(found, key=lambda c: (c["inputSet"], c["name"].count("-"), c["name"]))


def put(readme: Path, place: str, text: str) -> None:
    """Puts a text between the two markers of a place."""
    begin, end = f"<!-- {place}: written by the training run -->", f"<!-- end of {place} -->"
    before, opened, rest = readme.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"{readme}: the markers '{begin}' and '{end}' are missing, so there is no place for the {place}")
    readme.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


def figures(found: list[dict], baselines: dict[str, dict], part: str) -> str:
    """`found`: cards, or the like of cards with the figures of a part under metrics."""
    news2 = baselines["news2"]["alarmsPerPatientDay"]
    rows = [(name, "", figures) for name, figures in baselines.items()]
    rows += [(c["name"], c["inputSet"], c["metrics"][part]) for c in found]
    prevalence = rows[0][2]["prevalence"]
    head = f"Figures of the {part} patients; prevalence of the label {100 * prevalence:.2f} % of hours.\n\n{HEAD}"
    return head + "".join(f"| {name} | {inputs} | {_cells(f, news2)} |\n" for name, inputs, f in rows)


def reported(report: dict, found: list[dict]) -> str:
    """From a report of `medai evaluate`: the clinical scores, and the models that have a card here."""
    of_report = {m["name"]: m for m in report["models"]}
    known = {c["name"] for c in found}
    models = [{**c, "metrics": {"test": of_report[c["name"]]}} for c in found if c["name"] in of_report]
    baselines = {name: m for name, m in of_report.items() if name not in known and not name.startswith("sepsis-")}
    return figures(models, baselines, "test")


def ablation(inputs: str, found: list[tuple[str, str, dict]]) -> str:
    lines = [f"\nInputs: {inputs}\n\n| model | left out | AUROC (95 %) | utility (95 %) |\n|---|---|---|---|\n"]
    lines += [f"| {kind} | {said} | {_with_interval(f, 'auroc')} | {_with_interval(f, 'utility')} |\n" for kind, said, f in found]
    return "".join(lines)


def stress(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """By model, by change: AUROC (its change) and calibration error."""
    names = list(found)
    changes = list(dict.fromkeys(change for of_model in found.values() for change in of_model))
    lines = [f"| change | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"]
    for change in changes:
        cells = []
        for name in names:
            here, whole = found[name].get(change), found[name]["as charted"]
            moved = f" ({here['auroc'] - whole['auroc']:+.3f})" if here and change != "as charted" else ""
            cells.append(f"{here['auroc']:.3f}{moved}, ECE {here['ece']:.4f}" if here else "")
        lines.append(f"| {change} | {' | '.join(cells)} |\n")
    return "".join(lines)


def alone(found: dict[str, dict[str, tuple[float, float]]]) -> str:
    """By model, by vital sign: mean change of the logit, and the share of hours where it falls."""
    lines = [f"| put to | {' | '.join(found)} |\n|---|{'---|' * len(found)}\n"]
    for sign in next(iter(found.values())):
        cells = (f"{of_model[sign][0]:+.2f}, falls in {100 * of_model[sign][1]:.1f} %" for of_model in found.values())
        lines.append(f"| {sign} | {' | '.join(cells)} |\n")
    return "".join(lines)


def levels(found: dict[str, dict[Level | None, tuple[float, float]]]) -> str:
    """One table a model: a row a half-life, a column a weight, in each cell both countings."""
    lines = []
    for name, shares in found.items():
        weights = sorted({level.weight for level in shares if level})
        lines.append(f"\n| {name}: half-life | {' | '.join(f'weight {w:g}' for w in weights)} |\n|---|{'---|' * len(weights)}\n")
        lines.append(f"| the risk itself | {_both(shares[None])} |{' |' * (len(weights) - 1)}\n")
        for half_life in sorted({level.half_life_hours for level in shares if level}):
            cells = (_both(shares[Level(weight, half_life)]) for weight in weights)
            lines.append(f"| {half_life:g} h | {' | '.join(cells)} |\n")
    return "".join(lines)


def _both(shares: tuple[float, float]) -> str:
    return ", ".join("never" if share != share else f"{share:.2f}" for share in shares)


def _cells(f: dict, news2: dict) -> str:
    cells = [_with_interval(f, "auroc"), f"{f['auprc']:.3f}", _with_interval(f, "utility")]
    decided = [f.get(k) for k in ("sensitivity", "precision", "f1")]
    cells.append(", ".join(f"{figure:.3f}" for figure in decided if figure is not None))
    calibrated = [f"{f[k]:.{digits}f}" for k, digits in (("brier", 4), ("ece", 4), ("calibrationSlope", 2)) if f.get(k) is not None]
    cells.append(", ".join(calibrated))
    for burden, usual in ((f["alarmsPerPatientDay"], news2), (f["alarmsPerPatientDay"]["rearmed"], news2["rearmed"])):
        cells += [_of_its(burden.get(level), usual[level]) for level in ("atNews2Ge5", "atNews2Ge7")]
    at7 = f["matched"]["rearmed"]["atNews2Ge7"]
    cells += [f"{figure:{form}}" if figure is not None else "" for figure, form in ((at7["nne"], ".1f"), (at7["leadHours"]["median"], "g"))]
    return " | ".join(cells)


def _of_its(burden: float | None, usual: float) -> str:
    return f"{burden:.3f} ({burden / usual:.2f}x)" if burden is not None else "not reached"


def _with_interval(f: dict, key: str) -> str:
    """Empty for a score that has no such figure."""
    if f.get(key) is None:
        return ""
    low, high = f[f"{key}Interval95"]
    return f"{f[key]:.3f} ({low:.3f}-{high:.3f})"
