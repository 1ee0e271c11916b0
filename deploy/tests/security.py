"""Everything that looks for weaknesses, one after the other, and one report of it: `target/security/`
has it as HTML and as JSON. A finding is mended, or explained in `deploy/security/`; what could not be looked at
is reported as not checked, never as clean. Small: without what compiles, and without history."""

import html
import json
import sys
import time

from lib import scans
from lib.drill import ROOT, Drill
from lib.tools import run

REPORT = ROOT / "target/security"
#: (name, scan, whether it is run at the small size)
SCANS = (
    ("advisories", scans.advisories, False),
    ("licences and sources", scans.licences, False),
    ("secrets in the tree", scans.secrets, True),
    ("secrets in the history", scans.history, False),
    ("infrastructure", scans.infrastructure, True),
    ("static analysis: own rules", scans.semgrep, True),
    ("static analysis: clippy", scans.clippy, False),
    ("shell scripts", scans.shell, True),
    ("TLS", scans.tls, False),
)


def main():
    """The whole scan."""
    with Drill("security") as drill:
        results = [result for name, scan, is_small in SCANS if drill.is_full or is_small
                   for result in (look(drill, name, scan),)]
        write(results)
        drill.figure(f"report in {(REPORT / 'report.html').relative_to(ROOT)}")
        open_ones = [f"{one['scan']}: {it['id']}: {it['where']}: {it['message']}"
                     for one in results for it in one["findings"]]
        assert not open_ones, "findings that are neither mended nor explained:\n" + "\n".join(open_ones)


def look(drill, name, scan):
    """One scan, and what came of it."""
    folder = drill.folder / name.replace(" ", "-").replace(":", "")
    folder.mkdir()
    started = time.monotonic()
    try:
        findings, remark = scan(folder)
    except scans.NotChecked as reason:
        drill.not_run(name, f"NOT CHECKED: {reason}")
        return {"scan": name, "state": "not checked", "remark": str(reason), "findings": []}
    findings = [{key: it[key] for key in ("id", "where", "message")} for it in findings]
    state = f"{len(findings)} findings" if findings else "clean"
    drill.figure(f"{name}: {state}; {remark} ({time.monotonic() - started:.1f} s)")
    return {"scan": name, "state": "findings" if findings else "clean", "remark": remark, "findings": findings}


def write(results):
    """The same twice: for programs, and for people."""
    REPORT.mkdir(parents=True, exist_ok=True)
    commit = run("git", "rev-parse", "HEAD", cwd=ROOT).strip()
    report = {"commit": commit, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "scans": results}
    (REPORT / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    rows = "".join(row(one) for one in results)
    (REPORT / "report.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Security report</title>"
        "<style>body{font:16px sans-serif;max-width:60em;margin:2em auto}td,th{padding:.4em;text-align:left;"
        "vertical-align:top;border-bottom:1px solid #ccc}.clean{color:#060}.findings{color:#a00}"
        "</style>"
        f"<h1>Security report</h1><p>{html.escape(commit)}, {report['time']}</p>"
        f"<table><tr><th>scan<th>state<th>remark, findings</tr>{rows}</table></html>\n", encoding="utf-8")


def row(one):
    """A scan, and below it what it found."""
    found = "".join(f"<li><b>{html.escape(it['id'])}</b> {html.escape(it['where'])}<br>{html.escape(it['message'])}"
                    for it in one["findings"])
    return (f"<tr><td>{html.escape(one['scan'])}<td class=\"{one['state'].split()[0]}\">{one['state']}"
            f"<td>{html.escape(one['remark'])}<ul>{found}</ul></tr>")


if __name__ == "__main__":
    sys.exit(main())
