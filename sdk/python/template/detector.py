"""my_detector: how far a row is from its columns' medians, in robust standard deviations.

Steps, source and parameters: README.md.
"""

from math import sqrt
from statistics import median

from pynomaly_sdk import Detector, Matrix, Number

#: A normal column's standard deviation, in median absolute deviations.
MEDIAN_TO_DEVIATION = 1.4826
#: The same in mean absolute deviations: √(π / 2).
MEAN_TO_DEVIATION = 1.2533141373155003


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

    def fit(self, X: Matrix) -> "RobustZ":
        columns = [X.column(index) for index in range(X.columns)]
        self.medians_ = [median(column) for column in columns]
        self.deviations_ = [deviation(*it) for it in zip(columns, self.medians_)]
        return self

    def score_samples(self, X: Matrix) -> list[float]:
        return [self._score(row) for row in X]

    def _score(self, row: list[float]) -> float:
        total = 0.0
        for value, middle, spread in zip(row, self.medians_, self.deviations_):
            # A constant column says nothing.
            if spread > 0.0:
                z = min(abs(value - middle) / spread, self.cap)
                total += z * z
        return sqrt(total / len(row))


def deviation(column: list[float], middle: float) -> float:
    """A column's robust standard deviation; 0 for a constant one."""
    distances = sorted(abs(value - middle) for value in column)
    robust = median(distances) * MEDIAN_TO_DEVIATION
    if robust > 0.0:
        return robust
    # Not sum(), which does not round alike in all versions of Python.
    total = 0.0
    for distance in distances:
        total += distance
    return total / len(distances) * MEAN_TO_DEVIATION
