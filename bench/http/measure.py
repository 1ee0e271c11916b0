"""Starts each server in turn on one core and prints figures and ratios of this one run."""

import http.client
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

BODY = {
    "data": [[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 4.0, 5.0, 6.0], [3.0, 4.0, 5.0, 6.0, 7.0]],
    "detector_type": "isolation_forest",
}
CONNECTIONS, SECONDS = 16, 8
EMAIL, PASSWORD = "bench@example.com", "a password for the bench"
PORT = 18_765


def server(command, environment, core="0"):
    return subprocess.Popen(
        ["taskset", "-c", core, *command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def call(method, path, body=None, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def wait_until_answering(path):
    started = time.perf_counter()
    while time.perf_counter() - started < 60:
        try:
            if call("GET", path)[0] == 200:
                return time.perf_counter() - started
        except OSError:
            time.sleep(0.002)
    sys.exit(f"{path} does not answer")


def wrk(token=None):
    """Requests a second, and how many were not answered with 200."""
    script = 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
    script += f"wrk.body = '{json.dumps(BODY)}'\n"
    if token:
        script += f'wrk.headers["Authorization"] = "Bearer {token}"\n'
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        url = f"http://127.0.0.1:{PORT}/api/v1/detect"
        load = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", "-s", file.name, url]
        subprocess.run([*load, "-d2s"], check=True, capture_output=True)
        said = subprocess.run([*load, f"-d{SECONDS}s"], check=True, capture_output=True, text=True)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said.stdout)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)[1]), int(failed[1]) if failed else 0


def peer(uvicorn, module):
    process = server(
        [uvicorn, "--app-dir", str(pathlib.Path(__file__).parent), "--port", str(PORT),
         "--log-level", "warning", f"{module}:app"],
        {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        wait_until_answering("/docs")
        return wrk()
    finally:
        process.terminate()
        process.wait()


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def spent_detecting():
    """Seconds that the server spent on all detections so far, from head to answer."""
    metrics = call("GET", "/metrics")[1].decode()
    label = r'http_request_duration_seconds_sum\{[^}]*route="/api/v1/detect"[^}]*\} (\S+)'
    found = re.search(label, metrics)
    return float(found[1]) if found else 0.0


def host_time(token, parse_json):
    """Milliseconds beside the detector of a 10,000 x 10 detection, and of parsing its bytes."""
    drawn = random.Random(7)
    rows = [[drawn.gauss(0, 1) for _ in range(10)] for _ in range(10_000)]
    body = json.dumps({"data": rows}).encode()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(body)
        file.flush()
        beside, parsed = [], []
        for _ in range(15):
            # Without a seed every answer is computed: one that was kept would cost next to nothing.
            before = spent_detecting()
            answer = json.loads(call("POST", "/api/v1/detect", body, token)[1])
            total = (spent_detecting() - before) * 1000
            beside.append(total - answer["duration_ms"])
            said = subprocess.run(["taskset", "-c", "0", parse_json, file.name], check=True,
                                  capture_output=True, text=True)
            parsed.append(float(said.stdout))
    return statistics.median(beside), statistics.median(parsed)


def ours(binary, parse_json):
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PYNOMALY_LISTEN": f"127.0.0.1:{PORT}", "PYNOMALY_DATA_DIR": folder,
            "PYNOMALY_PLUGIN_DIR": "target/plugins", "PYNOMALY_ADMIN_EMAIL": EMAIL,
            "PYNOMALY_ADMIN_PASSWORD": PASSWORD, "LOG_LEVEL": "info",
            # The bundled plugins have passed it in the kit's own tests.
            "PYNOMALY_SELF_TEST": "false",
            # Limits are asked as ever, and wider than the load: their cost is in the figures.
            "RATE_LIMIT_REQUESTS": "1000000000", "RATE_LIMIT_BURST": "1000000000",
        }
        starts = []
        for _ in range(6):  # the first fills the compile cache and is left out
            process = server([binary, "serve"], environment)
            starts.append(wait_until_answering("/ready"))
            process.terminate()
            process.wait()
        process = server([binary, "serve"], environment)
        try:
            wait_until_answering("/ready")
            time.sleep(1)
            idle = resident_mib(process.pid)
            account = json.dumps({"email": EMAIL, "password": PASSWORD})
            token = json.loads(call("POST", "/api/v1/auth/login", account)[1])["access_token"]
            return wrk(token), statistics.median(starts[1:]), idle, host_time(token, parse_json)
        finally:
            process.terminate()
            process.wait()


def main(binary, parse_json, uvicorn):
    (rate, failed), start, idle, (beside, parsed) = ours(binary, parse_json)
    rows = [("pynomaly (authenticated, persisted)", rate, failed)]
    for name, module in [("FastAPI + isotree", "peer_isotree"), ("FastAPI + scikit-learn", "peer_sklearn")]:
        rows.append((name, *peer(uvicorn, module)))
    print(f"POST /api/v1/detect, 3 x 5, {CONNECTIONS} connections, {SECONDS} s, one core each")
    for name, peer_rate, peer_failed in rows:
        print(f"  {name:<36} {peer_rate:10.1f} /s  ours: {rate / peer_rate:8.1f} x  failed: {peer_failed}")
    print(f"10,000 x 10 JSON: {beside:.1f} ms beside the detector, {parsed:.1f} ms to parse the same"
          f" bytes into Vec<Vec<f64>>: {beside / parsed:.2f} x")
    print(f"start to ready, compiled plugins cached: {start * 1000:.0f} ms")
    print(f"resident when idle: {idle:.1f} MiB")


main(*sys.argv[1:])
