"""Both ways of counting alarms, what is said where a sensitivity is out of reach, and figures that are not defined. No patient data is needed."""

import json
import unittest
import warnings

import numpy as np

from medai_training import evaluate
from medai_training.ward import alarms, most_sensitive_threshold, threshold_for

from .test_evaluation import ward


class RearmedTests(unittest.TestCase):
    def test_a_score_that_stays_up_alarms_again_after_each_lock_out(self):
        cases = (("5555555555555", 1, 3), ("0500055555", 1, 2), ("0500055000", 1, 1), ("0500005", 1, 1), ("05000005", 2, 2), ("0000", 0, 0))
        for text, crossings, rearmed in cases:
            one = ward([list(range(1, len(text) + 1))], [None])
            score = np.array([float(c) for c in text])
            self.assertEqual((crossings, rearmed), (alarms(one, score, 5).alarms[0], alarms(one, score, 5, rearmed=True).alarms[0]), text)

    def test_a_steady_score_is_out_of_reach_by_crossings_alone(self):
        one = ward([list(range(1, 21))], [14])
        steady = np.full(20, 0.5)
        self.assertTrue(np.isnan(threshold_for(one, steady, 1.0)))
        self.assertEqual(0.5, threshold_for(one, steady, 1.0, rearmed=True))
        self.assertEqual(0.5, most_sensitive_threshold(one, steady))


class FiguresTests(unittest.TestCase):
    def figures(self, score: np.ndarray, news2: np.ndarray, of, probability: bool = True) -> dict:
        return evaluate.Evaluation(of, news2).figures(score, evaluate.Frozen(0.5, 0.5), probability)

    def test_what_is_out_of_reach_is_null_beside_the_greatest_sensitivity(self):
        of = ward([list(range(1, 21))] * 2, [14, 14])
        news2, score = np.zeros(40), np.full(40, 0.1)
        news2[[9, 29]] = 7
        score[12] = 0.6
        found = self.figures(score, news2, of)["matched"]
        self.assertEqual((None, None, 0.5), tuple(found["atNews2Ge7"][k] for k in ("threshold", "alarmsPerPatientDay", "greatestSensitivity")))
        self.assertEqual([], found["atNews2Ge7"]["leadHours"]["histogram"])
        self.assertEqual(0.1, found["rearmed"]["atNews2Ge7"]["threshold"])
        self.assertEqual(1.0, found["rearmed"]["atNews2Ge7"]["greatestSensitivity"])

    def test_figures_are_json_also_where_nothing_is_defined(self):
        of = ward([list(range(1, 9))] * 3, [4, None, None])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = self.figures(np.zeros(24), np.zeros(24), of)
        json.dumps(found, allow_nan=False)
        self.assertIsNone(found["frozen"]["nne"])
        self.assertIsNone(found["calibrationSlope"])

    def test_a_slope_is_found_where_a_plain_step_leaves_the_numbers(self):
        label = np.concatenate([np.zeros(50), np.ones(10), np.zeros(30), np.ones(10)])
        risk = np.concatenate([np.zeros(60), np.ones(40)])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = evaluate.calibration_slope(label, risk)
        self.assertAlmostEqual((np.log(1 / 3) - np.log(1 / 5)) / (2 * np.log((1 - 1e-7) / 1e-7)), found, places=9)

    def test_there_is_no_slope_where_the_risk_separates_or_there_is_one_label(self):
        for label, risk in (([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]), ([0, 0, 1, 1], [0.4, 0.3, 0.3, 0.1]), ([0, 0], [0.1, 0.2]), ([0, 1], [0.3, 0.3])):
            self.assertTrue(np.isnan(evaluate.calibration_slope(np.array(label, float), np.array(risk))), (label, risk))

    def test_an_interval_leaves_undefined_draws_out_and_open_ends_open(self):
        self.assertIsNone(evaluate._interval([float("nan")] * 3))
        self.assertEqual([1.0, 1.0], evaluate._interval([1.0, float("nan"), 1.0]))
        self.assertEqual([1.0, float("inf")], evaluate._interval([1.0] * 50 + [float("inf")] * 10))


if __name__ == "__main__":
    unittest.main()
