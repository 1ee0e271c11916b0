"""Starts each server in turn on one core and prints figures and ratios of this one run."""

import json
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).parents[1]))
import serving

BODY = {
    "data": [[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 4.0, 5.0, 6.0], [3.0, 4.0, 5.0, 6.0, 7.0]],
    "detector_type": "isolation_forest",
}
CONNECTIONS, SECONDS = 16, 8
PORT = 18_765


def load(token=None):
    """Requests a second, and how many were not answered with 200; after two seconds of warming up."""
    url = f"http://127.0.0.1:{PORT}/api/v1/detect"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    serving.wrk(url, BODY, CONNECTIONS, 2, headers)
    rate, failed, _ = serving.wrk(url, BODY, CONNECTIONS, SECONDS, headers)
    return rate, failed


def peer(uvicorn, module):
    command = [uvicorn, "--app-dir", str(pathlib.Path(__file__).parent), "--port", str(PORT),
               "--log-level", "warning", f"{module}:app"]
    with serving.serving(command, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}):
        serving.Client(PORT).wait_until("/docs")
        return load()


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def spent_detecting(client):
    """Seconds that the server spent on all detections so far, from head to answer."""
    metrics = client.ask("GET", "/metrics")[1].decode()
    label = r'http_request_duration_seconds_sum\{[^}]*route="/api/v1/detect"[^}]*\} (\S+)'
    found = re.search(label, metrics)
    return float(found[1]) if found else 0.0


def host_time(client, parse_json):
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
            before = spent_detecting(client)
            answer = client.call("POST", "/api/v1/detect", body)
            total = (spent_detecting(client) - before) * 1000
            beside.append(total - answer["duration_ms"])
            said = subprocess.run(["taskset", "-c", "0", parse_json, file.name], check=True,
                                  capture_output=True, text=True)
            parsed.append(float(said.stdout))
    return statistics.median(beside), statistics.median(parsed)


def ours(binary, parse_json):
    more = {
        "PYNOMALY_PLUGIN_DIR": "target/plugins", "LOG_LEVEL": "info",
        # The bundled plugins have passed it in the kit's own tests.
        "PYNOMALY_SELF_TEST": "false",
        # Limits are asked as ever, and wider than the load: their cost is in the figures.
        "RATE_LIMIT_REQUESTS": "1000000000", "RATE_LIMIT_BURST": "1000000000",
    }
    client, starts = serving.Client(PORT), []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(6):  # the first fills the compile cache and is left out
            with serving.ours(binary, PORT, folder, **more):
                starts.append(client.wait_until("/ready"))
        with serving.ours(binary, PORT, folder, **more) as process:
            client.wait_until("/ready")
            time.sleep(1)
            idle = resident_mib(process.pid)
            client.log_in()
            figures = load(client.credential)
            return figures, statistics.median(starts[1:]), idle, host_time(client, parse_json)


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
