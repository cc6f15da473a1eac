"""Unit tests of what stages write down: tables in a README, draws of a search, groups of channels."""

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from medai_training import table
from medai_training.ablation import WITHOUT
from medai_training.alarm import Level
from medai_training.recipes import RECIPES, contract_of
from medai_training.search import NETWORKS, SPACES
from medai_training.stress import GROUPS

from .made_up import EVERYTHING

MODELS_OF_A_USER = ("linear", "logistic", "svm", "forest", "trees", "cnn", "lstm", "gru", "transformer")


class TableTests(unittest.TestCase):
    def test_a_table_takes_its_place_and_leaves_the_rest(self):
        with TemporaryDirectory() as folder:
            readme = Path(folder) / "README.md"
            readme.write_text("a\n<!-- stress: written by the training run -->\nold\n<!-- end of stress -->\nb\n", encoding="utf-8")
            table.put(readme, "stress", "new\n")
            self.assertEqual("a\n<!-- stress: written by the training run -->\nnew\n<!-- end of stress -->\nb\n", readme.read_text(encoding="utf-8"))
            with self.assertRaisesRegex(ValueError, "no place for the figures"):
                table.put(readme, "figures", "new\n")

    def test_changes_are_told_against_the_figures_as_charted(self):
        whole = {"auroc": 0.8, "ece": 0.003}
        found = {"m": {"as charted": whole, "no spo2": {"auroc": 0.79, "ece": 0.004}}, "n": {"as charted": {"auroc": 0.7, "ece": 0.1}}}
        lines = table.stress(found).splitlines()
        self.assertEqual("| as charted | 0.800, ECE 0.0030 | 0.700, ECE 0.1000 |", lines[2])
        self.assertEqual("| no spo2 | 0.790 (-0.010), ECE 0.0040 |  |", lines[3])


    def test_a_sign_has_a_row_and_a_model_a_column(self):
        lines = table.alone({"m": {"SpO2 85 %": (-0.051, 0.354)}, "n": {"SpO2 85 %": (0.2, 0.0)}}).splitlines()
        self.assertEqual("| put to | m | n |", lines[0])
        self.assertEqual("| SpO2 85 % | -0.05, falls in 35.4 % | +0.20, falls in 0.0 % |", lines[2])

    def test_both_countings_stand_beside_each_other(self):
        def figures(crossing, rearmed):
            at7 = {"nne": 18.84, "leadHours": {"median": 6.0}}
            return {"auroc": 0.8, "aurocInterval95": [0.7, 0.9], "auprc": 0.1, "prevalence": 0.02, "matched": {"rearmed": {"atNews2Ge7": at7}},
                    "alarmsPerPatientDay": {"atNews2Ge5": None, "atNews2Ge7": crossing, "rearmed": {"atNews2Ge5": 2.0, "atNews2Ge7": rearmed}}}

        usual = figures(0.5, 0.8) | {"alarmsPerPatientDay": {"atNews2Ge5": 1, "atNews2Ge7": 0.5, "rearmed": {"atNews2Ge5": 4, "atNews2Ge7": 0.8}}}
        card = {"name": "m", "inputSet": "all", "metrics": {"validation": figures(0.25, 0.6)}}
        lines = table.figures([card], {"news2": usual}, "validation").splitlines()
        self.assertTrue(lines[-1].endswith("| not reached | 0.250 (0.50x) | 2.000 (0.50x) | 0.600 (0.75x) | 18.8 | 6 |"), lines[-1])
        self.assertEqual(lines[2].count("|"), lines[-1].count("|"))


    def test_a_grid_has_a_row_for_each_half_life_and_says_what_no_threshold_reaches(self):
        nan = float("nan")
        found = {"m": {None: (nan, 0.56), Level(0.6, 3.0): (0.9, 0.43), Level(0.75, 3.0): (0.417, 0.41), Level(0.6, 12.0): (nan, 0.5),
                       Level(0.75, 12.0): (0.58, 0.51)}}
        self.assertEqual(["", "| m: half-life | weight 0.6 | weight 0.75 |", "|---|---|---|", "| the risk itself | never, 0.56 | |",
                          "| 3 h | 0.90, 0.43 | 0.42, 0.41 |", "| 12 h | never, 0.50 | 0.58, 0.51 |"], table.levels(found).splitlines())


class SpaceTests(unittest.TestCase):
    def test_every_kind_has_a_space_and_a_recipe_for_both_inputs(self):
        self.assertEqual(sorted(MODELS_OF_A_USER), sorted(SPACES))
        for kind in MODELS_OF_A_USER:
            for inputs in ("vitals", "all"):
                self.assertEqual((inputs, kind), (RECIPES[f"sepsis-{inputs}-{kind}"].inputs, RECIPES[f"sepsis-{inputs}-{kind}"].kind))

    def test_a_seed_draws_the_same_settings(self):
        for space in SPACES.values():
            draws = [[draw(rng) for _ in range(20) for draw in space.values()] for rng in map(np.random.default_rng, (3, 3, 4))]
            self.assertEqual(draws[0], draws[1])
            self.assertNotEqual(draws[0], draws[2])
        self.assertLessEqual(set(NETWORKS), set(SPACES))

    def test_groups_of_channels_are_charted_at_the_hospital(self):
        keys = contract_of(EVERYTHING, "all").keys
        for group, members in GROUPS.items():
            self.assertLessEqual(set(members), set(keys), group)

    def test_care_process_is_time_and_what_was_ordered(self):
        hidden = WITHOUT["both: care process"]
        self.assertTrue(hidden("hours_since_admission") and hidden("lactate.since"))
        self.assertFalse(hidden("heart_rate.since") or hidden("lactate.value") or hidden("age_years"))


if __name__ == "__main__":
    unittest.main()
