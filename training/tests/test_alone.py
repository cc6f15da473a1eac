"""Unit tests of what a vital sign does alone, of trees that are held, and of networks that are taught."""

import unittest

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier

from medai_training import alone, export, worse
from medai_training.fit import Settings
from medai_training.held import directions
from medai_training.members import LinearMember, Model, TreeMember
from medai_training.network import GruAttention, Inputs
from medai_training.prepared import Prepared
from medai_training.scoring import total_logit
from medai_training.summary import Summary
from medai_training.tensors import PatientTensors
from medai_training.worse import RANGES, Worse, teach

from .made_up import MIXED, NORM, VITAL_SIGNS, cohort


def model(prepared: Prepared) -> Model:
    """A network, trees and a linear member, all of the vital signs."""
    torch.manual_seed(3)
    network = GruAttention(Inputs(torch.zeros(25), torch.ones(25)), hidden=8, head=8).eval()
    count = len(prepared.summary.names)
    linear = LinearMember(prepared.summary, np.arange(count), np.linspace(-1, 1, count), 0.1)
    features = prepared.features(prepared.parts["validation"])
    boosted = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=3).fit(features, features[:, 1] > np.median(features[:, 1]))
    trees = TreeMember(prepared.summary, np.arange(count), export.boosted(boosted))
    return Model(prepared.contract, [network], [trees, linear], [0.5, 0.3, 0.2], -1.0)


class AloneTests(unittest.TestCase):
    def setUp(self):
        self.stays = cohort(21, [30, 9, 3])
        self.prepared = Prepared({"validation": self.stays}, VITAL_SIGNS, VITAL_SIGNS, NORM)

    def test_each_hour_is_judged_as_if_its_stay_had_been_charted_so(self):
        whole = model(self.prepared)
        usual = total_logit(self.prepared, whole, self.stays)
        for sign in alone.SIGNS.values():
            found = alone.changes(self.prepared, whole, self.stays, sign).sum(0)
            place = VITAL_SIGNS.keys.index(sign.key)
            charted = np.flatnonzero(~np.isnan(self.stays.values[:, place]))
            self.assertEqual(len(charted), len(found))
            for hour, change in zip(charted, found):
                start = self.stays.offset[self.stays.rows_patient[hour]]
                values = self.stays.values.copy()
                window = slice(max(hour - 5, start), hour + 1)
                values[window] = alone.worsened(self.stays, VITAL_SIGNS, sign).values[window]
                changed = total_logit(self.prepared, whole, self.stays.with_values(values))
                self.assertAlmostEqual(changed[hour] - usual[hour], change, places=4)

    def test_a_sign_that_is_worse_already_stays_and_pressures_go_together(self):
        values = np.full((2, 7), np.nan)
        systolic, mean = (VITAL_SIGNS.keys.index(f"{k}_pressure") for k in ("systolic", "mean"))
        values[0, [systolic, mean]] = 150.0, 100.0
        values[1, systolic] = 60.0
        changed = alone.worsened(cohort(1, [2]).with_values(values), VITAL_SIGNS, alone.SIGNS["systolic pressure 75"]).values
        self.assertEqual([75.0, 50.0, 60.0], [changed[0, systolic], changed[0, mean], changed[1, systolic]])
        np.testing.assert_array_equal(np.isnan(values), np.isnan(changed))


