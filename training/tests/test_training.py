"""Holds training, golden vectors and exported models to the same numbers. No patient data is needed."""

import hashlib
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from medai_training import export, serving
from medai_training.cohort import split_of
from medai_training.degrade import degraded
from medai_training.features import Event, feature_row
from medai_training.members import LinearMember, Model, TreeMember
from medai_training.network import GruAttention, Inputs
from medai_training.rows import committed_rows
from medai_training.scoring import placed
from medai_training.sequences import Cnn, Lstm, Transformer
from medai_training.summary import Summary, over_stays
from medai_training.tensors import Augmentation, PatientTensors

from .made_up import EVERYTHING, GOLDEN, MIXED, MODELS, NORM, VITAL_SIGNS, cohort, files, load, normalisation


def session(path: Path):
    """ONNX Runtime where it is installed, else the evaluator of this project; both read the file that ships."""
    try:
        import onnxruntime
    except ImportError:
        from medai_training.onnx_numpy import Session
        return Session(path).run
    loaded = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [o.name for o in loaded.get_outputs()]
    return lambda inputs: dict(zip(names, loaded.run(None, inputs)))


def events_of(stay, contract) -> list[Event]:
    return [Event((k + 1) * 3600.0, v, float(stay.values[k, c]))
            for k in range(len(stay.values)) for c, v in enumerate(contract.keys) if not np.isnan(stay.values[k, c])]


class FeatureTests(unittest.TestCase):
    def test_golden_rows_are_what_the_reference_computes(self):
        for name in ("features.json", "features-2.json"):
            document = load(GOLDEN / name)
            norm, contract = normalisation(document["normalisation"]), EVERYTHING.of(tuple(document["inputs"]))
            for patient in document["patients"]:
                events = [Event(e["t"], e["vital"], e["value"]) for e in patient["events"]]
                for score in patient["scores"]:
                    row = feature_row(contract, norm, events, patient["age"], patient["sex"], score["t"])
                    expected = np.array(score["expected"], dtype=np.float32)
                    np.testing.assert_array_equal(row, expected, f"{name}: {patient['name']} at {score['t']} s")

    def test_golden_normalisation_is_that_of_the_version_1_cards(self):
        norm = load(GOLDEN / "features.json")["normalisation"]
        for card in files(MODELS, "sepsis-*/1.0.0/card.json"):
            self.assertEqual(norm, load(card)["normalisation"], card)

    def test_contract_refuses_an_input_it_does_not_list(self):
        with self.assertRaisesRegex(ValueError, "shoe_size"):
            EVERYTHING.of(("heart_rate.value", "shoe_size.value"))

    def test_rows_of_whole_patients_equal_the_reference_bit_for_bit(self):
        stays = cohort(1, [30, 12], MIXED, empty=5)
        rows = committed_rows(stays, MIXED, NORM)
        batch = PatientTensors(stays, MIXED, NORM).batch(np.array([0, 1]), torch.Generator().manual_seed(1))
        for p in (0, 1):
            stay = stays.part(np.array([p]))
            events = events_of(stay, MIXED)
            for k in range(len(stay.label)):
                row = feature_row(MIXED, NORM, events, stay.age[0], "male" if stay.male[0] else "female", (k + 1) * 3600.0)
                np.testing.assert_array_equal(rows[stays.offset[p] + k], row)
                np.testing.assert_array_equal(batch.committed[p, k].numpy(), row)

    def test_provisional_rows_are_older_than_the_step_before_and_never_see_its_future(self):
        tensors = PatientTensors(cohort(3, [40]), VITAL_SIGNS, NORM)
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
        tensors = PatientTensors(cohort(4, [20]), VITAL_SIGNS, NORM)
        everything = Augmentation(drop_patient=1, drop_channel=1, unknown_facts=1, charted_late=0)
        row = tensors.batch(np.array([0]), torch.Generator().manual_seed(3), everything).committed[0]
        self.assertEqual(0, float(row[:, :14].abs().sum()))
        self.assertTrue((row[:, 14:21] == 1).all() and (row[:, 21] == 0).all() and (row[:, 22] == 0.5).all())

    def test_a_poorer_hospital_only_takes_away(self):
        rich = cohort(5, [50, 50, 50])
        poor = degraded(rich, np.random.default_rng(1))
        kept = ~np.isnan(poor.values)
        np.testing.assert_array_equal(poor.values[kept], rich.values[kept])
        self.assertLess(kept.sum(), (~np.isnan(rich.values)).sum())


