"""PgBouncer between two servers and Postgres: many callers on few connections, the timeouts that it
drops in force all the same, its traffic suspended and resumed without an error, a restart survived."""

import re
import sys
import threading
import time
from collections import Counter

from lib.api import Client
from lib.daemons import POSTGRES, Daemon, Postgres, Server, free_port, listens
from lib.drill import DEPLOY, Drill, wait_until
from lib.tools import apt, run

#: Of the two servers together no more than default_pool_size.
POOL = {"DATABASE_POOL_SIZE": "7", "DATABASE_MAX_OVERFLOW": "0", "RATE_LIMIT_ENABLED": "false"}
CALLERS, ROUNDS = 50, 10


def main():
    """The whole drill."""
    with Drill("pooling") as drill:
        with drill.step("install what is missing"):
            apt("pgbouncer", "postgresql-15")
        with drill.step("start Postgres, PgBouncer and two servers behind it"):
            postgres = Postgres(drill)
            postgres.sql("CREATE DATABASE pynomaly")
            postgres.sql((DEPLOY / "pgbouncer/timeouts.sql").read_text(encoding="utf-8"))
            bouncer = Bouncer(drill, postgres)
            env = {**POOL, "DATABASE_URL": postgres.url(port=bouncer.port)}
            servers = [Server(drill, f"server-{number}", env=env) for number in (1, 2)]
            clients = [Client(one.url, one.EMAIL, one.PASSWORD) for one in servers]
        with drill.step(f"{CALLERS} callers at once"):
            answers, _ = crowd(clients)
            assert set(answers) == {200}, answers
            used = int(postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'pynomaly'"))
            assert used <= bouncer.size, f"{used} connections of {bouncer.size}"
            drill.figure(f"{sum(answers.values())} requests on {used} connections")
        with drill.step("a statement that takes too long is given up, as without PgBouncer"):
            said = run(POSTGRES / "psql", postgres.url(port=bouncer.port), "-c", "SHOW statement_timeout", "-At")
            assert said.strip() == "10s", said
        with drill.step("suspended and resumed, requests wait and none fails"):
            suspended(bouncer, clients)
        with drill.step("PgBouncer restarted: back without a restart of the servers"):
            bouncer.kill()
            assert clients[0].detect()[0] == 503
            bouncer.start()
            wait_until("served again", lambda: clients[0].detect()[0] == 200, seconds=20)


class Bouncer(Daemon):
    """As committed, but for where it is and whom it believes."""

    def __init__(self, drill, postgres):
        self.port = free_port()
        text = (DEPLOY / "pgbouncer/pgbouncer.ini").read_text(encoding="utf-8")
        self.size = int(re.search(r"default_pool_size = (\d+)", text)[1])
        users = drill.folder / "userlist.txt"
        users.write_text('"pynomaly" ""\n', encoding="utf-8")
        changes = {
            "host=postgres port=5432 dbname=pynomaly":
                f"host=127.0.0.1 port={postgres.port} dbname=pynomaly user=pynomaly",
            "listen_addr = 0.0.0.0": "listen_addr = 127.0.0.1", "listen_port = 6432": f"listen_port = {self.port}",
            "auth_type = scram-sha-256": "auth_type = trust\nadmin_users = pynomaly", "/etc/pgbouncer/userlist.txt": str(users),
        }
        for old, new in changes.items():
            assert old in text, f"pgbouncer.ini no longer says {old!r}"
            text = text.replace(old, new)
        file = drill.folder / "pgbouncer.ini"
        file.write_text(text, encoding="utf-8")
        super().__init__(drill, "pgbouncer", ["pgbouncer", file], lambda: listens(self.port), user="postgres")

    def suspend(self, seconds):
        """On one connection to its own console: where that ends, so does the suspension."""
        console = f"postgres://pynomaly@127.0.0.1:{self.port}/pgbouncer"
        run(POSTGRES / "psql", console, "-c", "SUSPEND", "-c", f"\\! sleep {seconds}", "-c", "RESUME")


def crowd(clients):
    """How many got which answer, and how long the slowest waited for it."""
    answers, waited = Counter(), [0.0]

    def caller(number):
        client = clients[number % len(clients)]
        for _ in range(ROUNDS):
            asked = time.monotonic()
            answers[client.detect()[0]] += 1
            waited[0] = max(waited[0], time.monotonic() - asked)
            answers[client.call("GET", "/api/v1/detections?limit=1")[0]] += 1

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, waited[0]


def suspended(bouncer, clients):
    """SUSPEND stops the traffic between two packets; RESUME lets it go on."""
    found = []
    thread = threading.Thread(target=lambda: found.append(crowd(clients)))
    thread.start()
    bouncer.suspend(seconds=1)
    thread.join()
    answers, waited = found[0]
    assert set(answers) == {200}, answers
    assert waited > 0.5, "nobody asked while nothing was passed on"


if __name__ == "__main__":
    sys.exit(main())
