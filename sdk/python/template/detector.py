"""my_detector: how far a row is from its columns' medians, in robust standard deviations.

Steps, source and parameters: README.md.
"""

import sys
from math import sqrt
from statistics import median

from pynomaly_sdk import Detector, Matrix, Number

#: A normal column's standard deviation, in median absolute deviations.
MEDIAN_TO_DEVIATION = 1.4826
#: The same in mean absolute deviations: √(π / 2).
MEAN_TO_DEVIATION = 1.2533141373155003
#: No deviation is infinite.
LARGEST = sys.float_info.max


class RobustZ(Detector):
    """Distance from the columns' medians in robust standard deviations."""

    name = "my_detector"
    version = "0.1.0"
    summary = "Root mean square of the columns' robust z-scores, by median and MAD."
    reference = "B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers. ASQC, 1993"
    extra = {"auc-floor": "0.9", "scale-invariant": "true"}

    cap = Number(
        1000.0,
        minimum=1.0,
        maximum=1e6,
        doc="The most, in robust standard deviations, that one column counts.",
    )
    learning_rate = Number(
        0.01,
        minimum=0.0,
        maximum=0.5,
        doc="How far a row of a stream moves medians and deviations, in parts of the latter.",
    )

    def fit(self, X: Matrix) -> "RobustZ":
        columns = [X.column(index) for index in range(X.columns)]
        self.medians_ = [median(column) for column in columns]
        self.deviations_ = [deviation(*it) for it in zip(columns, self.medians_)]
        return self

    def score_samples(self, X: Matrix) -> list[float]:
        return [self._score(row) for row in X]

    def explain(self, X: Matrix) -> list[list[float]]:
        return [self._shares(row) for row in X]

    def update(self, X: Matrix) -> list[float]:
        scores = []
        for row in X:
            scores.append(self._score(row))
            self._learn(row)
        return scores

    def _squares(self, row: list[float]) -> list[float]:
        """Each column's z, squared; 0 for a constant one, which says nothing."""
        squares = []
        for value, middle, spread in zip(row, self.medians_, self.deviations_):
            z = min(abs(value - middle) / spread, self.cap) if spread > 0.0 else 0.0
            squares.append(z * z)
        return squares

    def _score(self, row: list[float]) -> float:
        total = 0.0
        for square in self._squares(row):
            total += square
        return sqrt(total / len(row))

    def _shares(self, row: list[float]) -> list[float]:
        """What each column has of the score: as its square has of their sum."""
        score = self._score(row)
        whole = len(row) * score
        return [square / whole if score > 0.0 else 0.0 for square in self._squares(row)]

    def _learn(self, row: list[float]) -> None:
        """Moves each median and deviation a little towards where half of the values lie."""
        grown = 1.0 + self.learning_rate
        for column, value in enumerate(row):
            middle, spread = self.medians_[column], self.deviations_[column]
            if spread > 0.0:
                is_far = abs(value - middle) * MEDIAN_TO_DEVIATION > spread
                direction = (value > middle) - (value < middle)
                self.medians_[column] += direction * (self.learning_rate * spread)
                self.deviations_[column] = min(spread * grown, LARGEST) if is_far else spread / grown


def deviation(column: list[float], middle: float) -> float:
    """A column's robust standard deviation; 0 for a constant one."""
    distances = sorted(abs(value - middle) for value in column)
    robust = median(distances) * MEDIAN_TO_DEVIATION
    if robust > 0.0:
        return min(robust, LARGEST)
    # Not sum(), which does not round alike in all versions of Python.
    total = 0.0
    for distance in distances:
        total += distance
    return min(total / len(distances) * MEAN_TO_DEVIATION, LARGEST)
