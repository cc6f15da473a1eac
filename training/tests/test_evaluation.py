"""The figures of the report against hand-made cases and scikit-learn. No patient data is needed."""

import unittest
from dataclasses import replace

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from medai_training import evaluate
from medai_training.scores import clinical_scores
from medai_training.utility import Utility
from medai_training.ward import Ward, alarms, candidates, threshold_for

from .made_up import MIXED, VITAL_SIGNS, cohort


def ward(scored: list[list[int]], first_label: list[int | None]) -> Ward:
    """Patients by the hours that are scored, and the hour at which the label turns 1."""
    count = [len(hours) for hours in scored]
    hour = np.concatenate(scored).astype(np.int64)
    label = np.concatenate([[float(f is not None and h >= f) for h in hours] for hours, f in zip(scored, first_label)])
    return Ward(np.concatenate([[0], np.cumsum(count)]).astype(np.int64), hour, label,
                np.array([-1 if f is None else f + 6 for f in first_label], np.int64))


class AlarmTests(unittest.TestCase):
    def test_an_alarm_is_a_crossing_and_the_lock_out_swallows(self):
        one = ward([list(range(1, 13))], [None])
        score = np.array([9, 9, 5, 9, 9, 5, 9, 5, 5, 5, 9, 9], float)
        # Hour 1 crosses; hour 4 lies in the lock-out and stays lost though the score stays above; hour 7 is 6 h later; hour 11 is not.
        self.assertEqual(2, alarms(one, score, 9).alarms[0])

    def test_a_hit_is_within_12_hours_before_onset_both_ends_included(self):
        for at, expected in ((3, 0), (4, 1), (16, 1), (17, 0)):
            one = ward([list(range(1, 21))], [10])
            found = alarms(one, (np.arange(1, 21) == at).astype(float), 1)
            self.assertEqual(expected, found.hits[0], f"hour {at}, onset 16")
            self.assertEqual(16 - at if expected else -1, found.lead[0])

    def test_threshold_is_the_highest_that_reaches_the_sensitivity(self):
        two = ward([list(range(1, 11))] * 2, [8, 8])
        score = np.zeros(20)
        score[4], score[15] = 0.8, 0.4
        self.assertEqual(0.8, threshold_for(two, score, 0.5))
        self.assertEqual(0.4, threshold_for(two, score, 1.0))
        self.assertTrue(np.isnan(threshold_for(two, np.zeros(20) + 0.5 - 0.4 * (np.arange(20) % 10 > 0), 1.1)))

    def test_candidates_have_three_significant_digits(self):
        self.assertEqual([0.124, 0.123], candidates(np.array([0.12345, 0.1232, 0.1236])).tolist())


