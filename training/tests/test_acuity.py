"""Holds the acuity model's rows, features, file and figures to the definitions. No patient data is needed."""

import hashlib
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch

from medai_training import serving
from medai_training.acuity import Augmentation, draws_of, folds_of, joint_calibration
from medai_training.acuity_data import HOURS, Stays, contract_of, lay_out, rows_of
from medai_training.acuity_figures import best_threshold, figures
from medai_training.acuity_members import AcuityModel, Rows, Settings, fit_networks, fit_trees
from medai_training.acuity_summary import StaySummary, features_of
from medai_training.features import Event, feature_row
from medai_training.golden import made_up_normalisation

from .made_up import EVERYTHING, GOLDEN, MODELS, load, normalisation
from .test_training import session

CONTRACT = contract_of(EVERYTHING)
NORM = made_up_normalisation(EVERYTHING)
SMALL = Settings(bags=2, trees=5, leaf_rows=3, networks=2, hidden=8, epochs=2)
OWN = {p: v for v in CONTRACT.variables for p in v.cinc2012}


def stays(readings: list[tuple], deaths: dict | None = None) -> Stays:
    """From (record, time, parameter, value) in the order of the file."""
    rows = pd.DataFrame(readings, columns=["RecordID", "Time", "Parameter", "Value"])
    records = rows["RecordID"].unique()
    outcomes = pd.DataFrame({"In-hospital_death": [(deaths or {}).get(r, 0) for r in records], "SAPS-I": [7.0] * len(records)}, index=records)
    return lay_out(rows, outcomes, CONTRACT)


def made_up(seed: int, count: int) -> list[tuple]:
    """Random records: about a quarter of the parameters each hour, at random minutes, some of them twice."""
    draw = np.random.default_rng(seed)
    readings = []
    for record in range(count):
        own = [(0, "Age", 40.0 + record), (0, "Gender", record % 2)]
        for minute in np.sort(draw.integers(0, 60 * HOURS + 1, 150)):
            parameter = draw.choice(list(OWN))
            own.append((minute, parameter, round(NORM.mean[OWN[parameter].key] / OWN[parameter].cinc2012_factor * draw.normal(1, 0.1), 2)))
        readings += [(str(record), f"{m // 60:02}:{m % 60:02}", p, v) for m, p, v in own]
    return readings


def value(found: Stays, key: str, hour: int) -> tuple[float, float, float]:
    place = CONTRACT.keys.index(key)
    return tuple(float(a[0, hour - 1, place]) for a in (found.value, found.observed, found.since))


class RowTests(unittest.TestCase):
    def test_rows_are_what_the_reference_computes_from_events(self):
        # Pressures come from two sources, which the reference does not know: they have tests of their own.
        single = [v.key for v in CONTRACT.variables if len(v.cinc2012) == 1]
        readings = [r for r in made_up(1, 4) if r[2] not in OWN or OWN[r[2]].key in single]
        found = stays(readings)
        rows = rows_of(found, CONTRACT, NORM)
        compared = [i for i, n in enumerate(CONTRACT.inputs) if "." not in n or n.rpartition(".")[0] in single]
        for p, record in enumerate(found.patient):
            own = [r for r in readings if r[0] == record and r[2] in OWN]
            events = [Event(60.0 * (60 * int(t[:2]) + int(t[3:])), OWN[n].key, v * OWN[n].cinc2012_factor) for _, t, n, v in own]
            for hour in (1, 2, 7, 24, 47, 48):
                expected = feature_row(CONTRACT, NORM, events, 40.0 + p, "male" if p % 2 else "female", 3600.0 * hour)
                np.testing.assert_array_equal(rows[p, hour - 1, compared], expected[compared])

    def test_a_reading_at_the_end_of_an_hour_belongs_to_it_and_one_at_admission_to_none(self):
        found = stays([("1", "00:00", "HR", 90.0), ("1", "01:00", "HR", 70.0), ("1", "01:00", "HR", 72.0), ("1", "48:00", "HR", 60.0)])
        self.assertEqual((71.0, 1.0, 0.0), value(found, "heart_rate", 1))
        self.assertEqual((72.0, 0.0, 1.0), value(found, "heart_rate", 2), "of two at one instant the one logged last is carried")
        self.assertEqual((60.0, 1.0, 0.0), value(found, "heart_rate", 48))
        alone = stays([("1", "00:00", "HR", 90.0)])
        self.assertEqual((90.0, 0.0, 1.0), value(alone, "heart_rate", 1))

    def test_missing_and_implausible_values_are_no_readings(self):
        found = stays([("1", "00:10", "Temp", -17.8), ("1", "00:10", "Weight", -1.0), ("1", "00:20", "FiO2", 0.5), ("1", "00:30", "pH", 735.0)])
        self.assertEqual((50.0, 1.0), value(found, "inspired_oxygen", 1)[:2])
        for key in ("temperature", "body_weight", "ph"):
            self.assertEqual(0.0, value(found, key, 48)[1])
            self.assertTrue(np.isinf(value(found, key, 48)[2]))

    def test_the_newer_of_arterial_line_and_cuff_counts_and_the_cuff_where_both_are_as_new(self):
        found = stays([("1", "00:10", "NISysABP", 100.0), ("1", "00:20", "SysABP", 120.0), ("1", "01:20", "SysABP", 130.0), ("1", "01:20", "NISysABP", 104.0),
                       ("1", "02:30", "NISysABP", 99.0)])
        self.assertEqual([120.0, 104.0, 99.0, 99.0], [value(found, "systolic_pressure", hour)[0] for hour in (1, 2, 3, 4)])
        self.assertEqual([1.0, 1.0, 1.0, 0.0], [value(found, "systolic_pressure", hour)[1] for hour in (1, 2, 3, 4)])


