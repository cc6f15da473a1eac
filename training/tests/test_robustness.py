"""Unit tests of what must hold for any state, any library's logarithm and any spread of inputs."""

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from medai_training import export
from medai_training.members import LinearMember, Model, TreeMember
from medai_training.network import GruAttention, Inputs, Narrowed
from medai_training.onnx_numpy import Session
from medai_training.reference import input_reference
from medai_training.rows import committed_rows
from medai_training.sequences import Cnn, Lstm, Transformer
from medai_training.summary import GRID, Summary, over_stays

from .made_up import MIXED, MODELS, NORM, VITAL_SIGNS, cohort, files, load

SCALES = (0.0, 1.0, 100.0, 1e6, 1e20, 3e38)


def states(size: int) -> np.ndarray:
    """Finite states that no stay leads to, of either sign and up to the end of float32."""
    rng = np.random.default_rng(4)
    return np.concatenate([(rng.uniform(-1, 1, (4, size)) * scale).astype(np.float32) for scale in SCALES])


def inputs(rows: int, width: int) -> np.ndarray:
    """Rows as the service's bit test makes them: standardised values, marks and fractions, each kind at every place."""
    return np.random.default_rng(5).choice(np.array([0, 1, -5, 5, 0.3, -2.7, 1.9], np.float32), (rows, width))


class StateTests(unittest.TestCase):
    def assert_finite(self, run, width: int, size: int):
        state = states(size)
        for _ in range(2):
            answer = run({"x": inputs(len(state), width), "state": state})
            for name, values in answer.items():
                self.assertTrue(np.isfinite(values).all(), name)
            state = answer["state_out"]

    def exported(self, model: Model):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            _, size = model.write(path)
            return Session(path).run, size

    def test_any_finite_state_gives_a_finite_risk_of_window_features(self):
        summary = Summary(MIXED, NORM)
        count = len(summary.names)
        linear = LinearMember(summary, np.arange(count), np.linspace(-1, 1, count), 0.1)
        self.assert_finite(*self._served(Model(MIXED, [], [linear], [1.0], 0.0)))

    def test_any_finite_state_gives_a_finite_risk_of_networks(self):
        for make in (GruAttention, Lstm, Cnn, Transformer):
            with self.subTest(make.__name__):
                torch.manual_seed(8)
                network = Narrowed(make(Inputs(torch.zeros(25), torch.ones(25))).eval(), list(range(25)))
                self.assert_finite(*self._served(Model(MIXED, [network], [], [1.0], 0.0)))

    def test_any_finite_state_gives_a_finite_risk_of_shipped_models(self):
        for path in files(MODELS, "*/2.*/card.json"):
            card = load(path)
            if card["stateSize"] > 0:
                with self.subTest(card["name"]):
                    self.assert_finite(Session(path.parent / "model.onnx").run, len(card["inputs"]), card["stateSize"])

    def _served(self, model: Model):
        run, size = self.exported(model)
        return run, len(model.contract.inputs), size


class EqualityTests(unittest.TestCase):
    def setUp(self):
        self.stays = cohort(10, [80, 60, 70], VITAL_SIGNS)
        self.rows = committed_rows(self.stays, VITAL_SIGNS, NORM)
        self.summary = Summary(VITAL_SIGNS, NORM)
        self.features = over_stays(self.summary, self.rows, self.stays.offset, self.stays.length)

    def test_another_library_makes_the_same_features_to_the_bit(self):
        # The file is evaluated by numpy here, whose logarithm differs from torch's in the last bit.
        patients, steps = 40, 150
        stays = cohort(12, [steps] * patients, MIXED)
        rows = committed_rows(stays, MIXED, NORM)
        summary = Summary(MIXED, NORM)
        count = len(summary.names)
        every = LinearMember(summary, np.arange(count), np.zeros(count), 0.0)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            _, size = Model(MIXED, [], [every], [1.0], 0.0).write(path)
            session = Session(path)
        product = next(n for n in session.graph.node if n.op_type == "MatMul").input[0]
        session.graph.output.add().name = product
        features = over_stays(summary, rows, stays.offset, stays.length)
        state = np.zeros((patients, size), np.float32)
        for step in range(steps):
            answer = session.run({"x": rows[stays.offset + step], "state": state})
            state = answer["state_out"]
            np.testing.assert_array_equal(features[stays.offset + step], answer[product])

    def test_features_lie_on_the_grid(self):
        np.testing.assert_array_equal(self.features * GRID, np.rint(self.features * GRID))

    def test_trees_say_what_scikit_learn_says(self):
        label = self.features[:, 0] + np.random.default_rng(6).normal(size=len(self.features)) > 0
        forest = RandomForestClassifier(100, min_samples_leaf=3, random_state=0).fit(self.features, label)
        boosted = HistGradientBoostingClassifier(max_iter=100, min_samples_leaf=3).fit(self.features, label)
        columns = np.arange(self.features.shape[1])
        said = TreeMember(self.summary, columns, export.forest(forest), probability=True).trees.raw(self.features)
        np.testing.assert_allclose(said, forest.predict_proba(self.features)[:, 1], atol=1e-6)
        logit = TreeMember(self.summary, columns, export.boosted(boosted)).logits(self.features)
        np.testing.assert_allclose(logit, boosted.decision_function(self.features), rtol=1e-6, atol=1e-5)


class ReferenceTests(unittest.TestCase):
    def test_bins_hold_the_shares_of_the_rows(self):
        rows = committed_rows(cohort(11, [50, 70, 90]), VITAL_SIGNS, NORM)
        for i, (name, spread) in enumerate(input_reference(VITAL_SIGNS, rows).items()):
            edges, shares = spread["edges"], spread["shares"]
            self.assertEqual(VITAL_SIGNS.inputs[i], name)
            self.assertLessEqual(len(edges), 9)
            self.assertEqual(sorted(set(edges)), edges)
            self.assertAlmostEqual(1.0, sum(shares), places=9)
            for bin_, share in enumerate(shares):
                inside = np.mean([sum(e <= v for e in edges) == bin_ for v in rows[:, i].tolist()])
                self.assertAlmostEqual(inside, share, delta=1e-4)

    def test_a_mask_has_one_edge_and_a_constant_none(self):
        contract = MIXED.of(("lactate.observed", "sex_male"))
        rows = np.array([[0, 1]] * 97 + [[1, 1]] * 3, np.float32)
        self.assertEqual({"lactate.observed": {"edges": [0.5], "shares": [0.97, 0.03]}, "sex_male": {"edges": [], "shares": [1.0]}},
                         input_reference(contract, rows))


if __name__ == "__main__":
    unittest.main()