class FigureTests(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(1)
        self.label = (rng.random(3000) < 0.1).astype(float)
        self.score = np.round(rng.random(3000) * 0.5 + 0.2 * self.label, 2)

    def test_rank_figures_equal_scikit_learn_with_ties(self):
        self.assertAlmostEqual(roc_auc_score(self.label, self.score), evaluate.auroc(self.label, self.score), places=12)
        self.assertAlmostEqual(average_precision_score(self.label, self.score), evaluate.auprc(self.label, self.score), places=12)

    def test_calibration_slope_finds_the_slope(self):
        rng = np.random.default_rng(2)
        z = rng.normal(-2, 1, 200_000)
        label = (rng.random(len(z)) < 1 / (1 + np.exp(-(0.4 + 0.7 * z)))).astype(float)
        self.assertAlmostEqual(0.7, evaluate.calibration_slope(label, 1 / (1 + np.exp(-z))), delta=0.02)

    def test_calibrated_risk_has_little_error(self):
        risk = np.random.default_rng(3).random(100_000)
        label = (np.random.default_rng(4).random(100_000) < risk).astype(float)
        self.assertLess(evaluate.ece(label, risk), 0.01)
        self.assertGreater(evaluate.ece(label, risk / 2), 0.2)

    def test_every_figure_has_its_interval_around_it(self):
        stays = cohort(11, [30] * 40)
        of = Ward.of(stays)
        evaluation = evaluate.Evaluation(of, clinical_scores(stays, VITAL_SIGNS)["news2"][stays.recorded])
        rng = np.random.default_rng(5)
        risk = np.clip(0.1 + 0.3 * of.label + 0.1 * rng.random(len(of.label)), 0, 1)
        figures = evaluation.figures(risk, evaluation.freeze(risk))
        for name in ("auroc", "auprc", "utility", "brier", "ece", "prevalence"):
            low, high = figures[f"{name}Interval95"]
            self.assertTrue(low - 0.05 <= figures[name] <= high + 0.05, name)
        self.assertEqual(1.0, figures["auroc"])


class UtilityTests(unittest.TestCase):
    def setUp(self):
        self.ward = ward([list(range(1, 31)), list(range(3, 20))], [15, None])
        self.utility = Utility(self.ward)

    def test_perfect_is_one_and_inaction_is_nothing(self):
        best = np.zeros(47)
        best[8:24] = 1
        self.assertAlmostEqual(1.0, self.utility.of(best, 0.5))
        self.assertAlmostEqual(0.0, self.utility.of(np.zeros(47), 0.5))

    def test_worth_follows_the_published_slopes(self):
        # The label turns 1 in row 14, so onset is row 20: most is gained at row 14, a miss costs 2 at row 23, nothing counts after.
        self.assertAlmostEqual(1.0, self.utility.positive[14])
        self.assertAlmostEqual(0.5, self.utility.positive[11])
        self.assertAlmostEqual(-0.05, self.utility.positive[0])
        self.assertAlmostEqual(-2.0, self.utility.negative[23])
        self.assertEqual(0.0, self.utility.positive[24] + self.utility.negative[24])
        self.assertTrue((self.utility.positive[30:] == -0.05).all())

    def test_best_threshold_is_the_best_of_all(self):
        score = np.random.default_rng(6).random(47).round(2)
        tried = candidates(score)
        best = max(self.utility.of(score, t) for t in tried)
        self.assertAlmostEqual(best, self.utility.of(score, self.utility.best_threshold(score, tried)))


class ClinicalScoreTests(unittest.TestCase):
    def score(self, values: dict[str, list[float]], name: str) -> list[float]:
        hours = max(len(v) for v in values.values())
        stays = cohort(12, [hours], MIXED)
        table = np.full((hours, len(MIXED.keys)), np.nan)
        for key, given in values.items():
            table[: len(given), MIXED.keys.index(key)] = given
        return clinical_scores(replace(stays, values=table), MIXED)[name].tolist()

    def test_news2_bands(self):
        cases = [("respiratory_rate", 8, 3), ("respiratory_rate", 8.5, 1), ("respiratory_rate", 25, 3), ("spo2", 91, 3), ("spo2", 96, 0),
                 ("systolic_pressure", 90.4, 3), ("systolic_pressure", 220, 3), ("heart_rate", 40, 3), ("heart_rate", 131, 3),
                 ("temperature", 35.0, 3), ("temperature", 36.05, 0), ("temperature", 38.04, 0), ("temperature", 39.1, 2),
                 ("inspired_oxygen", 21, 0), ("inspired_oxygen", 22, 2)]
        for key, value, points in cases:
            self.assertEqual([points], self.score({key: [value]}, "news2"), f"{key} {value}")

    def test_mews_and_qsofa_bands(self):
        for key, value, points in (("systolic_pressure", 70, 3), ("systolic_pressure", 200, 2), ("heart_rate", 130, 3), ("respiratory_rate", 14, 0),
                                   ("respiratory_rate", 30, 3), ("temperature", 34.9, 2), ("temperature", 38.5, 2)):
            self.assertEqual([points], self.score({key: [value]}, "mews"), f"{key} {value}")
        self.assertEqual([2.0], self.score({"respiratory_rate": [22], "systolic_pressure": [100]}, "qsofa"))
        self.assertEqual([0.0], self.score({"respiratory_rate": [21], "systolic_pressure": [101]}, "qsofa"))

    def test_news2_forgets_after_four_hours_and_a_temperature_after_eight(self):
        nothing = [np.nan] * 10
        self.assertEqual([3.0] * 5 + [0.0] * 5, self.score({"heart_rate": [135, *nothing[1:]]}, "news2"))
        self.assertEqual([3.0] * 9 + [0.0], self.score({"temperature": [34.0, *nothing[1:]]}, "news2"))


if __name__ == "__main__":
    unittest.main()
