"""`measure.py SERVER`: prints the callers' 99th percentile without and with a version in shadow, round
by round, and the ratio of the medians. Exits with 1 where the bar is missed."""

import pathlib
import statistics
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
import serving

PORT = 18_767
PLUGINS = "/api/v1/admin/plugins"
ROWS, COLUMNS = 200, 5
ROUNDS, SECONDS = 9, 8
CONNECTIONS, HALF_LOAD_CONNECTIONS = 16, 32
PERCENT = 10
BAR = 1.05


def load(key, connections, seconds, delay=None):
    return serving.detections(PORT, key, connections, seconds, delay, ROWS, COLUMNS)


def change(client, what, digest, more):
    revision = client.call("GET", f"{PLUGINS}/knn")["items"][0]["revision"]
    client.call("POST", f"{PLUGINS}/knn/{what}", {"digest": digest, "revision": revision, **more})


def measure(client, key, candidate):
    rate, _, _ = load(key, CONNECTIONS, 4)
    delay = round(1_000 * HALF_LOAD_CONNECTIONS / (rate / 2))
    load(key, HALF_LOAD_CONNECTIONS, 2, delay)
    found, failures, asked = {0: [], PERCENT: []}, 0, 0
    for number in range(ROUNDS):
        # Now the one begins, now the other.
        for percent in [0, PERCENT] if number % 2 == 0 else [PERCENT, 0]:
            if percent:
                shadow = {"state": "shadow", "shadow": {"percent": percent}}
                change(client, "promote", candidate, shadow)
            at, failed, p99 = load(key, HALF_LOAD_CONNECTIONS, SECONDS, delay)
            if percent:
                seen = client.call("GET", f"{PLUGINS}/knn/comparison?candidate={candidate}")
                change(client, "retire", candidate, {})
                asked += seen["requests"]
                note = f"  ({seen['requests']} in shadow, {seen['dropped']} dropped)"
            else:
                note = ""
            found[percent].append(p99)
            failures += failed
            print(f"  round {number + 1}  {percent:2} %  {at:7.0f} /s  p99 {p99:7.2f} ms{note}", flush=True)
    return found, failures, asked


def main(binary):
    client = serving.Client(PORT)
    # The load is the point.
    more = {"RATE_LIMIT_ENABLED": "false"}
    with tempfile.TemporaryDirectory() as folder, serving.ours(binary, PORT, folder, **more):
        client.wait_until("/ready")
        client.log_in()
        key = client.call("POST", "/api/v1/api-keys", {"name": "bench"})["key"]
        component = pathlib.Path("target/plugins/knn.wasm").read_bytes()
        # The same plugin with a section of no meaning: another digest.
        variants = [component, component + b"\0\3\1x\1"]
        active, candidate = [client.call("POST", PLUGINS, it, "application/wasm")["digest"]
                             for it in variants]
        change(client, "promote", active, {})
        print(f"knn on {ROWS} × {COLUMNS}, half load, {SECONDS} s a round, one core each")
        found, failures, asked = measure(client, key, candidate)
    without, beside = statistics.median(found[0]), statistics.median(found[PERCENT])
    ratio = beside / without
    print(f"  median p99: 0 % {without:.2f} ms, {PERCENT} % {beside:.2f} ms: {ratio:.3f} of it (bar {BAR})"
          f"  failed: {failures}  computed in shadow: {asked}")
    sys.exit(0 if ratio < BAR and failures == 0 and asked > 0 else 1)


main(*sys.argv[1:])