class SummaryTests(unittest.TestCase):
    def setUp(self):
        self.summary = Summary(MIXED, NORM)
        self.names = self.summary.names

    def features(self, stays) -> np.ndarray:
        return over_stays(self.summary, committed_rows(stays, MIXED, NORM), stays.offset, stays.length)

    def test_neighbours_do_not_change_a_patient(self):
        stays = cohort(6, [40, 25, 33], MIXED)
        together = self.features(stays)
        for p in range(3):
            alone = self.features(stays.part(np.array([p])))
            np.testing.assert_array_equal(alone, together[stays.offset[p] : stays.offset[p] + stays.length[p]])

    def test_windows_are_what_their_names_say(self):
        stays = cohort(7, [30], MIXED)
        features = self.features(stays)
        z = (stays.values[:, 0] - NORM.mean["heart_rate"]) / NORM.std["heart_rate"]
        calm = np.sign(z) * np.log1p(np.abs(z))
        seen = np.flatnonzero(~np.isnan(calm))
        for row in range(seen[0], 30):
            upto = calm[: row + 1]
            last = seen[seen <= row][-1]
            gap = upto[last] - np.nanmin(upto)
            self.assertAlmostEqual(gap, features[row, self.names.index("heart_rate.low_gap")], delta=2e-3)
            self.assertAlmostEqual(np.log1p(row - last), features[row, self.names.index("heart_rate.since")], delta=1e-3)
            earlier = seen[seen < last]
            change = upto[last] - upto[earlier[-1]] if len(earlier) else 0.0
            self.assertAlmostEqual(change, features[row, self.names.index("heart_rate.change")], delta=2e-3)

    def test_a_patient_without_observations_has_no_window(self):
        stays = cohort(8, [5], MIXED)
        features = self.features(stays.with_values(np.full_like(stays.values, np.nan)))
        of_windows = [i for i, n in enumerate(self.names) if n.rpartition(".")[2] in ("value", "fast_gap", "low_gap", "change", "density")]
        self.assertEqual(0, np.abs(features[:, of_windows]).sum())


class NetworkTests(unittest.TestCase):
    def test_step_by_step_equals_the_whole_stay(self):
        for make in (GruAttention, Lstm, Cnn, Transformer):
            with self.subTest(make.__name__), torch.no_grad():
                torch.manual_seed(5)
                network = make(Inputs(torch.zeros(25), torch.ones(25))).eval()
                for parameter in network.parameters():
                    parameter.add_(0.1 * torch.randn_like(parameter))
                committed, provisional = torch.randn(3, 50, 25), torch.randn(3, 50, 25)
                step = network.served()
                state = torch.zeros(3, step.state_size)
                whole, between = network(committed, provisional)
                for k in range(50):
                    np.testing.assert_allclose(step(provisional[:, k], state)[0][:, 0], between[:, k], atol=1e-4)
                    logit, state, _ = step(committed[:, k], state)
                    np.testing.assert_allclose(logit[:, 0], whole[:, k], atol=1e-4)

    def test_every_network_is_served_by_its_file_as_by_torch(self):
        for make in (GruAttention, Lstm, Cnn, Transformer):
            with self.subTest(make.__name__), torch.no_grad(), TemporaryDirectory() as folder:
                torch.manual_seed(8)
                network = make(Inputs(torch.zeros(25), torch.ones(25))).eval()
                path = Path(folder) / "model.onnx"
                _, size = Model(VITAL_SIGNS, [network], [], [1.0], 0.0).write(path)
                run, state = session(path), np.zeros((3, size), np.float32)
                x = torch.randn(3, 40, 25)
                whole = torch.sigmoid(network(x, x)[0])
                for k in range(40):
                    answer = run({"x": x[:, k].numpy(), "state": state})
                    state = answer["state_out"]
                    np.testing.assert_allclose(answer["risk"][:, 0], whole[:, k], atol=1e-4)

    def test_a_hidden_input_changes_nothing(self):
        torch.manual_seed(6)
        hidden = torch.arange(25) == 23
        network = GruAttention(Inputs(torch.zeros(25), torch.ones(25), hidden)).eval()
        x = torch.randn(1, 10, 25)
        other = x.clone()
        other[..., 23] += 5
        with torch.no_grad():
            np.testing.assert_array_equal(network(x, x)[0], network(other, other)[0])