class SummaryTests(unittest.TestCase):
    def setUp(self):
        self.summary = StaySummary(CONTRACT, NORM)
        self.found = stays(made_up(2, 6))
        self.rows = rows_of(self.found, CONTRACT, NORM)

    def test_neighbours_do_not_change_a_patient(self):
        together = features_of(self.summary, self.rows)
        for p in range(6):
            np.testing.assert_array_equal(features_of(self.summary, self.rows[p : p + 1]), together[p : p + 1])

    def test_features_are_what_their_names_say(self):
        features = features_of(self.summary, self.rows)
        place = CONTRACT.keys.index("heart_rate")
        z = (self.found.value[0, :, place] - NORM.mean["heart_rate"]) / NORM.std["heart_rate"]
        calm, observed = np.sign(z) * np.log1p(np.abs(z)), self.found.observed[0, :, place] > 0
        if self.found.since[0, 0, place] < 24 and not observed[0]:
            observed[0] = True
        for hour in (12, 24, 30, 48):
            seen, late = calm[:hour][observed[:hour]], calm[24:hour][observed[24:hour]]
            expected = {"mean": seen.mean(), "low": seen.min(), "high": seen.max(), "count": np.log1p(len(seen)), "value": seen[-1],
                        "spread": seen.std(), "late_low": late.min() if len(late) else seen.min()}
            for name, number in expected.items():
                self.assertAlmostEqual(number, features[0, hour - 1, self.summary.names.index(f"heart_rate.{name}")], delta=2e-3, msg=f"{name} at {hour}")

    def test_a_stay_without_readings_has_no_features_but_facts(self):
        rows = rows_of(stays([("1", "00:00", "Age", 60.0)]), CONTRACT, NORM)
        features = features_of(self.summary, rows)[0, -1]
        clinical = [i for i, n in enumerate(self.summary.names) if "." in n and not n.endswith(".since")]
        self.assertEqual(0, np.abs(features[clinical]).sum())


