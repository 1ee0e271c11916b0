"""Fills a database with detections, asks a server on it for pages of 50, and prints how long."""

import contextlib
import glob
import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

EMAIL, PASSWORD = "bench@example.com", "a password for the bench"
REQUESTS = 2_000
PAGE = 50
HOME = "00000000-0000-7000-8000-000000000001"
FIRST_MS = 1_700_000_000_000
COLUMNS = """id, tenant_id, user_id, model_id, detector_type, detector_version, detector_digest,
    parameters, seed, data_digest, threshold, row_count, column_count, anomaly_count, fuel_used,
    duration_us, has_data, created_at"""
# Every tenth is scored by one of ten models, every third has an anomaly; one a millisecond.
ID = "lpad(to_hex({first} + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0')"
POSTGRES = f"""
INSERT INTO detections ({COLUMNS})
SELECT ({ID.format(first=FIRST_MS)})::uuid, '{HOME}', '{HOME}',
    CASE WHEN n % 10 = 0 THEN lpad(to_hex(n % 100), 32, '0')::uuid END,
    (ARRAY['knn', 'ecod', 'isolation_forest'])[n % 3 + 1], '1.0.0', 'sha256:ab', '{{}}', 7,
    'sha256:cd', 0.5, 2, 2, (n % 3 = 0)::int, 1000, 1000, FALSE, ({FIRST_MS} + n) * 1000
FROM generate_series(1, ROWS) AS n;
INSERT INTO detection_results (detection_id, model_id, created_at, scores)
SELECT id, model_id, created_at, decode(repeat('00', 16), 'hex') FROM detections;
ANALYZE;
"""
SQLITE = f"""
WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ROWS)
INSERT INTO detections ({COLUMNS})
SELECT id(n), model(1), model(1), CASE WHEN n % 10 = 0 THEN model(n % 100) END,
    CASE n % 3 WHEN 0 THEN 'knn' WHEN 1 THEN 'ecod' ELSE 'isolation_forest' END, '1.0.0',
    'sha256:ab', '{{}}', 7, 'sha256:cd', 0.5, 2, 2, n % 3 = 0, 1000, 1000, FALSE,
    ({FIRST_MS} + n) * 1000
FROM series;
INSERT INTO detection_results (detection_id, model_id, created_at, scores)
SELECT id, model_id, created_at, zeroblob(16) FROM detections;
ANALYZE;
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def unprivileged(command):
    """Postgres refuses to be root."""
    as_nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--"]
    return [*(as_nobody if os.geteuid() == 0 else []), *command]


@contextlib.contextmanager
def postgres():
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    folder = tempfile.mkdtemp(prefix="pynomaly-history-")
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    port, data = free_port(), f"{folder}/data"
    initdb = [f"{binaries}/initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-D", data]
    subprocess.run(unprivileged(initdb), check=True, capture_output=True, cwd=folder)
    settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_wal_size=4GB"]
    command = [f"{binaries}/postgres", "-D", data, "-p", str(port)]
    command += [word for setting in settings for word in ("-c", setting)]
    process = subprocess.Popen(unprivileged(command), cwd=folder, stderr=subprocess.DEVNULL)
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    try:
        while subprocess.run(["psql", url, "-c", "SELECT 1"], capture_output=True).returncode:
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


@contextlib.contextmanager
def server(binary, folder, environment):
    port = free_port()
    own = {
        "PYNOMALY_LISTEN": f"127.0.0.1:{port}", "PYNOMALY_DATA_DIR": folder,
        "PYNOMALY_ADMIN_EMAIL": EMAIL, "PYNOMALY_ADMIN_PASSWORD": PASSWORD, "LOG_LEVEL": "warn",
        # Limits are asked as ever, and wider than the load.
        "RATE_LIMIT_REQUESTS": "1000000000", "RATE_LIMIT_BURST": "1000000000",
    }
    process = subprocess.Popen([binary, "serve"], env={**os.environ, **own, **environment},
                               stdout=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                if call(connection, "GET", "/ready")[0] == 200:
                    break
            time.sleep(0.02)
        yield connection
    finally:
        process.terminate()
        process.wait()


def call(connection, method, path, body=None, token=None):
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def queries(rows):
    """What people ask a history: its newest page, one in the depths, and some of it."""
    drawn = random.Random(7)
    for _ in range(REQUESTS):
        moment = FIRST_MS // 1000 + drawn.randrange(max(rows // 1000, 1))
        until = time.strftime("until=%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + 1))
        yield drawn.choice([
            ("newest", ""), ("in the depths", f"&{until}"),
            ("of a detector", f"&detector_type=knn&{until}"),
            ("of a model", f"&model_id={drawn.randrange(0, 100, 10):032x}"),
            ("with anomalies", f"&anomalies_only=true&{until}"),
        ])


def measure(connection, rows):
    account = json.dumps({"email": EMAIL, "password": PASSWORD})
    token = json.loads(call(connection, "POST", "/api/v1/auth/login", account)[1])["access_token"]
    took, by_kind = [], {}
    for kind, query in queries(rows):
        started = time.perf_counter()
        status, body = call(connection, "GET", f"/api/v1/detections?limit={PAGE}{query}", None, token)
        milliseconds = (time.perf_counter() - started) * 1000
        if status != 200:
            sys.exit(f"{query} is answered {status}: {body.decode()}")
        took.append(milliseconds)
        by_kind.setdefault(kind, []).append(milliseconds)
    return took, by_kind


def p(values, share):
    return statistics.quantiles(values, n=100)[share - 1]


def report(name, fill_seconds, took, by_kind):
    print(f"{name}: filled in {fill_seconds:.0f} s; {len(took)} pages of {PAGE}: "
          f"p50 {p(took, 50):.2f} ms, p95 {p(took, 95):.2f} ms, p99 {p(took, 99):.2f} ms (bar: p95 < 20 ms)")
    for kind, values in sorted(by_kind.items()):
        print(f"  {kind:<16} p95 {p(values, 95):6.2f} ms")


def fill_sqlite(file, rows):
    database = sqlite3.connect(file)
    database.create_function(
        "id", 1, lambda n: bytes.fromhex(f"{FIRST_MS + n:012x}70008{n:015x}"), deterministic=True)
    home = bytes.fromhex(HOME.replace("-", ""))
    database.create_function(
        "model", 1, lambda n: home if n == 1 else n.to_bytes(16, "big"), deterministic=True)
    database.executescript(SQLITE.replace("ROWS", str(rows)))
    database.close()


def on_sqlite(binary, rows):
    with tempfile.TemporaryDirectory() as folder:
        with server(binary, folder, {}):
            pass
        started = time.perf_counter()
        fill_sqlite(pathlib.Path(folder) / "pynomaly.db", rows)
        fill_seconds = time.perf_counter() - started
        with server(binary, folder, {}) as connection:
            report("SQLite", fill_seconds, *measure(connection, rows))


def on_postgres(binary, rows):
    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        with server(binary, folder, {"DATABASE_URL": url}) as connection:
            started = time.perf_counter()
            script = POSTGRES.replace("ROWS", str(rows))
            subprocess.run(["psql", url, "-q", "-v", "ON_ERROR_STOP=1"], input=script, text=True,
                           check=True)
            fill_seconds = time.perf_counter() - started
            report("Postgres", fill_seconds, *measure(connection, rows))


def main(binary, rows):
    print(f"GET /api/v1/detections, {rows} detections, one connection")
    on_sqlite(binary, int(rows))
    on_postgres(binary, int(rows))


main(*sys.argv[1:])