class ExportTests(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(7)
        self.stays = cohort(9, [30, 20], MIXED)
        self.rows = committed_rows(self.stays, MIXED, NORM)
        self.summary = Summary(MIXED, NORM)
        self.features = over_stays(self.summary, self.rows, self.stays.offset, self.stays.length)

    def members(self):
        label = self.features[:, 0] > 0
        columns = np.arange(0, len(self.summary.names), 2)
        few = self.features[:, columns]
        boosted = HistGradientBoostingClassifier(max_iter=10, min_samples_leaf=2).fit(few, label)
        forest = RandomForestClassifier(5, random_state=0).fit(few, label)
        yield TreeMember(self.summary, columns, export.boosted(boosted)), boosted.decision_function(few)
        p = np.clip(forest.predict_proba(few)[:, 1], 1e-4, 1 - 1e-4)
        yield TreeMember(self.summary, columns, export.forest(forest), True), np.log(p / (1 - p))
        weight = np.random.default_rng(1).normal(size=len(columns))
        yield LinearMember(self.summary, columns, weight, 0.3), few @ weight + 0.3

    def test_members_say_what_scikit_learn_says(self):
        for member, expected in self.members():
            np.testing.assert_allclose(member.logits(self.features), expected, atol=1e-4)

    def test_exported_ensemble_equals_training_step_by_step(self):
        network = GruAttention(Inputs(torch.zeros(len(MIXED.inputs)), torch.ones(len(MIXED.inputs))), hidden=8).eval()
        behind = [member for member, _ in self.members()]
        model = Model(MIXED, [network], behind, [0.4, 0.3, 0.2, 0.1], -0.5)
        with torch.no_grad():
            x = torch.from_numpy(self.rows[:30])[None]
            logit = 0.4 * network(x, x)[0][0].numpy() - 0.5
        logit += sum(w * m.logits(self.features[:30]) for w, m in zip((0.3, 0.2, 0.1), behind))
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            sha256, size = model.write(path)
            self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), sha256)
            run = session(path)
            state = np.zeros((1, size), np.float32)
            for k in range(30):
                answer = run({"x": self.rows[k : k + 1], "state": state})
                state = answer["state_out"]
                self.assertAlmostEqual(1 / (1 + np.exp(-logit[k])), float(answer["risk"][0, 0]), delta=2e-5)
                self.assertEqual((1, 1), answer["attention"].shape)

    def test_a_member_that_knows_fewer_inputs_says_the_same_among_more(self):
        narrow = [i for i, k in enumerate(MIXED.keys) if k in VITAL_SIGNS.keys]
        few = self.stays.with_values(self.stays.values[:, narrow])
        rows = committed_rows(few, VITAL_SIGNS, NORM)
        own = SimpleNamespace(contract=VITAL_SIGNS, summary=Summary(VITAL_SIGNS, NORM))
        whole = SimpleNamespace(contract=MIXED, summary=self.summary)
        features = over_stays(own.summary, rows, few.offset, few.length)
        linear = LinearMember(own.summary, np.arange(features.shape[1]), np.linspace(-1, 1, features.shape[1]), 0.1)
        np.testing.assert_array_equal(linear.logits(features), placed(linear, own, whole).logits(self.features))
        network = GruAttention(Inputs(torch.zeros(25), torch.ones(25)), hidden=8).eval()
        with torch.no_grad():
            alone, among = torch.from_numpy(rows[:30])[None], torch.from_numpy(self.rows[:30])[None]
            np.testing.assert_array_equal(network(alone, alone)[0], placed(network, own, whole)(among, among)[0])

    def test_a_threshold_is_never_rounded_above_itself(self):
        thresholds = np.random.default_rng(2).normal(size=1000)
        rounded = export.rounded_down(thresholds)
        self.assertTrue((rounded.astype(np.float64) <= thresholds).all())
        self.assertTrue((np.nextafter(rounded, np.float32(np.inf)).astype(np.float64) > thresholds).all())


