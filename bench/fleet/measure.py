"""`measure.py SERVER RELOADS`: prints the memory of a server that reloads one plugin many times, and
time and memory of one that starts with a hundred. Exits with 1 where a bar is missed."""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PORT = 18_768
EMAIL, PASSWORD = "bench@example.com", "a password for the bench"
PLUGINS = "/api/v1/admin/plugins"
SETTLED = 100
COUNT = 100
# Long enough to be found in a component, and nowhere else.
NAMES = ["spectral_residual", "half_space_trees", "matrix_profile", "mahalanobis"]
GROWTH_BAR, READY_BAR, MEMORY_BAR = 1.10, 3.0, 40 + COUNT
ROWS = [[float(row % 7), float(row % 11)] for row in range(40)]


class Server:
    """A server on `folder`, and one connection to it."""

    def __init__(self, binary, folder, **more):
        settings = {
            "PYNOMALY_LISTEN": f"127.0.0.1:{PORT}", "PYNOMALY_DATA_DIR": folder,
            "PYNOMALY_ADMIN_EMAIL": EMAIL, "PYNOMALY_ADMIN_PASSWORD": PASSWORD,
            "RATE_LIMIT_ENABLED": "false", "PYNOMALY_GATE": "off",
            # It would be most of the time, and leaves nothing behind.
            "PYNOMALY_SELF_TEST": "false", **more,
        }
        self.started = time.monotonic()
        self.process = subprocess.Popen([binary, "serve"], env={**os.environ, **settings},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        self.token = None
        self.wait_until_ready()
        account = {"email": EMAIL, "password": PASSWORD}
        self.token = self.call("POST", "/api/v1/auth/login", account)["access_token"]
        # It outlives the token; and logging in again takes 19 MiB each time.
        self.token = self.call("POST", "/api/v1/api-keys", {"name": "bench"})["key"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def wait_until_ready(self):
        while time.monotonic() - self.started < 120:
            try:
                self.connection.request("GET", "/ready")
                answer = self.connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.ready_after = time.monotonic() - self.started
                    return
            except OSError:
                self.connection.close()
            time.sleep(0.005)
        sys.exit("the server is not ready")

    def call(self, method, path, body=None):
        is_component = isinstance(body, bytes)
        headers = {"content-type": "application/wasm" if is_component else "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        self.connection.request(method, path, body if is_component else json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def memory(self):
        """Resident MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(it for it in status.splitlines() if it.startswith("VmRSS")).split()[1]) / 1024


def variant(component, number):
    """The same plugin with a section of no meaning: another digest."""
    name = f"n{number:07}".encode()
    return component + bytes([0, 1 + len(name), len(name)]) + name


def reload(server, component, number, before):
    digest = server.call("POST", PLUGINS, variant(component, number))["digest"]
    revision = server.call("GET", f"{PLUGINS}/knn")["items"][0]["revision"]
    server.call("POST", f"{PLUGINS}/knn/promote", {"digest": digest, "revision": revision})
    answered = server.call("POST", "/api/v1/detect", {"data": ROWS, "detector_type": "knn"})
    if answered["detector_digest"] != digest:
        sys.exit(f"reload {number} is answered by {answered['detector_digest']}")
    if before:
        server.call("DELETE", f"{PLUGINS}/knn/{before}")
    return digest


def reloads(binary, component, count):
    with tempfile.TemporaryDirectory() as folder, Server(binary, folder) as server:
        digest, settled, started = None, 0, time.monotonic()
        for number in range(1, count + 1):
            digest = reload(server, component, number, digest)
            if number == SETTLED:
                settled = server.memory()
            if number % 1_000 == 0:
                print(f"  {number} reloads  {server.memory():.1f} MiB", flush=True)
        took = (time.monotonic() - started) / count
        growth = server.memory() / settled
        print(f"{count} reloads of knn: {settled:.1f} MiB after {SETTLED}, {server.memory():.1f} MiB at the"
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
            with Server(binary, folder, PYNOMALY_PLUGIN_DIR=plugins) as server:
                ready, memory = server.ready_after, server.memory()
                served = server.call("GET", "/api/v1/detectors")["items"]
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
