"""Describes the training patients of hospital A: rewrites the tables and pictures of docs/data-report, whose words are written by hand.

Only the patients that models learn from are looked at; validation and test patients stay unseen here too.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import datareport_clusters as grouping
from . import datareport_figures as figures
from . import datareport_pictures as pictures
from .cohort import Cohort, read_cohort, split
from .features import REPOSITORY, VITALS, Contract, read_contract
from .recipes import contract_of

FOLDER = REPOSITORY / "docs" / "data-report"
MAIN_LABS = ("inspired_oxygen", "glucose", "ph", "bicarbonate", "urea_nitrogen", "creatinine", "chloride", "potassium", "lactate", "hemoglobin",
             "white_cells", "platelets", "partial_thromboplastin_time")
GAPS_OF = (*VITALS, "inspired_oxygen", "glucose", "ph", "creatinine", "white_cells", "lactate")
HOURS_SHOWN = 60
BANDS = [(1, 6), (7, 12), (13, 24), (25, 36), (37, 48), (49, 60), (61, 96), (97, 336)]
LAB_QUARTERS = 4
PLAIN_UNITS = {"mm[Hg]": "mmHg", "[pH]": "", "Cel": "°C", "10*3/uL": "10³/µL", "{score}": ""}
FEW, ALL_BUT_FEW, NOTHING = "few", "all but few", "-"


def main() -> None:
    shared = Path(os.environ.get("MEDAI_SHARED", REPOSITORY.parent / "shared"))
    parser = argparse.ArgumentParser(prog="training/train.sh data-report", description=__doc__)
    parser.add_argument("--data", type=Path, default=shared / "data" / "cinc2019",
                        help="folder (or file) of training_setA.csv.gz; default: data/cinc2019 under $MEDAI_SHARED or ../shared")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of README.md, whose tables are rewritten, and of the pictures")
    parser.add_argument("--seed", type=int, default=20190)
    arguments = parser.parse_args()
    contract = contract_of(read_contract(), "all")
    cohort = split(read_cohort(arguments.data, contract))["train"]
    unchecked = split(read_cohort(arguments.data, without_limits(contract)))["train"]
    print(f"data report of {len(cohort.length)} training patients")
    found = {
        "cohort": cohort_table(cohort), "stays": stays_table(cohort), "missing": missing_table(cohort, unchecked, contract),
        "values": values_table(cohort, contract), "orders": orders_table(cohort, contract), "ordered": ordered_table(cohort, contract),
    }
    found |= clusters_tables(cohort, contract, arguments.out, arguments.seed)
    draw(cohort, contract, arguments.out)
    fill(arguments.out / "README.md", found)


def without_limits(contract: Contract) -> Contract:
    """The contract that refuses no value, to count what the real one refuses."""
    return replace(contract, variables=tuple(replace(v, low=-np.inf, high=np.inf) for v in contract.variables))


def fill(readme: Path, tables: dict[str, str]) -> None:
    """Puts each table between its markers; every marker needs a table, and every table its markers."""
    text = readme.read_text(encoding="utf-8")
    for name, table in tables.items():
        before, opened, rest = text.partition(f"<!-- table: {name} -->\n")
        _, closed, after = rest.partition("<!-- end -->")
        if not opened or not closed:
            raise ValueError(f"{readme}: the markers of the table '{name}' are missing")
        text = f"{before}{opened}{table}{closed}{after}"
    unknown = text.count("<!-- table: ") - len(tables)
    if unknown:
        raise ValueError(f"{readme}: {unknown} markers stand for tables that nothing writes")
    readme.write_text(text, encoding="utf-8")


def markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float, digits: int = 1) -> str:
    return FEW if np.isnan(value) else f"{value:.{digits}f}"


def percent(value: float, digits: int = 1) -> str:
    return number(100 * value, digits)


def share_of(chosen: np.ndarray, digits: int = 1) -> str:
    """Share of patients in percent; which side is too small is no secret, how small is."""
    if np.isnan(figures.share(chosen)):
        return ALL_BUT_FEW if len(chosen) >= figures.FEWEST and chosen.mean() > 0.5 else FEW
    return "0" if not chosen.any() else "100" if chosen.all() else percent(chosen.mean(), digits)


def middle(values: np.ndarray, digits: int = 0) -> str:
    """Median and quartiles."""
    found = figures.quartiles(values)
    if np.isnan(values).all():
        return NOTHING
    return FEW if np.isnan(found[0]) else f"{found[0]:.{digits}f} ({found[1]:.{digits}f}-{found[2]:.{digits}f})"


def cohort_table(cohort: Cohort) -> str:
    of = figures.groups(cohort)
    onset = np.where(cohort.septic, cohort.onset, np.nan)
    rows = [
        ("patients", lambda g: f"{g.sum():,}"),
        ("scored hours", lambda g: f"{int((g[cohort.rows_patient] & cohort.recorded).sum()):,}"),
        ("septic, %", lambda g: share_of(cohort.septic[g], 2)),
        ("labelled hours, %", lambda g: percent(cohort.label[g[cohort.rows_patient] & cohort.recorded].mean(), 2)),
        ("age, years", lambda g: middle(cohort.age[g])),
        ("male, %", lambda g: share_of(cohort.male[g] == 1)),
        ("hours in hospital before", lambda g: middle(np.maximum(cohort.before[g], 0), 1)),
        ("hours on record", lambda g: middle(cohort.length[g])),
        ("record longer than 60 h, %", lambda g: share_of(cohort.length[g] > 60)),
        ("onset of sepsis at hour", lambda g: middle(onset[g])),
    ]
    return markdown(["", *(g.name for g in of)], [[name, *(of_group(g.patients) for g in of)] for name, of_group in rows])


def stays_table(cohort: Cohort) -> str:
    rows = [[f"{b['first']}-{b['last']}", f"{b['present'].sum():,}", f"{b['hours']:,}", share_of(cohort.septic[b["present"]]), percent(b["labelled"])]
            for b in figures.hour_bands(cohort, BANDS)]
    return markdown(["hours since admission", "patients with a row there", "scored hours", "of these patients septic at any time, %",
                     "hours labelled, %"], rows)


def missing_table(cohort: Cohort, unchecked: Cohort, contract: Contract) -> str:
    everybody, by_unit = figures.groups(cohort)[0].patients, figures.units(cohort)
    overall = figures.charted(cohort, everybody)
    shares = [figures.charted(cohort, g.patients) for g in by_unit]
    ever = figures.by_patient(cohort, (~np.isnan(cohort.values)).astype(np.int64)) > 0
    first = _first_hour(cohort)
    refused = 1000 * (1 - (~np.isnan(cohort.values)).sum(axis=0) / np.maximum((~np.isnan(unchecked.values)).sum(axis=0), 1))
    rows = []
    for i, key in enumerate(contract.keys):
        rows.append([pictures.title(key), percent(overall[i]), *(percent(s[i]) for s in shares), share_of(ever[:, i]),
                     middle(first[:, i]), middle(figures.gaps(cohort, i, everybody)), number(refused[i], 2)])
    return markdown(["variable", "% of hours", *(g.name for g in by_unit), "% of patients", "first at hour", "hours to the next", "refused, ‰"],
                    rows)


def _first_hour(cohort: Cohort) -> np.ndarray:
    """[patients, variables]: hour of the first observation; NaN where there is none."""
    hour = np.where(np.isnan(cohort.values), np.inf, cohort.hour[:, None])
    first = np.minimum.reduceat(hour, cohort.offset, axis=0)
    return np.where(np.isinf(first), np.nan, first)


def values_table(cohort: Cohort, contract: Contract) -> str:
    mean = figures.means(cohort)
    one, two, unsaid = (g.patients for g in figures.units(cohort))
    rows = []
    for key in (*VITALS, *MAIN_LABS):
        i = contract.keys.index(key)
        column, digits = mean[:, i], _digits(contract, i)
        rows.append([f"{pictures.title(key)}{_unit(contract, i)}", middle(column[~cohort.septic], digits), middle(column[cohort.septic], digits),
                     _signed(figures.smd(column[~cohort.septic], column[cohort.septic])), _signed(figures.smd(column[one], column[two])),
                     number(figures.unit_psi(cohort, i, one, two), 2), _signed(figures.smd(column[one], column[unsaid])),
                     number(figures.unit_psi(cohort, i, one, unsaid), 2)])
    return markdown(["variable", "not septic", "septic", "SMD septic", "SMD unit 2 - 1", "PSI", "SMD not said - 1", "PSI"], rows)


def _unit(contract: Contract, variable: int) -> str:
    unit = contract.variables[variable].unit
    plain = PLAIN_UNITS.get(unit, unit)
    return f", {plain}" if plain else ""


def _digits(contract: Contract, variable: int) -> int:
    return {"ph": 2, "creatinine": 2, "temperature": 1, "potassium": 1, "lactate": 1, "hemoglobin": 1, "white_cells": 1}.get(
        contract.keys[variable], 0)


def _signed(value: float) -> str:
    return FEW if np.isnan(value) else f"{value:+.2f}"


def orders_table(cohort: Cohort, contract: Contract) -> str:
    """Observations per patient-day by ward, and how much the wards differ."""
    shares = [24 * figures.charted(cohort, g.patients) for g in figures.units(cohort)]
    together = np.array(shares)
    ratio = together.max(axis=0) / together.min(axis=0)
    chosen = [i for i in np.argsort(-np.nan_to_num(ratio)) if (together[:, i] >= 0.1).all()]
    return markdown(["variable", *(f"{g.name}, per day" for g in figures.units(cohort)), "most / least"],
                    [[pictures.title(contract.keys[i]), *(number(s[i], 2) for s in shares), number(ratio[i], 1)] for i in chosen])


def ordered_table(cohort: Cohort, contract: Contract) -> str:
    """What was ordered on the first day, whatever came out, and who is labelled later."""
    waiting, later = figures.later_septic(cohort)
    there = figures.by_patient(cohort, (~np.isnan(figures.early(cohort).values)).astype(np.int64)) > 0
    laboratory = [i for i, k in enumerate(contract.keys) if k not in (*VITALS, "inspired_oxygen")]
    kinds = there[:, laboratory].sum(axis=1)
    edges = np.quantile(kinds[waiting], np.arange(1, LAB_QUARTERS) / LAB_QUARTERS)
    quarter = np.searchsorted(edges, kinds, side="left")
    sets = [(f"{_span(kinds[waiting & (quarter == q)])} kinds of laboratory result", quarter == q) for q in range(LAB_QUARTERS)]
    for key in ("lactate", "total_bilirubin", "inspired_oxygen"):
        measured = there[:, contract.keys.index(key)]
        sets += [(f"{pictures.title(key)} charted", measured), (f"{pictures.title(key)} not charted", ~measured)]
    rows = [[name, f"{int((waiting & chosen).sum()):,}", _rate(later[waiting & chosen])] for name, chosen in sets]
    return markdown(["in the first 24 h", "patients", "labelled later, % (95 %)"], rows)


def _span(counts: np.ndarray) -> str:
    low, high = counts.min(), counts.max()
    return str(low) if low == high else f"{low}-{high}"


def _rate(chosen: np.ndarray) -> str:
    if np.isnan(figures.share(chosen)):
        return share_of(chosen)
    low, high = figures.wilson(int(chosen.sum()), len(chosen))
    return f"{percent(chosen.mean())} ({percent(low)}-{percent(high)})"


def clusters_tables(cohort: Cohort, contract: Contract, out: Path, seed: int) -> dict[str, str]:
    summaries = grouping.summaries(cohort, contract.keys)
    found = grouping.clusters(summaries, cohort.septic, seed)
    waiting, later = figures.later_septic(cohort)
    rows, heads = [], []
    for c in range(len(found.centres)):
        own = found.of == c
        heads.append(f"{c + 1}\n{share_of(cohort.septic[own])} % septic")
        rows.append([str(c + 1), f"{int(own.sum()):,}", _rate(cohort.septic[own]), _rate(later[own & waiting]), middle(cohort.length[own]),
                     *(f"{share_of(cohort.septic[own & g.patients])} of {int((own & g.patients).sum()):,}" for g in figures.units(cohort))])
    pictures.clusters(out / "clusters.svg", summaries.names, found.centres, heads)
    charting, values = grouping.charting_and_values(cohort)
    tells = [(f"how often each of {charting.shape[1]} variables was charted", charting), (f"means of {values.shape[1]} variables", values)]
    return {
        "agreement": markdown(["clusters", *map(str, found.agreements)],
                              [["agreement of two halves", *(f"{a:.2f}" for a in found.agreements.values())]]),
        "clusters": markdown(["cluster", "patients", "septic, % (95 %)", "labelled after the first day, % (95 %)", "hours on record",
                              *(f"septic in {g.name}, %" for g in figures.units(cohort))], rows),
        "telling": markdown(["from the first 24 h", "AUROC, unit 2 against unit 1"],
                            [[name, f"{grouping.tells_units_apart(table, cohort.unit, seed):.3f}"] for name, table in tells]),
    }


def draw(cohort: Cohort, contract: Contract, out: Path) -> None:
    by_unit = figures.units(cohort)
    pictures.stays(out / "stays.svg", *_running(cohort))
    pictures.charted_by_hour(out / "charted-by-hour.svg", contract.keys, figures.charted_by_hour(cohort, HOURS_SHOWN))
    pictures.charted_by_unit(out / "charted-by-unit.svg", contract.keys, {g.name: figures.charted(cohort, g.patients) for g in by_unit})
    pictures.gaps(out / "gaps.svg", {g.name: {k: figures.gap_shares(figures.gaps(cohort, contract.keys.index(k), g.patients)) for k in GAPS_OF}
                                     for g in by_unit})
    named = {k: contract.keys.index(k) for k in (*VITALS, *MAIN_LABS)}
    units_of = {k: _unit(contract, i) for k, i in named.items()}
    for name, chosen, looks in (
        ("values-by-outcome", {"not septic": ~cohort.septic, "septic": cohort.septic},
         {"not septic": (pictures.GREY, "-"), "septic": (pictures.RED, "-")}),
        ("values-by-unit", {g.name: g.patients for g in by_unit}, {g.name: (pictures.UNIT_COLORS[g.name], pictures.LINES[g.name]) for g in by_unit}),
    ):
        values = {k: {n: figures.observed(cohort, i, p) for n, p in chosen.items()} for k, i in named.items()}
        pictures.distributions(out / f"{name}.svg", units_of, values, looks)


def _running(cohort: Cohort) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """By hour: share of records still running, by outcome, and share labelled of the hours up to two before and after."""
    hours = np.arange(1, 121)
    staying = {name: np.array([(cohort.length[chosen] >= h).mean() for h in hours])
               for name, chosen in (("not septic", ~cohort.septic), ("septic", cohort.septic))}
    for values, chosen in zip(staying.values(), (~cohort.septic, cohort.septic)):
        values[(values > 0) & (values * chosen.sum() < figures.FEWEST)] = np.nan
    near = [cohort.label[cohort.recorded & (np.abs(cohort.hour - h) <= 2)] for h in hours]
    labelled = np.array([found.mean() if len(found) else np.nan for found in near])
    return hours, staying, labelled


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"training: {error}")