class ShippedTests(unittest.TestCase):
    def test_cards_fit_their_files_and_the_contract(self):
        for path in files(MODELS, "*/*/card.json"):
            card = load(path)
            self.assertEqual(card["name"].split("-")[0], card["task"], path)
            self.assertEqual(card["sha256"], hashlib.sha256((path.parent / "model.onnx").read_bytes()).hexdigest(), path)
            self.assertEqual((path.parent.parent.name, path.parent.name), (card["name"], card["version"]))
            EVERYTHING.of(tuple(card["inputs"]))
            self.assertLessEqual(card["thresholds"]["clear"], card["thresholds"]["alert"])

    def test_shipped_files_give_the_golden_answers(self):
        patients = {p["name"]: p for name in ("features.json", "features-2.json") for p in load(GOLDEN / name)["patients"]}
        for path in files(GOLDEN, "*-2.*.json"):
            document = load(path)
            folder = MODELS / document["model"] / document["version"]
            card = load(folder / "card.json")
            contract, norm, run = EVERYTHING.of(tuple(card["inputs"])), normalisation(card["normalisation"]), session(folder / "model.onnx")
            for answers in document["patients"]:
                given = patients[answers["name"]]
                events = [Event(e["t"], e["vital"], e["value"]) for e in given["events"]]
                # Two weeks of trees take the evaluator of this project a minute; C# serves them all.
                times = [s["t"] for s in answers["scores"] if s["t"] <= 30 * 3600]
                patient = serving.Patient(given["name"], "", given["age"], given["sex"], events, times)
                served = serving.serve(run, card["stateSize"], contract, norm, patient)
                for number in ("risk", "alarm") if "alarm" in card else ("risk",):
                    expected = [s[number] for s in answers["scores"]][: len(times)]
                    np.testing.assert_allclose([getattr(a, number) for a in served], expected, atol=1e-4)

    def test_version_1_files_give_the_golden_answers(self):
        patients = {p["name"]: p for p in load(GOLDEN / "features.json")["patients"]}
        for name in ("sepsis-gru", "sepsis-logistic"):
            card = load(MODELS / name / "1.0.0" / "card.json")
            run, norm = session(MODELS / name / "1.0.0" / "model.onnx"), normalisation(card["normalisation"])
            for answers in load(GOLDEN / f"{name}-1.0.0.json")["patients"]:
                given = patients[answers["name"]]
                events = [Event(e["t"], e["vital"], e["value"]) for e in given["events"]]
                patient = serving.Patient(given["name"], "", given["age"], given["sex"], events, [s["t"] for s in answers["scores"]])
                served = serving.serve(run, card["stateSize"], VITAL_SIGNS, norm, patient)
                np.testing.assert_allclose([a.risk for a in served], [s["risk"] for s in answers["scores"]], atol=1e-5)


class SplitTests(unittest.TestCase):
    def test_split_depends_on_the_patient_alone(self):
        names = [split_of(f"made-up-{i}") for i in range(2000)]
        self.assertEqual(names, [split_of(f"made-up-{i}") for i in range(2000)])
        self.assertAlmostEqual(0.70, names.count("train") / 2000, delta=0.04)


if __name__ == "__main__":
    unittest.main()
