"""The database's tuning, applied and shown; then a failover under load: two nodes by Patroni and
etcd, the leader's machine gone without a word, the standby promoted. Measured: until requests are
answered again, and how many acknowledged detections are gone. In full the same without synchronous
replication."""

import re
import sys
import threading
import time

from lib.api import Client
from lib.daemons import Postgres, Server, pause
from lib.drill import DEPLOY, Drill, wait_until
from lib.patroni import PACKAGES, Cluster
from lib.tools import apt

#: Seconds within which requests are to be answered again.
OUTAGE_MAX = 30
CALLERS = 4
#: What is shown in smaller units than it is written in, or asks for more than a test machine has.
SMALLER = {"shared_buffers": "256MB", "maintenance_work_mem": "64MB"}


def main():
    """The whole drill."""
    with Drill("standby") as drill:
        with drill.step("install what is missing"):
            apt(*PACKAGES)
        with drill.step("the tuning is in force, and the views for people work"):
            check_tuning(drill)
        failover(drill, "synchronous", True)
        if drill.is_full:
            failover(drill, "asynchronous", False)


def check_tuning(drill):
    """Every setting of the file, by SHOW."""
    text = (DEPLOY / "postgres/postgresql.conf").read_text(encoding="utf-8")
    settings = dict(re.findall(r"^([\w.]+) = '?(.*?)'?$", text, re.M))
    del settings["listen_addresses"]
    postgres = Postgres(drill, "tuned", settings={**settings, **SMALLER})
    for name, value in settings.items():
        shown = postgres.sql(f"SHOW {name}")
        wanted = SMALLER.get(name, value).strip()
        assert shown == wanted, f"{name} is {shown}, not {wanted}"
    postgres.sql("CREATE DATABASE pynomaly")
    postgres.sql((DEPLOY / "postgres/monitoring.sql").read_text(encoding="utf-8"), "pynomaly")
    for view in ("slow_queries", "table_stats"):
        postgres.sql(f"SET ROLE pynomaly_exporter; SELECT * FROM {view}", "pynomaly")
    drill.figure(f"{len(settings)} settings")
    postgres.kill()


def failover(drill, name, is_synchronous):
    """One of the two kinds."""
    with drill.step(f"start two nodes ({name}), and a server"):
        part = Part(drill, name)
        cluster = Cluster(part, synchronous_mode=is_synchronous)
        server = Server(part, env={"DATABASE_URL": cluster.url, "DATABASE_POOL_TIMEOUT": "2",
                                   "RATE_LIMIT_ENABLED": "false"})
        load = Load(server)
        wait_until("some are acknowledged", lambda: len(load.acknowledged) > 200, seconds=30)
    with drill.step(f"the leader's machine is gone ({name})"):
        first = cluster.leader()
        first.crash()
        gone = time.monotonic()
        again = wait_until("requests are answered", lambda: load.first_after(gone), seconds=90)
        pause(3)
        load.stop()
        second = cluster.leader()
        assert second is not first
        there = set(cluster.sql(second, "SELECT detection_id FROM detection_results", "pynomaly").split())
        lost = load.acknowledged - there
        drill.figure(f"answered again after {again - gone:.1f} s; of {len(load.acknowledged)} "
                     f"acknowledged detections {len(lost)} are lost; {load.refused} were refused")
        assert again - gone <= OUTAGE_MAX
        if is_synchronous:
            assert not lost, f"acknowledged and gone: {sorted(lost)[:5]}"
    with drill.step(f"the old leader comes back as a standby ({name})"):
        first.start()
        follows = lambda: int(cluster.sql(second, "SELECT count(*) FROM pg_stat_replication")) == 1
        wait_until("it follows", follows, seconds=90)
    part.ends.close()


class Part:
    """A folder of its own, and an end of its own, within a drill."""

    def __init__(self, drill, name):
        self.folder = drill.folder / name
        self.folder.mkdir()
        self.ends = drill.ends.enter_context(type(drill.ends)())


class Load:
    """Callers who detect without a pause, and remember what they were promised."""

    def __init__(self, server):
        self.client = Client(server.url, server.EMAIL, server.PASSWORD)
        self.acknowledged, self.times, self.refused = set(), [], 0
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.keep_on, daemon=True) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def keep_on(self):
        """Until it is stopped."""
        rows = [[1.0, 2.0], [2.0, 1.0], [9.0, 9.0]]
        while not self.ended.is_set():
            asked = time.monotonic()
            status, answer = self.client.detect(rows=rows)
            if status == 200:
                self.acknowledged.add(answer["detection_id"])
                self.times.append(asked)
            else:
                self.refused += 1
                self.ended.wait(0.05)

    def first_after(self, moment):
        """When the first request was sent that was answered 200 and sent after a moment."""
        later = [it for it in list(self.times) if it > moment + 0.2]
        return min(later) if later else None

    def stop(self):
        """Nobody asks any more."""
        self.ended.set()
        for thread in self.threads:
            thread.join(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