class HeldTests(unittest.TestCase):
    def test_features_are_held_the_way_they_move_with_the_vital_sign(self):
        way = dict(zip(Summary(MIXED, NORM).names, directions(Summary(MIXED, NORM))))
        expected = {"spo2.value": -1, "spo2.ring_low": -1, "spo2.high_gap": 1, "spo2.spread": 1, "spo2.since": 0, "respiratory_rate.ring_mean": 1,
                    "respiratory_rate.high_gap": -1, "heart_rate.fast_gap": 1, "systolic_pressure.value": -1, "temperature.value": 0,
                    "lactate.value": 0, "shock_index": 1, "rapid_breathing": 1, "saturation_per_oxygen": -1, "pulse_pressure_share": 0,
                    "urea_per_creatinine": 0, "age_years": 0}
        self.assertEqual(expected, {name: way[name] for name in expected})

    def test_the_newest_value_alone_moves_every_feature_the_way_it_is_held(self):
        # But the spread, which a value nearer to the others makes smaller.
        summary = Summary(VITAL_SIGNS, NORM)
        way = np.array([0 if name.endswith("spread") else d for name, d in zip(summary.names, directions(summary))])
        stays = cohort(5, [20] * 30)
        prepared = Prepared({"validation": stays}, VITAL_SIGNS, VITAL_SIGNS, NORM)
        last = stays.offset + stays.length - 1
        for key, step in (("spo2", -9.0), ("respiratory_rate", 9.0), ("heart_rate", 30.0), ("systolic_pressure", -40.0)):
            place = VITAL_SIGNS.keys.index(key)
            seen = last[~np.isnan(stays.values[last, place])]
            values = stays.values.copy()
            values[seen, place] += step
            moved = prepared._features(stays.with_values(values))[seen] - prepared._features(stays)[seen]
            self.assertTrue((moved[:, way != 0] * way[way != 0] >= 0).all(), key)
            self.assertTrue((moved[:, summary.names.index(f"{key}.value")] != 0).all(), key)

    def test_a_held_feature_never_moves_the_trees_the_other_way(self):
        summary = Summary(VITAL_SIGNS, NORM)
        stays = cohort(6, [60] * 20)
        features = Prepared({"validation": stays}, VITAL_SIGNS, VITAL_SIGNS, NORM).features(stays)
        low = summary.names.index("spo2.value")
        label = features[:, low] + np.random.default_rng(1).normal(0, 0.1, len(features)) > 0
        ways = np.array(directions(summary))
        held = HistGradientBoostingClassifier(max_iter=40, min_samples_leaf=5, monotonic_cst=ways).fit(features, label)
        trees = TreeMember(summary, np.arange(len(ways)), export.boosted(held))
        usual = trees.logits(features)
        for column in np.flatnonzero(ways):
            changed = features.copy()
            changed[:, column] += ways[column]
            self.assertTrue((trees.logits(changed) >= usual - 1e-5).all(), summary.names[column])


class TaughtTests(unittest.TestCase):
    def test_one_sign_of_each_stay_is_worse_from_some_hour_on(self):
        stays = cohort(7, [40] * 60)
        tensors = PatientTensors(stays, VITAL_SIGNS, NORM)
        draw = torch.Generator().manual_seed(1)
        batch = tensors.batch(np.arange(60), draw)
        rows, noticed = Worse(VITAL_SIGNS, NORM)(batch.committed, batch.mask, draw)
        moved = rows - batch.committed
        touched = [[name for i, name in enumerate(VITAL_SIGNS.inputs) if (moved[p, :, i] != 0).any()] for p in range(60)]
        self.assertTrue(all(name.endswith(".value") for names in touched for name in names))
        for names in touched:
            self.assertLessEqual(len({"systolic_pressure" if "pressure" in name else name for name in names}), 1)
        self.assertEqual(set(RANGES), {name.partition(".")[0] for names in touched for name in names} & set(RANGES))
        for key, span in RANGES.items():
            change = moved[..., VITAL_SIGNS.inputs.index(f"{key}.value")]
            self.assertTrue((change * (1 if span.high_is_bad else -1) >= 0).all(), key)
        self.assertTrue((noticed.sum(1) <= worse.HOURS).all())
        self.assertTrue((moved != 0).any(-1)[noticed].all())

    def test_a_lesson_turns_the_risk_round_and_leaves_all_but_the_head(self):
        stays = cohort(8, [24] * 200)
        tensors = PatientTensors(stays, VITAL_SIGNS, NORM)
        torch.manual_seed(2)
        network = GruAttention(Inputs(torch.zeros(25), torch.ones(25)), hidden=8, head=16).eval()
        lesson = worse.Lesson(learning_rate=0.02, margin=0.2, weight=10.0)
        taught = teach(network, tensors, tensors, VITAL_SIGNS, NORM, Settings(batch_steps=96, average=0.8), lesson)
        for (name, before), after in zip(network.named_parameters(), taught.parameters()):
            self.assertEqual(not name.startswith("head"), bool(torch.equal(before, after)), name)
        self.assertLess(self._falls(taught, tensors), 0.5 * self._falls(network, tensors))

    def _falls(self, network, tensors) -> float:
        draw = torch.Generator().manual_seed(9)
        batch = tensors.batch(np.arange(200), draw)
        rows, noticed = Worse(VITAL_SIGNS, NORM)(batch.committed, batch.mask, draw)
        with torch.no_grad():
            risen = network(rows, batch.provisional)[0] - network(batch.committed, batch.provisional)[0]
        return float((risen[noticed] < 0).float().mean())


if __name__ == "__main__":
    unittest.main()
