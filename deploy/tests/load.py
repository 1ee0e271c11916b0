"""The guide's load on a server with Postgres and Redis, with time compressed: in full all 300 users
and a tenth of the time that the guide allows."""

import sys

from lib.daemons import Postgres, Redis, Server
from lib.drill import DEPLOY, Drill
from lib.k6 import k6
from lib.tools import apt

#: Milliseconds of the 95th percentile, in full: a tenth of the guide's.
P95_MAX = 100


def main():
    """The whole drill."""
    with Drill("load") as drill:
        with drill.step("install what is missing"):
            apt("postgresql-15", "redis-server")
        with drill.step("start a server with Postgres and Redis"):
            postgres = Postgres(drill, settings={"fsync": "on"})
            postgres.sql("CREATE DATABASE pynomaly")
            server = Server(drill, env={
                "DATABASE_URL": postgres.url(), "REDIS_URL": Redis(drill).url,
                "RATE_LIMIT_ENABLED": "false",
            })
        users, pace = (300, 12) if drill.is_full else (20, 180)
        with drill.step(f"{users} users, {pace} times faster than the guide"):
            before = server.memory()
            figures = k6(drill, DEPLOY / "load/scenario.js", BASE_URL=server.url, EMAIL=server.EMAIL,
                         PASSWORD=server.PASSWORD, USERS=users, PACE=pace, CHECKS=1)
            report(drill, figures, before, server.memory())
        if drill.is_full:
            with drill.step(f"the 95th percentile is at most {P95_MAX} ms"):
                assert figures["http_req_duration"]["p(95)"] <= P95_MAX, figures["http_req_duration"]
        with drill.step("every detection that was answered is in the database"):
            answered = figures["iterations"]["count"]
            stored = int(postgres.sql("SELECT count(*) FROM detection_results", "pynomaly"))
            # k6 counts no iteration that the end of a plateau cuts off.
            assert stored >= answered, f"{stored} of {answered}"


def report(drill, figures, before, after):
    """What was seen."""
    duration, checks = figures["http_req_duration"], figures["checks"]
    drill.figure(f"{figures['http_reqs']['count']} requests, {figures['http_reqs']['rate']:.0f} a second; "
                 f"median {duration['med']:.1f} ms, p95 {duration['p(95)']:.1f} ms; "
                 f"{checks['passes']} checks passed, {checks['fails']} failed; "
                 f"memory {before / 1e6:.0f} to {after / 1e6:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
