"""Holds training, golden vectors and exported models to the same numbers. No patient data is needed."""

import hashlib
import json
import unittest
from pathlib import Path

import numpy as np
import torch

from medai_training import baselines, evaluate
from medai_training.cohort import Stay, split_of
from medai_training.features import REPOSITORY, VITALS, Event, Normalisation, feature_row, input_names, read_contract
from medai_training.network import STATE, GruStep, SepsisGru
from medai_training.tensors import Augmentation, PatientTensors

EVERYTHING = read_contract()
CONTRACT = EVERYTHING.of(input_names(VITALS))
GOLDEN = REPOSITORY / "schemas" / "golden"
MODELS = REPOSITORY / "models"


def _load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _normalisation() -> Normalisation:
    names = (*CONTRACT.keys, "age_years")
    return Normalisation({n: 50.0 + i for i, n in enumerate(names)}, {n: 10.0 + i for i, n in enumerate(names)})


def _stay(seed: int, hours: int) -> Stay:
    rng = np.random.default_rng(seed)
    values = rng.normal([80, 94, 37, 120, 80, 60, 18], 3, (hours, len(CONTRACT.keys))).round(1)
    values[rng.random(values.shape) < 0.6] = np.nan
    values[:, 5] = np.nan
    label = (np.arange(hours) >= hours - 4).astype(np.float32)
    return Stay(f"made-up-{seed}", values, 40.0 + seed, float(seed % 2), np.ones(hours, bool), label)


def _session(path: Path):
    """ONNX Runtime where it is installed, else the evaluator of this project; both read the file that ships."""
    try:
        import onnxruntime
    except ImportError:
        from medai_training.onnx_numpy import Session
        return Session(path).run
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return lambda inputs: dict(zip(names, session.run(None, inputs)))


class FeatureTests(unittest.TestCase):
    def test_golden_rows_are_what_the_reference_computes(self):
        for name in ("features.json", "features-2.json"):
            document = _load(GOLDEN / name)
            constants = document["normalisation"]
            norm = Normalisation(constants["mean"], constants["std"], constants["clip"])
            contract = EVERYTHING.of(tuple(document["inputs"]))
            for patient in document["patients"]:
                events = [Event(e["t"], e["vital"], e["value"]) for e in patient["events"]]
                for score in patient["scores"]:
                    row = feature_row(contract, norm, events, patient["age"], patient["sex"], score["t"])
                    expected = np.array(score["expected"], dtype=np.float32)
                    np.testing.assert_array_equal(row, expected, f"{name}: {patient['name']} at {score['t']} s")

    def test_golden_normalisation_is_that_of_the_cards(self):
        norm = _load(GOLDEN / "features.json")["normalisation"]
        for card in MODELS.glob("*/1.0.0/card.json"):
            self.assertEqual(norm, _load(card)["normalisation"], card)

    def test_whole_patient_rows_equal_the_reference_bit_for_bit(self):
        stays, norm = [_stay(1, 30), _stay(2, 12)], _normalisation()
        batch = PatientTensors(stays, CONTRACT, norm).batch(np.array([0, 1]), torch.Generator().manual_seed(1))
        for i, stay in enumerate(stays):
            events = [Event((k + 1) * 3600.0, v, float(stay.values[k, c]))
                      for k in range(len(stay.values)) for c, v in enumerate(CONTRACT.keys) if not np.isnan(stay.values[k, c])]
            for k in range(len(stay.label)):
                row = feature_row(CONTRACT, norm, events, stay.age, "male" if stay.male else "female", (k + 1) * 3600.0)
                np.testing.assert_array_equal(batch.committed[i, k].numpy(), row)

    def test_provisional_rows_are_older_than_the_step_before_and_never_see_its_future(self):
        tensors = PatientTensors([_stay(3, 40)], CONTRACT, _normalisation())
        batch = tensors.batch(np.array([0]), torch.Generator().manual_seed(2))
        rows, full = batch.provisional[0], batch.committed[0]
        fraction = rows[:, 24:25]
        self.assertTrue(((fraction > 0) & (fraction < 1)).all())
        self.assertTrue((rows[:, 7:14] <= full[:, 7:14]).all(), "an observation appeared that the full step does not hold")
        withheld = rows[1:, 7:14] == 0
        aged = (full[:-1, 14:21] + fraction[1:] / 24).clamp(max=1)
        np.testing.assert_allclose(rows[1:, 14:21][withheld], aged[withheld], atol=1e-6)
        np.testing.assert_array_equal(rows[1:, :7][withheld], full[:-1, :7][withheld])

    def test_augmentation_only_takes_away(self):
        tensors = PatientTensors([_stay(4, 20)], CONTRACT, _normalisation())
        everything = Augmentation(drop_patient=1, drop_channel=1, unknown_facts=1, charted_late=0)
        row = tensors.batch(np.array([0]), torch.Generator().manual_seed(3), everything).committed[0]
        self.assertEqual(0, float(row[:, :14].abs().sum()))
        self.assertTrue((row[:, 14:21] == 1).all() and (row[:, 21] == 0).all() and (row[:, 22] == 0.5).all())


