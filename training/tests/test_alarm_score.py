"""The alarm score: its formula over whole stays, its two floats of state, and what thresholds and figures are made of. No patient data is needed."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from medai_training import acuity_card
from medai_training.alarm import LEVEL_LIMIT, AlarmScore, Level
from medai_training.calibrate import sigmoid
from medai_training.card import Candidate, alarm_of, limitations_of, thresholds_of, write_card
from medai_training.evaluate import Evaluation, Frozen
from medai_training.members import LinearMember, Model
from medai_training.network import GruAttention, Inputs
from medai_training.rows import committed_rows
from medai_training.summary import Plain, Summary
from medai_training.ward import threshold_for

from .made_up import MODELS, NORM, VITAL_SIGNS, cohort, load
from .test_evaluation import ward
from .test_training import session

LEVEL = Level(weight=0.75, half_life_hours=3.0)
SCORE = AlarmScore(LEVEL, slope=1.9, offset=-1.2)


class LevelTests(unittest.TestCase):
    def risen(self, logit: list[float], weight: float = 1.0) -> np.ndarray:
        return Level(weight, 3.0).risen(np.array(logit), np.array([0]), np.array([len(logit)]))

    def test_the_first_hour_is_held_against_itself(self):
        np.testing.assert_allclose([-0.5], self.risen([-2.0], weight=0.75))

    def test_after_a_half_life_the_level_is_halfway(self):
        np.testing.assert_allclose([0.0, 2.0, 2.0 * 0.5 ** (1 / 3), 2.0 * 0.5 ** (2 / 3), 1.0], self.risen([-4.0, -2.0, -2.0, -2.0, -2.0]))

    def test_a_constant_counts_only_as_far_as_it_is_not_taken_off(self):
        rng = np.random.default_rng(1)
        logit, length = rng.normal(-4, 1, 60), np.array([25, 35])
        offset = np.array([0, 25])
        moved = LEVEL.risen(logit + 2.0, offset, length) - LEVEL.risen(logit, offset, length)
        np.testing.assert_allclose(moved, 0.5, atol=1e-12)

    def test_a_stay_knows_nothing_of_the_one_before(self):
        logit = np.random.default_rng(2).normal(-4, 1, 50)
        together = LEVEL.risen(logit, np.array([0, 30]), np.array([30, 20]))
        np.testing.assert_array_equal(together[30:], LEVEL.risen(logit[30:], np.array([0]), np.array([20])))

    def test_a_level_is_kept_within_its_limit(self):
        self.assertEqual(-90.0 + LEVEL_LIMIT, self.risen([-90.0, -90.0])[1])


class StateTests(unittest.TestCase):
    """A small ensemble with an alarm score, as the file serves it."""

    def setUp(self):
        torch.manual_seed(11)
        self.stays = cohort(12, [40, 26, 33])
        self.rows = committed_rows(self.stays, VITAL_SIGNS, NORM)
        summary = Summary(VITAL_SIGNS, NORM)
        weight = np.random.default_rng(3).normal(size=len(summary.names)) / 4
        network = GruAttention(Inputs(torch.zeros(25), torch.ones(25)), hidden=8).eval()
        self.members = [network], [LinearMember(summary, np.arange(len(weight)), weight, -1.0)], [0.6, 0.5], -1.5
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.run, self.size = self.written("held", SCORE)

    def written(self, name: str, score: AlarmScore | None):
        path = self.folder / f"{name}.onnx"
        _, size = Model(VITAL_SIGNS, *self.members, score).write(path)
        return session(path), size

    def stay(self, p: int) -> np.ndarray:
        return self.rows[self.stays.offset[p] : self.stays.offset[p] + self.stays.length[p]]

    def logit(self, risk: np.ndarray) -> np.ndarray:
        return np.log(risk.astype(np.float64) / (1 - risk))

    def test_whole_stays_equal_the_formula(self):
        for p in range(3):
            state, found = np.zeros((1, self.size), np.float32), []
            for row in self.stay(p):
                answer = self.run({"x": row[None], "state": state})
                state = answer["state_out"]
                found.append([answer["risk"][0, 0], answer["alarm"][0, 0]])
            risk, alarm = np.array(found).T
            expected = SCORE.of(self.logit(risk), np.array([0]), np.array([len(risk)]))
            np.testing.assert_allclose(alarm, expected, atol=2e-6)
            self.assertGreater(np.abs(alarm - risk).max(), 0.01)

    def test_risk_and_members_state_are_those_of_the_model_without_one(self):
        run, size = self.written("plain", None)
        self.assertEqual(size + 2, self.size)
        state, plain = np.zeros((1, self.size), np.float32), np.zeros((1, size), np.float32)
        for row in self.stay(0)[:10]:
            answer, other = self.run({"x": row[None], "state": state}), run({"x": row[None], "state": plain})
            self.assertNotIn("alarm", other)
            state, plain = answer["state_out"], other["state_out"]
            np.testing.assert_array_equal(answer["risk"], other["risk"])
            np.testing.assert_array_equal(state[:, :-2], plain)

    def test_the_first_hour_leaves_its_own_logit_and_that_it_was_seen(self):
        # A level without "seen" counts for nothing.
        state = np.zeros((2, self.size), np.float32)
        state[1, -2:] = 7.0, 0.4
        answer = self.run({"x": np.repeat(self.rows[:1], 2, 0), "state": state})
        logit = self.logit(answer["risk"])
        np.testing.assert_allclose(answer["alarm"], sigmoid(SCORE.slope * (1 - LEVEL.weight) * logit + SCORE.offset), atol=1e-6)
        np.testing.assert_allclose(answer["state_out"][:, -2:], np.concatenate([logit, np.ones((2, 1))], 1), atol=1e-5)

    def test_a_state_that_no_stay_leads_to_gives_a_finite_score(self):
        for level, seen, used in ((1e30, 1.0, LEVEL_LIMIT), (-1e30, 9.0, -LEVEL_LIMIT), (3.0, 0.6, 3.0), (3.0, -1e30, None)):
            state = np.zeros((1, self.size), np.float32)
            state[0, -2:] = level, seen
            answer = self.run({"x": self.rows[:1], "state": state})
            logit = self.logit(answer["risk"])[0, 0]
            used = logit if used is None else used
            self.assertAlmostEqual(sigmoid(SCORE.slope * (logit - LEVEL.weight * used) + SCORE.offset), float(answer["alarm"][0, 0]), delta=1e-6)
            np.testing.assert_allclose(answer["state_out"][0, -2:], [used + LEVEL.share * (logit - used), 1.0], rtol=1e-5)

    def test_a_model_without_a_state_has_no_level(self):
        clock = LinearMember(Plain(VITAL_SIGNS), np.arange(1), np.ones(1), 0.0)
        with self.assertRaisesRegex(ValueError, "no recent level"):
            Model(VITAL_SIGNS, [], [clock], [1.0], 0.0, SCORE).write(self.folder / "none.onnx")


class ThresholdTests(unittest.TestCase):
    def setUp(self):
        # The second patient's risk is up from the start; his alarm score rises in time.
        self.news2, self.risk, self.alarm = np.zeros(40), np.full(40, 0.1), np.full(40, 0.02)
        self.news2[[15, 35]] = 7
        self.risk[20:] = 0.6
        self.risk[12] = 0.5
        self.alarm[[12, 33]] = 0.3, 0.2
        self.evaluation = Evaluation(ward([list(range(1, 21))] * 2, [14, 14]), self.news2)

    def test_the_threshold_for_alarms_is_frozen_by_the_rearmed_counting(self):
        # By crossings the second patient is found only at 0.3, where his risk rises once more after a fall.
        self.risk[34:36], self.risk[36:] = 0.1, 0.3
        self.assertEqual(0.3, threshold_for(self.evaluation.ward, self.risk, 1.0))
        self.assertEqual(0.5, self.evaluation.freeze(self.risk).alert)

    def test_the_threshold_for_alarms_is_that_of_the_alarm_score(self):
        frozen = self.evaluation.freeze(self.risk, self.alarm)
        self.assertEqual((0.2, self.evaluation.freeze(self.risk).utility), (frozen.alert, frozen.utility))

    def test_alarms_are_of_the_alarm_score_and_hours_of_the_risk(self):
        frozen = Frozen(0.2, 0.5)
        both, of_risk, of_alarm = (self.evaluation.figures(score, frozen, alarm=alarm)
                                   for score, alarm in ((self.risk, self.alarm), (self.risk, None), (self.alarm, None)))
        for name in ("auroc", "auprc", "utility", "ece", "brier", "sensitivity"):
            self.assertEqual(of_risk[name], both[name], name)
        for name in ("matched", "alarmsPerPatientDay", "nne", "leadHours", "frozen"):
            self.assertEqual(of_alarm[name], both[name], name)
        self.assertNotEqual(of_risk["alarmsPerPatientDay"], both["alarmsPerPatientDay"])

    def test_a_steady_risk_reaches_the_threshold_where_the_card_says(self):
        steady = SCORE.steady_risk(0.2)
        for risk, reached in ((steady * 1.001, True), (steady * 0.999, False)):
            logit = np.full(9, np.log(risk / (1 - risk)))
            self.assertEqual([reached] * 9, (SCORE.of(logit, np.array([0]), np.array([9])) >= 0.2).tolist())
        held = Candidate("m", "2.1.0", "vitals", "", VITAL_SIGNS, NORM, SCORE, frozen=Frozen(0.2, 0.5))
        self.assertIn(f"only where it is {steady:.2f} or more", limitations_of(held)[-1])

    def test_a_card_says_what_its_threshold_is_about(self):
        plain, held = (Candidate("m", "2.1.0", "vitals", "", VITAL_SIGNS, NORM, alarm, frozen=Frozen(0.2, 0.5)) for alarm in (None, SCORE))
        self.assertEqual({}, alarm_of(plain))
        self.assertEqual(("alarm", 0.75, 3.0), tuple(alarm_of(held)["alarm"][k] for k in ("name", "weight", "halfLifeHours")))
        self.assertNotIn("about the alarm score", thresholds_of(plain)["how"])
        self.assertIn("alert and clear are about the alarm score, utility about the risk", thresholds_of(held)["how"])
        self.assertEqual((0.2, 0.16, 0.5), tuple(thresholds_of(held)[k] for k in ("alert", "clear", "utility")))

    def test_a_card_names_its_task_in_the_word_that_the_service_goes_by(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "card.json"
            write_card(path, Candidate("sepsis-m", "2.1.0", "vitals", "", VITAL_SIGNS, NORM, frozen=Frozen(0.2, 0.5)), {})
            self.assertEqual("sepsis", load(path)["task"])
            acuity_card.write_card(path, acuity_card.Candidate(VITAL_SIGNS, NORM, 0, 0.2, {}), {})
            self.assertEqual(load(path)["name"], load(path)["task"])


class ShippedTests(unittest.TestCase):
    def test_the_ensembles_and_no_others_have_an_alarm_score(self):
        having = [path.parent.parent.name for path in sorted(MODELS.glob("sepsis-*/2.*/card.json")) if "alarm" in load(path)]
        self.assertEqual(["sepsis-all", "sepsis-vitals"], having)


if __name__ == "__main__":
    unittest.main()
