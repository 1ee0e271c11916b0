"""`peer.py {sklearn|isotree} ROWS_FILE COLUMNS`: one round of measuring a peer, as one line of
JSON; the counterpart of bench/examples/isolation_forest.rs."""

import json
import statistics
import sys
import time

import numpy as np

ONE_ROW_CALLS = 101


def sklearn_peer(rows):
    from sklearn.ensemble import IsolationForest

    def fit(rows):
        return IsolationForest(
            n_estimators=100, max_samples=256, n_jobs=1, random_state=1
        ).fit(rows)

    return lambda: fit(rows), lambda forest: forest.score_samples(rows), fit, "score_samples"


def isotree_peer(rows):
    """isotree fits column-major rows twice as fast as row-major ones, and scores row-major ones
    faster: it gets both, made beforehand."""
    from isotree import IsolationForest

    columns_first = np.asfortranarray(rows)

    def fit(rows):
        return IsolationForest(
            ntrees=100, sample_size=256, ndim=1, missing_action="fail", nthreads=1, random_seed=1
        ).fit(rows)

    return lambda: fit(columns_first), lambda forest: forest.predict(rows), fit, "predict"


def timed(call):
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def status(field):
    """Bytes that the system says of this process."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def main():
    name, path, columns = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rows = np.fromfile(path, dtype="<f8").reshape(-1, columns)
    fit, score, fit_any, score_name = {"sklearn": sklearn_peer, "isotree": isotree_peer}[name](rows)
    getattr(fit_any(rows[:1000]), score_name)(rows[:1000])  # imports what it imports late
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")  # resets the peak
    before = status("VmRSS")
    fit_time, forest = timed(fit)
    fit_score_time, _ = timed(lambda: score(fit()))
    peak = status("VmHWM") - before
    one_row = [timed(lambda: getattr(forest, score_name)(rows[:1]))[0] for _ in range(ONE_ROW_CALLS)]
    print(json.dumps({
        "fit": fit_time,
        "fit_score": fit_score_time,
        "one_row": statistics.median(one_row),
        "peak": peak,
    }))


main()
