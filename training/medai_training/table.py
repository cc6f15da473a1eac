"""The figures of README.md, rewritten from the cards, so that the table can never be older than the models."""

import json
from pathlib import Path

BEGIN, END = "<!-- figures: written by the training run -->", "<!-- end of figures -->"
HEAD = (
    "| score | inputs | AUROC (95 %) | AUPRC | utility (95 %) | Brier | ECE | slope | alarms/day at NEWS2>=5, of its | at NEWS2>=7, of its | NNE | lead, h |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def cards(models: Path, version: str) -> list[dict]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(models.glob(f"*/{version}/card.json"))]
    return sorted(found, key=lambda c: (c["inputSet"], c["name"].count("-"), c["name"]))


def write(readme: Path, found: list[dict], baselines: dict[str, dict], part: str = "validation") -> None:
    text = readme.read_text(encoding="utf-8")
    before, opened, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not opened or not closed:
        raise ValueError(f"{readme}: the markers '{BEGIN}' and '{END}' are missing, so there is no place for the figures")
    readme.write_text(f"{before}{BEGIN}\n{_table(found, baselines, part)}{END}{after}", encoding="utf-8")


def _table(found: list[dict], baselines: dict[str, dict], part: str) -> str:
    news2 = baselines["news2"]["alarmsPerPatientDay"]
    rows = [(name, "", figures) for name, figures in baselines.items()]
    rows += [(c["name"], c["inputSet"], c["metrics"][part]) for c in found]
    prevalence = rows[0][2]["prevalence"]
    head = f"Figures of the {part} patients; prevalence of the label {100 * prevalence:.2f} % of hours.\n\n{HEAD}"
    return head + "".join(f"| {name} | {inputs} | {_cells(f, news2)} |\n" for name, inputs, f in rows)


def _cells(f: dict, news2: dict) -> str:
    cells = [_with_interval(f, "auroc"), f"{f['auprc']:.3f}", _with_interval(f, "utility")]
    cells += [f"{f[k]:.4f}" if f.get(k) is not None else "" for k in ("brier", "ece")]
    cells.append(f"{f['calibrationSlope']:.2f}" if f.get("calibrationSlope") is not None else "")
    for level in ("atNews2Ge5", "atNews2Ge7"):
        burden = f["alarmsPerPatientDay"].get(level)
        cells.append(f"{burden:.3f} ({burden / news2[level]:.2f}x)" if burden is not None else "not reached")
    lead = f.get("leadHours")
    cells += [f"{f['nne']:.1f}" if f.get("nne") is not None else "", f"{lead['median']:g}" if lead else ""]
    return " | ".join(cells)


def _with_interval(f: dict, key: str) -> str:
    low, high = f[f"{key}Interval95"]
    return f"{f[key]:.3f} ({low:.3f}-{high:.3f})"
