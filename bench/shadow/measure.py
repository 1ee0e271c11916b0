"""`measure.py SERVER`: prints the callers' 99th percentile without and with a version in shadow, round
by round, and the ratio of the medians. Exits with 1 where the bar is missed."""

import http.client
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

PORT = 18_767
EMAIL, PASSWORD = "bench@example.com", "a password for the bench"
PLUGINS = "/api/v1/admin/plugins"
ROWS, COLUMNS = 200, 5
ROUNDS, SECONDS = 9, 8
CONNECTIONS, HALF_LOAD_CONNECTIONS = 16, 32
PERCENT = 10
BAR = 1.05


def call(method, path, body=None, credential=None, kind="application/json"):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {"content-type": kind}
    if credential:
        headers["authorization"] = f"Bearer {credential}"
    data = body if isinstance(body, bytes) or body is None else json.dumps(body)
    connection.request(method, path, data, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 400:
        sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
    return json.loads(text) if text else None


def wait_until_ready():
    for _ in range(3_000):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.01)
    sys.exit("the server is not ready")


def wrk(key, connections, seconds, delay=None):
    """Requests a second, how many failed, and the 99th percentile in milliseconds."""
    rows = [[math.sin(row * 12.9898 + column * 78.233) for column in range(COLUMNS)]
            for row in range(ROWS)]
    body = json.dumps({"data": rows, "detector_type": "knn"})
    script = 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
    script += f"wrk.body = '{body}'\nwrk.headers[\"X-API-Key\"] = \"{key}\"\n"
    if delay:
        script += f"function delay() return {delay} end\n"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        load = ["taskset", "-c", "1", "wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s",
                "-s", file.name, f"http://127.0.0.1:{PORT}/api/v1/detect"]
        said = subprocess.run(load, check=True, capture_output=True, text=True)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)[1])
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said.stdout)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said.stdout).groups()
    return rate, int(failed[1]) if failed else 0, float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def change(token, what, digest, more):
    revision = call("GET", f"{PLUGINS}/knn", None, token)["items"][0]["revision"]
    call("POST", f"{PLUGINS}/knn/{what}", {"digest": digest, "revision": revision, **more}, token)


def measure(token, key, candidate):
    rate, _, _ = wrk(key, CONNECTIONS, 4)
    delay = round(1_000 * HALF_LOAD_CONNECTIONS / (rate / 2))
    wrk(key, HALF_LOAD_CONNECTIONS, 2, delay)
    found, failures, asked = {0: [], PERCENT: []}, 0, 0
    for number in range(ROUNDS):
        # Now the one begins, now the other.
        for percent in [0, PERCENT] if number % 2 == 0 else [PERCENT, 0]:
            if percent:
                shadow = {"state": "shadow", "shadow": {"percent": percent}}
                change(token, "promote", candidate, shadow)
            at, failed, p99 = wrk(key, HALF_LOAD_CONNECTIONS, SECONDS, delay)
            if percent:
                seen = call("GET", f"{PLUGINS}/knn/comparison?candidate={candidate}", None, token)
                change(token, "retire", candidate, {})
                asked += seen["requests"]
                note = f"  ({seen['requests']} in shadow, {seen['dropped']} dropped)"
            else:
                note = ""
            found[percent].append(p99)
            failures += failed
            print(f"  round {number + 1}  {percent:2} %  {at:7.0f} /s  p99 {p99:7.2f} ms{note}", flush=True)
    return found, failures, asked


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PYNOMALY_LISTEN": f"127.0.0.1:{PORT}", "PYNOMALY_DATA_DIR": folder,
            "PYNOMALY_ADMIN_EMAIL": EMAIL, "PYNOMALY_ADMIN_PASSWORD": PASSWORD,
            # The load is the point.
            "RATE_LIMIT_ENABLED": "false",
        }
        process = subprocess.Popen(["taskset", "-c", "0", binary, "serve"],
                                   env={**os.environ, **environment},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready()
            token = call("POST", "/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})["access_token"]
            key = call("POST", "/api/v1/api-keys", {"name": "bench"}, token)["key"]
            with open("target/plugins/knn.wasm", "rb") as file:
                component = file.read()
            # The same plugin with a section of no meaning: another digest.
            variants = [component, component + b"\0\3\1x\1"]
            active, candidate = [call("POST", PLUGINS, it, token, "application/wasm")["digest"]
                                 for it in variants]
            change(token, "promote", active, {})
            print(f"knn on {ROWS} × {COLUMNS}, half load, {SECONDS} s a round, one core each")
            found, failures, asked = measure(key=key, token=token, candidate=candidate)
        finally:
            process.terminate()
            process.wait()
    without, beside = statistics.median(found[0]), statistics.median(found[PERCENT])
    ratio = beside / without
    print(f"  median p99: 0 % {without:.2f} ms, {PERCENT} % {beside:.2f} ms: {ratio:.3f} of it (bar {BAR})"
          f"  failed: {failures}  computed in shadow: {asked}")
    sys.exit(0 if ratio < BAR and failures == 0 and asked > 0 else 1)


main(*sys.argv[1:])
