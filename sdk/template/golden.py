"""Writes golden.csv and rows.csv: the numbers that every template is tested with.

Run with NumPy installed: `python3 golden.py`. The scores are computed here by another way, whole
columns at a time.
"""

import csv

import numpy as np

MEDIAN_TO_DEVIATION = 1.4826
MEAN_TO_DEVIATION = np.sqrt(np.pi / 2)
CAP = 1000.0
TRAINING_ROWS = 40


def table(generator: np.random.Generator, rows: int) -> np.ndarray:
    """Two normal columns, one of mostly one value, and a constant one."""
    columns = [
        generator.normal(10.0, 2.0, rows),
        generator.normal(0.0, 0.1, rows),
        np.where(generator.random(rows) < 0.2, 5.0, 3.0),
        np.full(rows, 7.0),
    ]
    return np.round(np.column_stack(columns), 4)


def scores(training: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Root mean square of capped robust z-scores; a constant column has none."""
    medians = np.median(training, axis=0)
    distances = np.abs(training - medians)
    spreads = np.median(distances, axis=0) * MEDIAN_TO_DEVIATION
    spreads = np.where(spreads > 0, spreads, distances.mean(axis=0) * MEAN_TO_DEVIATION)
    safe = np.where(spreads > 0, spreads, 1.0)
    z = np.minimum(np.abs(rows - medians) / safe, CAP) * (spreads > 0)
    return np.sqrt((z * z).mean(axis=1))


def main() -> None:
    generator = np.random.default_rng(7)
    rows = table(generator, 46)
    rows[43] += [9.0, 0.0, 0.0, 0.0]
    rows[44] += [0.0, 1e6, 0.0, 0.0]
    rows[45] += [0.0, 0.0, 0.0, 1.0]
    found = scores(rows[:TRAINING_ROWS], rows)
    with open("golden.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["a", "b", "c", "d", "is_training", "score"])
        for index, (row, score) in enumerate(zip(rows.tolist(), found.tolist())):
            out.writerow([*row, int(index < TRAINING_ROWS), score])
    rows = table(generator, 200)
    rows[[20, 77, 150], 0] += [12.0, -11.0, 30.0]
    rows[[40, 120], 1] += [1.5, -2.0]
    with open("rows.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["a", "b", "c", "d"])
        out.writerows(rows.tolist())


if __name__ == "__main__":
    main()
