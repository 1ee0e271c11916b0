"""Redis with sentinels as `deploy/redis/` has it, on this machine's loopback."""

import subprocess

from .daemons import Daemon, free_port, listens
from .drill import DEPLOY, wait_until
from .tools import run


class Node(Daemon):
    """A Redis, the first or one that follows it."""

    def __init__(self, drill, name, master=None):
        self.port = free_port()
        # A copy: sentinels have a node write down whom it follows.
        file = drill.folder / f"{name}.conf"
        file.write_text((DEPLOY / "redis/redis.conf").read_text(encoding="utf-8"), encoding="utf-8")
        command = ["redis-server", file, "--port", self.port, "--bind", "127.0.0.1",
                   "--dir", drill.folder, *(["--replicaof", "127.0.0.1", master.port] if master else [])]
        super().__init__(drill, name, command, lambda: listens(self.port))

    def ask(self, *words):
        """An answer of `redis-cli`."""
        return run("redis-cli", "-p", self.port, *words).strip()


class Sentinel(Daemon):
    """One of those who agree who is the master."""

    def __init__(self, drill, name, master):
        self.port = free_port()
        text = (DEPLOY / "redis/sentinel.conf").read_text(encoding="utf-8")
        for old, new in {"port 26379": f"port {self.port}\nbind 127.0.0.1\ndir {drill.folder}",
                         "redis-0 6379": f"127.0.0.1 {master.port}"}.items():
            assert old in text, f"sentinel.conf no longer says {old!r}"
            text = text.replace(old, new, 1) if old.startswith("redis-0") else text.replace(f"\n{old}\n", f"\n{new}\n")
        file = drill.folder / f"{name}.conf"
        file.write_text(text, encoding="utf-8")
        super().__init__(drill, name, ["redis-sentinel", file], lambda: listens(self.port))

    def ask(self, *words):
        """An answer to a question about the master."""
        return run("redis-cli", "-p", self.port, "sentinel", *words).split()


class Watched:
    """Three nodes and three sentinels."""

    def __init__(self, drill):
        first = Node(drill, "redis-0")
        self.nodes = [first, Node(drill, "redis-1", first), Node(drill, "redis-2", first)]
        self.sentinels = [Sentinel(drill, f"sentinel-{number}", first) for number in range(3)]
        names = ",".join(f"127.0.0.1:{one.port}" for one in self.sentinels)
        self.url = f"redis+sentinel://{names}/pynomaly/0"
        wait_until("all know each other", self.is_whole, seconds=60)

    def is_whole(self):
        """Whether every sentinel sees two others, and two that follow and have caught up."""
        try:
            flags = [dict(zip(it[::2], it[1::2])) for it in (one.ask("master", "pynomaly") for one in self.sentinels)]
        except (AssertionError, subprocess.SubprocessError):
            return False
        follow = all("master_link_status:up" in node.ask("info", "replication") for node in self.nodes[1:])
        return follow and all(
            it.get("num-other-sentinels") == "2" and it.get("num-slaves") == "2" for it in flags)

    def master(self):
        """The node that the last sentinel takes for the master."""
        port = int(self.sentinels[-1].ask("get-master-addr-by-name", "pynomaly")[1])
        return next(node for node in self.nodes if node.port == port)
