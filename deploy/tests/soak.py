"""Soak: a server with Postgres, Redis, plugins and models under mixed load, 20 minutes in full and
one otherwise. Memory is looked at every second; after a warm-up the line through it must not rise
by more than a little, no queue may fill and no request fail."""

import random
import sys
import threading
import time

from lib.api import Client
from lib.daemons import Postgres, Redis, Server, get
from lib.drill import ROOT, Drill, wait_until
from lib.tools import apt

PLUGINS = ("knn", "hbos", "ecod")
CALLERS = 4
#: What the line through the memory after the warm-up may rise by in the time of the run: the larger
#: of a share of where it stands and an amount.
SHARE_MAX, BYTES_MAX = 0.05, 16 << 20


def main():
    """The whole drill."""
    with Drill("soak") as drill:
        with drill.step("install what is missing"):
            apt("postgresql-15", "redis-server")
        seconds, warm_up = (1200, 300) if drill.is_full else (60, 20)
        with drill.step("start a server with Postgres, Redis and plugins"):
            server = start(drill)
            load = Load(server)
        with drill.step(f"{seconds} s of mixed load"):
            samples = watch(server, load, seconds)
            load.stop()
        with drill.step("no request failed"):
            drill.figure(f"{load.answered} requests answered, {load.answered / seconds:.0f} a second")
            assert not load.failed, load.failed[:3]
        with drill.step("memory is level, and no queue filled"):
            judge(drill, [it for it in samples if it[0] >= warm_up])
        with drill.step("the server ends well"):
            assert server.stop() == 0, server.said()[-2000:]


def start(drill):
    """With as few answers kept as are full soon: what is kept is to be kept up from the beginning."""
    postgres = Postgres(drill)
    postgres.sql("CREATE DATABASE pynomaly")
    folder = drill.folder / "plugins"
    folder.mkdir()
    for name in PLUGINS:
        (folder / f"{name}.wasm").write_bytes((ROOT / f"target/plugins/{name}.wasm").read_bytes())
    server = Server(drill, env={
        "DATABASE_URL": postgres.url(), "REDIS_URL": Redis(drill).url, "RATE_LIMIT_ENABLED": "false",
        "PYNOMALY_PLUGIN_DIR": str(folder), "MEMORY_CACHE_SIZE_MB": "4", "LOG_LEVEL": "warn"})
    client = Client(server.url, server.EMAIL, server.PASSWORD)
    serves = lambda name: client.call("GET", f"/api/v1/detectors/{name}")[0] == 200
    wait_until("the plugins serve", lambda: all(serves(name) for name in PLUGINS), seconds=120)
    return server


class Load:
    """Callers who do a little of everything without a pause."""

    def __init__(self, server):
        self.server, self.ended = server, threading.Event()
        self.answered, self.failed = 0, []
        self.threads = [threading.Thread(target=self.keep_on, args=(seed,), daemon=True) for seed in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def keep_on(self, seed):
        """Until it is stopped. The token is renewed before it ends."""
        draw, client, logged_in = random.Random(seed), None, 0.0
        while not self.ended.is_set():
            if time.monotonic() - logged_in > 300:
                client = Client(self.server.url, self.server.EMAIL, self.server.PASSWORD)
                logged_in = time.monotonic()
            for status, answer in self.round(client, draw):
                self.answered += 1
                if status not in (200, 201, 204):
                    self.failed.append((status, answer))

    def round(self, client, draw):
        """A detection by each detector, one that is asked for twice, and the life of a model."""
        rows = [[draw.gauss(0, 1) for _ in range(8)] for _ in range(200)]
        for name in (*PLUGINS, "isolation_forest"):
            yield client.detect(name, rows, seed=draw.randrange(1 << 30))
        for _ in range(2):
            yield client.detect("knn", rows, seed=1)
        body = {"name": f"soak-{draw.randrange(1 << 60)}", "data": rows, "detector_type": draw.choice(PLUGINS)}
        status, model = client.call("POST", "/api/v1/models", body)
        yield status, model
        if status == 201:
            path = f"/api/v1/models/{model['model_id']}"
            yield client.call("POST", f"{path}/score", {"data": rows[:20]})
            yield client.call("DELETE", path)
        yield client.call("GET", "/api/v1/detections?limit=50")

    def stop(self):
        """Nobody asks any more."""
        self.ended.set()
        for thread in self.threads:
            thread.join(timeout=60)


def watch(server, load, seconds):
    """(second, bytes, the fullest queue's share) every second."""
    began, samples = time.monotonic(), []
    while (now := time.monotonic() - began) < seconds:
        assert server.process.poll() is None, server.said()[-2000:]
        assert all(thread.is_alive() for thread in load.threads), "a caller gave up"
        samples.append((now, server.memory(), fullest(server)))
        time.sleep(1)
    return samples


def fullest(server):
    """The share of its places that the fullest queue has taken."""
    status, text = get(f"{server.url}/metrics")
    assert status == 200, text
    values = {"length": {}, "places": {}}
    for line in text.splitlines():
        if line.startswith("pynomaly_queue_"):
            name, value = line.rsplit(" ", 1)
            kind, queue = name.removeprefix("pynomaly_queue_").split("{", 1)
            values[kind][queue] = float(value)
    assert values["length"], "the server says nothing of its queues"
    return max(length / values["places"][queue] for queue, length in values["length"].items())


def judge(drill, samples):
    """The line through the memory, by least squares."""
    times, amounts = [it[0] for it in samples], [it[1] for it in samples]
    mean_time, mean = sum(times) / len(times), sum(amounts) / len(amounts)
    slope = sum((t - mean_time) * (it - mean) for t, it in zip(times, amounts)) / \
        sum((t - mean_time) ** 2 for t in times)
    rise = slope * (times[-1] - times[0])
    full = max(it[2] for it in samples)
    drill.figure(f"memory {mean / 1e6:.0f} MB on average, {max(amounts) / 1e6:.0f} at most; the line rises by "
                 f"{rise / 1e6:.1f} MB in {times[-1] - times[0]:.0f} s; the fullest queue had {full:.0%} taken")
    assert rise <= max(SHARE_MAX * mean, BYTES_MAX), f"memory rises by {rise / 1e6:.1f} MB"
    assert full < 0.8, f"a queue was {full:.0%} full"


if __name__ == "__main__":
    sys.exit(main())
