"""What benches of servers share: a server on one core, a client, and wrk on another core."""

import contextlib
import http.client
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time

EMAIL, PASSWORD = "bench@example.com", "a password for the bench"


@contextlib.contextmanager
def serving(command, environment=None):
    """The process of a server on core 0, which ends with the block."""
    process = subprocess.Popen(["taskset", "-c", "0", *command],
                               env={**os.environ, **(environment or {})},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def ours(binary, port, folder, **more):
    """Our server on a port and a folder, as `serving` gives it."""
    return serving([binary, "serve"], {
        "PYNOMALY_LISTEN": f"127.0.0.1:{port}", "PYNOMALY_DATA_DIR": folder,
        "PYNOMALY_ADMIN_EMAIL": EMAIL, "PYNOMALY_ADMIN_PASSWORD": PASSWORD, **more,
    })


class Client:
    """Asks the server on a port of this machine; a refusal ends the bench."""

    def __init__(self, port):
        self.port = port
        self.credential = None

    def ask(self, method, path, body=None, kind="application/json"):
        """Status and bytes of an answer, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"content-type": kind}
        if self.credential:
            headers["authorization"] = f"Bearer {self.credential}"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def call(self, method, path, body=None, kind="application/json"):
        """The JSON of an answer; `body` is bytes, or becomes JSON."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        status, said = self.ask(method, path, data, kind)
        if status >= 400:
            sys.exit(f"{method} {path}: {status} {said.decode()}")
        return json.loads(said) if said else None

    def wait_until(self, path, good=200):
        """Seconds until the path is answered so."""
        started = time.perf_counter()
        while time.perf_counter() - started < 60:
            with contextlib.suppress(OSError):
                if self.ask("GET", path)[0] == good:
                    return time.perf_counter() - started
            time.sleep(0.002)
        sys.exit(f"{path} does not answer {good}")

    def log_in(self):
        """Asks as the admin from now on."""
        account = {"email": EMAIL, "password": PASSWORD}
        self.credential = self.call("POST", "/api/v1/auth/login", account)["access_token"]


def wrk(url, body, connections, seconds, headers=None, delay=None):
    """Requests a second, how many failed, and the 99th percentile in milliseconds. `delay` is what
    each connection waits between two requests in the mean, in milliseconds: exponentially
    distributed, as requests of many strangers come."""
    script = 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
    script += f"wrk.body = '{json.dumps(body)}'\n"
    script += "".join(f'wrk.headers["{name}"] = "{it}"\n' for name, it in (headers or {}).items())
    if delay:
        script += f"function delay() return -{delay} * math.log(1 - math.random()) end\n"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        load = ["taskset", "-c", "1", "wrk", "--latency", "-t1", f"-c{connections}",
                f"-d{seconds}s", "-s", file.name, url]
        said = subprocess.run(load, check=True, capture_output=True, text=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    p99 = float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    return rate, int(failed[1]) if failed else 0, p99


def detections(port, key, connections, seconds, delay=None, rows=200, columns=5):
    """`wrk` on detections of `knn` with rows of no meaning, by API key."""
    data = [[math.sin(row * 12.9898 + column * 78.233) for column in range(columns)]
            for row in range(rows)]
    url, body = f"http://127.0.0.1:{port}/api/v1/detect", {"data": data, "detector_type": "knn"}
    return wrk(url, body, connections, seconds, {"X-API-Key": key}, delay)
