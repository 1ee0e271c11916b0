"""`measure.py OURS`: runs ours and its peers in turn on the same rows, prints medians and ratios,
and exits with 1 where a bar is missed. OURS is the built bench/examples/isolation_forest.rs."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = [100_000, 1_000_000]
COLUMNS = 10
ROUNDS = int(os.environ.get("ROUNDS", 5))
# A run is repeated where other processes took more than this share of a processor meanwhile.
OTHERS_MAX = 0.05
REPEATS_MAX = 3

PEER = str(Path(__file__).with_name("peer.py"))
MIB = 1024 * 1024


def contenders(ours, rows):
    columns = str(COLUMNS)
    return {
        "pynomaly": ("0", [ours, rows, columns, "1"]),
        "scikit-learn": ("0", [sys.executable, PEER, "sklearn", rows, columns]),
        "isotree": ("0", [sys.executable, PEER, "isotree", rows, columns]),
        "pynomaly, 2 threads": ("0,1", [ours, rows, columns, "2"]),
    }


def busy_seconds():
    """Processor time that all processes of the machine have taken."""
    with open("/proc/stat") as stat:
        user, nice, system = (int(field) for field in stat.readline().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


def run_undisturbed(processors, command):
    """The figures of one run, and the share of a processor that others took meanwhile."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    for _ in range(REPEATS_MAX):
        started, busy, own = time.monotonic(), busy_seconds(), own_seconds()
        answer = subprocess.run(
            ["taskset", "-c", processors, *command],
            check=True, capture_output=True, text=True, env=environment,
        ).stdout
        others = (busy_seconds() - busy) - (own_seconds() - own)
        others /= time.monotonic() - started
        if others <= OTHERS_MAX:
            break
    return json.loads(answer), others


def measure(ours, size, folder):
    rows = os.path.join(folder, f"{size}.f64")
    np.random.default_rng(7).standard_normal((size, COLUMNS)).astype("<f8").tofile(rows)
    runs, most_others = {}, 0.0
    for number in range(ROUNDS):
        for name, (processors, command) in contenders(ours, rows).items():
            figures, others = run_undisturbed(processors, command)
            runs.setdefault(name, []).append(figures)
            most_others = max(most_others, others)
        print(f"round {number + 1} of {ROUNDS} at {size:,} x {COLUMNS}", file=sys.stderr)
    medians = {
        name: {key: statistics.median(figures[key] for figures in rounds) for key in rounds[0]}
        for name, rounds in runs.items()
    }
    return medians, most_others


def report(size, medians, most_others):
    """Prints one size; whether every bar is met."""
    ours, sklearn, isotree, two = medians.values()
    print(f"\n{size:,} x {COLUMNS}, 100 trees of 256 rows, medians of {ROUNDS} rounds "
          f"(other processes: at most {most_others:.0%} of a processor)")
    print(f"{'':22}{'fit':>12}{'fit + score':>14}{'rows/s':>12}{'one row':>14}{'peak memory':>14}")
    for name, figures in medians.items():
        print(f"{name:22}{figures['fit'] * 1e3:9.2f} ms{figures['fit_score'] * 1e3:11.1f} ms"
              f"{size / figures['fit_score']:12,.0f}{figures['one_row'] * 1e6:11.2f} us"
              f"{figures['peak'] / MIB:10.1f} MiB")
    faster = min(sklearn["fit_score"], isotree["fit_score"])
    bars = [
        ("fit + score, the faster peer / ours", faster / ours["fit_score"], ">=", 4.0),
        ("fit, isotree / ours", isotree["fit"] / ours["fit"], ">=", 1.0),
        ("one row, microseconds", ours["one_row"] * 1e6, "<", 10.0),
        ("peak memory, ours / isotree", ours["peak"] / isotree["peak"], "<", 1.0),
        ("fit + score, one thread / two", ours["fit_score"] / two["fit_score"], ">=", 1.8),
    ]
    met = True
    for claim, value, sign, bar in bars:
        holds = value >= bar if sign == ">=" else value < bar
        met &= holds
        print(f"  {claim:40}{value:8.2f}   {sign} {bar:g}   {'met' if holds else 'MISSED'}")
    return met


def main():
    with open("/proc/cpuinfo") as lines:
        facts = dict(line.split(":", 1) for line in lines if ":" in line)
    model = next(value for name, value in facts.items() if name.startswith("model name")).strip()
    print(f"machine: {model}, {os.cpu_count()} processors")
    met = True
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            met &= report(size, *measure(sys.argv[1], size, folder))
    sys.exit(0 if met else 1)


main()
