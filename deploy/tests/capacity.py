"""`pynomaly capacity` against a real Prometheus that is given a past: a month in full, ten days
otherwise. What it predicts is what the past was made to lead to; what nobody measured is an answer."""

import datetime
import json
import subprocess
import sys
import xml.etree.ElementTree

from lib.daemons import INHERITED, Daemon, free_port, get
from lib.drill import BINARY, Drill
from lib.tools import apt, run

UNTIL = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
DAY, STEP, MIB = 86_400, 120, 1 << 20
#: Horizon and growth as the guide has them.
DAYS_AHEAD, GROWTH = 180, 0.2
OPTIONS = ("--growth-rate", GROWTH, "--horizon", "6m", "--until", UNTIL.isoformat().replace("+00:00", "Z"))
#: Requests a second at the end, and how many more each day; two replicas are meant for 200.
RATE, RATE_A_DAY, RATE_MAX = 60.0, 1.0, 200.0


def main():
    """The whole drill."""
    with Drill("capacity") as drill:
        with drill.step("install what is missing"):
            apt("prometheus")
        days = 30 if drill.is_full else 10
        with drill.step(f"give a Prometheus a past of {days} days"):
            prometheus = Prometheus(drill, "prometheus", past(days))
        with drill.step("what is predicted is what the past leads to"):
            check(drill, forecast(prometheus, "--history", f"{days}d"), days)
        with drill.step("a table, a drawing, and a history longer than one query may have points"):
            table = ask(prometheus, *OPTIONS, "--history", f"{days}d").stdout
            assert "add replicas" in table and "2026-" in table, table
            print(table, file=sys.stderr)
            drawn = ask(prometheus, *OPTIONS, "--history", f"{days}d", "--format", "svg").stdout
            assert xml.etree.ElementTree.fromstring(drawn).tag.endswith("svg")
            assert forecast(prometheus, "--history", "2y")["requests"]["points"] > 0
        with drill.step("a Prometheus that knows nothing is an answer, one that is away an error"):
            empty = Prometheus(drill, "empty", None)
            rows = forecast(empty).values()
            assert all(row["recommendation"].startswith("nothing is known") for row in rows if row["name"] != "disk")
            empty.kill()
            done = ask(empty, check=False)
            assert done.returncode == 1 and "does not answer" in done.stderr, done


def past(days):
    """Series as OpenMetrics, a sample every two minutes."""
    end = int(UNTIL.timestamp())
    times = range(end - days * DAY, end + 1, STEP)
    ago = lambda at: (at - end) / DAY
    # What a counter has come to where its rate is RATE + RATE_A_DAY · days.
    counted = lambda at: (RATE + RATE_A_DAY * (ago(at) - days) / 2) * (at - times[0])
    app, pod = 'job="pynomaly-app"', 'container="pynomaly"'
    series = {
        "http_requests_total": ("counter", f'{app},route="/api/v1/detect",status="200"', counted),
        "container_memory_working_set_bytes": ("gauge", pod, lambda at: 1024 * MIB),
        "container_spec_memory_limit_bytes": ("gauge", pod, lambda at: 2048 * MIB),
        "pg_stat_database_numbackends": ("gauge", 'datname="pynomaly"', lambda at: 150 - 10 * (at // STEP % 2)),
        "pg_settings_max_connections": ("gauge", 'server="db"', lambda at: 200),
        "redis_memory_used_bytes": ("gauge", 'instance="redis"', lambda at: 64 * MIB),
        # Without a limit Redis says nought.
        "redis_memory_max_bytes": ("gauge", 'instance="redis"', lambda at: 0),
    }
    for name, (kind, labels, value) in series.items():
        yield f"# TYPE {name.removesuffix('_total')} {kind}\n"
        yield from (f"{name}{{{labels}}} {value(at)} {at}\n" for at in times)
    yield "# TYPE up gauge\n"
    for replica in ("a", "b"):
        yield from (f'up{{{app},instance="{replica}"}} 1 {at}\n' for at in times)
    yield "# EOF\n"


class Prometheus(Daemon):
    """One that scrapes nothing, with a past or without."""

    def __init__(self, drill, name, lines):
        folder = drill.folder / name
        folder.mkdir()
        if lines is not None:
            (folder / "past.txt").write_text("".join(lines), encoding="utf-8")
            run("promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "past.txt", folder / "data")
        (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = ["prometheus", f"--config.file={folder / 'prometheus.yml'}",
                   f"--storage.tsdb.path={folder / 'data'}", "--storage.tsdb.retention.time=10y",
                   f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"]
        super().__init__(drill, name, command, lambda: get(f"{self.url}/-/ready")[0] == 200)


def ask(prometheus, *options, check=True):
    """How the command ended, and what it said."""
    command = [BINARY, "capacity", "--prometheus-url", prometheus.url, *options]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=INHERITED)
    assert done.returncode == 0 or not check, done.stderr
    return done


def forecast(prometheus, *options):
    """The rows of the answer by name."""
    answer = json.loads(ask(prometheus, *OPTIONS, *options, "--format", "json").stdout)
    return {row["name"]: row for row in answer["resources"]}


def check(drill, rows, days):
    """Every row against what is known of the past."""
    requests = rows["requests"]
    assert requests["points"] <= 11_000 and requests["points"] > days * 24, requests["points"]
    near(requests["limit"], RATE_MAX, 0.001)
    near(requests["slope_per_second"] * DAY, RATE_A_DAY, 0.02)
    near(requests["level"], RATE, 0.02)
    near(requests["expected"], demand(DAYS_AHEAD), 0.02)
    for name, amount in (("reaches_80_percent_at", 0.8 * RATE_MAX), ("reaches_limit_at", RATE_MAX)):
        found = (datetime.datetime.fromisoformat(requests[name].replace("Z", "+00:00")) - UNTIL).total_seconds() / DAY
        near(found, next(tenth / 10 for tenth in range(10 * DAYS_AHEAD) if demand(tenth / 10) >= amount), 0.03)
        drill.figure(f"requests: {name.replace('_', ' ')} {requests[name]}")
    assert requests["recommendation"].startswith("add replicas"), requests
    assert rows["memory of a replica"]["recommendation"] == "enough"
    assert abs(rows["memory of a replica"]["slope_per_second"]) < 1
    # 95 of 100 samples are at most 150, of which 80 % of 200 is reached by growth alone.
    near(rows["database connections"]["expected"], 150 * (1 + GROWTH), 0.01)
    assert rows["database connections"]["reaches_limit_at"] is None
    assert "PgBouncer" in rows["database connections"]["recommendation"]
    assert rows["memory of Redis"]["recommendation"] == "no limit is known"
    for name in ("processor", "detections to write", "disk", "fuel of a day"):
        assert rows[name]["recommendation"].startswith("nothing is known"), rows[name]


def demand(days):
    """Requests a second after so many days."""
    return (RATE + RATE_A_DAY * days) * (1 + GROWTH * days / DAYS_AHEAD)


def near(found, expected, share):
    """Within a share of it."""
    assert abs(found - expected) <= share * abs(expected), f"{found}, not {expected}"


if __name__ == "__main__":
    sys.exit(main())
