"""The frame of a drill: its size, its folder, its servers, and its report step by step."""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
CACHE = Path(os.environ.get("DRILL_CACHE", Path.home() / ".cache/pynomaly"))
BINARY = Path(os.environ.get("DRILL_BINARY", ROOT / "target/release/pynomaly"))


class Drill:
    """One run. As a context it ends every server that it started, whatever happens."""

    def __init__(self, name):
        parser = argparse.ArgumentParser()
        parser.add_argument("--size", choices=["small", "full"], default="full")
        self.name = name
        self.is_full = parser.parse_args().size == "full"
        self.folder = Path(tempfile.mkdtemp(prefix=f"pynomaly-drill-{name}-"))
        # Servers that refuse to be root read from here as somebody else.
        self.folder.chmod(0o755)
        self.ends = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.ends.close()
        if error is None or os.environ.get("DRILL_KEEP") is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"  kept  {self.folder}", file=sys.stderr)

    @contextlib.contextmanager
    def step(self, words):
        """Reports what was done, and how long it took."""
        started = time.monotonic()
        try:
            yield
        except BaseException:
            print(f"FAILED  {self.name}: {words}", file=sys.stderr, flush=True)
            raise
        seconds = time.monotonic() - started
        print(f"  done  {self.name}: {words} ({seconds:.1f} s)", file=sys.stderr, flush=True)

    def not_run(self, what, why):
        """Says loudly that a part could not be tried on this machine."""
        print(f"NOT RUN  {self.name}: {what}: {why}", file=sys.stderr, flush=True)

    def figure(self, words):
        """Prints something measured."""
        print(f"        {words}", file=sys.stderr, flush=True)


def wait_until(what, is_true, seconds=30, pause=0.2):
    """The first true answer; an error that says what never came."""
    ends = time.monotonic() + seconds
    while True:
        answer = is_true()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(pause)