class NetworkTests(unittest.TestCase):
    def test_step_by_step_equals_the_whole_stay(self):
        torch.manual_seed(5)
        network = SepsisGru(torch.zeros(25), torch.ones(25), 0.02, 0.3).eval()
        committed, provisional = torch.randn(3, 50, 25), torch.randn(3, 50, 25)
        step, state = GruStep(network).eval(), torch.zeros(3, STATE)
        with torch.no_grad():
            whole, between = (torch.sigmoid(logit) for logit in network(committed, provisional))
            for k in range(50):
                np.testing.assert_allclose(step(provisional[:, k], state)[0][:, 0], between[:, k], atol=1e-5)
                risk, state, _ = step(committed[:, k], state)
                np.testing.assert_allclose(risk[:, 0], whole[:, k], atol=1e-5)


class ExportTests(unittest.TestCase):
    def test_exported_gru_gives_the_golden_answers(self):
        answers = {p["name"]: p for p in _load(GOLDEN / "sepsis-gru-1.0.0.json")["patients"]}
        run = _session(MODELS / "sepsis-gru" / "1.0.0" / "model.onnx")
        for patient in _load(GOLDEN / "features.json")["patients"]:
            norm_events = [Event(e["t"], e["vital"], e["value"]) for e in patient["events"]]
            self._replay(run, patient, norm_events, answers[patient["name"]])

    def _replay(self, run, patient: dict, events: list[Event], answers: dict):
        document = _load(MODELS / "sepsis-gru" / "1.0.0" / "card.json")["normalisation"]
        norm = Normalisation(document["mean"], document["std"])
        state, done = np.zeros((1, STATE), np.float32), 0

        def ask(at: float) -> dict:
            row = feature_row(CONTRACT, norm, events, patient["age"], patient["sex"], at)
            return run({"x": row[None], "state": state})

        for score in answers["scores"]:
            while done + 3600 < score["t"]:
                done += 3600
                state = ask(done)["state_out"]
            answer = ask(score["t"])
            for name, key in (("risk", "risk"), ("attention", "attention"), ("state_out", "stateOut")):
                np.testing.assert_allclose(answer[name].ravel(), score[key], atol=1e-5, rtol=1e-5, err_msg=patient["name"])
            if score["committed"]:
                state, done = answer["state_out"], score["t"]
        np.testing.assert_allclose(state.ravel(), answers["finalState"], atol=1e-5, rtol=1e-5)

    def test_exported_logistic_gives_the_golden_answers(self):
        run = _session(MODELS / "sepsis-logistic" / "1.0.0" / "model.onnx")
        rows = {p["name"]: p for p in _load(GOLDEN / "features.json")["patients"]}
        for patient in _load(GOLDEN / "sepsis-logistic-1.0.0.json")["patients"]:
            for score, row in zip(patient["scores"], rows[patient["name"]]["scores"], strict=True):
                risk = run({"x": np.array([row["expected"]], np.float32)})["risk"]
                np.testing.assert_allclose(risk.ravel(), score["risk"], atol=1e-5)

    def test_cards_match_their_files(self):
        for name, state in (("sepsis-gru", STATE), ("sepsis-logistic", 0)):
            folder = MODELS / name / "1.0.0"
            card = _load(folder / "card.json")
            self.assertEqual(hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(), card["sha256"])
            self.assertEqual(list(CONTRACT.inputs), card["inputs"])
            self.assertEqual(state, card["stateSize"])
            self.assertLess(card["thresholds"]["clear"], card["thresholds"]["alert"])


class JudgementTests(unittest.TestCase):
    def test_news2_bands(self):
        column = {v: i for i, v in enumerate(CONTRACT.keys)}
        cases = [("respiratory_rate", 8, 3), ("respiratory_rate", 8.5, 1), ("respiratory_rate", 25, 3), ("spo2", 91, 3), ("spo2", 96, 0),
                 ("systolic_pressure", 90.4, 3), ("systolic_pressure", 220, 3), ("heart_rate", 40, 3), ("heart_rate", 131, 3),
                 ("temperature", 35.0, 3), ("temperature", 36.05, 0), ("temperature", 38.04, 0), ("temperature", 39.1, 2)]
        for vital, value, points in cases:
            values = np.full((1, 7), np.nan)
            values[0, column[vital]] = value
            stay = Stay("made-up", values, 50, 1, np.ones(1, bool), np.zeros(1, np.float32))
            self.assertEqual(points, baselines.news2(stay, CONTRACT)[0], f"{vital} {value}")

    def test_news2_forgets_after_four_hours(self):
        values = np.full((7, 7), np.nan)
        values[1, 0] = 135
        stay = Stay("made-up", values, 50, 1, np.ones(7, bool), np.zeros(7, np.float32))
        self.assertEqual([0, 3, 3, 3, 3, 3, 0], baselines.news2(stay, CONTRACT).tolist())

    def test_alarms_need_a_new_crossing_and_wait_out_the_lock(self):
        score = np.array([[0, 9, 7, 9, 5, 9, 5, 5, 9, 9]], float)
        ward = evaluate.Ward(np.ones((1, 10), bool), np.zeros((1, 10)), np.array([-1]))
        raised = np.flatnonzero(evaluate.alarms(ward, score, 8, 6.4)[0])
        self.assertEqual([1, 8], raised.tolist())

    def test_split_depends_on_the_patient_alone(self):
        names = [split_of(f"made-up-{i}") for i in range(2000)]
        self.assertEqual(names, [split_of(f"made-up-{i}") for i in range(2000)])
        self.assertAlmostEqual(0.70, names.count("train") / 2000, delta=0.04)


if __name__ == "__main__":
    unittest.main()