class ModelTests(unittest.TestCase):
    def setUp(self):
        self.found = stays(made_up(3, 40), {str(i): int(i % 4 == 0) for i in range(40)})
        self.summary = StaySummary(CONTRACT, NORM)
        self.rows = rows_of(self.found, CONTRACT, NORM)
        self.features = features_of(self.summary, self.rows)
        learned = [Rows(np.ascontiguousarray(self.features[:, -1]), self.found.death, np.ones(40))]
        self.model = AcuityModel(fit_networks(learned, SMALL, 1), fit_trees(learned, SMALL, 1), (0.6, 0.5), -0.1)

    def test_the_file_equals_training_step_by_step_and_any_finite_numbers_give_a_risk(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            sha256 = self.model.write(self.summary, len(CONTRACT.inputs), path)
            self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), sha256)
            run = session(path)
            state = np.zeros((40, self.summary.state_size), np.float32)
            for step in range(HOURS):
                answer = run({"x": self.rows[:, step], "state": state})
                state = answer["state_out"]
                np.testing.assert_allclose(answer["risk"][:, 0], 1 / (1 + np.exp(-self.model.logits(self.features[:, step]))), atol=2e-4)
            for wild in (np.full_like(state, 3e38), np.full_like(state, -3e38), np.random.default_rng(1).normal(0, 1e6, state.shape).astype(np.float32)):
                answer = run({"x": self.rows[:, 0], "state": wild})
                self.assertTrue(np.isfinite(answer["risk"]).all() and np.isfinite(answer["state_out"]).all())
            # Inputs that no service makes, such as negative ages of readings, must not spoil a batch either.
            wild = np.random.default_rng(2).uniform(-5, 5, self.rows[:, 0].shape).astype(np.float32)
            self.assertTrue(np.isfinite(run({"x": wild, "state": state})["risk"]).all())

    def test_joined_trees_are_the_mean_of_the_bags(self):
        one, two = (fit_trees([Rows(self.features[:, -1], self.found.death, np.ones(40))], Settings(bags=1, trees=4, leaf_rows=3), seed) for seed in (5, 6))
        both = fit_trees([Rows(self.features[:, -1], self.found.death, np.ones(40))], Settings(bags=2, trees=4, leaf_rows=3), 5)
        mean = (one.raw(self.features[:, -1]) + two.raw(self.features[:, -1])) / 2
        np.testing.assert_allclose(both.raw(self.features[:, -1]), mean, atol=1e-6)

    def test_draws_hold_each_stay_whole_and_once_cut_off(self):
        draws = draws_of(self.found, CONTRACT, NORM, self.summary, self.features, 1, Augmentation(draws=2, poor_stays=0.5))
        self.assertEqual(2, len(draws))
        for rows in draws:
            np.testing.assert_array_equal(rows.features[:40], self.features[:, -1])
            np.testing.assert_array_equal(rows.label, np.tile(self.found.death, 2))
            self.assertLess((rows.weight[40:] / rows.weight[:40]).max(), 1)
        self.assertFalse((draws[0].features[40:] == draws[1].features[40:]).all())

    def test_folds_share_the_deaths(self):
        fold = folds_of(self.found.death, 1)
        self.assertEqual([2] * 5, [int(self.found.death[fold == f].sum()) for f in range(5)])


class FigureTests(unittest.TestCase):
    def test_the_threshold_has_the_greatest_smaller_of_sensitivity_and_precision(self):
        death, risk = np.array([1, 1, 0, 0, 1, 0, 0, 0.0]), np.array([0.9, 0.4, 0.8, 0.2, 0.6, 0.1, 0.3, 0.05])
        self.assertEqual(0.4, best_threshold(death, risk))
        # Ten of each, so that every draw has both outcomes.
        ten = Stays(*[None] * 6, np.tile(death, 10), np.tile([9, 4, 8, 2, 6, 1, 3, -1.0], 10))
        found = figures(ten, np.tile(risk, 10), 0.5)
        self.assertAlmostEqual(2 / 3, found["minSensitivityPrecision"])
        self.assertAlmostEqual(13 / 15, found["auroc"])
        self.assertAlmostEqual(13 / 15, found["sapsIAuroc"])

    def test_calibration_joins_both_kinds_on_one_scale(self):
        draw = np.random.default_rng(3)
        truth = draw.normal(-1, 2, 20000)
        death = (draw.random(20000) < 1 / (1 + np.exp(-truth))).astype(float)
        weights, offset = joint_calibration(np.stack([truth / 3 + 1, truth * 2 - 5]), death)
        risk = 1 / (1 + np.exp(-(offset + weights[0] * (truth / 3 + 1) + weights[1] * (truth * 2 - 5))))
        self.assertAlmostEqual(0, float(np.abs(risk - 1 / (1 + np.exp(-truth))).max()), delta=0.03)


class ShippedTests(unittest.TestCase):
    def test_the_shipped_file_gives_the_golden_answers(self):
        folder = MODELS / "acuity" / "1.0.0"
        card = load(folder / "card.json")
        contract, norm, run = EVERYTHING.of(tuple(card["inputs"])), normalisation(card["normalisation"]), session(folder / "model.onnx")
        patients = {p["name"]: p for name in ("features.json", "features-2.json") for p in load(GOLDEN / name)["patients"]}
        for answers in load(GOLDEN / "acuity-1.0.0.json")["patients"]:
            given = patients[answers["name"]]
            events = [Event(e["t"], e["vital"], e["value"]) for e in given["events"]]
            # C# serves them all; the evaluator of this project takes long over many trees.
            times = [s["t"] for s in answers["scores"] if s["t"] <= 10 * 3600]
            served = serving.serve(run, card["stateSize"], contract, norm, serving.Patient(given["name"], "", given["age"], given["sex"], events, times))
            np.testing.assert_allclose([a.risk for a in served], [s["risk"] for s in answers["scores"]][: len(times)], atol=1e-4)


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
