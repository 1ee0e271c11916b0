"""Seconds of ours and of the peers on the same rows."""

import json
import os
import statistics
import subprocess
import time

import numpy as np
from peers import TIMED

COLUMNS = 10
ROWS = 100_000
# Detectors that compare rows with rows get fewer.
ROWS_OF = {"knn": 20_000, "lof": 20_000, "kde": 5_000}
ROUNDS = int(os.environ.get("ROUNDS", 3))
CALLS = 30


def rows_for(name, folder):
    """A bell of 10 columns in which one row of 100 is four times as wide; and its file."""
    rows = ROWS_OF.get(name, ROWS)
    path = folder / f"{rows}.f64"
    values = np.random.default_rng(3).normal(size=(rows, COLUMNS))
    values[: rows // 100] *= 4
    values.astype("<f8").tofile(path)
    return values, path


def peer_seconds(make, rows):
    """Fit with training scores; one row on the fitted model. A first small fit warms up."""
    make(1).fit(rows[:2_000])
    started = time.perf_counter()
    model = make(1).fit(rows)
    fit = time.perf_counter() - started
    calls = []
    for row in range(CALLS):
        started = time.perf_counter()
        model.decision_function(rows[row : row + 1])
        calls.append(time.perf_counter() - started)
    return fit, statistics.median(calls)


def measure(suite, plugins, name, folder):
    """Medians of both sides, run in turn."""
    rows, path = rows_for(name, folder)
    make = TIMED[name]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        command = [suite, "speed", plugins, name, path, str(COLUMNS)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        ours.append(json.loads(answer))
        if make is not None:
            theirs.append(peer_seconds(make, rows))
    middle = {key: statistics.median(it[key] for it in ours) for key in ours[0]}
    peer = tuple(map(statistics.median, zip(*theirs))) if theirs else None
    return len(rows), middle, peer
