"""`measure.py SERVER COMPONENT`: prints the callers' 99th percentile without and with a compilation
under way, round by round, and the ratio of the medians."""

import pathlib
import statistics
import sys
import tempfile
import threading

sys.path.append(str(pathlib.Path(__file__).parents[1]))
import serving

PORT = 18_771
PLUGINS = "/api/v1/admin/plugins"
ROWS, COLUMNS = 200, 5
ROUNDS, SECONDS = 5, 8
CONNECTIONS, HALF_LOAD_CONNECTIONS = 16, 32
# Until the body is there and the compiler has begun.
HEAD_START_SECONDS = 1


def load(key, connections, seconds, delay=None):
    return serving.detections(PORT, key, connections, seconds, delay, ROWS, COLUMNS)


def upload(client, component, number, found):
    """The same component with a section of no meaning: another digest."""
    found.append(client.ask("POST", PLUGINS, component + bytes([0, 3, 1, 120, number]),
                            "application/wasm")[0])


def measure(client, key, component):
    rate, _, _ = load(key, CONNECTIONS, 4)
    delay = round(1_000 * HALF_LOAD_CONNECTIONS / (rate / 2))
    load(key, HALF_LOAD_CONNECTIONS, 2, delay)
    found, failures, statuses = {False: [], True: []}, 0, []
    for number in range(ROUNDS):
        # Now the one begins, now the other.
        for compiles in [False, True] if number % 2 == 0 else [True, False]:
            thread = threading.Thread(target=upload, args=(client, component, number, statuses))
            if compiles:
                thread.start()
                thread.join(HEAD_START_SECONDS)
            at, failed, p99 = load(key, HALF_LOAD_CONNECTIONS, SECONDS, delay)
            note = ""
            if compiles:
                note = "  (all the while)" if thread.is_alive() else "  (not to the end)"
                thread.join()
            found[compiles].append(p99)
            failures += failed
            what = "compiling" if compiles else "at rest  "
            print(f"  round {number + 1}  {what}  {at:7.0f} /s  p99 {p99:7.2f} ms{note}", flush=True)
    return found, failures, statuses


def main(binary, path):
    client = serving.Client(PORT)
    # The load is the point, and so is the compiler alone; on one core it takes its time.
    more = {"RATE_LIMIT_ENABLED": "false", "PYNOMALY_SELF_TEST": "false", "REQUEST_TIMEOUT": "300"}
    with tempfile.TemporaryDirectory() as folder, serving.ours(binary, PORT, folder, **more):
        client.wait_until("/ready")
        client.log_in()
        key = client.call("POST", "/api/v1/api-keys", {"name": "bench"})["key"]
        knn = pathlib.Path("target/plugins/knn.wasm").read_bytes()
        digest = client.call("POST", PLUGINS, knn, "application/wasm")["digest"]
        client.call("POST", f"{PLUGINS}/knn/promote", {"digest": digest, "revision": 0})
        component = pathlib.Path(path).read_bytes()
        print(f"knn on {ROWS} × {COLUMNS}, half load, {SECONDS} s a round; {len(component)} bytes compiled")
        found, failures, statuses = measure(client, key, component)
    rest, compiling = statistics.median(found[False]), statistics.median(found[True])
    print(f"  median p99: at rest {rest:.2f} ms, compiling {compiling:.2f} ms: {compiling / rest:.2f} times"
          f"  failed: {failures}  uploads: {statuses}")
    sys.exit(0 if failures == 0 and set(statuses) == {201} else 1)


main(*sys.argv[1:])
