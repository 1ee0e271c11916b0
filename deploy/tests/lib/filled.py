"""A server with all that a backup has to bring back, and whether it is back."""

import sqlite3


#: Rows of each detection.
ROWS = [[float(row % 13), float(row * row % 7), float(row) / 3] for row in range(60)] + [[900.0, -50.0, 1e6]]
#: Detections that are asked for again; half by a plugin, a quarter by a model of one.
REPLAYED = 100
HOME = "00000000-0000-7000-8000-000000000001"
COLUMNS = """id, tenant_id, user_id, model_id, detector_type, detector_version, detector_digest,
    parameters, seed, data_digest, threshold, row_count, column_count, anomaly_count, fuel_used,
    duration_us, has_data, created_at"""
FIRST_MS = 1_700_000_000_000


def fill_postgres(postgres, count):
    """Detections by one statement, with scores that do not compress."""
    postgres.sql(f"""
INSERT INTO detections ({COLUMNS})
SELECT (lpad(to_hex({FIRST_MS} + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid, '{HOME}', '{HOME}',
    NULL, (ARRAY['knn', 'ecod', 'isolation_forest'])[n % 3 + 1], '1.0.0', 'sha256:ab', '{{}}', n,
    'sha256:' || md5(n::text), 0.5, 8, 2, n % 2, 1000, 1000, FALSE, ({FIRST_MS} + n) * 1000
FROM generate_series(1, {count}) AS n;
INSERT INTO detection_results (detection_id, model_id, created_at, scores)
SELECT id, model_id, created_at, decode(md5(seed::text) || md5(seed::text || 'a') || md5(seed::text || 'b')
    || md5(seed::text || 'c'), 'hex') FROM detections;
ANALYZE;""", "pynomaly")


def fill_sqlite(file, count):
    """The same in SQLite."""
    with sqlite3.connect(file) as database:
        database.create_function("id", 1, lambda n: bytes.fromhex(f"{FIRST_MS + n:012x}70008{n:015x}"))
        home = bytes.fromhex(HOME.replace("-", ""))
        database.execute(f"""
WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ?)
INSERT INTO detections ({COLUMNS})
SELECT id(n), ?, ?, NULL, CASE n % 3 WHEN 0 THEN 'knn' WHEN 1 THEN 'ecod' ELSE 'isolation_forest' END,
    '1.0.0', 'sha256:ab', '{{}}', n, 'sha256:' || hex(randomblob(16)), 0.5, 8, 2, n % 2, 1000, 1000, FALSE,
    ({FIRST_MS} + n) * 1000 FROM series""", (count, home, home))
        database.execute("""INSERT INTO detection_results (detection_id, model_id, created_at, scores)
            SELECT id, model_id, created_at, randomblob(64) FROM detections""")
        database.execute("ANALYZE")
    database.close()


class Filled:
    """What a client saw before the loss."""

    def __init__(self, client):
        self.client, self.detections = client, {}
        given = {"name": "before the loss", "data": ROWS[:50], "detector_type": "knn", "seed": 7}
        status, model = client.call("POST", "/api/v1/models", given)
        assert status == 201, model
        self.model = model["model_id"]
        status, key = client.call("POST", "/api/v1/api-keys", {"name": "robot"})
        assert status == 201, key
        self.key = key["key"]
        user = {"email": "ada@example.com", "role": "analyst", "password": "a rather long password"}
        assert client.call("POST", "/api/v1/admin/users", user)[0] == 201
        for number in range(REPLAYED):
            self.detect(number)
        status, plugins = client.call("GET", "/api/v1/admin/plugins")
        assert status == 200 and len(plugins["items"]) >= 2, plugins
        self.plugins = served(plugins)

    def detect(self, number):
        """One of four kinds; remembered."""
        rows = [[value + number for value in row] for row in ROWS]
        kind = ("isolation_forest", "knn", "hbos", None)[number % 4]
        if kind:
            status, answer = self.client.detect(kind, rows, seed=number, keep_data=True)
        else:
            body = {"data": rows, "keep_data": True}
            status, answer = self.client.call("POST", f"/api/v1/models/{self.model}/score", body)
        assert status == 200, answer
        self.detections[answer["detection_id"]] = [row["score"] for row in answer["results"]]

    def is_back(self, client):
        """Everything is as it was, and computes as it did; how many detections agree."""
        for identifier, scores in self.detections.items():
            status, there = client.call("GET", f"/api/v1/detections/{identifier}")
            assert status == 200, (identifier, there)
            assert [row["score"] for row in there["results"]] == scores, identifier
            status, again = client.call("POST", f"/api/v1/detections/{identifier}/replay", {})
            assert status == 200 and again["is_identical"], (identifier, again)
        status, plugins = client.call("GET", "/api/v1/admin/plugins")
        assert status == 200 and served(plugins) == self.plugins, (plugins, self.plugins)
        robot = type(client)(client.url, "ada@example.com", "a rather long password")
        robot.token = self.key
        status, answer = robot.call("GET", "/api/v1/detections?limit=1")
        assert status == 200, answer
        return len(self.detections)


def served(plugins):
    """Names, versions and digests."""
    return sorted((it["detector_type"], it["version"], it["digest"], it["state"]) for it in plugins["items"])
