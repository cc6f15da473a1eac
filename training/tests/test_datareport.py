"""The calculations of the data report on cases small enough to do by hand, and its page. No patient data is needed."""

import importlib.util
import re
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np

from medai_training import datareport_clusters as grouping
from medai_training import datareport_figures as figures
from medai_training.cohort import Cohort
from medai_training.features import REPOSITORY
from medai_training.recipes import contract_of

from .made_up import EVERYTHING, VITAL_SIGNS, cohort

FOLDER = REPOSITORY / "docs" / "data-report"
LARGEST_FOLDER = 600_000


def filled(patients: int, hours: int, charted: dict[int, list[int]]) -> Cohort:
    """Patients who all have one variable charted at the given hours of the given patients, and nothing else."""
    stays = cohort(1, [hours] * patients)
    values = np.full_like(stays.values, np.nan)
    for patient, at in charted.items():
        values[[stays.offset[patient] + h - 1 for h in at], 0] = 80.0 + patient
    return stays.with_values(values)


def all_of(stays: Cohort) -> np.ndarray:
    return np.ones(len(stays.length), bool)


class ShownTests(unittest.TestCase):
    def test_a_share_of_fewer_than_ten_patients_is_not_shown(self):
        for inside, total, shown in ((9, 9, False), (10, 10, True), (0, 100, True), (9, 100, False), (10, 100, True), (90, 100, True), (91, 100, False)):
            found = figures.share(np.arange(total) < inside)
            self.assertEqual(shown, not np.isnan(found), f"{inside} of {total}")
            if shown:
                self.assertEqual(inside / total, found)

    def test_quartiles_need_ten_patients(self):
        self.assertEqual((5.0, 2.5, 7.5), figures.quartiles(np.array([*range(11), np.nan])))
        self.assertTrue(np.isnan(figures.quartiles(np.array([*range(9), np.nan]))).all())

    def test_what_few_patients_have_is_not_shown(self):
        few, enough = filled(30, 12, {p: [1, 3] for p in range(9)}), filled(30, 12, {p: [1, 3] for p in range(10)})
        for stays, shown in ((few, False), (enough, True)):
            self.assertEqual(shown, not np.isnan(figures.charted(stays, all_of(stays))[0]))
            self.assertEqual(shown, not np.isnan(figures.charted_by_hour(stays, 3)[0, 0]))
            self.assertEqual(shown, len(figures.observed(stays, 0, all_of(stays))) > 0)
            self.assertEqual(shown, len(figures.gaps(stays, 0, all_of(stays))) > 0)


class ShiftTests(unittest.TestCase):
    def test_standardised_difference_of_two_groups_one_deviation_apart(self):
        a = np.tile([0.0, 2.0], 10)
        spread = a.std(ddof=1)
        self.assertAlmostEqual(1.0, figures.smd(a, a + spread))
        self.assertAlmostEqual(-0.5, figures.smd(a, np.append(a - spread / 2, np.nan)))
        self.assertTrue(np.isnan(figures.smd(a, a[:9])))

    def test_stability_index_by_hand(self):
        reference = np.arange(1, 101, dtype=float)
        self.assertEqual(0.0, figures.psi(reference, reference))
        # One value in two parts: half above and half below the median, where nine of ten stand below in the other.
        other = np.concatenate([np.full(90, 1.0), np.full(10, 100.0)])
        floor = figures.PSI_FLOOR
        expected = (0.9 - 0.1) * np.log(9) + 0.0 + 8 * (floor - 0.1) * np.log(floor / 0.1)
        self.assertAlmostEqual(expected, figures.psi(reference, other))

    def test_stability_index_of_a_constant_is_nothing(self):
        self.assertEqual(0.0, figures.psi(np.full(50, 7.0), np.full(20, 7.0)))


