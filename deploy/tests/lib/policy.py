"""checkov, whose every finding is either mended or explained in `deploy/tests/policy.yml`."""

import json
import subprocess

import yaml

from .drill import DEPLOY
from .tools import venv

PACKAGE = "checkov==3.3.*"


def scan(framework, *arguments):
    """Fails for findings that nobody explains, and for explanations that nothing needs; gives how
    many checks passed."""
    checkov = venv("checkov", PACKAGE) / "checkov"
    command = [checkov, "--skip-download", "--compact", "--quiet", "-o", "json",
               "--framework", framework, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        reports = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"checkov said no JSON:\n{done.stdout[-2000:]}{done.stderr[-2000:]}") from None
    reports = reports if isinstance(reports, list) else [reports]
    passed = sum(report["summary"]["passed"] for report in reports)
    assert passed > 0, "checkov checked nothing"
    failed = [it for report in reports for it in report["results"]["failed_checks"]]
    text = (DEPLOY / "tests/policy.yml").read_text(encoding="utf-8")
    explained = yaml.safe_load(text).get(framework) or {}
    open_ones = [f"{it['check_id']} {it['check_name']}: {it['resource']} ({it['file_path']})"
                 for it in failed if it["check_id"] not in explained]
    assert not open_ones, "findings without an explanation:\n" + "\n".join(open_ones)
    idle = set(explained) - {it["check_id"] for it in failed}
    assert not idle, f"explained, but nothing to explain: {sorted(idle)}"
    return passed
