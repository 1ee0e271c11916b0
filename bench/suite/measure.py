"""`measure.py SUITE PLUGINS [FOLDER]`: the tables of bench/suite.sh. SUITE is the built
bench/examples/suite.rs."""

import statistics
import sys
import tempfile
import warnings
from pathlib import Path

import quality
import speed
from peers import PEERS

# PyOD's time by ours, where the bar is set; one row: by ours, for every detector.
BARS = {"cblof": 5, "ecod": 5, "hbos": 5, "knn": 3, "lof": 3}
ONE_ROW_BAR = 100
NATIVE_MEDIAN_BAR, NATIVE_WORST_BAR = 1.7, 2.5
QUALITY_BAR = -0.005


def report_speed(suite, plugins, folder):
    print("| | rows | sandboxed | native | sandboxed / native | PyOD | PyOD / sandboxed "
          "| one row | PyOD's one row / ours |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    ratios, missed = [], []
    for name in PEERS:
        rows, ours, peer = speed.measure(suite, plugins, name, folder)
        ratios.append(ours["sandboxed"] / ours["native"])
        line = (f"| `{name}` | {rows:,} | {ours['sandboxed'] * 1e3:.1f} ms "
                f"| {ours['native'] * 1e3:.1f} ms | {ratios[-1]:.2f} |")
        if peer is None:
            line += f" | | {ours['one_row'] * 1e6:.1f} µs | |"
        else:
            faster, one = peer[0] / ours["sandboxed"], peer[1] / ours["one_row"]
            line += (f" {peer[0] * 1e3:.1f} ms | {faster:.1f} "
                     f"| {ours['one_row'] * 1e6:.1f} µs | {one:.0f} |")
            if faster < BARS.get(name, 0):
                missed.append(f"{name}: {faster:.1f} times PyOD's speed (bar {BARS[name]})")
            if one < ONE_ROW_BAR:
                missed.append(f"{name}: one row {one:.0f} times faster (bar {ONE_ROW_BAR})")
        print(line, flush=True)
    middle, worst = statistics.median(ratios), max(ratios)
    print(f"\nsandboxed / native: median {middle:.2f} (bar {NATIVE_MEDIAN_BAR}), "
          f"worst {worst:.2f} (bar {NATIVE_WORST_BAR})")
    if middle > NATIVE_MEDIAN_BAR or worst > NATIVE_WORST_BAR:
        missed.append("sandboxed / native")
    return missed


def report_quality(suite, plugins, sets, folder):
    print(f"\nMean ROC AUC over {len(sets)} sets\n")
    print("| | ours | PyOD | difference |\n| --- | ---: | ---: | ---: |")
    missed = []
    for name, pairs in quality.measure(suite, plugins, sets, folder).items():
        both = [(ours, peer) for ours, peer in pairs if peer is not None]
        if not both:
            print(f"| `{name}` | {statistics.fmean(ours for ours, _ in pairs):.4f} | | |")
            continue
        ours, peer = (statistics.fmean(side) for side in zip(*both))
        print(f"| `{name}` | {ours:.4f} | {peer:.4f} | {ours - peer:+.4f} |")
        if ours - peer < QUALITY_BAR:
            missed.append(f"{name}: ROC AUC {ours - peer:+.4f} (bar {QUALITY_BAR})")
    return missed


def main():
    warnings.filterwarnings("ignore")
    suite, plugins = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        missed = report_speed(suite, plugins, folder)
        if len(sys.argv) > 3:
            files = sorted(Path(sys.argv[3]).iterdir())
            sets = [it for it in files if it.name.endswith((".csv.gz", ".csv", ".npz"))]
            missed += report_quality(suite, plugins, sets, folder)
    print("\nmissed: " + ("; ".join(missed) or "nothing"))
    sys.exit(1 if missed else 0)


main()