class ChartingTests(unittest.TestCase):
    def setUp(self):
        self.stays = filled(20, 12, {p: [2, 3, 6] for p in range(15)})

    def test_shares_of_hours_and_by_hour(self):
        self.assertAlmostEqual(15 * 3 / (20 * 12), figures.charted(self.stays, all_of(self.stays))[0])
        self.assertEqual([0, 0.75, 0.75, 0], figures.charted_by_hour(self.stays, 4)[0].tolist())
        self.assertEqual(0, figures.charted(self.stays, all_of(self.stays))[1])

    def test_gaps_stay_within_a_patient(self):
        found = figures.gaps(self.stays, 0, all_of(self.stays))
        self.assertEqual([1, 3] * 15, found.tolist())
        self.assertEqual([0.5, 0, 0.5, 0, 0, 0, 0, 0, 0], figures.gap_shares(found).tolist())

    def test_gaps_of_several_hours_fall_into_their_bands(self):
        self.assertEqual([0, 0, 0, 0, 0.25, 0.25, 0, 0.25, 0.25], figures.gap_shares(np.array([5, 8, 24, 25])).tolist())

    def test_means_are_of_what_was_charted(self):
        self.assertEqual(80.0, figures.means(self.stays)[0, 0])
        self.assertTrue(np.isnan(figures.means(self.stays)[19, 0]))

    def test_early_keeps_the_first_hours_alone(self):
        self.assertEqual(15 * 2, int((~np.isnan(figures.early(self.stays, 5).values)).sum()))


class OutcomeTests(unittest.TestCase):
    def test_later_septic_leaves_out_who_was_labelled_or_gone_by_then(self):
        # Every second patient is labelled over the last four hours of the record.
        stays = cohort(2, [24, 24, 27, 40, 40])
        waiting, later = figures.later_septic(stays)
        self.assertEqual([False, False, False, True, True], waiting.tolist())
        self.assertEqual([False, False, False, False, True], (waiting & later).tolist())

    def test_bands_count_who_has_a_row_there(self):
        stays = cohort(3, [8] * 20 + [20] * 12)
        early, late = figures.hour_bands(stays, [(1, 8), (9, 20)])
        self.assertEqual((32, 32 * 8), (early["present"].sum(), early["hours"]))
        self.assertEqual((12, 12 * 12), (late["present"].sum(), late["hours"]))
        self.assertAlmostEqual(6 * 4 / (12 * 12), late["labelled"])

    def test_interval_of_a_share_is_wilsons(self):
        low, high = figures.wilson(10, 100)
        self.assertAlmostEqual(0.0552, low, places=4)
        self.assertAlmostEqual(0.1744, high, places=4)


