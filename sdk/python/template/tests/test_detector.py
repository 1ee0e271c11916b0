"""The detector against numbers of NumPy, and against itself."""

import csv
import unittest
from pathlib import Path

from detector import RobustZ
from pynomaly_sdk import BadState, InvalidInput, InvalidParameter
from pynomaly_sdk.detector import explained, fitted, loaded, saved, scored, updated

GOLDEN = Path(__file__).with_name("golden.csv")


def golden():
    """Rows, whether each is for training, and their scores."""
    with GOLDEN.open(encoding="utf-8") as file:
        lines = [[float(cell) for cell in line] for line in list(csv.reader(file))[1:]]
    return [line[:-2] for line in lines], [line[-2] == 1 for line in lines], [x[-1] for x in lines]


class TestRobustZ(unittest.TestCase):
    def setUp(self):
        self.rows, is_training, self.scores = golden()
        self.training = [row for row, wanted in zip(self.rows, is_training) if wanted]
        self.detector = RobustZ()
        self.training_scores = fitted(self.detector, self.training)

    def test_scores_are_those_of_the_definition(self):
        for score, expected in zip(scored(self.detector, self.rows), self.scores, strict=True):
            self.assertAlmostEqual(score, expected, delta=1e-9 * max(1.0, expected))
        self.assertEqual(self.training_scores, scored(self.detector, self.training))

    def test_a_row_scores_the_same_alone_and_after_loading(self):
        scores = scored(self.detector, self.rows)
        again = loaded(RobustZ, saved(self.detector))
        alone = [scored(again, [row])[0] for row in self.rows]
        self.assertEqual(alone, scores)
        self.assertEqual(saved(again), saved(self.detector))

    def test_contributions_add_up_to_scores(self):
        contributions = explained(self.detector, self.rows)
        columns = len(self.rows[0])
        for row, score in enumerate(self.scores):
            total = sum(contributions[row * columns : (row + 1) * columns])
            self.assertAlmostEqual(total, score, delta=1e-9 * max(1.0, score))

    def test_a_stream_is_learnt_alike_however_it_is_cut(self):
        again = loaded(RobustZ, saved(self.detector))
        scores = updated(self.detector, self.rows)
        one_by_one = [updated(again, [row])[0] for row in self.rows]
        self.assertEqual(one_by_one, scores)
        self.assertEqual(saved(again), saved(self.detector))
        self.assertNotEqual(scored(again, self.rows), self.scores)

    def test_wrong_parameters_rows_and_states_are_refused(self):
        with self.assertRaises(InvalidParameter):
            RobustZ(cap=0.5)
        with self.assertRaises(InvalidInput):
            scored(self.detector, [[1.0]])
        with self.assertRaises(BadState):
            loaded(RobustZ, saved(self.detector)[:-1])


if __name__ == "__main__":
    unittest.main()
