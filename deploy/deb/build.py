"""`cargo xtask package`: the server, what is in it, and the Debian package, in `target/package/`. The
plugins are built before."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from lib import packages  # noqa: E402

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pynomaly-package-") as folder:
        packages.release(Path(folder))