class ClusterTests(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(4)
        self.kind = np.repeat([0, 1, 2], 60)
        places = np.array([[0.0, 0], [9, 0], [0, 9]])
        self.found = grouping.Summaries(("a", "b"), places[self.kind] + rng.normal(0, 1, (180, 2)))

    def test_the_number_of_clusters_is_the_largest_that_halves_agree_on(self):
        self.assertGreater(grouping.agreement(self.found.table, 3, 1), 0.95)
        self.assertLess(grouping.agreement(self.found.table, 6, 1), grouping.AGREEMENT)
        chosen = grouping.clusters(self.found, self.kind == 1, 1)
        self.assertEqual(3, len(chosen.centres))
        self.assertEqual(list(range(2, grouping.MOST_CLUSTERS + 1)), list(chosen.agreements))

    def test_clusters_come_by_rising_share_of_sepsis_and_the_same_every_time(self):
        septic = (self.kind == 1) | ((self.kind == 2) & (np.arange(180) % 2 == 0))
        chosen = grouping.clusters(self.found, septic, 1)
        self.assertEqual([0, 2, 1], [int(np.bincount(self.kind[chosen.of == c]).argmax()) for c in range(3)])
        self.assertTrue((chosen.of == grouping.clusters(self.found, septic, 1).of).all())

    def test_summaries_are_standardised_and_never_missing(self):
        stays = cohort(5, [30] * 40)
        found = grouping.summaries(stays, VITAL_SIGNS.keys)
        self.assertEqual((40, len(found.names)), found.table.shape)
        self.assertTrue(np.isfinite(found.table).all())
        self.assertLess(np.abs(found.table.mean(axis=0)).max(), 1e-9)

    def test_wards_are_told_apart_by_how_they_chart(self):
        stays = cohort(6, [30] * 120)
        unit = np.arange(120) % 3
        values = stays.values.copy()
        values[np.isin(stays.rows_patient, np.flatnonzero(unit == 2)), 2] = np.nan
        charting, _ = grouping.charting_and_values(replace(stays, values=values, unit=unit))
        self.assertGreater(grouping.tells_units_apart(charting, unit, 1), 0.99)
        self.assertLess(grouping.tells_units_apart(np.random.default_rng(1).normal(size=(120, 3)), unit, 1), 0.75)


@unittest.skipUnless(importlib.util.find_spec("matplotlib"), "the report draws with matplotlib, which is not installed")
class ReportTests(unittest.TestCase):
    def setUp(self):
        from medai_training import datareport

        self.report = datareport

    def test_tables_stand_between_their_markers(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "README.md"
            page.write_text("a\n<!-- table: one -->\nold\n<!-- end -->\nb <!-- table: two -->\n<!-- end -->\n", encoding="utf-8")
            self.report.fill(page, {"one": "new\n", "two": "| 2 |\n"})
            self.assertEqual("a\n<!-- table: one -->\nnew\n<!-- end -->\nb <!-- table: two -->\n| 2 |\n<!-- end -->\n",
                             page.read_text(encoding="utf-8"))
            for tables, said in (({"one": "", "two": "", "three": ""}, "'three' are missing"), ({"one": ""}, "nothing writes")):
                with self.assertRaisesRegex(ValueError, said):
                    self.report.fill(page, tables)

    def test_a_share_says_which_side_is_too_small(self):
        for inside, expected in ((0, "0"), (3, "few"), (50, "50.0"), (97, "all but few"), (100, "100")):
            self.assertEqual(expected, self.report.share_of(np.arange(100) < inside))

    def test_the_whole_report_of_made_up_patients(self):
        contract = contract_of(EVERYTHING, "all")
        stays = cohort(7, [int(h) for h in np.random.default_rng(7).integers(20, 70, 90)], contract)
        stays = replace(stays, unit=np.arange(90) // 2 % 3)
        with tempfile.TemporaryDirectory() as folder:
            self.report.draw(stays, contract, Path(folder))
            self.report.clusters_tables(stays, contract, Path(folder), 1)
            drawn = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).iterdir()}
        self.assertEqual({p.name for p in FOLDER.glob("*.svg")}, set(drawn))
        for name, text in drawn.items():
            self.assertFalse(re.search(r'[" ]nan\b', text), f"a number that is none in {name}")
            self.assertFalse("<dc:date>" in text, f"a date in {name}")
        # Ninety patients in three wards: half of each is septic, and nothing is too few to be shown.
        self.assertIn("| patients | 90 | 45 | 45 | 30 | 30 | 30 |", self.report.cohort_table(stays))
        for table in (self.report.missing_table(stays, stays, contract), self.report.values_table(stays, contract),
                      self.report.orders_table(stays, contract), self.report.stays_table(stays)):
            self.assertGreater(table.count("\n"), 2)

    def test_the_committed_page_shows_every_picture_and_is_small(self):
        page = (FOLDER / "README.md").read_text(encoding="utf-8")
        self.assertEqual({p.name for p in FOLDER.glob("*.svg")}, set(re.findall(r"\]\(([a-z-]+\.svg)\)", page)))
        self.assertLess(sum(p.stat().st_size for p in FOLDER.iterdir()), LARGEST_FOLDER)
        self.assertEqual([], [p.name for p in FOLDER.iterdir() if re.search(r"\bp\d{6}\b", p.read_text(encoding="utf-8"))], "a patient id")


if __name__ == "__main__":
    unittest.main()
