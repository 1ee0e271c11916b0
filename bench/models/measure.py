"""`measure.py SERVER BARE_HANDLER`: prints requests a second of both, their ratio, and the server's
99th percentile at half load. Exits with 1 where a bar is missed."""

import math
import pathlib
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
import serving

PORT = 18_766
COLUMNS, TRAINING_ROWS = 10, 1_000
CONNECTIONS, SECONDS = 16, 8
HALF_LOAD_CONNECTIONS = 64
DETECTORS = ["isolation_forest", "ecod"]


def load(path, key, connections=CONNECTIONS, delay=None):
    """As `serving.wrk`, after two seconds that do not count."""
    url, headers = f"http://127.0.0.1:{PORT}{path}", {"X-API-Key": key}
    body = {"data": [[0.1 * column for column in range(COLUMNS)]]}
    serving.wrk(url, body, connections, 2, headers, delay)
    return serving.wrk(url, body, connections, SECONDS, headers, delay)


def bare(binary):
    with serving.serving([binary, str(PORT)]):
        serving.Client(PORT).wait_until("/", 404)
        return load("/api/v1/models/x/score", "none")


def ours(binary):
    more = {
        "PYNOMALY_PLUGIN_DIR": "target/plugins",
        # The bundled plugins have passed it in the kit's own tests.
        "PYNOMALY_SELF_TEST": "false",
        # The load is the point.
        "RATE_LIMIT_ENABLED": "false",
    }
    client = serving.Client(PORT)
    with tempfile.TemporaryDirectory() as folder, serving.ours(binary, PORT, folder, **more):
        client.wait_until("/ready")
        client.log_in()
        client.credential = client.call("POST", "/api/v1/api-keys", {"name": "bench"})["key"]
        return {name: measure(name, client) for name in DETECTORS}


def measure(detector, client):
    rows = [[math.sin(row * 12.9898 + column * 78.233) for column in range(COLUMNS)]
            for row in range(TRAINING_ROWS)]
    body = {"name": detector, "data": rows, "detector_type": detector, "seed": 7}
    model = client.call("POST", "/api/v1/models", body)["model_id"]
    path = f"/api/v1/models/{model}/score"
    rate, failed, _ = load(path, client.credential)
    delay = round(1_000 * HALF_LOAD_CONNECTIONS / (rate / 2))
    half_rate, half_failed, p99 = load(path, client.credential, HALF_LOAD_CONNECTIONS, delay)
    return rate, failed + half_failed, half_rate, p99


def main(server, bare_handler):
    bare_rate, bare_failed, _ = bare(bare_handler)
    print(f"one row of {COLUMNS}, {CONNECTIONS} connections, {SECONDS} s, one core each")
    print(f"  {'bare axum handler':<28}{bare_rate:10.0f} /s  failed: {bare_failed}")
    met = True
    for name, (rate, failed, half_rate, p99) in ours(server).items():
        good = rate / bare_rate >= 0.25 and p99 < 5 and failed == 0
        met &= good or name != "isolation_forest"
        print(f"  {name:<28}{rate:10.0f} /s  failed: {failed}  {rate / bare_rate:.2f} of it (bar 0.25)"
              f"  p99 at {half_rate:.0f} /s: {p99:.2f} ms (bar 5)")
    sys.exit(0 if met else 1)


main(*sys.argv[1:])
