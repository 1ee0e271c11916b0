"""`measure.py SERVER RELOADS`: prints the memory of a server that reloads one plugin many times, and
time and memory of one that starts with a hundred. Exits with 1 where a bar is missed."""

import contextlib
import pathlib
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from serving import Client, ours

PORT = 18_768
PLUGINS = "/api/v1/admin/plugins"
SETTLED = 100
COUNT = 100
# Long enough to be found in a component, and nowhere else.
NAMES = ["spectral_residual", "half_space_trees", "matrix_profile", "mahalanobis"]
GROWTH_BAR, READY_BAR, MEMORY_BAR = 1.10, 3.0, 40 + COUNT
ROWS = [[float(row % 7), float(row % 11)] for row in range(40)]


@contextlib.contextmanager
def server(binary, folder, **more):
    """Its process, a client that asks as the admin, and the seconds until it was ready."""
    # The self-test would be most of the time, and leaves nothing behind.
    settings = {"RATE_LIMIT_ENABLED": "false", "PYNOMALY_GATE": "off", "PYNOMALY_SELF_TEST": "false"}
    with ours(binary, PORT, folder, **settings, **more) as process:
        client = Client(PORT)
        ready_after = client.wait_until("/ready")
        client.log_in()
        # It outlives the token; and logging in again takes 19 MiB each time.
        key = {"name": "bench", "scopes": ["read", "detect", "plugins"]}
        client.credential = client.call("POST", "/api/v1/api-keys", key)["key"]
        yield process, client, ready_after


def upload(client, component):
    return client.call("POST", PLUGINS, component, "application/wasm")["digest"]


def resident(process):
    """MiB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(it for it in status.splitlines() if it.startswith("VmRSS")).split()[1]) / 1024


def variant(component, number):
    """The same plugin with a section of no meaning: another digest."""
    name = f"n{number:07}".encode()
    return component + bytes([0, 1 + len(name), len(name)]) + name


def reload(client, component, number, before):
    digest = upload(client, variant(component, number))
    revision = client.call("GET", f"{PLUGINS}/knn")["items"][0]["revision"]
    client.call("POST", f"{PLUGINS}/knn/promote", {"digest": digest, "revision": revision})
    answered = client.call("POST", "/api/v1/detect", {"data": ROWS, "detector_type": "knn"})
    if answered["detector_digest"] != digest:
        sys.exit(f"reload {number} is answered by {answered['detector_digest']}")
    if before:
        client.call("DELETE", f"{PLUGINS}/knn/{before}")
    return digest


def reloads(binary, component, count):
    with (tempfile.TemporaryDirectory() as folder,
          server(binary, folder) as (process, client, _)):
        digest, settled, started = None, 0, time.monotonic()
        for number in range(1, count + 1):
            digest = reload(client, component, number, digest)
            if number == SETTLED:
                settled = resident(process)
            if number % 1_000 == 0:
                print(f"  {number} reloads  {resident(process):.1f} MiB", flush=True)
        took = (time.monotonic() - started) / count
        growth = resident(process) / settled
        print(f"{count} reloads of knn: {settled:.1f} MiB after {SETTLED}, {resident(process):.1f} MiB at the"
              f" end, {growth:.3f} of it (bar {GROWTH_BAR}); {took * 1e3:.0f} ms each")
        return growth <= GROWTH_BAR


def renamed(component, name, number):
    """The same plugin under another name of the same length."""
    return component.replace(name.encode(), f"{name[:-4]}_{number:03}".encode())


def hundred(binary, folder_of_plugins):
    """All of them active: the server is not ready before each is."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as plugins:
        for number in range(COUNT):
            name = NAMES[number % len(NAMES)]
            component = (folder_of_plugins / f"{name}.wasm").read_bytes()
            pathlib.Path(plugins, f"{number}.wasm").write_bytes(renamed(component, name, number))
        for _ in ["compiled", "from the cache"]:
            with server(binary, folder, PYNOMALY_PLUGIN_DIR=plugins) as (process, client, ready):
                memory = resident(process)
                served = client.call("GET", "/api/v1/detectors")["items"]
        served = [it for it in served if it["detector_type"][:-4] in {name[:-4] for name in NAMES}]
        print(f"{len(served)} plugins: ready after {ready:.2f} s from the cache (bar {READY_BAR}),"
              f" {memory:.1f} MiB (bar {MEMORY_BAR})", flush=True)
        return ready < READY_BAR and memory < MEMORY_BAR and len(served) == COUNT


def main(binary, count):
    if int(count) <= SETTLED:
        sys.exit(f"more than {SETTLED} reloads, please: memory is compared with that after so many")
    folder = pathlib.Path("target/plugins")
    fine = [hundred(binary, folder),
            reloads(binary, (folder / "knn.wasm").read_bytes(), int(count))]
    sys.exit(0 if all(fine) else 1)


main(*sys.argv[1:])
