"""Redis behind three sentinels, and two servers that share it: the master gone under load, together
with a sentinel. No request fails, revoked tokens stay revoked, a caller whose allowance is used up
stays refused, and the servers find the new master by themselves."""

import json
import sys
import time

from lib.api import Client
from lib.daemons import Postgres, Server, get
from lib.drill import Drill, wait_until
from lib.k6 import steady
from lib.sentinels import Watched
from lib.tools import apt

#: What the poor organisation may ask at once. What it regains during a drill is next to nothing.
BURST = 60
RATE = 100


def main():
    """The whole drill."""
    with Drill("sentinel") as drill:
        with drill.step("install what is missing"):
            apt("postgresql-15", "redis-server", "redis-sentinel", "redis-tools")
        with drill.step("start three nodes, three sentinels and two servers"):
            watched = Watched(drill)
            servers = start(drill, watched)
            assert states(servers) == {"connected"}, states(servers)
        with drill.step("an allowance used up at one server is used up at the other"):
            poor = use_up(servers)
        with drill.step("a token revoked at one server is worth nothing at the other"):
            revoked = revoke(servers)
        with drill.step(f"the master and a sentinel gone under {RATE} requests a second: none fails"):
            fail_over(drill, watched, servers, 40 if drill.is_full else 20)
        with drill.step("the allowance is still used up, the token still revoked"):
            check_held(drill, servers, poor, revoked)
        with drill.step("the old master comes back and follows"):
            come_back(watched)


def start(drill, watched):
    """Two servers that share all that lasts."""
    postgres = Postgres(drill)
    postgres.sql("CREATE DATABASE pynomaly")
    shared = {"DATABASE_URL": postgres.url(), "REDIS_URL": watched.url, "RATE_LIMIT_WINDOW": "86400",
              "RATE_LIMIT_REQUESTS": "100000000", "RATE_LIMIT_BURST": "100000000"}
    return [Server(drill, f"server-{number}", env=shared) for number in (1, 2)]


def states(servers):
    """What the servers say of Redis."""
    return {json.loads(get(f"{one.url}/ready")[1])["redis"] for one in servers}


def admin(server):
    """The first admin, whose allowance is wide."""
    return Client(server.url, server.EMAIL, server.PASSWORD)


def elsewhere(client, server):
    """The same caller at another server."""
    other = object.__new__(Client)
    other.url, other.context, other.token = server.url, client.context, client.token
    return other


def use_up(servers):
    """A caller with nothing left at either server."""
    quota = {"rate_requests": 100, "rate_burst": BURST}
    made = {"name": "poor", "admin_email": "poor@example.com", "quota": quota}
    status, answer = admin(servers[0]).call("POST", "/api/v1/admin/tenants", made)
    assert status == 201, answer
    poor = Client(servers[0].url, "poor@example.com", answer["admin"]["password"])
    answers = [poor.call("GET", "/api/v1/detectors")[0] for _ in range(BURST + 5)]
    assert answers.count(200) <= BURST and answers[-1] == 429, answers
    assert elsewhere(poor, servers[1]).call("GET", "/api/v1/detectors")[0] == 429
    return poor


def revoke(servers):
    """A caller who has logged out."""
    gone = admin(servers[0])
    status, answer = gone.call("POST", "/api/v1/auth/logout")
    assert status in (200, 204), (status, answer)
    wait_until("the other server knows", lambda: is_refused(gone, servers[1]), seconds=5)
    return gone


def is_refused(client, server):
    """Whether its token counts for nothing there."""
    return elsewhere(client, server).call("GET", "/api/v1/detectors")[0] == 401


def fail_over(drill, watched, servers, seconds):
    """The master killed, with the first sentinel that the servers would ask."""
    def work():
        before = watched.master()
        watched.sentinels[0].kill()
        before.kill()
        gone = time.monotonic()
        wait_until("the servers miss it", lambda: "lost" in states(servers) or watched.master() is not before)
        wait_until("another is the master", lambda: watched.master() is not before, seconds=60)
        elected = time.monotonic() - gone
        wait_until("the servers are connected", lambda: states(servers) == {"connected"}, seconds=60)
        drill.figure(f"another master after {elected:.1f} s, connected after {time.monotonic() - gone:.1f} s")

    urls = ",".join(one.url for one in servers)
    steady(drill, urls, admin(servers[0]).token, RATE, seconds, work)


def check_held(drill, servers, poor, revoked):
    """What the new master knows from the old one, and what it never had to."""
    answers = [elsewhere(poor, one).call("GET", "/api/v1/detectors")[0] for one in servers for _ in range(5)]
    assert set(answers) == {429}, answers
    assert all(is_refused(revoked, one) for one in servers)
    drill.figure(f"{len(answers)} requests of the caller without allowance, all refused")


def come_back(watched):
    """A node that was the master."""
    old = next(node for node in watched.nodes if node.process.poll() is not None)
    old.start()
    follows = lambda: "role:slave" in old.ask("info", "replication")
    wait_until("it follows", follows, seconds=60)


if __name__ == "__main__":
    sys.exit(main())
