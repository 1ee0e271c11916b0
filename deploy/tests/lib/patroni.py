"""A database of two nodes as `deploy/patroni/` has it, on this machine's loopback."""

import os
import shutil
import signal
from pathlib import Path

import yaml

from .daemons import Daemon, Postgres, free_port, get, listens
from .drill import DEPLOY, wait_until

PACKAGES = ("postgresql-15", "patroni", "etcd-server", "etcd-client", "python3-etcd", "haproxy")
OWNER = "postgres"


class Etcd(Daemon):
    """Where the lease of the leader is kept."""

    def __init__(self, drill):
        self.port, peer = free_port(), free_port()
        here, there = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer}"
        command = ["etcd", "--name", "one", "--data-dir", drill.folder / "etcd", "--listen-client-urls", here,
                   "--advertise-client-urls", here, "--listen-peer-urls", there, "--log-level", "error",
                   "--initial-advertise-peer-urls", there, "--initial-cluster", f"one={there}"]
        super().__init__(drill, "etcd", command, lambda: get(f"{here}/health")[0] == 200)


class Node(Daemon):
    """Patroni and its Postgres."""

    def __init__(self, drill, name, etcd, changes):
        self.port, self.rest = free_port(), free_port()
        self.folder = drill.folder / name
        self.folder.mkdir()
        shutil.chown(self.folder, OWNER, OWNER)
        configuration = yaml.safe_load((DEPLOY / "patroni/patroni.yml").read_text(encoding="utf-8"))
        configuration["bootstrap"]["dcs"].update(changes)
        postgres = configuration["postgresql"]
        # Nobody else is on this machine's loopback.
        postgres["pg_hba"] = ["local all all trust", "host all all 127.0.0.1/32 trust",
                              "host replication all 127.0.0.1/32 trust"]
        postgres["parameters"] = {"unix_socket_directories": str(self.folder), "fsync": "off"}
        file = self.folder / "patroni.yml"
        file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
        env = {
            "HOME": str(self.folder), "PATRONI_NAME": name, "PATRONI_ETCD3_HOST": f"127.0.0.1:{etcd.port}",
            "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{self.rest}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{self.rest}",
            "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.folder / "data"),
            "PATRONI_POSTGRESQL_BIN_DIR": "/usr/lib/postgresql/15/bin",
            "PATRONI_REPLICATION_USERNAME": "replicator", "PATRONI_REPLICATION_PASSWORD": "drill",
            "PATRONI_SUPERUSER_USERNAME": "pynomaly", "PATRONI_SUPERUSER_PASSWORD": "drill",
        }
        is_up = lambda: get(f"http://127.0.0.1:{self.rest}/health")[0] == 200
        drill.ends.callback(self.crash)
        super().__init__(drill, name, ["patroni", file], is_up, env=env, user=OWNER, cwd="/")

    def leads(self):
        """Whether it takes writes."""
        return get(f"http://127.0.0.1:{self.rest}/primary", timeout=2)[0] == 200

    def crash(self):
        """As when the machine's power goes: nothing of it says goodbye."""
        self.kill()
        pidfile = Path(self.folder / "data/postmaster.pid")
        if not pidfile.exists():
            return
        postmaster = int(pidfile.read_text(encoding="utf-8").split()[0])
        for pid in [*children(postmaster), postmaster]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        pidfile.unlink()


def children(parent):
    """The processes that one has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


class Balancer(Daemon):
    """HAProxy as committed, before the nodes of this machine."""

    def __init__(self, drill, nodes):
        self.port = free_port()
        text = (DEPLOY / "patroni/haproxy.cfg").read_text(encoding="utf-8")
        changes = {"bind *:5000": f"bind 127.0.0.1:{self.port}"}
        for number, node in enumerate(nodes, 1):
            name = ("one", "two")[number - 1]
            changes[f"server {name} postgres-{number}:5432 check port 8008"] = (
                f"server {name} 127.0.0.1:{node.port} check port {node.rest}")
        for old, new in changes.items():
            assert old in text, f"haproxy.cfg no longer says {old!r}"
            text = text.replace(old, new)
        file = drill.folder / "haproxy.cfg"
        file.write_text(text, encoding="utf-8")
        super().__init__(drill, "haproxy", ["haproxy", "-f", file], lambda: listens(self.port))


class Cluster:
    """Two nodes, one of which leads and one follows."""

    def __init__(self, drill, **changes):
        etcd = Etcd(drill)
        self.nodes = [Node(drill, "one", etcd, changes)]
        wait_until("the first leads", self.nodes[0].leads, seconds=60)
        self.nodes.append(Node(drill, "two", etcd, changes))
        self.balancer = Balancer(drill, self.nodes)
        self.sql(self.leader(), "CREATE DATABASE pynomaly")
        path = "synchronous" if changes.get("synchronous_mode", True) else "replica"
        follows = lambda: get(f"http://127.0.0.1:{self.nodes[1].rest}/{path}")[0] == 200
        wait_until("the second follows", follows, seconds=60)
        streams = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
        wait_until("the log streams", lambda: self.sql(self.leader(), streams) == "1", seconds=60)
        self.url = f"postgres://pynomaly@127.0.0.1:{self.balancer.port}/pynomaly"
        # To the balancer each node is well until it has asked twice.
        wait_until("the balancer knows who leads", self.is_settled, seconds=30)

    def is_settled(self):
        """Whether one connection after the other leads to the leader."""
        asked = (self.sql(self.balancer, "SELECT pg_is_in_recovery()") for _ in range(4))
        return all(answer == "f" for answer in asked)

    def leader(self):
        """Who leads now."""
        return wait_until("somebody leads", lambda: next((it for it in self.nodes if it.leads()), None),
                          seconds=60)

    def sql(self, node, text, database="postgres"):
        """Asked of one node."""
        return Postgres.sql(_Address(node.port), text, database)


class _Address:
    """As much of a Postgres as a query needs."""

    url = Postgres.url

    def __init__(self, port):
        self.port = port
